using System.Runtime.InteropServices;

namespace ForensicKit.Contamination.Scanning;

/// <summary>Looks for items in one text after another: seeds lead to places, places are compared. One for each thread; what it holds does not grow with the corpus.</summary>
public sealed class TextScanner
{
    // Telling words of a pair stand at most so many words apart in a text.
    private const int WidestPair = 12;

    // Words that are searched for seeds at once, and how many seeds ahead their places in the table are fetched.
    private const int Block = 1024;
    private const int Ahead = 8;

    private const int Stretch = 256;

    private readonly ScanIndex _index;
    private readonly ScanThresholds _thresholds;
    private readonly WordList _words = new(remembers: true);
    private readonly PlaceComparison _comparison;
    private readonly HitClassification _classification;
    private readonly ToldParts _parts;
    private readonly Place[] _places;
    private readonly int[] _telling = new int[Block + 1];
    private readonly int[] _anchors = new int[Block + 1];
    private readonly SeedPair[] _seeds = new SeedPair[(4 * Block) + 1];
    private readonly List<int> _touched = [];
    private readonly List<(int Entry, int First, int Last)> _candidates = [];
    private int _text;

    // Kept so that the reads are not left out.
    private uint _touchedTags;

    /// <param name="index">The items.</param>
    /// <param name="thresholds">From which score on an item counts as found.</param>
    public TextScanner(ScanIndex index, ScanThresholds thresholds)
    {
        (_index, _thresholds) = (index, thresholds);
        _comparison = new(index);
        _classification = new(_comparison);
        _parts = new(_comparison, index.Words);
        _places = [.. index.Entries.Select((e, number) => new Place(Math.Min(e.Words.Length, ScanEntry.MostWords), e.Activation, index.Plain.Has(number)))];
    }

    /// <summary>Words of the last text.</summary>
    public int Words => _words.Count;

    /// <summary>Places compared in the last text.</summary>
    public int Compared => _candidates.Count;

    /// <summary>Looks for all items.</summary>
    /// <param name="text">The text, in UTF-8.</param>
    /// <returns>What was found, by place; empty for most texts.</returns>
    public IReadOnlyList<ScanHit> Scan(ReadOnlySpan<byte> text)
    {
        _words.Clear();
        WordReader.Read(text, _index.Words, adds: false, _words);
        FindPlaces(_words.Ids);
        List<(ScanEntry Entry, Agreement Agreement)>? found = null;
        foreach (var (number, first, last) in _candidates)
        {
            var entry = _index.Entries[number];
            if (_comparison.Compare(entry, _words.Ids, first, last, _thresholds.Of(number), _thresholds.NearOf(number), out var agreement))
                (found ??= []).Add((entry, agreement));
        }

        return found is null ? [] : Describe(found);
    }

    /// <summary>Items that may stand in a text.</summary>
    internal IReadOnlyList<int> Candidates(ReadOnlySpan<byte> text)
    {
        _words.Clear();
        WordReader.Read(text, _index.Words, adds: false, _words);
        FindPlaces(_words.Ids);
        return [.. _candidates.Select(c => c.Entry).Distinct()];
    }

    /// <summary>For each unit, the highest score that another item of the same benchmark reaches on an item's text.</summary>
    /// <param name="text">The item's text.</param>
    /// <param name="self">The item.</param>
    /// <param name="siblings">For each item and unit, the highest score on the text of another: raised where this text is higher. Safe with several threads.</param>
    /// <param name="nearSiblings">The same where nearly word for word counts too.</param>
    internal float[] HighestOfOthers(ReadOnlySpan<byte> text, int self, float[][] siblings, float[][] nearSiblings)
    {
        var highest = new float[Enum.GetValues<ScanUnit>().Length];
        _words.Clear();
        WordReader.Read(text, _index.Words, adds: false, _words);
        FindPlaces(_words.Ids);
        foreach (var (number, first, last) in _candidates)
        {
            var entry = _index.Entries[number];
            if (number == self || entry.Benchmark != _index.Entries[self].Benchmark || AsksTheSame(entry, _index.Entries[self]))
                continue;
            foreach (var unit in entry.Units)
            {
                if (!_comparison.Compare(entry, unit, _words.Ids, first, last, 0, 0, out var agreement) || _classification.WithoutExamples(entry, agreement, _words.Ids).Class != HitClass.Leak)
                    continue;
                highest[(int)unit.Unit] = Math.Max(highest[(int)unit.Unit], agreement.Score);
                lock (siblings[number])
                {
                    siblings[number][(int)unit.Unit] = Math.Max(siblings[number][(int)unit.Unit], unit.Unit == ScanUnit.Edited ? agreement.Score : agreement.Rank);
                    nearSiblings[number][(int)unit.Unit] = Math.Max(nearSiblings[number][(int)unit.Unit], agreement.Score > agreement.Rank ? agreement.Score : 0);
                }
            }
        }

        return highest;
    }

    // Of two items that ask the same in the same words, each is there where the other is.
    private static bool AsksTheSame(ScanEntry entry, ScanEntry other) =>
        entry.SameQuestion > 1 && entry.Words.AsSpan(0, entry.QuestionWords).SequenceEqual(other.Words.AsSpan(0, other.QuestionWords));

    // Every pair of telling words adds to the place where its items are being gathered; a place that has gathered enough is a candidate.
    private void FindPlaces(ReadOnlySpan<int> ids)
    {
        _candidates.Clear();
        _touched.Clear();
        _text++;
        int one = 0, two = 0;
        for (var start = 0; start < ids.Length; start += Block)
        {
            var seeds = SeedsOf(ids, start, Math.Min(ids.Length, start + Block), ref one, ref two);
            for (var i = 0; i < seeds; i++)
            {
                _touchedTags += _index.Pairs.Touch(_seeds[Math.Min(i + Ahead, seeds - 1)].Pair);
                Gather(ids, _seeds[i]);
            }
        }

        foreach (var number in _touched)
            Close(ids, number, _places[number]);
    }

    private void FindShort(ReadOnlySpan<int> ids, int at)
    {
        if (_index.Short.At(ids[at]) is not { } places)
            return;
        var (before, behind) = (at > 0 ? ids[at - 1] : Anchor.Nothing, at + 1 < ids.Length ? ids[at + 1] : Anchor.Nothing);
        foreach (var anchor in places)
        {
            var (hasBefore, hasBehind) = (anchor.Before == before, anchor.Behind == behind);
            if (!anchor.IsSecond && (hasBefore || anchor.Before == Anchor.Nothing) && (hasBehind || anchor.Behind == Anchor.Nothing) && IsExact(ids, at, anchor))
                _candidates.Add((anchor.Item, at - anchor.Offset, at - anchor.Offset + _index.Entries[anchor.Item].QuestionWords - 1));
            // Beside a word that others have too, one of its neighbours is asked for.
            else if (anchor.IsWeak && (!anchor.IsSecond || hasBefore || hasBehind) && _index.Plain.Has(anchor.Item) && _index.Plain.IsNear(anchor.Item, ids, at, at))
                _candidates.Add((anchor.Item, at, at));
        }
    }

    private bool IsExact(ReadOnlySpan<int> ids, int at, in Anchor anchor)
    {
        var (start, words) = (at - anchor.Offset, _index.Entries[anchor.Item].QuestionWords);
        return start >= 0 && start + words <= ids.Length && ids.Slice(start, words).SequenceEqual(_index.Entries[anchor.Item].Words.AsSpan(0, words));
    }

    // The pairs of telling words in a block that some item may have. Which words and pairs these are cannot be foretold, so nothing jumps on it:
    // each is written, and kept by counting on.
    private int SeedsOf(ReadOnlySpan<int> ids, int start, int end, ref int one, ref int two)
    {
        var (telling, anchors, seeds) = (0, 0, 0);
        for (var i = start; i < end; i++)
        {
            var kind = _index.KindOf(ids[i]);
            _telling[telling] = i;
            telling += (int)(kind & WordKind.Telling);
            _anchors[anchors] = i;
            anchors += (int)(kind & WordKind.Anchor) >> 1;
            if ((kind & WordKind.Ideograph) != WordKind.None)
                seeds = SeedCharacters(ids, i, seeds);
        }

        var characters = seeds;
        for (var t = 0; t < telling; t++)
        {
            var at = _telling[t];
            var word = ids[at];
            seeds += Seed(ids[one], word, one, at, seeds);
            seeds += Seed(ids[two], word, two, at, seeds);
            (two, one) = (one, at);
        }

        foreach (var at in _anchors.AsSpan(0, anchors))
            FindShort(ids, at);

        // Places are gathered from left to right.
        if (characters > 0)
            _seeds.AsSpan(0, seeds).Sort(static (a, b) => a.To != b.To ? a.To.CompareTo(b.To) : a.From != b.From ? b.From.CompareTo(a.From) : a.Pair.CompareTo(b.Pair));
        return seeds;
    }

    private int SeedCharacters(ReadOnlySpan<int> ids, int i, int seeds)
    {
        if (i == 0 || (_index.KindOf(ids[i - 1]) & WordKind.Ideograph) == WordKind.None)
            return seeds;
        _seeds[seeds] = new(PairTable.HashNext(ids[i - 1], ids[i]), i - 1, i);
        seeds += _index.Pairs.MayHave(_seeds[seeds].Pair) ? 1 : 0;
        if (i == 1 || (_index.KindOf(ids[i - 2]) & WordKind.Ideograph) == WordKind.None)
            return seeds;
        _seeds[seeds] = new(PairTable.HashNext(ids[i - 2], ids[i - 1], ids[i]), i - 2, i);
        return seeds + (_index.Pairs.MayHave(_seeds[seeds].Pair) ? 1 : 0);
    }

    private int Seed(int other, int word, int from, int to, int seeds)
    {
        var pair = PairTable.Hash(other, word);
        _seeds[seeds] = new(pair, from, to);
        return _index.Pairs.MayHave(pair) & (to - from <= WidestPair) & (other != word) ? 1 : 0;
    }

    private void Gather(ReadOnlySpan<int> ids, in SeedPair seed)
    {
        var (pair, from, to) = (seed.Pair, seed.From, seed.To);
        foreach (var number in _index.Pairs.Find(pair, out var weight))
        {
            ref var place = ref _places[number];
            if (place.Text != _text)
            {
                _touched.Add(number);
                place.Begin(_text, from);
            }
            else if (from - place.Last > (place.Length / 2) + 20 || from - place.First > (2 * place.Length) + 20)
            {
                Close(ids, number, place);
                place.Begin(_text, from);
            }

            // The same pair again and again says nothing new.
            place.Last = to;
            if (place.LastPair == (uint)pair)
                continue;
            place.LastPair = (uint)pair;
            place.Nats += weight;
        }
    }

    private void Close(ReadOnlySpan<int> ids, int number, in Place place)
    {
        if (place.Nats >= place.Activation || (place.IsPlain && _index.Plain.IsNear(number, ids, place.First, place.Last)))
            _candidates.Add((number, place.First, place.Last));
    }

    private List<ScanHit> Describe(List<(ScanEntry Entry, Agreement Agreement)> found)
    {
        // The best first; what overlaps a better one is the same leak seen again, or a sibling of the item that stands there.
        found.Sort((a, b) => b.Agreement.Rank.CompareTo(a.Agreement.Rank));
        var kept = new List<(ScanEntry Entry, Agreement Agreement)>();
        // By stretches of words: only neighbours can overlap.
        var near = new Dictionary<int, List<(ScanEntry Entry, Agreement Agreement)>>();
        foreach (var one in found)
        {
            var (first, last) = (one.Agreement.Start / Stretch, (one.Agreement.End - 1) / Stretch);
            var isExplained = false;
            for (var stretch = first; stretch <= last && !isExplained; stretch++)
                isExplained = near.TryGetValue(stretch, out var others) && others.Exists(k => Explains(k, one));
            if (isExplained)
                continue;
            kept.Add(one);
            for (var stretch = first; stretch <= last; stretch++)
                (near.TryGetValue(stretch, out var others) ? others : near[stretch] = []).Add(one);
        }

        kept.Sort((a, b) => a.Agreement.Start.CompareTo(b.Agreement.Start));
        return kept.ConvertAll(k => Hit(k.Entry, k.Agreement));
    }

    private static bool Explains((ScanEntry Entry, Agreement Agreement) better, (ScanEntry Entry, Agreement Agreement) other)
    {
        var shared = Math.Min(better.Agreement.End, other.Agreement.End) - Math.Max(better.Agreement.Start, other.Agreement.Start);
        var isSamePlace = 2 * shared >= Math.Min(other.Agreement.End - other.Agreement.Start, better.Agreement.End - better.Agreement.Start);
        // Two items of the same words are both there; an edited copy explains no more than another that has less of itself there.
        var isBetter = other.Agreement.Rank < better.Agreement.Rank - 0.05f
            && (better.Agreement.Unit != ScanUnit.Edited || (other.Agreement.Unit == ScanUnit.Edited && other.Agreement.Score < better.Agreement.Score));
        return isSamePlace && (better.Entry == other.Entry || isBetter);
    }

    private ScanHit Hit(ScanEntry entry, Agreement agreement)
    {
        var ids = _words.Ids;
        var more = HitClassification.Behind(entry, agreement, _words.Count);
        var (kind, shares) = _parts.Of(entry, agreement, ids);
        var (hitClass, reason) = _classification.Of(entry, agreement, ids);
        return new(
            entry.Item, agreement.Unit, kind, hitClass, reason, agreement.Score, agreement.Matched, agreement.Coverage, _words.Start(agreement.Start), _words.End(agreement.End - 1), _comparison.LongestRun(entry, ids[agreement.Start..more]), shares);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct SeedPair(ulong Pair, int From, int To);

    // Where seeds of an item are being gathered.
    private struct Place(int length, float activation, bool isPlain)
    {
        public readonly int Length = length;
        public readonly float Activation = activation;
        public readonly bool IsPlain = isPlain;
        public int Text;
        public int First;
        public int Last;
        public float Nats;
        public uint LastPair;

        public void Begin(int text, int first) => (Text, First, Last, Nats, LastPair) = (text, first, 0, 0, 0);
    }
}
