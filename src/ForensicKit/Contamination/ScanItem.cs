using System.Globalization;
using ForensicKit.Benchmarks;

namespace ForensicKit.Contamination;

/// <summary>What a field of an item gives away.</summary>
public enum ScanRole
{
    /// <summary>The question, or what stands before the answer.</summary>
    Question,

    /// <summary>The right answer.</summary>
    Answer,

    /// <summary>The right answer pointed at ("Answer: B"): says it whatever else stands there.</summary>
    AnswerKey,

    /// <summary>A wrong choice: where it stands too, the right one beside it gives nothing away.</summary>
    WrongChoice,
}

/// <summary>A text of an item that is looked for.</summary>
/// <param name="Name">Its name, unique in the item, for example <c>question</c>.</param>
/// <param name="Text">The text.</param>
/// <param name="Role">What it gives away.</param>
public sealed record ScanField(string Name, string Text, ScanRole Role);

/// <summary>An item that is looked for in training documents.</summary>
/// <param name="BenchmarkName">The benchmark.</param>
/// <param name="ItemId">The item, unique in its benchmark.</param>
/// <param name="Fields">Its texts.</param>
/// <param name="IsFresh">Whether the item was made after the documents, so that it cannot be among them: the scan's control.</param>
public sealed record ScanItem(string BenchmarkName, string ItemId, IReadOnlyList<ScanField> Fields, bool IsFresh = false)
{
    /// <summary>
    /// Whether it is of another published split, training items or examples for prompts: it is not looked for, but a place that agrees with it as
    /// well as with an item is not taken for the item.
    /// </summary>
    public bool IsExample { get; init; }

    /// <summary>
    /// The texts of a benchmark's item: <c>question</c> and <c>answer</c>; with choices also <c>answer letter</c> ("Answer: B") and
    /// <c>wrong choice 1</c>, <c>2</c>, ….
    /// </summary>
    public static ScanItem From(string benchmarkName, BenchmarkItem item, bool isFresh = false)
    {
        List<ScanField> fields = [new("question", item.Question, ScanRole.Question), new("answer", item.Gold, ScanRole.Answer)];
        if (item.GoldChoice is { } gold)
        {
            fields.Add(new("answer letter", string.Create(CultureInfo.InvariantCulture, $"Answer: {(char)('A' + gold)}"), ScanRole.AnswerKey));
            fields.AddRange(item.Choices.Where((_, i) => i != gold)
                .Select((c, i) => new ScanField(string.Create(CultureInfo.InvariantCulture, $"wrong choice {i + 1}"), c, ScanRole.WrongChoice)));
        }

        return new(benchmarkName, item.Id, fields, isFresh);
    }
}
