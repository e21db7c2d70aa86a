namespace ForensicKit.Contamination.Scanning;

/// <summary>Compares an item with a place of a text. Holds the memory it works in; one for each thread.</summary>
/// <remarks>
/// A unit's agreement is the mean of two: the nats of its words that stand in the best window of 1.3 times its length, in any order (what
/// survives reordering), and the nats of its longest common subsequence with that window (what chance does not give). The first bounds the
/// second from above, so most places are dismissed after one pass over their words. From this mean the nats of chance are taken away, unless the
/// unit stands there nearly word for word: chance does not put most of its words in their order (<see cref="UnitWords.NearlyAll"/>,
/// <see cref="UnitWords.Most"/>).
///
/// Where no unit agrees so, the question may still be there as an edited copy: then all its words count, common ones too, by what they cost chance after
/// the words before them, and edits cost something (<see cref="ScanUnit.Edited"/>).
/// </remarks>
internal sealed class PlaceComparison(ScanIndex index)
{
    private const float WindowFactor = 1.3f;
    private const int WindowMore = 6;

    // How much longer a place may be of which most words are a unit's.
    private const float MostLonger = 1.15f;

    // Of which so many are in a row.
    private const int LeastRun = 3;

    // Nats of the words in order where a unit stands nearly word for word.
    private const float LeastNear = UnitWords.LeastNear;

    // ln of the shares of words that an edited copy keeps, changes, and leaves out or puts in, at about a fifth edited.
    private const float Kept = -0.17f;
    private const float Changed = -2.2f;
    private const float Gap = -3;

    // How often the unit still wants each word; all zero between comparisons.
    private readonly int[] _wanted = new int[index.Words.Count];

    // What each word of the unit is worth; all zero between comparisons.
    private readonly float[] _worth = new float[index.Words.Count];
    private readonly float[] _weights = new float[ScanEntry.MostWords];
    private readonly float[] _row = new float[ScanEntry.MostWords + 1];
    private readonly int[] _runs = new int[ScanEntry.MostWords + 1];
    private readonly int[] _unit = new int[ScanEntry.MostWords];
    private readonly float[] _counts = new float[ScanEntry.MostWords];

    // Where each word stands last in the unit, counted from 1; all zero between comparisons.
    private readonly int[] _last = new int[index.Words.Count];

    // Where the word of each place stands before it; zero where it does not.
    private readonly int[] _before = new int[ScanEntry.MostWords + 1];

    /// <summary>The unit that agrees best, where its score reaches the least one.</summary>
    /// <param name="entry">The item.</param>
    /// <param name="text">Words of the text.</param>
    /// <param name="first">First word of the place of the seeds.</param>
    /// <param name="last">Last word of it.</param>
    /// <param name="least">Least score of each unit.</param>
    /// <param name="near">Least score of each unit that stands there nearly word for word.</param>
    /// <param name="best">What agrees best.</param>
    public bool Compare(ScanEntry entry, ReadOnlySpan<int> text, int first, int last, ReadOnlySpan<float> least, ReadOnlySpan<float> near, out Agreement best)
    {
        best = default;
        // No unit agrees better than all of the item's words together.
        var all = Math.Min(entry.Words.Length, ScanEntry.MostWords);
        Want(entry.Words.AsSpan(0, all), entry.Weights.AsSpan(0, all));
        var most = BestWindow(all, text, first, last).Nats;
        Forget(entry.Words.AsSpan(0, all));
        foreach (var unit in entry.Units)
        {
            // A few common words are a phrase that anyone may write.
            if (unit.Unit == ScanUnit.Edited ? best.End > 0 || (most < index.ChanceNats && entry.QuestionWords < UnitWords.LeastMost) : most < Bar(unit, least[(int)unit.Unit], near[(int)unit.Unit]) && !unit.IsShort)
                continue;
            if (Compare(entry, unit, text, first, last, least[(int)unit.Unit], near[(int)unit.Unit], out var agreement) && (best.End == 0 || agreement.Rank > best.Rank))
                best = agreement;
        }

        return best.End > 0;
    }

    /// <summary>How well one unit agrees, where its score reaches the least one.</summary>
    public bool Compare(ScanEntry entry, in UnitWords unit, ReadOnlySpan<int> text, int first, int last, float least, float leastNear, out Agreement agreement)
    {
        agreement = default;
        if (IsExact(entry, unit, text, first, last, out var start))
        {
            var exact = (entry.QuestionNats - index.ChanceNats) / entry.QuestionNats;
            agreement = new(unit.Unit, exact, exact, entry.QuestionNats, 1, start, start + unit.Count, IsExact: true);
            return true;
        }

        if (unit.Total <= 0)
            return false;
        var count = Take(entry, unit);
        var words = _unit.AsSpan(0, count);
        var weights = _weights.AsSpan(0, count);
        Want(words, weights);
        var window = BestWindow(count, text, first, last);
        if (unit.Unit == ScanUnit.Edited)
        {
            var nats = window.Nats + (Changed * count) >= Math.Max(least * unit.Total, UnitWords.LeastEdited) ? AsEdited(entry, text[window.Start..window.End]) : 0;
            if (nats >= UnitWords.LeastEdited)
            {
                window = Trimmed(words, text, window);
                agreement = new(unit.Unit, nats / unit.Total, (nats - index.ChanceNats) / unit.Total, nats, Math.Min(1, nats / unit.Total), window.Start, window.End, IsExact: false);
            }
        }
        else if (window.Nats >= Bar(unit, least, leastNear))
        {
            Chain(words);
            var ordered = InOrder(weights, text[window.Start..window.End]);
            var matched = (window.Nats + ordered) / 2;
            var score = (matched - index.ChanceNats) / unit.Total;
            var around = text[window.Start..window.End];
            window = Trimmed(words, text, window);
            var near = unit.MayBeNear && ordered >= LeastNear ? Near(entry, unit, words, around, window.End - window.Start, ordered, leastNear) : 0;
            agreement = new(unit.Unit, Math.Max(score, near), score, matched, Math.Min(1, matched / unit.Total), window.Start, window.End, IsExact: false);
        }

        Forget(words);
        return agreement.End > 0 && agreement.Score >= least;
    }

    /// <summary>Nats of an edited copy that has every word.</summary>
    public static float WordForWord(in UnitWords unit) => unit.Total + (Kept * unit.Count);

    // How much likelier a text is as the question edited word by word than as words by chance: the best alignment, in nats. A word that follows in the text
    // the one that it follows in the question costs chance what it costs after that one.
    //
    //     question  which culture hosted the above celebration
    //     text      call  culture in     the above celebration      Changed Kept Changed Kept Kept Kept
    private float AsEdited(ScanEntry entry, ReadOnlySpan<int> text)
    {
        var row = _row.AsSpan(0, text.Length + 1);
        row.Clear();
        for (var i = 0; i < entry.QuestionWords; i++)
        {
            // What stood to the left in the row before.
            var corner = row[0];
            row[0] += Gap;
            for (var j = 0; j < text.Length; j++)
            {
                var best = Math.Max(Math.Max(row[j], row[j + 1]) + Gap, corner + Changed);
                if (text[j] == entry.Words[i])
                    best = Math.Max(best, corner + Kept + (i > 0 && j > 0 && text[j - 1] == entry.Words[i - 1] ? entry.After[i] : entry.Alone[i]));
                (corner, row[j + 1]) = (row[j + 1], best);
            }
        }

        var most = row[0];
        foreach (var nats in row)
            most = Math.Max(most, nats);
        return most;
    }

    // Share of the nats that agree in their order where so many words do that chance has no part in it; 0 elsewhere.
    private float Near(ScanEntry entry, in UnitWords unit, ReadOnlySpan<int> words, ReadOnlySpan<int> text, int length, float ordered, float least)
    {
        var share = ordered / unit.Total;
        var counts = _counts.AsSpan(0, words.Length);
        counts.Fill(1);
        var common = InOrder(counts, text);
        if (common == words.Length)
            return share;
        var plain = CountPlain(entry, unit, counts);
        var commonPlain = InOrder(counts, text);
        // A program with other numbers in its examples.
        if (entry.Names.Length > 0 && least <= 1 && commonPlain == plain && plain >= UnitWords.LeastMost && ordered >= UnitWords.LeastOfMost)
            return 1;
        if (share < least || commonPlain < UnitWords.Most(plain))
            return 0;
        // Of a program other programs for the same have most words; and a longer stretch, or one that has them one by one, for being about the same.
        var isMost = ordered >= UnitWords.LeastOfMost && plain >= UnitWords.LeastMost && entry.Names.Length == 0 && length <= MostLonger * words.Length
            && LongestRun(words, text) >= LeastRun;
        return isMost || common >= UnitWords.NearlyAll(words.Length) ? share : 0;
    }

    // How many of the words are no numbers and single letters; 1 for each of them, 0 for the others.
    private static int CountPlain(ScanEntry entry, in UnitWords unit, Span<float> counts)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            var at = unit.Start + i;
            counts[i] = entry.Signs[at < unit.End ? at : unit.Start2 + at - unit.End] ? 0 : 1;
        }

        return counts.Count(1);
    }

    // Nats that must agree at least, in any order.
    private float Bar(in UnitWords unit, float least, float near)
    {
        var bar = (least * unit.Total) + index.ChanceNats;
        return unit.MayBeNear ? Math.Min(bar, Math.Max(Math.Min(near, 0.99f) * unit.Total, LeastNear)) : bar;
    }

    private bool IsExact(ScanEntry entry, in UnitWords unit, ReadOnlySpan<int> text, int first, int last, out int start)
    {
        start = Math.Max(0, first - unit.Count);
        if (!unit.IsShort || entry.QuestionNats < index.ChanceNats)
            return false;
        var at = text[start..Math.Min(text.Length, last + unit.Count + 1)].IndexOf(entry.Words.AsSpan(unit.Start, unit.Count));
        start += at;
        return at >= 0;
    }

    /// <summary>Words in a row that an item and a stretch of the text share.</summary>
    public int LongestRun(ScanEntry entry, ReadOnlySpan<int> text) => LongestRun(entry.Words.AsSpan(0, Math.Min(entry.Words.Length, ScanEntry.MostWords)), text);

    private int LongestRun(ReadOnlySpan<int> words, ReadOnlySpan<int> text)
    {
        var row = _runs.AsSpan(0, words.Length + 1);
        row.Clear();
        var longest = 0;
        foreach (var word in text)
        {
            // From the back, so that what stands to the left is still the row before.
            for (var j = words.Length; j > 0; j--)
            {
                row[j] = words[j - 1] == word ? row[j - 1] + 1 : 0;
                longest = Math.Max(longest, row[j]);
            }
        }

        return longest;
    }

    /// <summary>Share of the nats of some of an item's words that stand together in a stretch of the text, in any order.</summary>
    /// <param name="entry">The item.</param>
    /// <param name="unit">The unit whose weights count.</param>
    /// <param name="start">First word.</param>
    /// <param name="end">Behind the last.</param>
    /// <param name="text">The stretch.</param>
    public double Share(ScanEntry entry, ScanUnit unit, int start, int end, ReadOnlySpan<int> text)
    {
        end = Math.Min(end, start + ScanEntry.MostWords);
        // Where there is nothing but names, they must do.
        if (entry.WeightOf(unit, start, end) <= 0)
            unit = ScanUnit.Question;
        return Share(entry.Words.AsSpan(start, end - start), entry.WeightsOf(unit).AsSpan(start, end - start), text);
    }

    /// <summary>The same for any words.</summary>
    public double Share(ReadOnlySpan<int> words, ReadOnlySpan<float> weights, ReadOnlySpan<int> text)
    {
        var total = 0f;
        foreach (var weight in weights)
            total += weight;
        if (total <= 0)
            return 0;
        Want(words, weights);
        var nats = BestWindow(words.Length, text, 0, text.Length - 1).Nats;
        Forget(words);
        return Math.Min(1, nats / total);
    }

    /// <summary>Whether nearly all of some words stand together in a stretch of the text, in their order.</summary>
    public bool StandNearlyAll(ReadOnlySpan<int> words, ReadOnlySpan<int> text)
    {
        words = words[..Math.Min(words.Length, ScanEntry.MostWords)];
        var counts = _counts.AsSpan(0, words.Length);
        counts.Fill(1);
        Want(words, counts);
        var window = BestWindow(words.Length, text, 0, text.Length - 1);
        Chain(words);
        var common = InOrder(counts, text[window.Start..window.End]);
        Forget(words);
        return words.Length >= UnitWords.LeastShort && common >= UnitWords.NearlyAll(words.Length);
    }

    private int Take(ScanEntry entry, in UnitWords unit)
    {
        var first = Math.Min(unit.End - unit.Start, ScanEntry.MostWords);
        var second = Math.Min(unit.End2 - unit.Start2, ScanEntry.MostWords - first);
        entry.Words.AsSpan(unit.Start, first).CopyTo(_unit);
        entry.Words.AsSpan(unit.Start2, second).CopyTo(_unit.AsSpan(first));
        if (unit.Unit == ScanUnit.Edited)
        {
            // What each word adds at most where it is kept.
            for (var i = 0; i < first; i++)
                _weights[i] = entry.Alone[i] + Kept - Changed;
            return first;
        }

        var weights = entry.WeightsOf(unit.Unit);
        weights.AsSpan(unit.Start, first).CopyTo(_weights);
        weights.AsSpan(unit.Start2, second).CopyTo(_weights.AsSpan(first));
        return first + second;
    }

    // The window near the seeds that holds most of the words; it is cut to the words it holds.
    private (float Nats, int Start, int End) BestWindow(int count, ReadOnlySpan<int> text, int first, int last)
    {
        var length = (int)(count * WindowFactor) + WindowMore;
        var (from, to) = (Math.Max(0, first - count), Math.Min(text.Length, last + count + 1));
        float nats = 0, most = -1;
        var end = from;
        for (var i = from; i < to; i++)
        {
            // Below zero: there more often than it is wanted.
            if (text[i] is var word and >= 0 && _worth[word] > 0 && _wanted[word]-- > 0)
                nats += _worth[word];
            if (i - from >= length && text[i - length] is var left and >= 0 && _worth[left] > 0 && ++_wanted[left] > 0)
                nats -= _worth[left];
            if (nats > most)
                (most, end) = (nats, i + 1);
        }

        return (most, Math.Max(from, end - length), end);
    }

    // The window without what it can do without: neighbours are not part of the place.
    private (float Nats, int Start, int End) Trimmed(ReadOnlySpan<int> words, ReadOnlySpan<int> text, (float Nats, int Start, int End) window)
    {
        var (nats, start, end) = window;
        foreach (var word in words)
            _wanted[word] = 0;
        foreach (var word in words)
            _wanted[word]++;
        for (var i = start; i < end; i++)
        {
            if (text[i] >= 0 && _worth[text[i]] > 0)
                _wanted[text[i]]--;
        }

        // At each end a hundredth of what agrees may be lost.
        for (var lost = 0f; start + 1 < end; start++)
        {
            if (text[start] is var word and >= 0 && _worth[word] > 0 && ++_wanted[word] > 0 && (lost += _worth[word]) > 0.01f * nats)
                break;
        }

        for (var lost = 0f; start + 1 < end; end--)
        {
            if (text[end - 1] is var word and >= 0 && _worth[word] > 0 && ++_wanted[word] > 0 && (lost += _worth[word]) > 0.01f * nats)
                break;
        }

        return (nats, start, end);
    }

    private void Want(ReadOnlySpan<int> words, ReadOnlySpan<float> weights)
    {
        foreach (var word in words)
            _wanted[word]++;
        // A word that stands twice is worth the mean of both.
        for (var i = 0; i < words.Length; i++)
            _worth[words[i]] += weights[i] / _wanted[words[i]];
    }

    private void Forget(ReadOnlySpan<int> words)
    {
        foreach (var word in words)
            (_wanted[word], _worth[word], _last[word]) = (0, 0, 0);
    }

    private void Chain(ReadOnlySpan<int> words)
    {
        for (var j = 0; j < words.Length; j++)
            (_before[j + 1], _last[words[j]]) = (_last[words[j]], j + 1);
    }

    // What the longest common subsequence is worth that is worth most. Only where a word of the unit stands a row of the usual table changes, from its
    // place on as far as there was less (Hunt and Szymanski 1977 do so for lengths).
    private float InOrder(ReadOnlySpan<float> weights, ReadOnlySpan<int> text)
    {
        var row = _row.AsSpan(0, weights.Length + 1);
        row.Clear();
        foreach (var word in text)
        {
            // From the back, so that what stands to the left is still the row before.
            for (var j = word < 0 ? 0 : _last[word]; j > 0; j = _before[j])
            {
                var worth = row[j - 1] + weights[j - 1];
                for (var k = j; k < row.Length && row[k] < worth; k++)
                    row[k] = worth;
            }
        }

        return row[^1];
    }
}

/// <summary>How well an item agrees with a place.</summary>
/// <param name="Unit">The unit that agrees best.</param>
/// <param name="Score">Its score, which counts against the threshold.</param>
/// <param name="Rank">The score with the nats of chance taken away in any case: of two units or items in one place, the one with more to it is higher.</param>
/// <param name="Matched">Nats that agree.</param>
/// <param name="Coverage">Share of the unit's nats that agree.</param>
/// <param name="Start">First word of the place.</param>
/// <param name="End">Word behind it.</param>
/// <param name="IsExact">Whether a short unit stands there word for word.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct Agreement(ScanUnit Unit, float Score, float Rank, float Matched, float Coverage, int Start, int End, bool IsExact);
