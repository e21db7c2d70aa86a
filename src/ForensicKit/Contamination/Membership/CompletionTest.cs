using ForensicKit.Models;

namespace ForensicKit.Contamination.Membership;

/// <summary>
/// Guided completion (Golchin and Surdeanu 2024, time travel in LLMs): the second piece of an item, asked for with the benchmark's name and without; and
/// its first piece alone, continued, members against non-members.
/// </summary>
public sealed class CompletionTest : IMembershipTest
{
    /// <inheritdoc/>
    public string Name => "completion";

    /// <inheritdoc/>
    public string Null => "guided: naming the benchmark brings completions of members no nearer to the original than those of non-members; plain: completions of members are no nearer than those of non-members.";

    /// <inheritdoc/>
    public string Needs => "written text; non-members of the same kind; for the guided form a model that follows instructions and a context that holds them";

    /// <inheritdoc/>
    public string CannotSee => "Items the model knows without their wording; instructions that it does not follow.";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MembershipOutcome>> RunAsync(MembershipContext context, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        var random = context.Random(Name);
        var members = Pieces(context.Members, random, context.Options.WrittenItems);
        var others = Pieces(context.NonMembers, random, context.Options.WrittenItems);
        return [await RefusingAsync("guided", GuidedAsync).ConfigureAwait(false), await RefusingAsync("plain", PlainAsync).ConfigureAwait(false)];

        async Task<MembershipOutcome> GuidedAsync()
        {
            if (members.Count < PairedComparison.MinimumItems)
                throw new KitException(FormattableString.Invariant($"There are {members.Count} items with at least eight words; at least {PairedComparison.MinimumItems} are needed."));
            context.RequireComparableSets(cancellationToken);
            Piece[] all = [.. members, .. others];
            var named = FormattableString.Invariant($"from the {context.Split} split of the {context.Dataset} dataset");
            var guided = await Rouge(all, p => $"Instruction: You are provided with the first piece of an instance {named}. Finish the second piece of the instance as exactly appeared in the dataset. Only rely on the original form of the instance in the dataset to finish the second piece.\n\nFirst Piece: {p.First}\n\nSecond Piece:", "Completing with the benchmark's name").ConfigureAwait(false);
            var general = await Rouge(all, p => $"Instruction: Finish the second piece based on the first piece, such that these two pieces become a single instance.\n\nFirst Piece: {p.First}\n\nSecond Piece:", "Completing without the benchmark's name").ConfigureAwait(false);
            double[] gain = [.. guided.Zip(general, (g, o) => g - o)];
            var paired = PairedComparison.Of(gain[..members.Count], context.Random("guided"), context.Options.Permutations, cancellationToken);
            // Naming a benchmark may help in itself: the p-value is that of the gain on members against the gain on non-members.
            var compared = Compare(gain, "guided/labels", "guided");
            return compared with
            {
                EffectName = "ROUGE-L gained on members by naming the benchmark",
                Effect = paired.Mean,
                Interval = paired.Interval,
                Numbers = new Dictionary<string, double>(StringComparer.Ordinal)
                {
                    ["rouge_guided"] = guided[..members.Count].Average(),
                    ["rouge_general"] = general[..members.Count].Average(),
                    ["sign_flip_p"] = paired.P.Value,
                    ["bootstrap_p"] = paired.BootstrapP,
                    ["auc_of_gain"] = compared.Effect!.Value,
                    ["mean_gain_non_members"] = compared.Numbers["mean_non_members"],
                },
                Notes = ["The p-value compares the gain on members with the gain on non-members; sign_flip_p and bootstrap_p are of the gain on members alone."],
            };
        }

        async Task<MembershipOutcome> PlainAsync()
        {
            context.RequireComparableSets(cancellationToken);
            var scores = await Rouge([.. members, .. others], p => p.First, "Completing items").ConfigureAwait(false);
            return Compare(scores, "plain", "plain");
        }

        MembershipOutcome Compare(double[] scores, string purpose, string statistic) => this.Compare(
            context, $"{Name}/{purpose}", members.Select((p, i) => (p.Item, scores[i])), others.Select((p, i) => (p.Item, scores[members.Count + i])), statistic, cancellationToken);

        async Task<double[]> Rouge(IReadOnlyList<Piece> pieces, Func<Piece, string> prompt, string step)
        {
            var written = await context.Model.WriteAsync(
                [.. pieces.Select((p, i) => new GenerationRequest(i, prompt(p), Math.Min(200, (2 * p.Words) + 8), [], Sampling.Greedy))], step, progress, cancellationToken).ConfigureAwait(false);
            // What the model goes on with after the piece's length counts neither for nor against it.
            return [.. written.Zip(pieces, (w, p) => RougeL.Score(p.Second, string.Join(' ', w.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(p.Words))).F1)];
        }

        async Task<MembershipOutcome> RefusingAsync(string form, Func<Task<MembershipOutcome>> run)
        {
            try
            {
                return await run().ConfigureAwait(false);
            }
            catch (KitException e)
            {
                return this.Refuse(e.Message, form);
            }
        }
    }

    // Cut between words, after 40 to 70% of them.
    private static List<Piece> Pieces(IReadOnlyList<MembershipItem> items, Statistics.PythonRandom random, int most)
    {
        var pieces = new List<Piece>();
        foreach (var item in Sampled.Evenly(items, most))
        {
            var words = item.Text.Split(' ');
            var first = (int)Math.Round(words.Length * random.Uniform(0.4, 0.7));
            if (words.Length >= 8)
                pieces.Add(new(item, string.Join(' ', words[..first]), string.Join(' ', words[first..]), words.Length - first));
        }

        return pieces;
    }

    private sealed record Piece(MembershipItem Item, string First, string Second, int Words);
}
