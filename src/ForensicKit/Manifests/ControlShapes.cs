namespace ForensicKit.Manifests;

/// <summary>A model whose score is known: if this case does not measure it too, the harness is at fault and no claim is.</summary>
/// <param name="Model">Id of the model in the case.</param>
/// <param name="Benchmark">Name of the benchmark's manifest.</param>
/// <param name="Printed">The known score in percent, exactly as printed.</param>
/// <param name="N">Items it is over.</param>
/// <param name="Source">Where it stands and who measured it.</param>
public sealed record ControlStatement(string Model, string Benchmark, string Printed, int N, string Source);

/// <summary>The part of a case manifest that names positive controls: its shape, its checks, and the records made of it.</summary>
internal static class ControlShapes
{
    /// <summary>A control.</summary>
    public static ObjectShape Control { get; } = new("a positive control", "positive controls",
    [
        new("model", Shapes.Name, true, "Id of the model in the case; another than the one whose claim is examined."),
        new("benchmark", Shapes.Name, true, "Name of the benchmark manifest: one under whose standard protocol the case asks this model."),
        new("printed", Shapes.Percent, true, "The known score in percent, exactly as printed: quote it to keep a last zero."),
        new("n", Shapes.Count, true, "Items it is over."),
        new("source", Shapes.Text, true, "Where it stands and who measured it with what."),
    ]);

    /// <summary>Makes controls of their nodes.</summary>
    public static IReadOnlyList<ControlStatement> Read(MapNode root) =>
        [.. root.Maps("controls").Select(c => new ControlStatement(c.Text("model"), c.Text("benchmark"), c.Text("printed"), c.OptionalCount("n")!.Value, c.Text("source")))];

    /// <summary>Checks that each control is asked under a standard protocol, and of a model that no claim on that benchmark is about.</summary>
    public static void Check(MapNode root, ManifestReferences references, ManifestErrors errors)
    {
        var models = ManifestReferences.Ids(root, "models");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var control in root.Maps("controls"))
        {
            references.MustBeKnown(control["model"], "model", models, "Add it to 'models'.");
            var (model, benchmark) = (control.OptionalText("model"), control.OptionalText("benchmark"));
            if (model is null || benchmark is null || !models.Contains(model, StringComparer.Ordinal))
                continue;
            if (!seen.Add($"{model} {benchmark}"))
                errors.Add(control.At, $"The control of '{model}' on '{benchmark}' is already there.", "Give each once.");
            if (!root.Maps("protocols").Any(p => p.OptionalText("role") == "standard" && p.Texts("models").Contains(model, StringComparer.Ordinal) && p.Texts("benchmarks").Contains(benchmark, StringComparer.Ordinal)))
                errors.Add(control.At, $"No standard protocol asks '{model}' on '{benchmark}'.", "Add the model to the benchmark's standard protocol: a control is measured like the claim.");
            if (root.Maps("claims").Any(c => c.OptionalText("model") == model && c.OptionalText("benchmark") == benchmark))
                errors.Add(control.At, $"The control '{model}' is itself under examination on '{benchmark}'.", "Take another model whose score is known.");
        }
    }
}
