using System.Globalization;
using System.Text.RegularExpressions;
using ForensicKit.Benchmarks;
using ForensicKit.Evidence;
using ForensicKit.Models;
using ForensicKit.Statistics;

namespace ForensicKit.Evaluation;

/// <summary>
/// Ways of scoring programs by running them. Not an <see cref="IScoringRule"/>: a sandbox takes part, so a score is what came of a run, and
/// without a sandbox there is none.
/// </summary>
/// <param name="Id">Stable id.</param>
/// <param name="Title">A short name for tables and figures.</param>
/// <param name="Description">What exactly is done, with the source that defines it.</param>
/// <param name="IsAnySample">Whether one sample that passes is enough, instead of the first.</param>
/// <param name="K">k of an unbiased pass@k over all samples; null where single samples decide.</param>
public sealed record ProgramRule(string Id, string Title, string Description, bool IsAnySample, int? K = null)
{
    /// <summary>Runs what a model wrote for an item.</summary>
    public async Task<ItemScore> ScoreAsync(BenchmarkItem item, IReadOnlyList<Response> responses, ICodeSandbox sandbox, CancellationToken cancellationToken)
    {
        var samples = responses.OrderBy(r => r.SampleIndex).Where(r => r.Text is not null).ToList();
        if (samples.Count == 0)
            return ItemScores.Of(responses[0], Id, item, null, null);
        var outcomes = new List<SandboxOutcome>();
        foreach (var sample in IsAnySample || K is not null ? samples : samples.Take(1))
        {
            var program = new SandboxProgram(item.Question + sample.Text, item.Fields["test"], item.Fields["entry_point"]);
            outcomes.Add((await sandbox.RunAsync(program, cancellationToken)).Outcome);
            if (outcomes[^1] == SandboxOutcome.Passed && K is null)
                break;
        }

        if (K is not { } k)
            return ItemScores.Of(responses[0], Id, item, outcomes[^1].ToString(), outcomes[^1] == SandboxOutcome.Passed);
        // What each was stopped for: counted, the commonest first.
        var all = string.Join(", ", outcomes.CountBy(o => o).OrderByDescending(o => o.Value).ThenBy(o => o.Key).Select(o => FormattableString.Invariant($"{o.Key} {o.Value}")));
        var score = ItemScores.Of(responses[0], Id, item, all, null);
        return samples.Count < k ? score : score with { Credit = PassAtK.Estimate(samples.Count, outcomes.Count(o => o == SandboxOutcome.Passed), k) };
    }
}

/// <summary>Every way of scoring programs.</summary>
public static partial class ProgramRules
{
    private const string Source = "The prompt and what the model wrote after it are one program; the benchmark's check runs after it. Source: Chen et al. 2021, arXiv:2107.03374, section 2.1.";

    /// <summary>Every rule.</summary>
    public static IReadOnlyList<ProgramRule> All { get; } =
    [
        new("code/pass-at-1", "Passes at the first try", "The first sample passes the benchmark's check. " + Source, IsAnySample: false),
        new("code/any-sample", "Any sample passes", "At least one of the samples passes the benchmark's check: pass@k for k samples, a number that is higher than pass@1 by construction. " + Source, IsAnySample: true),
    ];

    /// <summary>The rule of that id, <c>code/pass@K</c> included; null where there is none.</summary>
    public static ProgramRule? Find(string id) => All.FirstOrDefault(rule => rule.Id == id)
        ?? (AtK().Match(id) is { Success: true } match ? AtK(id, int.Parse(match.Groups["k"].Value, CultureInfo.InvariantCulture)) : null);

    private static ProgramRule AtK(string id, int k) => new(
        id, FormattableString.Invariant($"pass@{k}"),
        FormattableString.Invariant($"The chance that at least one of {k} samples, drawn without replacement from all, passes the benchmark's check: 1 − C(n−c, k)/C(n, k). ") + Source, IsAnySample: false, k);

    [GeneratedRegex("^code/pass@(?<k>[1-9][0-9]{0,3})$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AtK();
}

/// <summary>Which language a benchmark's programs are in.</summary>
internal static class ProgramLanguage
{
    /// <summary>JavaScript where the prompt opens a <c>function</c>, Python where it has a <c>def</c>.</summary>
    /// <exception cref="KitException">It is neither.</exception>
    public static string Of(BenchmarkItem item) => item.Question switch
    {
        var text when text.Contains("def ", StringComparison.Ordinal) => "python",
        var text when text.Contains("function ", StringComparison.Ordinal) => "javascript",
        _ => throw new KitException("The program's language cannot be told from its prompt.", item.Id, "Programs in Python and JavaScript can be run."),
    };
}
