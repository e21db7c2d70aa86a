using System.Globalization;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Statistics;

/// <summary>
/// The four-benchmark claim sheet of the Opus affair: every published number of the table of computed results, to the digits printed
/// there. Row A and the fixed-claim rows use the printed rates (.825, .872, .921, .78), the others the counts.
/// </summary>
public class OpusSheetTests
{
    private static readonly Benchmark[] Sheet =
    [
        new("MMLU", 14042, 11585, 10405, 0.825),
        new("HellaSwag", 10042, 8757, 8014, 0.872),
        new("GSM8K", 1319, 1215, 1112, 0.921),
        new("HumanEval", 164, 128, 107, 0.78),
    ];

    [Theory]
    [InlineData(0, "73.37–74.82")]
    [InlineData(1, "79.01–80.58")]
    [InlineData(2, "82.24–86.17")]
    [InlineData(3, "57.68–72.11")]
    public void Wilson_95_of_the_reproduced_score(int row, string printed) =>
        Assert.Equal(printed, Percent(BinomialInterval.Wilson(Sheet[row].Reproduced, Sheet[row].N, 0.95)));

    [Theory]
    [InlineData(0, "73.16–75.02")]
    [InlineData(1, "78.79–80.80")]
    [InlineData(2, "81.65–86.72")]
    [InlineData(3, "55.33–74.30")]
    public void Clopper_Pearson_simultaneous(int row, string printed) =>
        Assert.Equal(printed, Percent(BinomialInterval.ClopperPearson(Sheet[row].Reproduced, Sheet[row].N, 0.9875)));

    [Fact]
    public void A_fixed_claim_and_its_Holm_adjustment()
    {
        var p = Sheet.Select(b => BinomialTest.Less(b.Reproduced, b.N, b.Printed)).ToList();
        Assert.Equal(["2.0e-136", "1.5e-95", "5.5e-21", "1.26e-4"], Digits(p, 2, 2, 2, 3));
        Assert.Equal(["7.9e-136", "4.6e-95", "1.1e-20", "1.26e-4"], Digits(MultipleTesting.Holm(p), 2, 2, 2, 3));
        // With the counts' rates the same row reads differently: which rate was meant must be said.
        var counts = Sheet.Select(b => BinomialTest.Less(b.Reproduced, b.N, DoubleDouble.Ratio(b.Claimed, b.N))).ToList();
        Assert.Equal(["1.6e-136", "1.2e-95", "4.4e-21", "1.18e-4"], Digits(counts, 2, 2, 2, 3));
    }

    [Fact]
    public void B_claim_as_an_independent_estimate()
    {
        var p = Sheet.Select(b => TwoProportions.PooledTest(b.Claimed, b.N, b.Reproduced, b.N)!.TwoSided).ToList();
        Assert.Equal(["2.0e-65", "2.6e-45", "5.0e-10", "1.01e-2"], Digits(p, 2, 2, 2, 3));
        Assert.Equal(["7.44–9.36", "6.38–8.42", "5.37–10.27", "3.05–22.25"],
            Sheet.Select(b => Percent(TwoProportions.Newcombe(b.Claimed, b.N, b.Reproduced, b.N, 0.95))));
    }

    [Fact]
    public void C_McNemar_bounds_without_the_pairing()
    {
        var bounds = Sheet.Select(b => McNemar.UnknownPairing(b.N, b.Claimed, b.Reproduced)).ToList();
        Assert.Equal(["1e-355", "4e-224", "2e-31", "9.5e-7"], Digits([.. bounds.Select(b => b.PMin)], 1, 1, 1, 2));
        Assert.Equal(["7.5e-52", "2.5e-38", "5.3e-9", "3.75e-2"], Digits([.. bounds.Select(b => b.PMax)], 2, 2, 2, 3));
    }

    [Fact]
    public void Gap_beyond_one_point()
    {
        Assert.Equal(["1.0e-103", "2.3e-69", "1.7e-15", "4.2e-4"],
            Digits([.. Sheet.Select(b => ClaimGap.FixedPrintedClaim(b.N, b.Printed, b.Reproduced, 0.01))], 2, 2, 2, 2));
        Assert.Equal(["2.1e-41", "1.1e-29", "1.2e-7", "2.1e-2"],
            Digits([.. Sheet.Select(b => ClaimGap.Test(b.N, b.Claimed, b.Reproduced, 0.01).WorstPairing!.Value)], 2, 2, 2, 2));
    }

    [Fact]
    public void Gap_beyond_five_points()
    {
        Assert.Equal(["1e-21", "4e-10", "1.8e-3", "1.75e-2"],
            Digits([.. Sheet.Select(b => ClaimGap.FixedPrintedClaim(b.N, b.Printed, b.Reproduced, 0.05))], 1, 1, 2, 3));
        Assert.Equal(["3e-10", "1e-5", "1.7e-2", "8.9e-2"],
            Digits([.. Sheet.Select(b => ClaimGap.Test(b.N, b.Claimed, b.Reproduced, 0.05).WorstPairing!.Value)], 1, 1, 2, 2));
    }

    [Fact]
    public void Lower_bound_of_the_gap() =>
        Assert.Equal(["7.58", "6.50", "5.61", "4.55"],
            Sheet.Select(b => Points(ClaimGap.LowerBound(b.N, b.Printed, b.Reproduced, 0.9875))));

    [Fact]
    public void Minimum_detectable_effect() =>
        Assert.Equal(["1.08", "1.12", "2.56", "11.17"],
            Sheet.Select(b => Points(NormalSampleSize.MinimumDetectable(b.N, b.Printed, 0.0125, 0.8, Alternative.TwoSided)!.Effect)));

    [Fact]
    public void Items_needed_to_support_the_claim() =>
        Assert.Equal([8927, 6901, 4499, 10610], Sheet.Select(b => NormalSampleSize.NonInferiority(b.Printed, 0.01, 0.05, 0.8).N));

    [Fact]
    public void Best_of_N_luck()
    {
        // The row takes printed rates on both sides and the normal approximation of the expected maximum.
        double[] reproduced = [0.741, 0.798, 0.843, 0.65];
        var needed = Sheet.Zip(reproduced, (b, p) => BestOfN.LogVariantsForExpectedMaximum((b.Printed - p) / Math.Sqrt(p * (1 - p) / b.N)))
            .Select(log => log / Math.Log(10)).ToList();
        // Printed as "~1e114" and "~1e76": orders of magnitude (4.1e113 and 3.1e75).
        Assert.Equal(114, needed[0], 0.6);
        Assert.Equal(76, needed[1], 0.6);
        Assert.Equal("1.7", Math.Pow(10, needed[2] - 14).ToString("F1", CultureInfo.InvariantCulture));
        Assert.Equal(2450, Math.Pow(10, needed[3]), 10.0);
    }

    [Fact]
    public void Luck_of_twenty_seven_identical_variants()
    {
        Assert.Equal(["0.74", "7.43"], new[] { Sheet[0], Sheet[3] }.Select(b => Points(BestOfN.ExpectedNormalMaximum(Math.Log(27)) * Error(b))));
        // The exact binomial maximum is a little smaller at 164 items, where the upper tail of a rate above ½ is the short one.
        Assert.Equal(["0.74", "7.31"],
            new[] { Sheet[0], Sheet[3] }.Select(b => Points(BestOfN.ExpectedInflation((int)b.N, (double)b.Reproduced / b.N, 27) / b.N)));

        static double Error(Benchmark b) => Math.Sqrt((double)b.Reproduced / b.N * (b.N - b.Reproduced) / b.N / b.N);
    }

    private static string[] Digits(IReadOnlyList<Probability> p, params int[] digits) => [.. p.Zip(digits, (x, d) => x.ToScientific(d))];

    private static string Percent(Interval interval) => $"{Points(interval.Lower)}–{Points(interval.Upper)}";

    private static string Points(double share) => (100 * share).ToString("F2", CultureInfo.InvariantCulture);

    private sealed record Benchmark(string Name, long N, long Claimed, long Reproduced, double Printed);
}
