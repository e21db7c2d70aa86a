using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Hybrid score intervals for a paired difference.</summary>
public sealed class NewcombePairedDifferenceVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "newcombe-paired-difference";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var table = new PairedTable(Count("both"), Count("only_first"), Count("only_second"), Count("neither"));
        var level = VectorComparison.ReadNumber(comparison.Input("level"));
        var corrected = PairedProportions.NewcombeCorrected(table, level);
        var plain = PairedProportions.NewcombePlain(table, level);
        comparison.Number("difference", PairedProportions.Difference(table));
        comparison.Number("phi_corrected", corrected.Phi);
        comparison.Numbers("method10", [corrected.Limits.Lower, corrected.Limits.Upper]);
        comparison.Number("phi_plain", plain.Phi);
        comparison.Numbers("method8", [plain.Limits.Lower, plain.Limits.Upper]);

        long Count(string name) => comparison.Input(name).GetInt64();
    }
}
