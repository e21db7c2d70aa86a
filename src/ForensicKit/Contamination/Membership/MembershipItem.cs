using ForensicKit.Benchmarks;

namespace ForensicKit.Contamination.Membership;

/// <summary>An item as the battery asks a model about it.</summary>
/// <param name="Id">Unique within its set.</param>
/// <param name="Text">The item as it would stand in training text: question and right answer; not empty.</param>
public sealed record MembershipItem(string Id, string Text)
{
    /// <summary>What stands before the answer; null where the item is one text.</summary>
    public string? Prompt { get; init; }

    /// <summary>The bare question; null where the item is one text.</summary>
    public string? Question { get; init; }

    /// <summary>The right answer; null where it is not known.</summary>
    public string? Answer { get; init; }

    /// <summary>The choices of a multiple-choice item, in order; empty otherwise.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>0-based index of the right choice; null where there are none.</summary>
    public int? Gold { get; init; }

    /// <summary>Items are exchangeable within a subject; empty where there is one.</summary>
    public string Subject { get; init; } = "";

    /// <summary>Everything that is written in the item, its choices included: what the control without a model reads.</summary>
    public string Everything => Choices.Count == 0 ? Text : Text + "\n" + string.Join('\n', Choices);

    /// <summary>An item made of its parts.</summary>
    /// <param name="id">Unique within its set.</param>
    /// <param name="prompt">What stands before the answer.</param>
    /// <param name="question">The bare question.</param>
    /// <param name="answer">The right answer; null where it is not known.</param>
    public static MembershipItem Of(string id, string prompt, string question, string? answer) => new(id, Joined(prompt, answer))
    {
        Prompt = prompt,
        Question = question,
        Answer = answer,
    };

    /// <summary>An item of a benchmark.</summary>
    /// <param name="item">The item.</param>
    /// <param name="prompt">What its own template makes of its question.</param>
    public static MembershipItem From(BenchmarkItem item, string prompt) => Of(item.Id, prompt, item.Question, item.Gold) with
    {
        Choices = item.Choices,
        Gold = item.GoldChoice,
        Subject = item.Subject ?? "",
    };

    /// <summary>An answer behind what stands before it.</summary>
    internal static string Joined(string prompt, string? answer) => answer is not { Length: > 0 } ? prompt : prompt + Separator(prompt, answer) + answer;

    /// <summary>What stands between: nothing where either brings its own white space.</summary>
    internal static string Separator(string prompt, string answer) => prompt.Length == 0 || char.IsWhiteSpace(prompt[^1]) || char.IsWhiteSpace(answer[0]) ? "" : " ";
}
