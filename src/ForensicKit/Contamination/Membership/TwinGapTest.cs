using ForensicKit.Contamination.Verdicts;
using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Membership;

/// <summary>
/// The gap between a benchmark and its fresh twin (GSM1k, Zhang et al. 2024): right answers on both, exact within subjects; with a reference model the
/// difference of differences (<see cref="InflationTest"/>).
/// </summary>
public sealed class TwinGapTest : IMembershipTest
{
    /// <inheritdoc/>
    public string Name => "gap";

    /// <inheritdoc/>
    public ContaminationStatement Statement => ContaminationStatement.Inflation;

    /// <inheritdoc/>
    public string Null => "Within a subject the model is right on members no oftener than on non-members (with a reference model: its lead over that model is no larger).";

    /// <inheritdoc/>
    public string Needs => "answers that can be right; non-members of the same kind and difficulty";

    /// <inheritdoc/>
    public string CannotSee => "Items that were seen and brought nothing: memorisation is not inflation. A twin that is harder looks like a leak; a reference model of the same kind takes that out.";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MembershipOutcome>> RunAsync(MembershipContext context, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        context.RequireComparableSets(cancellationToken);
        MembershipItem[] all = [.. context.Members, .. context.NonMembers];
        var members = context.Members.Count;
        var own = await AnsweredItems.AskAsync(context.Model, all, "Answering", progress, cancellationToken).ConfigureAwait(false);
        var other = context.Reference is { } reference ? await AnsweredItems.AskAsync(reference, all, "Answering with the reference model", progress, cancellationToken).ConfigureAwait(false) : null;
        var result = InflationTest.Run([.. all.Select((item, i) => new InflationItem(item.Id, i < members, i < members ? 1 : 0, own[i], other?[i] ?? false, item.Subject))]);
        var numbers = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["right_members"] = result.Suspect.Leaked,
            ["right_non_members"] = result.Suspect.Fresh,
            ["accuracy_members"] = (double)result.Suspect.Leaked / members,
            ["accuracy_non_members"] = (double)result.Suspect.Fresh / context.NonMembers.Count,
        };
        if (result.Overall.MinimumDetectable is { } detectable)
            numbers["minimum_detectable_points"] = detectable;
        if (other is not null)
            (numbers["reference_right_members"], numbers["reference_right_non_members"]) = (result.Clean.Leaked, result.Clean.Fresh);
        Clustered();
        return
        [
            this.Outcome() with
            {
                P = result.Overall.P,
                EffectName = other is null ? "points, members minus non-members" : "points, members minus non-members, minus the same of the reference model",
                Effect = result.Overall.Points,
                Interval = result.Overall.Interval,
                Members = members,
                NonMembers = context.NonMembers.Count,
                Numbers = numbers,
                Notes = ["A gap is inflation, not memorisation: items may be known by heart and bring nothing."],
            },
        ];

        // Subjects drawn at random instead of items: the interval that speaks for subjects like these.
        void Clustered()
        {
            if (all[..members].Select(i => i.Subject).Distinct(StringComparer.Ordinal).Count() < 2 || all[members..].Select(i => i.Subject).Distinct(StringComparer.Ordinal).Count() < 2)
                return;
            double[] lead = [.. all.Select((_, i) => (own[i] ? 1.0 : 0) - (other?[i] == true ? 1.0 : 0))];
            var m = ClusteredErrors.Of(lead[..members], [.. all[..members].Select(i => i.Subject)]);
            var n = ClusteredErrors.Of(lead[members..], [.. all[members..].Select(i => i.Subject)]);
            var half = 100 * StudentT.UpperQuantile(0.025, Math.Min(m.Clusters, n.Clusters) - 1) * Math.Sqrt(Math.Pow(m.ClusteredCorrected, 2) + Math.Pow(n.ClusteredCorrected, 2));
            (numbers["points_by_subjects_lower"], numbers["points_by_subjects_upper"]) = (result.Overall.Points - half, result.Overall.Points + half);
            if (m.Reml is { } reml)
                numbers["intraclass_correlation_members"] = reml.IntraclassCorrelation;
        }
    }
}
