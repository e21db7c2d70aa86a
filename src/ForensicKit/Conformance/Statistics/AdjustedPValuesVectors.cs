using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Adjusted p-values.</summary>
public sealed class AdjustedPValuesVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "adjusted-p-values";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        Probability[] p = [.. VectorComparison.ReadNumbers(comparison.Input("p")).Select(Probability.FromValue)];
        Adjusted("bonferroni", MultipleTesting.Bonferroni(p));
        Adjusted("sidak", MultipleTesting.Sidak(p));
        Adjusted("holm", MultipleTesting.Holm(p));
        Adjusted("holm_sidak", MultipleTesting.HolmSidak(p));
        Adjusted("hochberg", MultipleTesting.Hochberg(p));
        Adjusted("hommel", MultipleTesting.Hommel(p));
        Adjusted("bh", MultipleTesting.BenjaminiHochberg(p));
        Adjusted("by", MultipleTesting.BenjaminiYekutieli(p));

        void Adjusted(string name, IReadOnlyList<Probability> adjusted) => comparison.Numbers(name, [.. adjusted.Select(x => x.Value)]);
    }
}
