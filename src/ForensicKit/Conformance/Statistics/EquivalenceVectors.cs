using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Equivalence, non-inferiority, and gaps beyond a margin.</summary>
public sealed class EquivalenceVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "equivalence";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var margin = Real("margin");
        switch (comparison.Input("kind").GetString())
        {
            case "one_proportion":
                var (x, n, p0) = (Count("x"), Count("n"), Real("p0"));
                Test("exact", Equivalence.OneProportionExact(x, n, p0, margin));
                Test("score", Equivalence.OneProportionScore(x, n, p0, margin));
                Test("wald", Equivalence.OneProportionWald(x, n, p0, margin));
                break;
            case "two_proportions":
                var (x1, n1, x2, n2) = (Count("x1"), Count("n1"), Count("x2"), Count("n2"));
                Test("wald", Equivalence.TwoProportionsWald(x1, n1, x2, n2, margin));
                Test("farrington_manning", Equivalence.FarringtonManning(x1, n1, x2, n2, margin));
                break;
            case "paired":
                var (b, c, items) = (Count("b"), Count("c"), Count("n"));
                Test("wald", Equivalence.PairedWald(b, c, items, margin));
                Test("tango", Equivalence.Tango(b, c, items, margin));
                break;
            case "paired_t":
                var paired = Equivalence.PairedT(
                    VectorComparison.ReadNumbers(comparison.Input("a")), VectorComparison.ReadNumbers(comparison.Input("b")), margin);
                comparison.Probability("p_lower", paired?.Lower);
                comparison.Probability("p_upper", paired?.Upper);
                comparison.Probability("p_tost", paired?.Tost);
                break;
            case "gap_exceeds_margin":
                Gap(comparison, margin);
                break;
            case var other:
                throw new FormatException($"'{other}' is not a kind of equivalence vector.");
        }

        long Count(string name) => comparison.Input(name).GetInt64();

        double Real(string name) => VectorComparison.ReadNumber(comparison.Input(name));

        void Test(string name, EquivalenceTest? test) => ExpectedObject.Compare(comparison, name, test, static (expected, test) =>
        {
            expected.Probability("p_lower", test.Lower);
            expected.Probability("p_upper", test.Upper);
            expected.Probability("p_tost", test.Tost);
            expected.Number("z_lower", test.ZLower);
            expected.Number("z_upper", test.ZUpper);
        });
    }

    private static void Gap(VectorComparison comparison, double margin)
    {
        var (n, reproduced) = (comparison.Input("n").GetInt64(), comparison.Input("x_reproduced").GetInt64());
        var gap = ClaimGap.Test(n, comparison.Input("x_claimed").GetInt64(), reproduced, margin);
        comparison.Probability("fixed_claim_exact", gap.FixedClaim);
        comparison.Number("worst_pairing_z", gap.WorstPairingZ);
        comparison.Probability("worst_pairing_wald", gap.WorstPairing);
        comparison.Probability("claim_supported_exact", gap.ClaimSupported);
        if (comparison.OptionalInput("claim_as_printed") is { } printed)
            comparison.Probability("fixed_printed_claim_exact", ClaimGap.FixedPrintedClaim(n, printed.GetDouble(), reproduced, margin));
        else
            comparison.Probability("fixed_printed_claim_exact", null);
    }
}
