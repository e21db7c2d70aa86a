using System.Runtime.CompilerServices;
using System.Text;

namespace ForensicKit.Contamination;

/// <summary>
/// Looks for benchmark items in training documents: n-grams that agree word for word are the seeds, each is extended to both sides with small
/// edits allowed, and what comes of it is measured.
/// </summary>
/// <remarks>
/// Made once from the items, then asked for one document after another: memory holds the items and one document. Presence is all that it
/// says; whether a score gained by it is <see cref="InflationTest"/>'s question. Safe for use by several threads.
/// </remarks>
public sealed class OverlapScan
{
    private readonly Dictionary<string, int> _vocabulary = new(StringComparer.Ordinal);
    private readonly List<Field> _fields = [];
    private readonly Dictionary<int, List<int>> _shortFields = [];
    private readonly GramIndex _index;
    private readonly int[] _lengths;

    /// <param name="items">The items, fresh ones among them; ids are unique within a benchmark.</param>
    /// <param name="options">How to look; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option lies outside its range, or two items of a benchmark have the same id.</exception>
    public OverlapScan(IReadOnlyList<ScanItem> items, OverlapOptions? options = null)
    {
        Options = options ?? new();
        if (Options.MinimumWords > Options.NGram)
            throw new ArgumentException("The shortest text that is looked for has at most an n-gram's words.", nameof(options));
        Items = items;
        _index = new(Options.NGram, Options.MostItems);
        var names = new HashSet<(string, string)>();
        for (var i = 0; i < items.Count; i++)
        {
            if (!names.Add((items[i].BenchmarkName, items[i].ItemId)))
                throw new ArgumentException($"Two items of benchmark '{items[i].BenchmarkName}' have the id '{items[i].ItemId}'.", nameof(items));
            foreach (var field in items[i].Fields)
                Add(i, field);
        }

        _lengths = [.. _index.Lengths];
        Unfindable = [.. _fields.Select(WhyNot).OfType<UnfindableField>()];
    }

    /// <summary>The items.</summary>
    public IReadOnlyList<ScanItem> Items { get; }

    /// <summary>How it looks.</summary>
    public OverlapOptions Options { get; }

    /// <summary>The fields that it cannot find by themselves, and why.</summary>
    public IReadOnlyList<UnfindableField> Unfindable { get; }

    /// <summary>Scans documents as they come; every document gives one result, in order.</summary>
    public async IAsyncEnumerable<DocumentScan> ScanAsync(
        IAsyncEnumerable<TrainingDocument> documents, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var document in documents.WithCancellation(cancellationToken))
            yield return Scan(document, cancellationToken);
    }

    /// <summary>Scans one document.</summary>
    public DocumentScan Scan(TrainingDocument document, CancellationToken cancellationToken = default)
    {
        var words = ScanWords.ReadDocument(document.Text, _vocabulary);
        var found = Found(words, cancellationToken);
        var kept = WithoutExplained(found);
        var explained = found.Count - kept.Count;
        kept.AddRange(ShortFields(kept, words.Ids));
        kept.Sort(static (a, b) => (a.DocumentStart, a.Field).CompareTo((b.DocumentStart, b.Field)));
        return new(document.Id, document.Shard, words.Count, Describe(document, words, kept), explained);
    }

    private void Add(int item, ScanField field)
    {
        var words = ScanWords.ReadItem(field.Text, _vocabulary);
        _fields.Add(new(item, field.Name, field.Role, words));
        var length = Math.Min(Options.NGram, words.Count);
        if (words.Count >= Options.MinimumWords)
            _index.Add(item, _fields.Count - 1, words.Ids, length);
        else if (field.Role != ScanRole.Question && words.Count > 0)
            (_shortFields.TryGetValue(item, out var list) ? list : _shortFields[item] = []).Add(_fields.Count - 1);
    }

    private UnfindableField? WhyNot(Field field)
    {
        Unfindable? reason = field.Words.Count < Options.MinimumWords ? Contamination.Unfindable.TooShort
            : _index.CanFind(field.Words.Ids, Math.Min(Options.NGram, field.Words.Count)) ? null
            : Contamination.Unfindable.SharedText;
        return reason is { } why ? new(Items[field.Item].BenchmarkName, Items[field.Item].ItemId, field.Name, field.Words.Count, why) : null;
    }

    // Every seed, extended; stretches of one field that follow each other in item and document are one match.
    private List<Stretch> Found(ScanWords words, CancellationToken cancellationToken)
    {
        var ids = words.Ids;
        var sums = GramIndex.Sums(ids);
        var ofField = new Dictionary<int, List<Stretch>>();
        var unknown = -1;
        for (var end = 1; end <= ids.Length; end++)
        {
            if (ids[end - 1] == ScanWords.Unknown)
                unknown = end - 1;
            if (end % 4096 == 0)
                cancellationToken.ThrowIfCancellationRequested();
            foreach (var length in _lengths)
            {
                var start = end - length;
                if (start <= unknown)
                    break;
                for (var at = _index.First(sums, start, length); at >= 0; at = _index[at].Next)
                {
                    var posting = _index[at];
                    var item = _fields[posting.Field].Words.Ids;
                    if (!item.Slice(posting.Start, length).SequenceEqual(ids.Slice(start, length)))
                        continue;
                    var earlier = ofField.TryGetValue(posting.Field, out var list) ? list : ofField[posting.Field] = [];
                    var taken = earlier.Count > 0 ? earlier[^1].DocumentEnd : 0;
                    if (start >= taken)
                        Join(earlier, Extend(posting.Field, item, posting.Start, ids, start, length, taken), item.Length);
                }
            }
        }

        return [.. ofField.OrderBy(p => p.Key).SelectMany(p => p.Value)];
    }

    private static Stretch Extend(int field, ReadOnlySpan<int> item, int itemStart, ReadOnlySpan<int> ids, int start, int length, int taken)
    {
        var right = WordAlignment.Extend(item, itemStart + length, ids, start + length, ids.Length - start - length, 1);
        var left = WordAlignment.Extend(item, itemStart - 1, ids, start - 1, start - taken, -1);
        return new(
            field, itemStart - left.ItemWords, itemStart + length + right.ItemWords, start - left.DocumentWords, start + length + right.DocumentWords,
            left.Matched + length + right.Matched, left.Columns + length + right.Columns);
    }

    private static void Join(List<Stretch> earlier, Stretch next, int itemWords)
    {
        // A few words at the joint may have been counted for both.
        const int overlap = 3;
        if (earlier.Count == 0 || next.ItemStart < earlier[^1].ItemEnd - overlap || next.DocumentStart - earlier[^1].DocumentEnd > itemWords)
        {
            earlier.Add(next);
            return;
        }

        var last = earlier[^1];
        var twice = Math.Max(0, last.ItemEnd - next.ItemStart);
        var gap = Math.Max(next.DocumentStart - last.DocumentEnd, next.ItemStart - last.ItemEnd);
        earlier[^1] = new(
            last.Field, last.ItemStart, next.ItemEnd, last.DocumentStart, next.DocumentEnd,
            last.Matched + next.Matched - twice, last.Columns + next.Columns - twice + Math.Max(0, gap));
    }

    // A place that another item matches better is that item's: siblings of one template would otherwise all be found wherever one stands.
    // A field that stands there word for word is there, whatever else is; but not as an answer that repeats its own question's words.
    private List<Stretch> WithoutExplained(List<Stretch> found)
    {
        var order = found.OrderBy(s => s.DocumentStart).ThenByDescending(s => s.DocumentEnd).ToList();
        var explained = new HashSet<Stretch>();
        for (var i = 0; i < order.Count; i++)
        {
            for (var j = i + 1; j < order.Count && order[j].DocumentStart < order[i].DocumentEnd; j++)
            {
                if (IsExplained(order[i], order[j]))
                    explained.Add(order[i]);
                else if (IsExplained(order[j], order[i]))
                    explained.Add(order[j]);
            }
        }

        return [.. found.Where(s => !explained.Contains(s))];
    }

    private bool IsExplained(Stretch one, Stretch other)
    {
        if (one.Field == other.Field)
            return false;
        var isVerbatim = one.Matched == one.Columns && one.Matched == _fields[one.Field].Words.Count;
        if (isVerbatim && _fields[one.Field].Item != _fields[other.Field].Item)
            return false;
        var shared = Math.Min(one.DocumentEnd, other.DocumentEnd) - Math.Max(one.DocumentStart, other.DocumentStart);
        // At least four fifths of the place, and a better alignment.
        return 5L * shared >= 4L * (one.DocumentEnd - one.DocumentStart) && (2 * other.Matched) - other.Columns > (2 * one.Matched) - one.Columns;
    }

    // Answers and choices too short to be looked for everywhere are looked for right after their question.
    private IEnumerable<Stretch> ShortFields(IReadOnlyList<Stretch> found, ReadOnlySpan<int> ids)
    {
        var result = new List<Stretch>();
        foreach (var question in found.Where(s => _fields[s.Field].Role == ScanRole.Question && IsPresent(s)))
        {
            if (!_shortFields.TryGetValue(_fields[question.Field].Item, out var fields))
                continue;
            var choices = fields.Where(f => _fields[f].Role == ScanRole.WrongChoice).ToList();
            var end = question.DocumentEnd;
            // Choices follow the question with a label each; a leak that states only the answer has no choices in between.
            var reach = choices.Sum(f => (2 * _fields[f].Words.Count) + 4) + 16;
            foreach (var field in choices)
                result.AddRange(Occurrences(field, ids, question.DocumentEnd, reach));
            end = result.Where(s => s.DocumentStart >= question.DocumentEnd && s.DocumentEnd <= question.DocumentEnd + reach + 64)
                .Select(s => s.DocumentEnd).Append(end).Max();
            foreach (var field in fields.Where(f => _fields[f].Role is ScanRole.Answer or ScanRole.AnswerKey))
                result.AddRange(Occurrences(field, ids, question.DocumentEnd, end - question.DocumentEnd + (8 * _fields[field].Words.Count)));
        }

        return result.Distinct();
    }

    private IEnumerable<Stretch> Occurrences(int field, ReadOnlySpan<int> ids, int from, int reach)
    {
        var words = _fields[field].Words.Ids;
        var result = new List<Stretch>();
        for (var start = from; start < from + reach && start + words.Length <= ids.Length; start++)
        {
            if (!ids.Slice(start, words.Length).SequenceEqual(words))
                continue;
            result.Add(new(field, 0, words.Length, start, start + words.Length, words.Length, words.Length));
            start += words.Length - 1;
        }

        return result;
    }

    private bool IsPresent(Stretch stretch) => stretch.Matched >= Options.MinimumCoverage * _fields[stretch.Field].Words.Count;

    private List<OverlapMatch> Describe(TrainingDocument document, ScanWords words, List<Stretch> found)
    {
        var bytes = new ByteOffsets(document.Text);
        // Ends do not ascend with the starts; each kind is counted in its own order.
        var starts = found.Select(s => bytes.At(words.Start(s.DocumentStart))).ToList();
        var byEnd = Enumerable.Range(0, found.Count).OrderBy(i => found[i].DocumentEnd).ToList();
        var ends = new long[found.Count];
        bytes = new ByteOffsets(document.Text);
        foreach (var i in byEnd)
            ends[i] = bytes.At(words.End(found[i].DocumentEnd - 1));
        return [.. found.Select((s, i) =>
        {
            var field = _fields[s.Field];
            var item = Items[field.Item];
            return new OverlapMatch(
                item.BenchmarkName, item.ItemId, field.Name, document.Id, document.Shard,
                words.Start(s.DocumentStart), words.End(s.DocumentEnd - 1), field.Words.Start(s.ItemStart), field.Words.End(s.ItemEnd - 1),
                s.Matched, Math.Min(1, (double)s.Matched / field.Words.Count), Math.Min(1, (double)s.Matched / s.Columns))
            {
                Role = field.Role,
                DocumentStartByte = starts[i],
                DocumentEndByte = ends[i],
            };
        })];
    }

    /// <summary>Counts UTF-8 bytes up to ascending places without starting anew.</summary>
    private sealed class ByteOffsets(string text)
    {
        private int _at;
        private long _bytes;

        public long At(int place)
        {
            _bytes += Encoding.UTF8.GetByteCount(text.AsSpan(_at, place - _at));
            _at = place;
            return _bytes;
        }
    }

    private sealed record Field(int Item, string Name, ScanRole Role, ScanWords Words);

    // In words.
    private sealed record Stretch(int Field, int ItemStart, int ItemEnd, int DocumentStart, int DocumentEnd, int Matched, int Columns);
}
