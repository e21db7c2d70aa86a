using CsCheck;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Statistics;

public class ShapleyAttributionTests
{
    [Fact]
    public void Glove_game()
    {
        // Two left gloves and one right: (1/6, 1/6, 2/3), the textbook example.
        var values = Enumerable.Range(0, 8).ToDictionary(c => c, c => (c & 4) != 0 && (c & 3) != 0 ? 1.0 : 0);
        var shares = new ShapleyAttribution(3).Shares(values);
        Assert.Equal(6, shares.LinearExtensions);
        Assert.Equal(1 / 6.0, shares.Shares[0], 1e-16);
        Assert.Equal(1 / 6.0, shares.Shares[1], 1e-16);
        Assert.Equal(2 / 3.0, shares.Shares[2], 1e-16);
    }

    [Fact]
    public void Airport_game()
    {
        // Littlechild and Owen 1973: runways of cost 1, 2, 4 cost each airline its share of the segments it uses.
        double[] costs = [1, 2, 4];
        var values = Enumerable.Range(0, 8).ToDictionary(c => c, c => Enumerable.Range(0, 3).Where(i => (c >> i & 1) != 0).Select(i => costs[i]).DefaultIfEmpty().Max());
        var shares = new ShapleyAttribution(3).Shares(values);
        Assert.Equal([1 / 3.0, 1 / 3.0 + 0.5, 1 / 3.0 + 0.5 + 2], shares.Shares, (a, b) => Math.Abs(a - b) < 1e-15);
    }

    [Fact]
    public void A_chain_has_one_order_and_gives_marginal_contributions()
    {
        var attribution = new ShapleyAttribution(3, [(0, 1), (1, 2)]);
        Assert.Equal([0, 1, 3, 7], attribution.Coalitions);
        var shares = attribution.Shares(new Dictionary<int, double> { [0] = 0.1, [1] = 0.4, [3] = 0.35, [7] = 0.9 });
        Assert.Equal(1, shares.LinearExtensions);
        Assert.Equal([0.3, -0.05, 0.55], shares.Shares, (a, b) => Math.Abs(a - b) < 1e-15);
    }

    [Fact]
    public void Shares_are_the_mean_over_all_admissible_orders() =>
        Gen.Select(Gen.Double[-1, 1].Array[16], Gen.Int[0, 3], Gen.Int[0, 3]).Sample((values, a, b) =>
        {
            if (a == b)
                return;
            var orders = Permutations([0, 1, 2, 3]).Where(o => Array.IndexOf(o, a) < Array.IndexOf(o, b)).ToList();
            var expected = new double[4];
            foreach (var order in orders)
            {
                var before = 0;
                foreach (var i in order)
                {
                    expected[i] += (values[before | 1 << i] - values[before]) / orders.Count;
                    before |= 1 << i;
                }
            }

            var shares = new ShapleyAttribution(4, [(a, b)]).Shares(values.Index().ToDictionary(v => v.Index, v => v.Item));
            Assert.Equal(orders.Count, shares.LinearExtensions);
            Assert.Equal(expected, shares.Shares, (x, y) => Math.Abs(x - y) < 1e-14);
            Assert.Equal(shares.Gap, shares.Sum, 1e-15);
        });

    [Fact]
    public void Shares_of_items_add_up_to_the_gap_and_average_to_the_shares_of_the_mean() =>
        Gen.Double[0, 1].Array[8].Array[2, 20].Sample(scores =>
        {
            var attribution = new ShapleyAttribution(3);
            var items = attribution.ItemShares([0, 1, 2, 3, 4, 5, 6, 7], scores);
            var ofMean = attribution.Shares(Enumerable.Range(0, 8).ToDictionary(c => c, c => scores.Average(s => s[c])));
            Assert.Equal(ofMean.Shares, items.Factors.Select(f => f.Mean), (a, b) => Math.Abs(a - b) < 1e-13);
            Assert.Equal(items.Gap.Mean, items.Factors.Sum(f => f.Mean), 1e-13);
            // Each item its own cluster: the corrected clustered error is the ordinary one.
            Assert.Equal(items.Gap.StandardError!.Value, items.Gap.ClusteredCorrected!.Value, 1e-13);
        });

    [Fact]
    public void Twenty_factors_in_a_chain_of_pairs_are_counted()
    {
        // 20!/2^10 orders respect ten disjoint pairs.
        var attribution = new ShapleyAttribution(20, Enumerable.Range(0, 10).Select(i => (2 * i, (2 * i) + 1)));
        Assert.Equal(2432902008176640000 / 1024, attribution.LinearExtensions);
    }

    [Fact]
    public void Impossible_inputs_are_rejected()
    {
        Assert.ThrowsAny<ArgumentException>(() => new ShapleyAttribution(0));
        Assert.ThrowsAny<ArgumentException>(() => new ShapleyAttribution(21));
        Assert.ThrowsAny<ArgumentException>(() => new ShapleyAttribution(2, [(0, 0)]));
        Assert.ThrowsAny<ArgumentException>(() => new ShapleyAttribution(3, [(0, 1), (1, 2), (2, 0)]));
        Assert.ThrowsAny<ArgumentException>(() => new ShapleyAttribution(2, [(0, 2)]));
        Assert.ThrowsAny<ArgumentException>(() => new ShapleyAttribution(1).Shares(new Dictionary<int, double> { [0] = 0 }));
        Assert.ThrowsAny<ArgumentException>(() => new ShapleyAttribution(1).Shares(new Dictionary<int, double> { [0] = 0, [1] = double.NaN }));
        Assert.ThrowsAny<ArgumentException>(() => new ShapleyAttribution(1).ItemShares([0, 1], [[0]]));
        Assert.ThrowsAny<ArgumentException>(() => new ShapleyAttribution(1).ItemShares([0, 0], [[0, 1]]));
    }

    private static IEnumerable<int[]> Permutations(int[] items) => items.Length == 0
        ? [[]]
        : items.SelectMany(first => Permutations([.. items.Where(i => i != first)]).Select(rest => (int[])[first, .. rest]));
}
