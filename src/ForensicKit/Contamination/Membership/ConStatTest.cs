using ForensicKit.Contamination.Verdicts;
using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Membership;

/// <summary>ConStat (Dekoninck et al. 2024): a score on members that models of the same strength on non-members do not reach.</summary>
public sealed class ConStatTest : IMembershipTest
{
    /// <inheritdoc/>
    public string Name => "constat";

    /// <inheritdoc/>
    public ContaminationStatement Statement => ContaminationStatement.Inflation;

    /// <inheritdoc/>
    public string Null => "The score on members is at most what reference models of the same score on non-members reach (δ ≤ 0).";

    /// <inheritdoc/>
    public string Needs => "answers that can be right; non-members; item by item scores of at least five reference models of different strength";

    /// <inheritdoc/>
    public string CannotSee => "A leak of both sets, or one that the reference models share; a gain of few points; it measures inflation, not presence. Its p-value is a bootstrap's, not exact. A model that is stronger than every reference model is refused.";

    /// <summary>
    /// Why the curve says nothing about the model: on the reference benchmark it is better than the strongest reference model by more than the 95% error of
    /// the difference, item by item. Where there is no model the curve goes on as its last piece does; below the weakest, guessing holds it. Null where nothing speaks against it.
    /// </summary>
    internal static string? Objection(ConStatScores scores)
    {
        var strongest = scores.Models.MaxBy(m => m.Reference.Average())!;
        double[] lead = [.. scores.Model.Reference.Zip(strongest.Reference, (own, other) => own - other)];
        var mean = lead.Average();
        var error = lead.Length < 2 ? 0 : Normal.UpperQuantile(0.025) * Moments.StandardDeviation(lead) / Math.Sqrt(lead.Length);
        return mean > error
            ? FormattableString.Invariant($"The model is right on {100 * scores.Model.Reference.Average():0.0} % of the non-members, the strongest reference model on {100 * strongest.Reference.Average():0.0} %: there is no model of its strength to compare it with.")
            : null;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MembershipOutcome>> RunAsync(MembershipContext context, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        if (context.NonMembers.Count == 0)
            throw new KitException("There are no non-members to compare with.");
        if (context.Scores is not { } given)
            throw new KitException("There are no scores of reference models.");
        if (given.Models.Count < ConStat.MinimumModels)
            throw new KitException(FormattableString.Invariant($"There are scores of {given.Models.Count} reference models; at least {ConStat.MinimumModels} are needed."));
        MembershipItem[] all = [.. context.Members, .. context.NonMembers];
        List<ItemScores> models = [.. given.Models.Select(m => given.Of(m, context.Members, context.NonMembers))];
        if (models.Select(m => m.Reference.Average()).Distinct().Count() < ConStat.MinimumModels)
            throw new KitException(FormattableString.Invariant($"Fewer than {ConStat.MinimumModels} reference models differ in their score on non-members."));
        var right = await AnsweredItems.AskAsync(context.Model, all, "Answering", progress, cancellationToken).ConfigureAwait(false);
        double[] own = [.. right.Select(r => r ? 1.0 : 0)];
        double Guess(IReadOnlyList<MembershipItem> items) => items.Average(i => i.Choices.Count > 0 ? 1.0 / i.Choices.Count : 0);
        var options = new ConStatOptions { Replicates = context.Options.Replicates, RandomPerformance = (Guess(context.Members), Guess(context.NonMembers)) };
        var scores = new ConStatScores(models, new(own[..context.Members.Count], own[context.Members.Count..]));
        if (Objection(scores) is { } objection)
            throw new KitException(objection);
        var seed = (uint)context.Random(Name).Below(uint.MaxValue);
        ConStatResult result;
        try
        {
            result = ConStat.Test(scores, options, new NumpyRandomState(seed), cancellationToken);
        }
        catch (ArgumentException e)
        {
            throw new KitException("The reference models' scores are not different enough for a curve.", innerException: e);
        }

        return
        [
            this.Outcome() with
            {
                // A bootstrap cannot say less than one replicate.
                P = Probability.FromValue(Math.Max(result.PValue, 1.0 / (options.Replicates + 1))),
                EffectName = "δ, score on members minus the score expected (interval one-sided)",
                Effect = result.Delta,
                Interval = new(result.DeltaLower95, 1),
                Members = context.Members.Count,
                NonMembers = context.NonMembers.Count,
                Numbers = new Dictionary<string, double>(StringComparer.Ordinal)
                {
                    ["reference_models"] = models.Count,
                    ["accuracy_members"] = scores.Model.Benchmark.Average(),
                    ["accuracy_non_members"] = scores.Model.Reference.Average(),
                    ["expected_accuracy"] = result.Estimate,
                    ["replicates"] = options.Replicates,
                    ["numpy_seed"] = seed,
                },
            },
        ];
    }
}
