using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Bounds of McNemar's exact p-value from totals only.</summary>
public sealed class McNemarUnknownPairingVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "mcnemar-unknown-pairing";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var bounds = McNemar.UnknownPairing(
            comparison.Input("n").GetInt64(), comparison.Input("x_claimed").GetInt64(), comparison.Input("x_reproduced").GetInt64());
        comparison.Integer("max_second_only", bounds.MaxSmallerCount);
        comparison.Probability("p_min", bounds.PMin);
        comparison.Numbers("p_min_at", [bounds.PMinAt.B, bounds.PMinAt.C], relative: 0);
        comparison.Probability("p_max", bounds.PMax);
        comparison.Numbers("p_max_at", [bounds.PMaxAt.B, bounds.PMaxAt.C], relative: 0);
        comparison.Probability("one_sided_p_min", bounds.OneSidedMin);
        comparison.Probability("one_sided_p_max", bounds.OneSidedMax);
        comparison.Number("se_max_wald", bounds.MaxWaldError);
    }
}
