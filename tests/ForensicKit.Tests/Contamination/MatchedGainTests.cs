using CsCheck;
using ForensicKit.Contamination;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Contamination;

public class MatchedGainTests
{
    [Fact]
    public void Items_are_compared_with_those_that_the_reference_answers_alike()
    {
        // Reference right: leaked 2 of 3, fresh 1 of 2; wrong: leaked 1 of 1, fresh 1 of 4. (3·(2/3 − 1/2) + 1·(1 − 1/4)) / 4 = 0.3125.
        List<InflationItem> items = [.. Cell(true, true, 1, 1, 0), .. Cell(false, true, 1, 0), .. Cell(true, false, 1), .. Cell(false, false, 0, 0, 1, 0)];
        var gain = MatchedGain.Of(items, 0.95)!;
        Assert.Equal((4, 6), (gain.Leaked, gain.Fresh));
        Assert.Equal(31.25, gain.Points, 10);
        // Pooled variances 1/3 (2 degrees) and 5/16 (4); of the weighted means 1/12 and 0.0927734; 5.5146 degrees, t = 2.4999 between 2.5706 and 2.4469 of the tables.
        Assert.Equal(31.25 - (100 * 2.4999 * Math.Sqrt((1 / 12.0) + 0.0927734375)), gain.Interval!.Value.Lower, 0.3);
        Assert.Equal(100, gain.Interval.Value.Upper);
        // Of the ways to choose 3 of 5 and 1 of 5, those with at least three right ones: 3 of the first (1 of 10) with any, 2 of them (6 of 10) with a right one (2 of 5).
        Assert.Equal(0.1 + (0.6 * 0.4), gain.P.Value, 1e-12);
    }

    [Fact]
    public void An_item_without_a_match_is_left_out()
    {
        List<InflationItem> items = [.. Cell(true, true, 1, 1), .. Cell(true, false, 1), .. Cell(false, true, 0, 1)];
        Assert.Equal((2, 2, 50.0), (MatchedGain.Of(items, 0.95)!.Leaked, MatchedGain.Of(items, 0.95)!.Fresh, MatchedGain.Of(items, 0.95)!.Points));
        Assert.Null(MatchedGain.Of([.. Cell(true, true, 1, 1), .. Cell(false, false, 0, 1)], 0.95));
        // One leaked item says nothing of how they spread.
        Assert.Null(MatchedGain.Of([.. Cell(true, true, 1), .. Cell(false, true, 0, 1)], 0.95)!.Interval);
    }

    [Fact]
    public void Where_the_reference_is_always_wrong_it_is_the_plain_difference_and_Fishers_exact_test() =>
        Gen.Select(Gen.Int[2, 30], Gen.Int[2, 30], Gen.Double[0, 1], Gen.Double[0, 1]).Sample((leaked, fresh, a, b) =>
        {
            var (x, y) = ((int)Math.Round(a * leaked), (int)Math.Round(b * fresh));
            var gain = MatchedGain.Of([.. Cell(true, false, [.. Enumerable.Range(0, leaked).Select(i => i < x ? 1 : 0)]), .. Cell(false, false, [.. Enumerable.Range(0, fresh).Select(i => i < y ? 1 : 0)])], 0.95)!;
            Assert.Equal(100 * (((double)x / leaked) - ((double)y / fresh)), gain.Points, 1e-9);
            Assert.Equal(Hypergeometric.Upper(x, leaked + fresh, x + y, leaked).Value, gain.P.Value, 1e-10);
            Assert.True(gain.Interval!.Value.Lower <= gain.Points && gain.Points <= gain.Interval.Value.Upper);
        });

    [Fact]
    public void The_interval_holds_the_truth_as_often_as_it_says()
    {
        // The reference is right on easy items more often; leaked and fresh are as hard; the suspect gains 15 points on leaked ones.
        var random = new PythonRandom("matched");
        var held = 0;
        const int worlds = 1_500;
        for (var w = 0; w < worlds; w++)
        {
            var items = Enumerable.Range(0, 200).Select(i =>
            {
                var (isLeaked, skill) = (i < 60, 0.2 + (0.5 * random.Random()));
                return new InflationItem($"{i}", isLeaked, isLeaked ? 1 : 0, random.Random() < skill + (isLeaked ? 0.15 : 0), random.Random() < skill);
            }).ToList();
            var interval = MatchedGain.Of(items, 0.95)!.Interval!.Value;
            held += interval.Lower <= 15 && 15 <= interval.Upper ? 1 : 0;
        }

        Assert.InRange((double)held / worlds, 0.935, 0.965);
    }

    private static IEnumerable<InflationItem> Cell(bool isLeaked, bool cleanIsRight, params int[] right) => right.Select((r, i) => new InflationItem($"{isLeaked}{cleanIsRight}{i}", isLeaked, isLeaked ? 1 : 0, r == 1, cleanIsRight, "x"));
}
