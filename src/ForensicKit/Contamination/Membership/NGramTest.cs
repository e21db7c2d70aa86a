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
    public string Null => "The model completes originals better than their rewritings by no more than the reference model does.";

    /// <inheritdoc/>
    public string Needs => "ranks of tokens; rewritten items, paired by id; a reference model";

    /// <inheritdoc/>
    public string CannotSee => "A leak of the rewritings too, or of both splits where they are compared: the difference is then about 0. A reference model that knows this kind of text less makes a leak of nothing.";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MembershipOutcome>> RunAsync(MembershipContext context, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        if (context.Rewritten.Count == 0)
            throw new KitException("There are no rewritten items.");
        if (context.Reference is not { } reference)
            throw new KitException("There is no reference model: a rewriting may be less likely text in itself, whether or not the model has seen the original.");
        var items = context.Members.Where(i => context.Rewritten.TryGetValue(i.Id, out var r) && r.Any(t => !string.Equals(t, i.Text, StringComparison.Ordinal))).ToList();
        if (items.Count < PairedComparison.MinimumItems)
            throw new KitException(FormattableString.Invariant($"There are {items.Count} items with a rewriting that differs; at least {PairedComparison.MinimumItems} are needed. A rewriting has the id of its item, such as '{context.Members[0].Id}'."));
        var own = await Differences(context.Model, "Reading originals and rewritings").ConfigureAwait(false);
        var other = await Differences(reference, "Reading them with the reference model").ConfigureAwait(false);
        List<double> differences = [.. own.Zip(other, (o, r) => o is { } a && r is { } b ? a.Original - a.Rewritten - (b.Original - b.Rewritten) : (double?)null).OfType<double>()];
        var paired = PairedComparison.Of(differences, context.Random(Name), context.Options.Permutations, cancellationToken);
        var (known, clean) = (own.OfType<(double Original, double Rewritten)>().ToList(), other.OfType<(double Original, double Rewritten)>().ToList());
        return
        [
            this.Outcome() with
            {
                P = paired.P,
                EffectName = "5-gram accuracy, original minus rewritten, minus the same of the reference model",
                Effect = paired.Mean,
                Interval = paired.Interval,
                Members = paired.Items,
                Numbers = new Dictionary<string, double>(StringComparer.Ordinal)
                {
                    ["accuracy_original"] = known.Average(k => k.Original),
                    ["accuracy_rewritten"] = known.Average(k => k.Rewritten),
                    ["reference_accuracy_original"] = clean.Average(k => k.Original),
                    ["reference_accuracy_rewritten"] = clean.Average(k => k.Rewritten),
                },
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
