using ForensicKit.Contamination.Scanning;

namespace ForensicKit.Tests.Contamination.Scanning;

public class FreshControlTests
{
    [Fact]
    public void An_item_is_present_where_it_is_covered_better_than_the_twins_that_calibrate()
    {
        // 200 twins, of which the even ones calibrate: their coverage is their place over 200.
        string[] fresh = [.. Enumerable.Range(0, 200).Select(i => $"f{i}")];
        var control = FreshControl.Of(fresh, fresh.Select((id, i) => new Sighting(id, false, i / 200.0)).Append(new("t1", false, 0.999)));
        Assert.Equal(100, control.Twins);
        // The best calibrating twin has 198/200: above it only the item itself counts.
        Assert.Equal(1 / 101.0, control.P(new("t1", false, 0.995)), 12);
        Assert.True(control.IsPresent(new("t1", false, 0.995)));
        Assert.Equal(2 / 101.0, control.P(new("t1", false, 0.99)), 12);
        Assert.False(control.IsPresent(new("t1", false, 0.99)));
        // No twin's answer is seen alone.
        Assert.True(control.IsPresent(new("t1", true, 0.5)));
    }

    [Fact]
    public void A_twin_counts_once_with_its_best_place_and_other_items_do_not_calibrate()
    {
        string[] fresh = ["f0", "f1", "f2"];
        var control = FreshControl.Of(fresh, [new("f0", false, 0.4), new("f0", false, 0.6), new("f1", false, 1), new("t", false, 1)]);
        Assert.Equal(2, control.Twins);
        Assert.Equal(2 / 3.0, control.P(new("t", false, 0.5)), 12);
        Assert.Equal(1 / 3.0, control.P(new("t", false, 0.7)), 12);
        Assert.True(control.IsPresent(new("t", false, 0.7)));
    }

    [Fact]
    public void Without_twins_every_leak_is_present_and_no_p_is_small()
    {
        var control = FreshControl.Of([], [new("t", false, 0.3)]);
        Assert.True(control.IsPresent(new("t", false, 0.3)));
        Assert.Equal(1, control.P(new("t", false, 0.3)));
    }

    [Fact]
    public void Items_that_are_not_there_pass_no_more_often_than_they_may()
    {
        var random = new System.Random(7);
        var (passed, asked) = (0, 0);
        for (var round = 0; round < 200; round++)
        {
            string[] fresh = [.. Enumerable.Range(0, 400).Select(i => $"f{i}")];
            var control = FreshControl.Of(fresh, fresh.Select(id => new Sighting(id, false, random.NextDouble())));
            for (var i = 0; i < 50; i++, asked++)
                passed += control.IsPresent(new("t", false, random.NextDouble())) ? 1 : 0;
        }

        // 1% of 10,000, and four standard deviations.
        Assert.InRange(passed, 60, 140);
        Assert.Equal(10_000, asked);
    }
}
