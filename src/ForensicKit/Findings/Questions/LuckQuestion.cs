using System.Globalization;
using ForensicKit.Claims;
using ForensicKit.Statistics;

namespace ForensicKit.Findings.Questions;

/// <summary>Whether publishing the best of several equal variants could give the gap.</summary>
public sealed class LuckQuestion : Question
{
    // Singh et al. 2025, The Leaderboard Illusion: 27 private variants tested before one release.
    private const int PrivateVariants = 27;

    /// <inheritdoc/>
    public override string Kind => "luck";

    /// <inheritdoc/>
    public override string Title => "Could luck among many variants explain it?";

    /// <inheritdoc/>
    public override string Asked => "Whoever measures many equally good variants and prints the best gains by luck alone. How many variants would the gap need?";

    /// <inheritdoc/>
    public override string Done => "The expected maximum of many independent scores at the reproduced rate was set equal to the claim (normal approximation), and the gain from a number of private variants known to have happened was computed exactly.";

    /// <inheritdoc/>
    public override string CannotShow => "Variants of a model are not independent, which makes luck smaller than this; they are not equally good either, and choosing a better one is not luck.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Ask(ClaimSheet sheet)
    {
        foreach (var claim in sheet.Claims)
        {
            // What a run that stopped early scores is no estimate.
            if (claim.Standard is not { IsStopped: true } && claim.Reproduced is { } reproduced && claim.RuleScores.Count == 0 && claim.Claimed.Percent > reproduced.Percent && reproduced.Percent > 0)
                yield return Answer(claim, reproduced, reproduced.N ?? claim.N);
        }
    }

    private Finding Answer(ClaimEvidence claim, PrintedScore reproduced, long n)
    {
        var rate = reproduced.Percent / 100;
        var error = Math.Sqrt(rate * (1 - rate) / n);
        var log10 = BestOfN.LogVariantsForExpectedMaximum((claim.Claimed.Percent - reproduced.Percent) / 100 / error) / Math.Log(10);
        var gain = 100 * BestOfN.ExpectedInflation((int)n, (double)reproduced.NearestCount(n) / n, PrivateVariants) / n;
        return new Finding
        {
            Id = $"{Kind}/{claim.Id}",
            Kind = Kind,
            ClaimId = claim.Id,
            Question = Title,
            Answer = "Luck alone would need the best of about {{variants}} equal variants; the best of {{private}} would gain {{gain}} on this benchmark.",
            Rule = "N such that E[max of N independent normal scores with the binomial standard error] equals the claim; E[max of N binomial counts] exactly for the known number of variants.",
            Source = "Order statistics of the normal and binomial distributions; number of private variants from Singh et al. 2025, The Leaderboard Illusion.",
            Query = PrintedScoresQuery(claim),
            CannotShow = CannotShow,
            Values =
            [
                new("variants", "Equal variants needed", log10.ToString("R", CultureInfo.InvariantCulture), Variants(log10), "") { Comparison = ComparisonRule.Relative(1e-6) },
                FindingValue.Count("private", "Private variants known from one release", PrivateVariants, "variants"),
                FindingValue.Number("gain", "Expected gain from them", gain, 2, "points"),
            ],
        };
    }

    // Three significant digits below a million, a power of ten above.
    private static string Variants(double log10)
    {
        var exponent = (int)Math.Floor(log10);
        var mantissa = Math.Pow(10, log10 - exponent);
        if (exponent >= 6)
            return $"{mantissa.ToString("0.0", CultureInfo.InvariantCulture)}×10{FindingValue.Superscript(exponent)}";
        var digits = Math.Max(0, exponent - 2);
        return (Math.Round(Math.Pow(10, log10 - digits)) * Math.Pow(10, digits)).ToString("N0", CultureInfo.InvariantCulture);
    }
}
