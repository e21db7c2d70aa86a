using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Intervals for one proportion.</summary>
public sealed class BinomialIntervalsVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "binomial-intervals";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var (x, n) = (comparison.Input("x").GetInt64(), comparison.Input("n").GetInt64());
        var level = VectorComparison.ReadNumber(comparison.Input("level"));
        comparison.Number("z", BinomialInterval.CriticalValue(level));
        Limits("wilson", BinomialInterval.Wilson(x, n, level));
        Limits("clopper_pearson", BinomialInterval.ClopperPearson(x, n, level));
        Limits("jeffreys", BinomialInterval.Jeffreys(x, n, level));
        Limits("jeffreys_modified", BinomialInterval.JeffreysModified(x, n, level));
        var agrestiCoull = BinomialInterval.AgrestiCoull(x, n, level);
        Limits("agresti_coull", agrestiCoull);
        Limits("agresti_coull_clipped", agrestiCoull.ClippedToUnit());

        void Limits(string name, Interval interval) => comparison.Numbers(name, [interval.Lower, interval.Upper]);
    }
}
