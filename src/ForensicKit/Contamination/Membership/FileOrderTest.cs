using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Membership;

/// <summary>The exchangeability test (Oren et al. 2024): shards of the file in its own order against seeded shuffles within each shard.</summary>
public sealed class FileOrderTest : IMembershipTest
{
    private const int FewestItems = 20;
    private const int MostShards = 50;
    private const int OrderPermutations = 999;

    /// <inheritdoc/>
    public string Name => "exchangeability";

    /// <inheritdoc/>
    public string Null => "The model finds the file's own order as likely as any other.";

    /// <inheritdoc/>
    public string Needs => "log-probabilities of texts; the items in the order of their file";

    /// <inheritdoc/>
    public string CannotSee => "Items that were seen in another order, or a few times only; a file whose order is likely by itself is refused.";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MembershipOutcome>> RunAsync(MembershipContext context, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        var items = context.Members;
        if (items.Count < FewestItems)
            throw new KitException(FormattableString.Invariant($"The file has {items.Count} items; at least {FewestItems} are needed."));
        var order = OrderCheck.Run(items, context.Random("order"), OrderPermutations, cancellationToken);
        if (order.Objection is { } objection)
            throw new KitException(objection);
        var shards = Math.Clamp(items.Count / 8, 2, MostShards);
        var shuffles = context.Options.Shuffles;
        var random = context.Random(Name);
        var texts = new List<string>();
        for (var s = 0; s < shards; s++)
        {
            var (from, to) = (s * items.Count / shards, (s + 1) * items.Count / shards);
            string[] shard = [.. items.Skip(from).Take(to - from).Select(i => i.Text)];
            texts.Add(string.Join("\n\n", shard));
            for (var k = 0; k < shuffles; k++)
            {
                random.Shuffle(shard);
                texts.Add(string.Join("\n\n", shard));
            }
        }

        var scores = await context.Model.ScoreTextsAsync(texts, false, t => t.LogProbs.Sum(), "Reading the file in shuffled orders", progress, cancellationToken).ConfigureAwait(false);
        var rows = scores.Chunk(shuffles + 1).ToList();
        var result = ExchangeabilityTest.Run([.. rows.Select(r => r[0])], [.. rows.Select(r => r[1..])]);
        var half = StudentT.UpperQuantile(0.025, result.DegreesOfFreedom) * result.StandardDeviation / Math.Sqrt(shards);
        var numbers = new Dictionary<string, double>(StringComparer.Ordinal) { ["shards"] = shards, ["shuffles"] = shuffles, ["degrees_of_freedom"] = result.DegreesOfFreedom };
        if (result.Test is { } test)
            (numbers["t"], numbers["t_p"]) = (test.T, test.P.Value);
        foreach (var sign in order.Signs)
            numbers[$"order_p {sign.Name}"] = sign.P.Value;
        return
        [
            this.Outcome() with
            {
                P = Probability.FromValue(result.PermutationP),
                EffectName = "nats per shard in favour of the file's order",
                Effect = result.Mean,
                Interval = new(result.Mean - half, result.Mean + half),
                Members = items.Count,
                Numbers = numbers,
            },
        ];
    }
}
