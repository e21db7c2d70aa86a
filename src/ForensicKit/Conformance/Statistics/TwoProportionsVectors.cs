using System.Globalization;
using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>The difference of two independent proportions.</summary>
public sealed class TwoProportionsVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "two-proportions";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var (x1, n1) = (comparison.Input("x1").GetInt64(), comparison.Input("n1").GetInt64());
        var (x2, n2) = (comparison.Input("x2").GetInt64(), comparison.Input("n2").GetInt64());
        comparison.Number("difference", TwoProportions.Difference(x1, n1, x2, n2));
        Test("pooled", TwoProportions.PooledTest(x1, n1, x2, n2));
        Test("unpooled", TwoProportions.UnpooledTest(x1, n1, x2, n2));
        ExpectedObject.Compare(comparison, "fisher", TwoProportions.Fisher(x1, n1, x2, n2), static (expected, fisher) =>
        {
            expected.Probability("less", fisher.Less);
            expected.Probability("greater", fisher.Greater);
            expected.Probability("two_sided", fisher.TwoSided);
        });
        var i = 0;
        foreach (var element in comparison.OptionalInput("intervals")?.EnumerateArray() ?? default)
        {
            var label = $"intervals[{(i++).ToString(CultureInfo.InvariantCulture)}]";
            ExpectedObject.Compare(comparison, label, element, this, (expected, _) =>
            {
                var level = expected.Input("level");
                expected.Limits("newcombe", TwoProportions.Newcombe(x1, n1, x2, n2, level));
                expected.Limits("wald", TwoProportions.Wald(x1, n1, x2, n2, level));
                expected.Limits("agresti_caffo", TwoProportions.AgrestiCaffo(x1, n1, x2, n2, level));
            });
        }

        void Test(string which, ZTest? test)
        {
            comparison.Number("z_" + which, test?.Z);
            comparison.Probability("p_two_sided_" + which, test?.TwoSided);
            comparison.Probability("p_greater_" + which, test?.Greater);
        }
    }
}
