using ForensicKit.Models;

namespace ForensicKit.Contamination.Membership;

/// <summary>
/// N-gram accuracy (Xu et al. 2024, benbench): whether greedy writing gives the next five tokens word for word at five places of an item, the original
/// against its rewritings.
/// </summary>
/// <remarks>Greedy writing gives the item's five tokens exactly where each of them is the most probable one after those before it: one reading tells all.</remarks>
public sealed class NGramTest : IMembershipTest
{
    private const int Length = 5;
    private const int Starts = 5;

    /// <inheritdoc/>
    public string Name => "ngrams";

    /// <inheritdoc/>
    public string Null => "The model completes an original no better than its rewriting (with a reference model: no better than that model does).";

    /// <inheritdoc/>
    public string Needs => "ranks of tokens; rewritten items, paired by id";

    /// <inheritdoc/>
    public string CannotSee => "A leak of the rewritings too, or of both splits where they are compared: the difference is then about 0. A rewriting may be less likely text in itself; a reference model takes that out.";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MembershipOutcome>> RunAsync(MembershipContext context, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        if (context.Rewritten.Count == 0)
            throw new KitException("There are no rewritten items.");
        var items = context.Members.Where(i => context.Rewritten.TryGetValue(i.Id, out var r) && r.Any(t => !string.Equals(t, i.Text, StringComparison.Ordinal))).ToList();
        if (items.Count < PairedComparison.MinimumItems)
            throw new KitException(FormattableString.Invariant($"There are {items.Count} items with a rewriting that differs; at least {PairedComparison.MinimumItems} are needed."));
        var own = await Differences(context.Model, "Reading originals and rewritings").ConfigureAwait(false);
        var other = context.Reference is { } reference ? await Differences(reference, "Reading them with the reference model").ConfigureAwait(false) : null;
        List<double> differences = [.. Enumerable.Range(0, items.Count).Select(i => own[i] is { } o && (other is null || other[i] is not null) ? o.Original - o.Rewritten - (other?[i] is { } r ? r.Original - r.Rewritten : 0) : (double?)null).OfType<double>()];
        var paired = PairedComparison.Of(differences, context.Random(Name), context.Options.Permutations, cancellationToken);
        var known = own.OfType<(double Original, double Rewritten)>().ToList();
        return
        [
            this.Outcome() with
            {
                P = paired.P,
                EffectName = other is null ? "5-gram accuracy, original minus rewritten" : "5-gram accuracy, original minus rewritten, minus the same of the reference model",
                Effect = paired.Mean,
                Interval = paired.Interval,
                Members = paired.Items,
                Numbers = new Dictionary<string, double>(StringComparer.Ordinal) { ["accuracy_original"] = known.Average(k => k.Original), ["accuracy_rewritten"] = known.Average(k => k.Rewritten) },
                Notes = other is null ? ["Without a reference model, a rewriting that is less likely text in itself looks like a leak."] : [],
            },
        ];

        async Task<(double Original, double Rewritten)?[]> Differences(ILanguageModel model, string step)
        {
            var counts = items.Select(i => context.Rewritten[i.Id].Count).ToList();
            var accuracies = await model.ScoreTextsAsync([.. items.SelectMany(i => context.Rewritten[i.Id].Prepend(i.Text))], false, Accuracy, step, progress, cancellationToken).ConfigureAwait(false);
            var (pairs, at) = (new (double, double)?[items.Count], 0);
            for (var i = 0; i < items.Count; at += counts[i] + 1, i++)
            {
                var rewritten = accuracies[(at + 1)..(at + 1 + counts[i])].OfType<double>().ToList();
                pairs[i] = accuracies[at] is { } original && rewritten.Count > 0 ? (original, rewritten.Average()) : null;
            }

            return pairs;
        }
    }

    private static double? Accuracy(ScoredText text)
    {
        if (text.Details.Count != text.TokenIds.Count)
            throw new KitException("The model does not say which token it finds most probable.");
        var starts = CompletionOverlap.NGramStarts(text.TokenIds.Count, Length, Starts);
        return starts.Count == 0 ? null : starts.Average(s => Enumerable.Range(s, Length).All(t => text.Details[t].Rank == 0) ? 1.0 : 0.0);
    }
}
