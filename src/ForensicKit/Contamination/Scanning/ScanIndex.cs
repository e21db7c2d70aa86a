using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace ForensicKit.Contamination.Scanning;

/// <summary>The items that are looked for, made ready: their words, what each word is worth, and the seeds that lead to them.</summary>
/// <remarks>
/// A word of an item is worth ln(n / items that have it) nats, among all items or among those of its own benchmark, whichever is less: neither
/// what every text has nor what every problem of a kind has tells one item from another. In a phrase of many items it is worth no more than
/// its surprise after the words before it: the words of a template are worth little, however rare they are elsewhere.
/// </remarks>
public sealed class ScanIndex
{
    // A word of more than this share of the items is no part of a seed (a larger share of few items).
    private const int LeastCommon = 25;
    private const int FewCommon = 150;
    private const double CommonShare = 0.03;

    // Telling words of an item make a pair up to so many telling words apart.
    private const int FarthestInItem = 2;

    // Questions of fewer seeds, counted as seeds of one item alone, are weak.
    private const float WeakPairs = 3.1f;

    // Questions from this many words on consist of a passage and what is asked about it.
    private const int PassageWords = 60;
    private const int LeastAnswerWords = 8;

    // Questions of more words are not looked for as edited copies: what is left of them is enough.
    private const int MostEdited = 200;

    private readonly WordKind[] _kinds;

    // Only while the index is made.
    private readonly HashSet<int> _ideographs = [];

    // In how many items each word is.
    private readonly int[] _items;

    // Items whose questions have so few seeds that an edited copy may have none of them.
    private readonly bool[] _weak;

    private ScanIndex(IReadOnlyList<ScanItem> items)
    {
        Benchmarks = [.. items.Select(i => i.BenchmarkName).Distinct(StringComparer.Ordinal)];
        var numbers = Benchmarks.Select((b, i) => (b, i)).ToDictionary(p => p.b, p => p.i, StringComparer.Ordinal);
        Words = new();
        Entries = [.. items.Where(i => !i.IsExample).Select(i => Entry(i, numbers[i.BenchmarkName]))];
        var examples = items.Where(i => i.IsExample).Select(i => Entry(i, numbers[i.BenchmarkName])).ToList();
        LogItems = (float)Math.Log(Math.Max(CommonWords.EnoughItems, Entries.Length));
        MarkSharedQuestions();
        var all = Frequencies(Entries);
        var common = new CommonWords(Words);
        Weigh(all, common, examples);
        ExampleEntries = examples;
        var most = Math.Max(Math.Max(LeastCommon, (int)(Entries.Length * CommonShare)), Math.Min(FewCommon, Entries.Length / 5));
        _kinds = [.. all.Select((n, word) => (n > 0 && n <= most && !common.IsEverywhere(word) ? WordKind.Telling : WordKind.None) | (_ideographs.Contains(word) ? WordKind.Ideograph : WordKind.None))];
        _items = all;
        var pairs = PairsOf();
        var weak = Activate(pairs);
        Plain = new(Entries, weak);
        Short = new(Entries, all, IsTelling, weak);
        for (var word = 0; word < _kinds.Length; word++)
            _kinds[word] |= Short.At(word) is null ? WordKind.None : WordKind.Anchor;
        Pairs = PairTableOf(PairsOf(weak), weak);
        _weak = weak;
        LinkExamples(examples);
    }

    private ScanIndex(ScanIndex whole, Func<int, bool> isWanted)
    {
        (Benchmarks, ExampleEntries, Words, Entries, LogItems, _kinds, _items, _weak) = (whole.Benchmarks, whole.ExampleEntries, whole.Words, whole.Entries, whole.LogItems, whole._kinds, whole._items, whole._weak);
        Plain = whole.Plain;
        bool IsWanted(int item) => isWanted(Entries[item].Benchmark);
        Short = new(Entries, _items, IsTelling, _weak, IsWanted);
        Pairs = PairTableOf(PairsOf(_weak), _weak, IsWanted);
    }

    /// <summary>Names of the benchmarks.</summary>
    public IReadOnlyList<string> Benchmarks { get; }

    /// <summary>For each benchmark, items of other splits that places are held against.</summary>
    public IReadOnlyList<int> Examples => [.. Benchmarks.Select((_, b) => ExampleEntries.Count(e => e.Benchmark == b))];

    internal IReadOnlyList<ScanEntry> ExampleEntries { get; }

    /// <summary>Nats that agreement costs, since so many items are looked for in so many places: ln of the items, at least 10.</summary>
    public float ChanceNats => Math.Max(10, LogItems);

    /// <summary>ln of the number of items: what a pair of words that one item has is worth.</summary>
    internal float LogItems { get; }

    internal ScanEntry[] Entries { get; }

    internal WordTable Words { get; }

    internal PairTable Pairs { get; }

    internal ShortTexts Short { get; }

    internal PlainTexts Plain { get; }

    /// <summary>Makes the items ready.</summary>
    /// <param name="items">The items; ids are unique within a benchmark.</param>
    public static ScanIndex Of(IReadOnlyList<ScanItem> items) => new(items);

    /// <summary>
    /// The same items, but places are looked for only where an item of some benchmarks may stand: words are worth the same, and each of those
    /// items meets the same candidates. Items that share a pair of words with them may still be met.
    /// </summary>
    /// <param name="isWanted">Which benchmarks, by their place in <see cref="Benchmarks"/>.</param>
    internal ScanIndex Leading(Func<int, bool> isWanted) => new(this, isWanted);

    /// <summary>For each item, in their order, whether it would be found if it stood there word for word.</summary>
    internal bool[] Findable(ScanThresholds thresholds) => [.. Entries.Select((entry, number) =>
        (Short.Has(number) && entry.Units.Any(u => u.IsShort) && entry.QuestionNats >= ChanceNats)
        || entry.Units.Any(u => u.MayBeNear && u.Total >= UnitWords.LeastNear)
        || entry.Units.Any(u => u.Unit == ScanUnit.Edited && PlaceComparison.WordForWord(u) >= UnitWords.LeastEdited)
        || entry.Units.Any(u => u.Unit != ScanUnit.Edited && u.Total > 0 && (u.Total - ChanceNats) / u.Total >= thresholds.Of(number)[(int)u.Unit]))];

    /// <summary>Whether a word may be part of a seed.</summary>
    internal bool IsTelling(int word) => (KindOf(word) & WordKind.Telling) != WordKind.None;

    /// <summary>What a word may do.</summary>
    internal WordKind KindOf(int word) => (uint)word < (uint)_kinds.Length ? _kinds[word] : WordKind.None;

    private ScanEntry Entry(ScanItem item, int benchmark)
    {
        var words = new WordList();
        var signs = new List<bool>();
        void Add(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            WordReader.Read(bytes, Words, adds: true, words);
            for (var i = signs.Count; i < words.Count; i++)
            {
                signs.Add(char.IsAsciiDigit((char)bytes[words.Start(i)]) || words.End(i) - words.Start(i) == 1);
                if (Rune.DecodeFromUtf8(bytes.AsSpan(words.Start(i)), out var rune, out _) == OperationStatus.Done && LetterFolding.KindOf(rune.Value) == LetterKind.Ideograph)
                    _ideographs.Add(words.Ids[i]);
            }
        }

        var question = ItemTexts.Question(item);
        Add(question);
        var asked = words.Count;
        var answer = ItemTexts.Answer(item);
        var given = CodeNames.Of(question + answer);
        // A program has no passage that others quote.
        var ask = asked > PassageWords && given.Count == 0 ? asked - FirstWordOf(words, ItemTexts.LastSentence(question)) : 0;
        var names = new List<bool[]>();
        void Mark(string text, int first)
        {
            if (given.Count == 0)
                return;
            var marks = new bool[words.Count];
            CodeNames.Mark(text, given, words, first, marks);
            names.Add(marks[first..]);
        }

        Mark(question, 0);
        Add(answer);
        var answered = words.Count - asked;
        Mark(answer, asked);
        foreach (var choice in ItemTexts.Choices(item))
            Add(choice);
        return new()
        {
            Item = item,
            Benchmark = benchmark,
            Words = [.. words.Ids],
            QuestionWords = asked,
            AnswerWords = answered,
            AskWords = ask,
            Names = [.. names.SelectMany(n => n)],
            Signs = [.. signs],
        };
    }

    private static int FirstWordOf(WordList words, int fromByte)
    {
        var word = words.Count;
        while (word > 0 && words.Start(word - 1) >= fromByte)
            word--;
        return word;
    }

    private void MarkSharedQuestions()
    {
        foreach (var same in Entries.GroupBy(e => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(e.Words.AsSpan(0, e.QuestionWords)))), StringComparer.Ordinal))
        {
            var count = same.Count();
            foreach (var entry in same)
                entry.SameQuestion = count;
        }
    }

    // An item is held against the examples on whose text it may be found.
    private void LinkExamples(List<ScanEntry> examples)
    {
        var scanner = new TextScanner(this, ScanThresholds.Same(this, 0));
        var links = new Dictionary<int, List<ScanEntry>>();
        foreach (var example in examples)
        {
            foreach (var item in scanner.Candidates(Encoding.UTF8.GetBytes(example.Text)))
            {
                if (Entries[item].Benchmark == example.Benchmark)
                    (links.TryGetValue(item, out var linked) ? linked : links[item] = []).Add(example);
            }
        }

        foreach (var (item, linked) in links)
            Entries[item].Examples = [.. linked];
    }

    private int[] Frequencies(IEnumerable<ScanEntry> entries)
    {
        var (counts, last) = (new int[Words.Count], new int[Words.Count]);
        var number = 0;
        foreach (var entry in entries)
        {
            number++;
            foreach (var word in entry.Words)
            {
                if (last[word] == number)
                    continue;
                last[word] = number;
                counts[word]++;
            }
        }

        return counts;
    }

    // A word of examples alone is as rare as one of a single item.
    private void Weigh(int[] all, CommonWords common, List<ScanEntry> examples)
    {
        var phrases = new PhraseCounts(Entries);
        var words = all.Sum(n => (long)n);
        var ofBenchmark = examples.ToLookup(e => e.Benchmark);
        foreach (var group in Entries.GroupBy(e => e.Benchmark))
        {
            var own = Frequencies(group);
            var n = group.Count();
            foreach (var entry in group.Concat(ofBenchmark[group.Key]))
            {
                entry.Weights = new float[entry.Words.Length];
                // Nearly all items are no programs.
                entry.NamelessWeights = entry.Names.Length > 0 ? new float[entry.Words.Length] : entry.Weights;
                for (var i = 0; i < entry.Words.Length; i++)
                {
                    var word = entry.Words[i];
                    var worth = Math.Min(common.Nats(word, Math.Max(1, all[word]), Entries.Length), common.Nats(word, Math.Max(1, own[word]), n));
                    if (i < entry.QuestionWords)
                        entry.QuestionNats += (float)Math.Max(0, worth);
                    entry.Weights[i] = (float)Math.Max(0, Math.Min(worth, phrases.Surprise(entry.Words, i, all)));
                    entry.NamelessWeights[i] = i < entry.Names.Length && entry.Names[i] ? 0 : entry.Weights[i];
                }

                if (entry.QuestionWords is >= UnitWords.LeastShort and <= MostEdited && entry.AskWords == 0)
                    (entry.Alone, entry.After) = phrases.Costs(entry, isCounted: !entry.Item.IsExample, all, words);
                entry.Units = [.. UnitsOf(entry)];
            }
        }
    }

    private static IEnumerable<UnitWords> UnitsOf(ScanEntry entry)
    {
        var (q, a, n) = (entry.QuestionWords, entry.AnswerWords, entry.Words.Length);
        UnitWords Unit(ScanUnit unit, int start, int end, int start2, int end2)
        {
            // Of the words that are compared.
            var first = Math.Min(end, start + ScanEntry.MostWords);
            var second = Math.Min(end2, start2 + ScanEntry.MostWords - (first - start));
            return new(unit, start, end, start2, end2, entry.WeightOf(unit, start, first) + entry.WeightOf(unit, start2, second));
        }

        if (q > 0)
            yield return Unit(ScanUnit.Question, 0, q, n, n);
        if (q > 0 && a > 0)
            yield return Unit(ScanUnit.QuestionAndAnswer, 0, q + a, n, n);
        if (n > q + a)
            yield return Unit(ScanUnit.QuestionAndChoices, 0, q, q + a, n);
        // A choice may be the answer to other questions.
        if (a >= LeastAnswerWords && n == q + a)
            yield return Unit(ScanUnit.Answer, q, q + a, n, n);
        if (entry.AskWords > 0)
            yield return Unit(ScanUnit.Ask, q - entry.AskWords, q, n, n);
        if (q > 0 && entry.Names.Length > 0)
            yield return Unit(ScanUnit.Nameless, 0, q, n, n);
        // The last: looked for where no other is found.
        if (entry.After.Length > 0)
            yield return new(ScanUnit.Edited, 0, q, n, n, entry.After.Sum());
    }

    private PairTable PairTableOf(List<ItemPair> sorted, bool[] weak, Func<int, bool>? isWanted = null) =>
        PairTable.Of(sorted, Math.Max(CommonWords.EnoughItems, Entries.Length), weak, isWanted);

    // Every pair of every item, in the order of their hashes; those of the choices, too, where the question has few.
    private List<ItemPair> PairsOf(bool[]? weak = null)
    {
        var pairs = new List<ItemPair>();
        var telling = new List<int>();
        var seen = new HashSet<ulong>();
        void Add(int item, ReadOnlySpan<int> words, bool isQuestion)
        {
            void AddPair(ulong pair)
            {
                if (seen.Add(pair))
                    pairs.Add(new(pair, item, isQuestion));
            }

            words = words[..Math.Min(words.Length, ScanEntry.MostWords)];
            telling.Clear();
            foreach (var word in words)
            {
                if (IsTelling(word))
                    telling.Add(word);
            }

            for (var i = 1; i < words.Length; i++)
            {
                if ((KindOf(words[i]) & KindOf(words[i - 1]) & WordKind.Ideograph) == WordKind.None)
                    continue;
                AddPair(PairTable.HashNext(words[i - 1], words[i]));
                if (i > 1 && (KindOf(words[i - 2]) & WordKind.Ideograph) != WordKind.None)
                    AddPair(PairTable.HashNext(words[i - 2], words[i - 1], words[i]));
            }

            for (var i = 0; i < telling.Count; i++)
            {
                for (var j = i + 1; j < telling.Count && j <= i + FarthestInItem; j++)
                {
                    if (telling[i] != telling[j])
                        AddPair(PairTable.Hash(telling[i], telling[j]));
                }
            }
        }

        for (var e = 0; e < Entries.Length; e++)
        {
            seen.Clear();
            Add(e, Entries[e].Words.AsSpan(0, Entries[e].QuestionWords), isQuestion: true);
            Add(e, Entries[e].Words.AsSpan(0, weak?[e] == true ? Entries[e].Words.Length : Entries[e].QuestionWords + Entries[e].AnswerWords), isQuestion: false);
        }

        pairs.Sort(static (a, b) => a.Hash != b.Hash ? a.Hash.CompareTo(b.Hash) : a.Item.CompareTo(b.Item));
        return pairs;
    }

    // From which nats of seeds on a place is compared; and which items are weak.
    private bool[] Activate(List<ItemPair> sorted)
    {
        var own = Strengths(sorted, PairTable.MostItems);
        var all = Strengths(sorted, PairTable.MostItemsOfWeak);
        for (var i = 0; i < Entries.Length; i++)
        {
            var (question, whole) = own[i].Question < LogItems ? all[i] : own[i];
            // An answer may leak where the question is no more than a few plain words.
            question = question < LogItems ? whole : question;
            // More than one chance pair; a twentieth of all that the item has; and never more than nearly all.
            Entries[i].Activation = Math.Min(0.9f * question, Math.Clamp(0.05f * whole, 1.5f * LogItems, 6 * LogItems));
        }

        return [.. own.Select(s => s.Question < WeakPairs * LogItems)];
    }

    // What the pairs of each item are worth, those of too many items left out.
    private (float Question, float Whole)[] Strengths(List<ItemPair> sorted, int mostItems)
    {
        var strengths = new (float Question, float Whole)[Entries.Length];
        foreach (var (start, count) in PairTable.Runs(sorted))
        {
            if (count > mostItems)
                continue;
            var weight = LogItems - (float)Math.Log(count);
            for (var i = start; i < start + count; i++)
            {
                ref var strength = ref strengths[sorted[i].Item];
                strength.Whole += weight;
                strength.Question += sorted[i].IsQuestion ? weight : 0;
            }
        }

        return strengths;
    }
}
