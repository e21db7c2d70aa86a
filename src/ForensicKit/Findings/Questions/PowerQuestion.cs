using ForensicKit.Claims;
using ForensicKit.Statistics;

namespace ForensicKit.Findings.Questions;

/// <summary>What a benchmark of this size can show at all.</summary>
public sealed class PowerQuestion : Question
{
    private const double Power = 0.8;

    /// <inheritdoc/>
    public override string Kind => "power";

    /// <inheritdoc/>
    public override string Title => "What could have been seen?";

    /// <inheritdoc/>
    public override string Asked => "How large must a gap be to be seen on this many items, and how many items would it take to support an honest claim within the margin?";

    /// <inheritdoc/>
    public override string Done => "The smallest gap detected with a power of four in five, two-sided at the sheet's corrected level, and the number of items that support a true claim with the same power, both by the normal approximation.";

    /// <inheritdoc/>
    public override string CannotShow => "Power is a property of the test before the data; it says nothing about whether this claim is true.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Ask(ClaimSheet sheet) =>
        sheet.Claims.Where(c => c.Claimed.Percent is > 0 and < 100).Select(claim => Answer(sheet, claim));

    private Finding Answer(ClaimSheet sheet, ClaimEvidence claim)
    {
        var rate = claim.Claimed.Percent / 100;
        var level = sheet.Alpha / Math.Max(1, sheet.Claims.Count);
        var detectable = NormalSampleSize.MinimumDetectable(claim.MeasuredItems, rate, level, Power, Alternative.TwoSided);
        var needed = sheet.MarginPoints / 100 < 1 ? NormalSampleSize.NonInferiority(rate, sheet.MarginPoints / 100, sheet.Alpha, Power).N : 0;
        return new Finding
        {
            Id = $"{Kind}/{claim.Id}",
            Kind = Kind,
            ClaimId = claim.Id,
            Question = Title,
            Answer = (detectable is null ? "On {{n}} no gap could be detected with this power. " : "On {{n}} a gap of {{mde}} would be detected four times in five. ")
                + "To support a true claim within {{margin}} takes {{needed}}" + (needed > claim.N ? ", more than the benchmark has." : "."),
            Rule = "δ√n = z(1−α/2m)·√(p₀q₀) + z(0.8)·√(p₁q₁) for detection; n = (z(1−α) + z(0.8))²·p₀q₀/δ² for support.",
            Source = "Normal approximation of binomial power; non-inferiority as in TOSTER (Lakens 2017).",
            Query = PrintedScoresQuery(claim),
            CannotShow = CannotShow,
            Values =
            [
                FindingValue.Count("n", "Items", claim.MeasuredItems),
                .. detectable is null ? (FindingValue[])[] : [FindingValue.Number("mde", "Smallest gap detected", 100 * detectable.Effect, 2, "points")],
                FindingValue.Count("needed", "Items needed to support a true claim", needed),
                FindingValue.Number("margin", "Margin", sheet.MarginPoints, 0, "points") with { Comparison = ComparisonRule.Exact },
            ],
        };
    }
}
