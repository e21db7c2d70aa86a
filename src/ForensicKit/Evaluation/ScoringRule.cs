using ForensicKit.Benchmarks;
using ForensicKit.Evidence;

namespace ForensicKit.Evaluation;

/// <summary>The score of one item under one rule.</summary>
/// <param name="RunId">The run that was scored.</param>
/// <param name="Rule">The rule's id.</param>
/// <param name="ItemId">The item.</param>
/// <param name="ItemIndex">0-based position of the item in its split.</param>
/// <param name="Extracted">What the rule read from the response (an answer, a choice index); null where it found nothing.</param>
/// <param name="Correct">Whether it is right; null where the rule cannot be applied to what was recorded, or gives a share.</param>
/// <param name="Credit">Expected share of right answers, 0 to 1, where the rule averages over samples; null where <paramref name="Correct"/> says all.</param>
public sealed record ItemScore(string RunId, string Rule, string ItemId, int ItemIndex, string? Extracted, bool? Correct, double? Credit = null);

/// <summary>
/// One documented way of turning stored responses into item scores. Rules are pure: the same responses give the same scores for ever.
/// </summary>
public interface IScoringRule
{
    /// <summary>Stable id, for example <c>gsm8k/strict-match</c>.</summary>
    string Id { get; }

    /// <summary>A short name for tables and figures.</summary>
    string Title { get; }

    /// <summary>What exactly is done, with the source that defines it.</summary>
    string Description { get; }

    /// <summary>Whether the rule only repeats what the recording's author counted, and so is no scoring of ours.</summary>
    bool IsOwnVerdict => false;

    /// <summary>Whether the stored responses of a run hold what this rule needs.</summary>
    bool AppliesTo(IReadOnlyList<Response> responses);

    /// <summary>Scores one item from all its responses (choices in order, samples in order).</summary>
    ItemScore Score(BenchmarkItem item, IReadOnlyList<Response> responses);
}
