namespace ForensicKit.Claims;

/// <summary>What each item of a run is worth, as a number.</summary>
internal static class ItemCredits
{
    /// <summary>One number from 0 to 1 for each item of <see cref="RunScore.ItemIds"/>.</summary>
    public static IReadOnlyList<double> Of(RunScore run) => [.. run.Correct.Select(right => right ? 1.0 : 0.0)];

    /// <summary>The credits by item.</summary>
    public static Dictionary<string, double> ByItem(RunScore run) =>
        run.ItemIds.Zip(Of(run)).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
}
