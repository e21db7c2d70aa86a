using ForensicKit.Benchmarks;
using ForensicKit.Evidence;
using ForensicKit.Models;

namespace ForensicKit.Evaluation;

/// <summary>
/// Ways of scoring programs by running them. Not an <see cref="IScoringRule"/>: a sandbox takes part, so a score is what came of a run, and
/// without a sandbox there is none.
/// </summary>
/// <param name="Id">Stable id.</param>
/// <param name="Title">A short name for tables and figures.</param>
/// <param name="Description">What exactly is done, with the source that defines it.</param>
/// <param name="IsAnySample">Whether one sample that passes is enough, instead of the first.</param>
public sealed record ProgramRule(string Id, string Title, string Description, bool IsAnySample)
{
    /// <summary>Runs what a model wrote for an item.</summary>
    public async Task<ItemScore> ScoreAsync(BenchmarkItem item, IReadOnlyList<Response> responses, ICodeSandbox sandbox, CancellationToken cancellationToken)
    {
        var samples = responses.OrderBy(r => r.SampleIndex).Where(r => r.Text is not null).ToList();
        if (samples.Count == 0)
            return ItemScores.Of(responses[0], Id, item, null, null);
        var outcome = SandboxOutcome.Failed;
        foreach (var sample in IsAnySample ? samples : samples.Take(1))
        {
            var program = new SandboxProgram(item.Question + sample.Text, item.Fields["test"], item.Fields["entry_point"]);
            outcome = (await sandbox.RunAsync(program, cancellationToken)).Outcome;
            if (outcome == SandboxOutcome.Passed)
                break;
        }

        return ItemScores.Of(responses[0], Id, item, outcome.ToString(), outcome == SandboxOutcome.Passed);
    }
}

/// <summary>Every way of scoring programs.</summary>
public static class ProgramRules
{
    private const string Source = "The prompt and what the model wrote after it are one program; the benchmark's check runs after it. Source: Chen et al. 2021, arXiv:2107.03374, section 2.1.";

    /// <summary>Every rule.</summary>
    public static IReadOnlyList<ProgramRule> All { get; } =
    [
        new("code/pass-at-1", "Passes at the first try", "The first sample passes the benchmark's check. " + Source, IsAnySample: false),
        new("code/any-sample", "Any sample passes", "At least one of the samples passes the benchmark's check: pass@k for k samples, a number that is higher than pass@1 by construction. " + Source, IsAnySample: true),
    ];

    /// <summary>The rule of that id; null where there is none.</summary>
    public static ProgramRule? Find(string id) => All.FirstOrDefault(rule => rule.Id == id);
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
