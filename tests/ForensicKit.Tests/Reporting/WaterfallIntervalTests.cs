using ForensicKit.Reporting;

namespace ForensicKit.Tests.Reporting;

public class WaterfallIntervalTests
{
    [Fact]
    public void A_changes_interval_starts_where_the_change_starts_and_values_stand_in_columns()
    {
        var figure = WaterfallFigure.Create(
            SampleFigures.Identity("fig-attribution"), "Score", "%",
            [new("Standard", 61.6, true, Interval: (58.2, 65)), new("Example", 9.4, Interval: (6.3, 12.5)), new("Best", 71, true, Interval: (67.8, 74.2)), new("Rest", -1, Interval: (-4.2, 2.2)), new("Claimed", 70, true)]);
        figure.Check();
        var intervals = figure.Panels[0].Marks.OfType<IntervalsMark>().Single().Items;
        Assert.Equal([(0, 58.2, 65), (1, 67.9, 74.1), (2, 67.8, 74.2), (3, 66.8, 73.2)], intervals.Select(i => ((int)i.Position, Math.Round(i.Low!.Value, 9), Math.Round(i.High!.Value, 9))));
        Assert.Equal(["61.6", "+9.4", "71.0", "−1.0", "70.0"], figure.Panels[0].Columns[0].Cells);
        Assert.Null(figure.Panels[0].Columns[1].Cells[4]);
        Assert.Equal(["step", "kind", "value", "running total", "low", "high"], figure.Data.Columns.Select(c => c.Name));
        foreach (var width in (double[])[360, 720])
            Assert.Contains("+9.4", FigureSvg.Render(figure, FigureVariant.Light, width), StringComparison.Ordinal);
    }
}
