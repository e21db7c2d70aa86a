using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Membership;

/// <summary>Option order (Ni et al. 2024): whether the model prefers the order in which a benchmark prints the choices of its items.</summary>
public sealed class OptionOrderTest : IMembershipTest
{
    private const int MostOrders = 24;
    private const int OrderPermutations = 999;

    /// <inheritdoc/>
    public string Name => "option-order";

    /// <inheritdoc/>
    public string Null => "The model finds the printed order of an item's choices as likely as any other.";

    /// <inheritdoc/>
    public string Needs => "log-probabilities of texts; multiple choice";

    /// <inheritdoc/>
    public string CannotSee => "Items that were seen without their choices; choices printed in an order of their own (ascending numbers, the right one first) are refused.";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MembershipOutcome>> RunAsync(MembershipContext context, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        var items = context.Members.Where(i => i.Question is not null && i.Choices.Distinct(StringComparer.Ordinal).Count() == i.Choices.Count && i.Choices.Count is > 2 and < 11).ToList();
        if (items.Count < SetComparison.MinimumItems)
            throw new KitException(FormattableString.Invariant($"There are {items.Count} items with three to ten different choices; at least {SetComparison.MinimumItems} are needed."));
        Check(items, context.Random("options"), cancellationToken);
        var random = context.Random(Name);
        var orders = items.Select(i => Orders(i.Choices.Count, random)).ToList();
        var scores = await context.Model.ScoreTextsAsync(
            [.. items.Zip(orders, (i, o) => o.Select(order => Written(i, order))).SelectMany(t => t)], false, t => t.LogProbs.Sum(), "Reading choices in other orders", progress, cancellationToken).ConfigureAwait(false);
        var (rows, at) = (new List<double[]>(), 0);
        foreach (var o in orders)
        {
            rows.Add(scores[at..(at + o.Count)]);
            at += o.Count;
        }

        double[][] centred = [.. rows.Select(r => r.Select(x => x - r.Average()).ToArray())];
        var observed = centred.Sum(r => r[0]);
        var reached = 0;
        for (var k = 0; k < context.Options.Permutations; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var drawn = 0.0;
            foreach (var row in centred)
                drawn += row[random.Below(row.Length)];
            reached += drawn >= observed - 1e-9 ? 1 : 0;
        }

        double[] preference = [.. centred.Select(r => r[0])];
        var half = StudentT.UpperQuantile(0.025, items.Count - 1) * Moments.StandardDeviation(preference) / Math.Sqrt(items.Count);
        return
        [
            this.Outcome() with
            {
                P = Probability.FromValue((1.0 + reached) / (context.Options.Permutations + 1.0)),
                EffectName = "nats per item in favour of the printed order",
                Effect = preference.Average(),
                Interval = new(preference.Average() - half, preference.Average() + half),
                Members = items.Count,
                Numbers = new Dictionary<string, double>(StringComparer.Ordinal)
                {
                    ["printed_order_is_likeliest"] = rows.Average(r => r[0] >= r.Max() ? 1.0 : 0.0),
                    ["expected_by_chance"] = rows.Average(r => 1.0 / r.Length),
                },
            },
        ];
    }

    // Without a model: choices that ascend, grow longer, or have the right one where it likes to be are likely in their order for everyone.
    private static void Check(List<MembershipItem> items, PythonRandom random, CancellationToken cancellationToken)
    {
        List<(string Name, Func<MembershipItem, IReadOnlyList<int>, double> Statistic)> looks =
        [
            ("choices that ascend", (i, o) => Pairs(o, (a, b) => string.CompareOrdinal(i.Choices[a], i.Choices[b]) < 0)),
            ("choices that grow longer", (i, o) => Pairs(o, (a, b) => i.Choices[a].Length < i.Choices[b].Length)),
            ("the place of the right choice", (i, o) => i.Gold is { } gold ? o.ToList().IndexOf(gold) : 0),
            ("how far from the middle the right choice is", (i, o) => i.Gold is { } gold ? Math.Abs(o.ToList().IndexOf(gold) - ((o.Count - 1) / 2.0)) : 0),
        ];
        List<int[]> orders = [.. items.Select(i => Enumerable.Range(0, i.Choices.Count).ToArray())];
        double[] Values() => [.. looks.Select(l => items.Zip(orders, l.Statistic).Sum())];
        var observed = Values();
        var (above, below) = (new int[looks.Count], new int[looks.Count]);
        for (var k = 0; k < OrderPermutations; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            orders.ForEach(random.Shuffle);
            var drawn = Values();
            for (var l = 0; l < looks.Count; l++)
            {
                above[l] += drawn[l] >= observed[l] ? 1 : 0;
                below[l] += drawn[l] <= observed[l] ? 1 : 0;
            }
        }

        for (var l = 0; l < looks.Count; l++)
        {
            var p = Probability.FromValue((1.0 + Math.Min(above[l], below[l])) / (OrderPermutations + 1.0)).TimesCapped(2);
            if (p.TimesCapped(looks.Count).Value < 0.05)
                throw new KitException($"The order of the choices is not exchangeable, by {looks[l].Name} (p {p}, {looks.Count} looks): it is likely by itself.");
        }
    }

    private static double Pairs(IReadOnlyList<int> order, Func<int, int, bool> isAscending)
    {
        var count = 0;
        for (var i = 1; i < order.Count; i++)
            count += isAscending(order[i - 1], order[i]) ? 1 : 0;
        return count;
    }

    // The printed order first, then others, all different: all there are where they are few.
    private static List<int[]> Orders(int choices, PythonRandom random)
    {
        List<int[]> orders = [[.. Enumerable.Range(0, choices)]];
        var seen = new HashSet<string>(StringComparer.Ordinal) { Key(orders[0]) };
        var all = Enumerable.Range(1, choices).Aggregate(1, (a, b) => Math.Min(a * b, MostOrders));
        while (orders.Count < all)
        {
            var order = orders[0].ToArray();
            random.Shuffle(order);
            if (seen.Add(Key(order)))
                orders.Add(order);
        }

        return orders;

        static string Key(int[] order) => string.Concat(order.Select(o => (char)('A' + o)));
    }

    private static string Written(MembershipItem item, int[] order) => item.Question + string.Concat(order.Select((o, i) => $"\n{(char)('A' + i)}. {item.Choices[o]}"));
}
