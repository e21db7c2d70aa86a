using ForensicKit.Manifests;

namespace ForensicKit.Claims;

/// <summary>A positive control: a model whose score is known, and what this case measured of it.</summary>
/// <param name="Model">The model, for people.</param>
/// <param name="Known">The known score, its items and source.</param>
/// <param name="Run">Its score under the benchmark's standard protocol; null where it has not been asked yet.</param>
public sealed record ControlEvidence(string Model, PrintedScore Known, RunScore? Run)
{
    internal static ControlEvidence Of(ControlStatement control, string title, IReadOnlyList<RunScore> runs) => new(
        title, new PrintedScore(title, control.Printed, control.N, new Dictionary<string, string>(StringComparer.Ordinal), control.Source), RunReader.Standard(runs, control.Model, control.Benchmark));
}

/// <summary>Another model under the same standard protocol.</summary>
/// <param name="Model">The model, for people.</param>
/// <param name="Run">Its score.</param>
public sealed record ReferenceRun(string Model, RunScore Run);
