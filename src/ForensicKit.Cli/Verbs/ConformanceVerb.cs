using System.CommandLine;
using System.Globalization;
using ForensicKit.Conformance;
using ForensicKit.Inference.Conformance;
using ForensicKit.Inference.Conformance.LmEval;

namespace ForensicKit.Cli.Verbs;

/// <summary><c>conformance KIND PATH…</c>: runs reference vectors made by other software against this build.</summary>
internal static class ConformanceVerb
{
    private static readonly IReadOnlyList<IConformanceKind> s_kinds =
        [new StatisticsVectors(), new ArchitectureVectors(), new TokenizerVectors(), new ChatTemplateVectors(), new ModelVectors(), new LmEvalVectors(), new PlantedVectors()];

    public static Command Create()
    {
        var kind = new Argument<string>("KIND") { Description = $"Kind of vectors: {string.Join(", ", s_kinds.Select(k => k.Kind))}." };
        var paths = new Argument<string[]>("PATH") { Description = "Folders or files of vectors.", Arity = ArgumentArity.OneOrMore };
        return Verb.Create(
            "conformance",
            "Run reference vectors against this build: a line per vector that differs, then the counts.",
            "forensickit conformance statistics ../shared/golden/statistics",
            [kind, paths],
            context => Task.FromResult(Run(context, context.Arguments.GetValue(kind)!, context.Arguments.GetValue(paths)!)));
    }

    private static ExitCode Run(VerbContext context, string kindName, string[] paths)
    {
        var kind = s_kinds.FirstOrDefault(k => k.Kind == kindName)
            ?? throw new KitException($"There are no vectors of kind '{kindName}'.", null, $"Known kinds: {string.Join(", ", s_kinds.Select(k => k.Kind))}.");
        var passed = 0;
        var failed = new List<VectorResult>();
        foreach (var result in paths.SelectMany(path => kind.Run(path, context.Cancellation)))
        {
            if (result.Passed)
            {
                passed++;
                continue;
            }

            failed.Add(result);
            context.Terminal.Say($"{result.File} [{result.Case}] {string.Join("; ", result.Differences.Take(8))}{(result.Differences.Count > 8 ? "; …" : "")}");
        }

        context.Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{passed} passed, {failed.Count} failed"));
        context.Terminal.Object(new { passed, failed = failed.Count, differences = failed });
        return failed.Count == 0 ? ExitCode.Done : ExitCode.CheckFailed;
    }
}
