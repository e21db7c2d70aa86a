using System.Numerics;

namespace ForensicKit.Contamination.Scanning;

/// <summary>
/// Questions of which one seed may be all that editing leaves: whether so many of their words stand around it that they may be there nearly word
/// for word. Most places are dismissed by it.
/// </summary>
internal sealed class PlainTexts
{
    // A question that is worth more has more seeds.
    private const float MostNats = 80;

    // No word has this number.
    private const int Nothing = -2;

    // The words of each question in a row, filled up to whole vectors; where each begins, how many words it has, and how many of them must be there.
    private readonly int[] _words;
    private readonly (int Start, int End, int Count, int Least)[] _items;

    /// <param name="entries">All items.</param>
    /// <param name="weak">Items of few seeds, whatever they are worth.</param>
    public PlainTexts(IReadOnlyList<ScanEntry> entries, bool[] weak)
    {
        var words = new List<int>();
        _items = new (int, int, int, int)[entries.Count];
        for (var number = 0; number < entries.Count; number++)
        {
            var entry = entries[number];
            if ((entry.QuestionNats >= MostNats && !weak[number]) || entry.QuestionWords is < UnitWords.LeastShort or > ScanEntry.MostWords)
                continue;
            var start = words.Count;
            var plain = entry.Signs.AsSpan(0, entry.QuestionWords).Count(false);
            var hasMost = plain >= UnitWords.LeastMost;
            for (var i = 0; i < entry.QuestionWords; i++)
            {
                if (!hasMost || !entry.Signs[i])
                    words.Add(entry.Words[i]);
            }

            while (words.Count % Vector<int>.Count > 0)
                words.Add(Nothing);
            _items[number] = (start, words.Count, entry.QuestionWords, hasMost ? UnitWords.Most(plain) : entry.After.Length > 0 ? UnitWords.LeftOfEdited(entry.QuestionWords) : UnitWords.NearlyAll(entry.QuestionWords));
        }

        _words = [.. words];
    }

    /// <summary>Whether an item's question is among them.</summary>
    public bool Has(int item) => _items[item].Count > 0;

    /// <summary>Whether enough words of a question stand around a seed, in any order.</summary>
    public bool IsNear(int item, ReadOnlySpan<int> text, int first, int last)
    {
        var (start, end, count, least) = _items[item];
        text = text[Math.Max(0, first - count)..Math.Min(text.Length, last + count + 1)];
        var found = 0;
        for (; start < end; start += Vector<int>.Count)
        {
            var words = new Vector<int>(_words, start);
            var seen = Vector<int>.Zero;
            foreach (var word in text)
                seen |= Vector.Equals(words, new Vector<int>(word));
            found -= Vector.Sum(seen);
        }

        return found >= least;
    }
}
