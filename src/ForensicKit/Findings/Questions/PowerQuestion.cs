using ForensicKit.Claims;
using ForensicKit.Findings.Judgement;
using ForensicKit.Statistics;

namespace ForensicKit.Findings.Questions;

/// <summary>What a benchmark of this size can show at all.</summary>
public sealed class PowerQuestion : Question
{
    private const double Power = 0.8;

    // A claim that far above the truth would be taken for a better model; smaller ones are within what protocols alone move.
    private const double LiePoints = 5;

    /// <inheritdoc/>
    public override string Kind => "power";

    /// <inheritdoc/>
    public override string Title => "What could have been seen?";

    /// <inheritdoc/>
    public override string Asked => "How large must a gap be to be seen on this many items, how likely would a claim well above the truth have been shown, and how many items would it take to support an honest one within the margin?";

    /// <inheritdoc/>
    public override string Done => "The smallest gap detected with a power of four in five, two-sided at the sheet's corrected level, and the number of items that support a true claim with the same power, both by the normal approximation. The chance to show a claim that is too high is exact: that of a score which all three readings of the claim reject beyond the margin at the corrected level.";

    /// <inheritdoc/>
    public override string CannotShow => "Power is a property of the test before the data; it says nothing about whether this claim is true.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Ask(ClaimSheet sheet) =>
        // Of a run that may stop, tests of a fixed number of items say nothing.
        sheet.Claims.Where(c => c.Claimed.Percent is > 0 and < 100 && c.Standard?.Protocol.StopsWhenRefuted != true).Select(claim => Answer(sheet, claim));

    private Finding Answer(ClaimSheet sheet, ClaimEvidence claim)
    {
        var rate = claim.Claimed.Percent / 100;
        var level = sheet.Alpha / Math.Max(1, sheet.Claims.Count);
        var detectable = NormalSampleSize.MinimumDetectable(claim.MeasuredItems, rate, level, Power, Alternative.TwoSided);
        var needed = sheet.MarginPoints / 100 < 1 ? NormalSampleSize.NonInferiority(rate, sheet.MarginPoints / 100, sheet.Alpha, Power).N : 0;
        // Claims about recorded responses are judged by their rules, not by these tests.
        var lie = claim.Claimed.Percent > LiePoints && claim.RuleScores.Count == 0
            ? Binomial.Lower(GapReadings.LargestRejected(claim.Claimed, claim.MeasuredItems, sheet.MarginPoints / 100, level), claim.MeasuredItems, rate - (LiePoints / 100)).Value : (double?)null;
        return new Finding
        {
            Id = $"{Kind}/{claim.Id}",
            Kind = Kind,
            ClaimId = claim.Id,
            Question = Title,
            Answer = (detectable is null ? "On {{n}} no gap could be detected with this power. " : "On {{n}} a gap of {{mde}} would be detected four times in five. ")
                + (lie is null ? "" : "A claim {{lie}} above the truth would be found overstated with a probability of {{lie_power}}. ")
                + "To support a true claim within {{margin}} takes {{needed}}" + (needed > claim.N ? ", more than the benchmark has." : "."),
            Rule = "δ√n = z(1−α/2m)·√(p₀q₀) + z(0.8)·√(p₁q₁) for detection; n = (z(1−α) + z(0.8))²·p₀q₀/δ² for support; P(X ≤ x*) for a claim above the truth, X binomial at the true rate and x* the largest score that is rejected at α/m under the readings A, B and C with the margin.",
            Source = "Normal approximation of binomial power; non-inferiority as in TOSTER (Lakens 2017).",
            Query = PrintedScoresQuery(claim),
            CannotShow = CannotShow,
            Values =
            [
                FindingValue.Count("n", "Items", claim.MeasuredItems),
                .. detectable is null ? (FindingValue[])[] : [FindingValue.Number("mde", "Smallest gap detected", 100 * detectable.Effect, 2, "points")],
                .. lie is null ? (FindingValue[])[] :
                [
                    FindingValue.Number("lie", "Claim above the truth by", LiePoints, 0, "points") with { Comparison = ComparisonRule.Exact },
                    FindingValue.Number("lie_power", "Probability that it would be found overstated", lie.Value, 2, ""),
                ],
                FindingValue.Count("needed", "Items needed to support a true claim", needed),
                FindingValue.Number("margin", "Margin", sheet.MarginPoints, 0, "points") with { Comparison = ComparisonRule.Exact },
            ],
        };
    }
}
