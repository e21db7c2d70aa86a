using ForensicKit.Evaluation;

namespace ForensicKit.Manifests;

/// <summary>Checks where a protocol of a case may stop early: what decides must be a claim, and must be known while items are asked.</summary>
internal static class EarlyStopChecks
{
    private const string Field = "stop_when_refuted";

    /// <summary>Notes the first reason why a protocol cannot stop early, where it says that it does.</summary>
    /// <param name="root">The case.</param>
    /// <param name="protocol">The protocol.</param>
    /// <param name="catalogue">Where the protocol's task is.</param>
    /// <param name="errors">Where the reason is noted.</param>
    public static void Check(MapNode root, MapNode protocol, ManifestCatalogue catalogue, ManifestErrors errors)
    {
        if (protocol[Field] is { } node && protocol.IsTrue(Field) && Reason(root, protocol, catalogue) is var (what, mend))
            errors.Add(node.At, what, mend);
    }

    private static (string What, string Mend)? Reason(MapNode root, MapNode protocol, ManifestCatalogue catalogue)
    {
        if (protocol.OptionalText("role") != "standard")
            return ($"'{Field}' is for standard protocols: a claim is held against those.", "Remove it here.");
        var claims = root.Maps("claims").ToLookup(c => (c.OptionalText("model"), c.OptionalText("benchmark")));
        foreach (var (model, benchmark) in protocol.Texts("models").SelectMany(m => protocol.Texts("benchmarks").Select(b => (m, b))))
        {
            var count = claims[(model, benchmark)].Count();
            if (count == 0)
                return ($"No claim is about '{model}' on '{benchmark}', so nothing could be refuted there and '{Field}' says nothing.", "Ask models and benchmarks without a claim, controls among them, under a protocol of their own.");
            if (count > 1)
                return ($"Several claims are about '{model}' on '{benchmark}': '{Field}' would not know which of them decides.", "Remove it, or examine the claims in cases of their own.");
        }

        return Rules(protocol, catalogue).FirstOrDefault() is { } rule && ProgramRules.Find(rule) is not null
            ? ($"The protocol's own rule '{rule}' runs programs, which is done once everything has been asked: it cannot decide when to stop.", $"Remove '{Field}'.")
            : null;
    }

    // What the protocol leaves out, its task says.
    private static IEnumerable<string> Rules(MapNode protocol, ManifestCatalogue catalogue) => protocol["rules"] is null
        && protocol.OptionalText("task") is { } task && protocol.Texts("benchmarks").FirstOrDefault() is { } benchmark && catalogue.TaskNode(benchmark, task) is { } node
            ? node.Texts("rules") : protocol.Texts("rules");
}
