using System.Globalization;
using ForensicKit.Benchmarks;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;
using ForensicKit.Manifests;

namespace ForensicKit.Importing;

/// <summary>One record of a recording, joined to its benchmark item where it has one.</summary>
/// <param name="Place">File and position of the record.</param>
/// <param name="Item">The item it answers; null where none fits.</param>
/// <param name="Responses">What it holds: one response per sample, or per choice; empty where no item fits.</param>
/// <param name="Reason">Why no item fits; null where one does.</param>
public sealed record RecordedRecord(string Place, BenchmarkItem? Item, IReadOnlyList<Response> Responses, string? Reason)
{
    /// <summary>The reference answer that the recording's author scored against, where it is not the benchmark's; null otherwise.</summary>
    public string? OtherReference { get; init; }
}

/// <summary>A format in which somebody recorded a model's responses.</summary>
public interface IRecordedFormat
{
    /// <summary>Name used in manifests.</summary>
    string Name { get; }

    /// <summary>What the files hold and how records are joined to items.</summary>
    string Description { get; }

    /// <summary>The records of one run, one at a time.</summary>
    /// <exception cref="KitException">A file is damaged, cut off or of another format.</exception>
    IEnumerable<RecordedRecord> Read(string runId, IReadOnlyList<VerifiedArtifact> files, IReadOnlyList<BenchmarkItem> items, CancellationToken cancellationToken);
}

/// <summary>A record that answers no item of the benchmark.</summary>
/// <param name="Place">File and position.</param>
/// <param name="Reason">Why it is left out.</param>
public sealed record UnmatchedRecord(string Place, string Reason);

/// <summary>An item that the recording's author scored against another reference than the benchmark's.</summary>
/// <param name="Item">The item.</param>
/// <param name="Reference">Their reference.</param>
public sealed record OtherReference(BenchmarkItem Item, string Reference);

/// <summary>A recorded run, joined to the benchmark.</summary>
/// <param name="Responses">Every response, in the order of items, choices and samples.</param>
/// <param name="Unmatched">The first records that answer no item, at most <see cref="MostShown"/>.</param>
/// <param name="UnmatchedCount">How many there are in all.</param>
/// <param name="Unanswered">Items without a record.</param>
public sealed record RecordedRun(
    IReadOnlyList<Response> Responses, IReadOnlyList<UnmatchedRecord> Unmatched, int UnmatchedCount, IReadOnlyList<BenchmarkItem> Unanswered)
{
    /// <summary>Items that the author's flags do not judge by the benchmark's own reference.</summary>
    public IReadOnlyList<OtherReference> OtherReferences { get; init; } = [];

    /// <summary>Most unmatched records that are kept.</summary>
    public const int MostShown = 100;
}

/// <summary>Every format of recordings, and the one way to read a recording.</summary>
public static class RecordedFormats
{
    /// <summary>Every format.</summary>
    public static IReadOnlyList<IRecordedFormat> All { get; } = [new RecordedGsmPlus(), new RecordedMetaMath(), new RecordedToRA(), new RecordedSego(), new RecordedHellaSwag()];

    /// <summary>Reads a recording whose files were found and checked. Memory is bounded by the benchmark's size.</summary>
    /// <exception cref="KitException">A file is damaged, or two records answer the same item.</exception>
    public static RecordedRun Read(
        RecordingStatement recording, string runId, IReadOnlyList<VerifiedArtifact> files, IReadOnlyList<BenchmarkItem> items, CancellationToken cancellationToken)
    {
        var format = All.FirstOrDefault(known => known.Name == recording.Format)
            ?? throw new ArgumentException($"'{recording.Format}' is not a format of recordings.", nameof(recording));
        var byItem = new Dictionary<int, RecordedRecord>();
        var unmatched = new List<UnmatchedRecord>();
        var unmatchedCount = 0;
        foreach (var record in format.Read(runId, files, items, cancellationToken))
        {
            if (record.Item is null)
            {
                unmatchedCount++;
                if (unmatched.Count < RecordedRun.MostShown)
                    unmatched.Add(new(record.Place, record.Reason ?? "No item fits."));
            }
            else if (!byItem.TryAdd(record.Item.Index, record))
            {
                throw new KitException(
                    $"The item '{record.Item.Id}' is answered twice; the first time at {byItem[record.Item.Index].Place}.", record.Place,
                    "Give each run its own recording.");
            }
        }

        return new RecordedRun(
            [.. byItem.OrderBy(pair => pair.Key).SelectMany(pair => pair.Value.Responses)], unmatched, unmatchedCount,
            [.. items.Where(item => !byItem.ContainsKey(item.Index))])
        {
            OtherReferences = [.. byItem.OrderBy(pair => pair.Key).Where(pair => pair.Value.OtherReference is not null).Select(pair => new OtherReference(pair.Value.Item!, pair.Value.OtherReference!))],
        };
    }
}

/// <summary>Looks items up by what recordings hold of them. Texts must be equal to the character; nothing is guessed.</summary>
internal sealed class ItemLookup
{
    private readonly Dictionary<string, BenchmarkItem?> _items = new(StringComparer.Ordinal);

    /// <param name="items">The benchmark.</param>
    /// <param name="key">What the recording holds of an item.</param>
    public ItemLookup(IReadOnlyList<BenchmarkItem> items, Func<BenchmarkItem, string> key)
    {
        // Two items with the same text cannot be told apart: neither is found.
        foreach (var item in items)
            _items[key(item)] = _items.ContainsKey(key(item)) ? null : item;
    }

    /// <summary>The record with its item, or with the reason why there is none.</summary>
    /// <param name="place">Where the record stands.</param>
    /// <param name="key">What it holds of its item.</param>
    /// <param name="what">What that is, for messages.</param>
    /// <param name="reference">The reference number that its author scored against; null where it is not recorded.</param>
    /// <param name="responses">Makes the responses once the item is known.</param>
    public RecordedRecord Join(string place, string key, string what, string? reference, Func<BenchmarkItem, IReadOnlyList<Response>> responses)
    {
        if (!_items.TryGetValue(key, out var item))
            return new(place, null, [], $"No item of the benchmark has the {what} '{Start(key)}'.");
        return item is null
            ? new(place, null, [], $"Several items of the benchmark have the {what} '{Start(key)}'.")
            : new(place, item, responses(item), null)
            {
                OtherReference = reference is null || PlainNumber.AreEqual(reference, Gsm8kRules.Reference(item)) ? null : reference,
            };
    }

    private static string Start(string text) => text.Length <= 60 ? text : string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, 60)}…");
}
