using System.Globalization;
using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Paired scores: errors, t test, sign-flip test and the exact bootstrap.</summary>
public sealed class PairedDifferenceVectors : IStatisticsVectorFile
{
    private const string Quantile = "quantile_";

    /// <inheritdoc/>
    public string Name => "paired-difference";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var (a, b) = (VectorComparison.ReadNumbers(comparison.Input("a")), VectorComparison.ReadNumbers(comparison.Input("b")));
        var result = PairedDifference.Compare(a, b);
        comparison.Number("mean_a", result.MeanA);
        comparison.Number("mean_b", result.MeanB);
        comparison.Number("difference", result.Difference);
        comparison.Number("se_paired", result.StandardError);
        comparison.Number("se_a", result.StandardErrorA);
        comparison.Number("se_b", result.StandardErrorB);
        comparison.Number("se_bootstrap_exact", result.BootstrapError);
        comparison.Number("correlation", result.Correlation);
        comparison.Number("t", result.T);
        comparison.Probability("p_t_two_sided", result.PTwoSided);
        if (comparison.Has("sign_flip"))
        {
            ExpectedObject.Compare(comparison, "sign_flip", SignFlipTest.Exact(a, b), static (expected, test) =>
            {
                expected.Probability("greater", test.Greater);
                expected.Probability("less", test.Less);
                expected.Probability("two_sided", test.TwoSided);
            });
        }

        if (comparison.Has("bootstrap_exact"))
        {
            ExpectedObject.Compare(comparison, "bootstrap_exact", PairedBootstrap.Exact(a, b), static (expected, bootstrap) =>
            {
                expected.Number("p_mean_le_0", bootstrap.AtMost(0));
                expected.Number("p_mean_ge_0", bootstrap.AtLeast(0));
                foreach (var name in expected.Names.Where(n => n.StartsWith(Quantile, StringComparison.Ordinal)).ToList())
                    expected.Number(name, bootstrap.Quantile(double.Parse(name.AsSpan(Quantile.Length), CultureInfo.InvariantCulture)));
            });
        }
    }
}
