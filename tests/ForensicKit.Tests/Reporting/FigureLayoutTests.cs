using System.Globalization;
using CsCheck;
using ForensicKit.Findings;
using ForensicKit.Reporting;

namespace ForensicKit.Tests.Reporting;

public class FigureLayoutTests
{
    private static readonly Gen<string> Name = Gen.String[Gen.Char["aeinrstMW@ -/_0漢"], 1, 70].Where(s => s.Trim().Length > 0);

    private static readonly Gen<FigureEstimate?> Estimate = Gen.Select(Gen.Double[0, 100], Gen.Double[0, 12], Gen.Int[0, 9]).Select((v, h, kind) => kind switch
    {
        0 => null,
        1 => new FigureEstimate(v, double.NegativeInfinity, v + h),
        2 => new FigureEstimate(v, v - h, double.PositiveInfinity),
        3 or 4 => new FigureEstimate(v),
        _ => new FigureEstimate(v, v - h, v + h),
    });

    private static readonly Gen<ForestRow> Row = Gen.Select(Name, Estimate, Estimate, Estimate, Gen.Long[0, 10_000_000], Gen.Int[0, 5])
        .Select((label, a, b, c, n, v) => new ForestRow(label, a, b, c, n % 7 == 0 ? null : n, v == 5 ? null : (Verdict)v, n % 3 == 0 ? label : null));

    [Fact]
    public void No_text_of_a_forest_plot_overlaps_another_or_is_cut_off()
    {
        Gen.Select(Row.Array[0, 7], Name, Gen.Double[240, 1400], Gen.Bool).Sample(
            (rows, reference, width, framed) =>
                AssertLegible(FigureLayout.Arrange(ForestPlot.Create(SampleFigures.Identity("fig-random", reference, reference), "Score", "%", rows, reference), width, framed)),
            iter: 800);
    }

    [Fact]
    public void No_text_of_a_line_figure_overlaps_another_or_is_cut_off()
    {
        var point = Gen.Select(Gen.Double[0.001, 1e6], Gen.Double[-1e4, 1e4]).Select((x, y) => new LinePoint(x, y % 7 > 5 ? null : y, y - 10, y + 10));
        Gen.Select(Gen.Select(Name, point.Array[0, 12]).Array[1, 6], Name, Gen.Double[-1e4, 1e4], Gen.Double[240, 1400], Gen.Bool).Sample(
            (lines, rule, at, width, log) => AssertLegible(FigureLayout.Arrange(
                LineFigure.Create(
                    SampleFigures.Identity("fig-random"),
                    new("x axis", "s", log ? new LogScale() : new LinearScale()),
                    new("y axis", "ms", new LinearScale()),
                    [.. lines.Select(l => new LineSeries(l.Item1, [.. l.Item2.OrderBy(p => p.X)]))],
                    [new(ValueAxis.X, Math.Abs(at), rule), new(ValueAxis.X, Math.Abs(at) + 1, rule), new(ValueAxis.Y, at, rule)]),
                width,
                framed: true)),
            iter: 400);
    }

    [Fact]
    public void Every_sample_is_legible_at_every_width()
    {
        foreach (var figure in SampleFigures.All())
        {
            for (var width = 240.0; width <= 1300; width += 53)
                AssertLegible(FigureLayout.Arrange(figure, width, framed: true));
        }
    }

    [Fact]
    public void Panels_stand_side_by_side_only_where_there_is_room()
    {
        var figure = SampleFigures.Histogram() with { PanelColumns = 2 };
        figure = figure with { Panels = [figure.Panels[0], figure.Panels[0], figure.Panels[0]] };
        var wide = FigureLayout.Arrange(figure, 720, framed: false);
        var narrow = FigureLayout.Arrange(figure, 360, framed: false);
        AssertLegible(wide);
        AssertLegible(narrow);
        Assert.True(wide.Height < narrow.Height * 0.8);
    }

    [Fact]
    public void Values_that_are_missing_are_named_not_drawn()
    {
        var drawing = FigureLayout.Arrange(
            ForestPlot.Create(SampleFigures.Identity("fig-missing"), "Score", "%", [new("A", new(80), null), new("B", new(70), new(60))]), 720, framed: false);
        Assert.Contains(drawing.Items.OfType<TextItem>(), t => t.Text == "not reproduced");
        Assert.Equal(3, drawing.Items.OfType<MarkerItem>().Count());
        var empty = FigureLayout.Arrange(ForestPlot.Create(SampleFigures.Identity("fig-empty"), "Score", "%", []), 720, framed: false);
        Assert.Contains(empty.Items.OfType<TextItem>(), t => t.Text == "No data");
    }

    [Fact]
    public void Marks_stand_where_the_axis_says()
    {
        var drawing = FigureLayout.Arrange(SampleFigures.Claims(), 720, framed: false);
        var ticks = drawing.Items.OfType<TextItem>().Where(t => t.Text is "60" or "90").ToDictionary(t => t.Text, t => t.X, StringComparer.Ordinal);
        var claimed = drawing.Items.OfType<MarkerItem>().Where(m => m.Shape == PointShape.Diamond).Select(m => 60 + ((m.X - ticks["60"]) / (ticks["90"] - ticks["60"]) * 30)).ToList();
        Assert.Equal(4, claimed.Count);
        foreach (var (expected, actual) in new[] { 82.5, 87.2, 92.1, 78.0 }.Zip(claimed))
            Assert.Equal(expected, actual, 9);
    }

    [Fact]
    public void Text_is_never_smaller_than_11_px()
    {
        foreach (var figure in SampleFigures.All())
            Assert.All(FigureLayout.Arrange(figure, 360, framed: true).Items.OfType<TextItem>(), t => Assert.True(t.Size >= 11));
    }

    [Fact]
    public void A_waterfall_must_add_up()
    {
        Assert.Throws<ArgumentException>(() => WaterfallFigure.Create(SampleFigures.Identity("fig-x"), "Score", "%", [new("a", 80, true), new("b", -3), new("c", 76, true)]));
        Assert.Throws<ArgumentException>(() => WaterfallFigure.Create(SampleFigures.Identity("fig-x"), "Score", "%", [new("a", 80)]));
    }

    [Fact]
    public void A_histogram_counts_every_value_once()
    {
        Gen.Double[-1e3, 1e3].Array[1, 300].Sample(values =>
        {
            var figure = DistributionFigure.Histogram(SampleFigures.Identity("fig-h"), new("v", null, new LinearScale()), values);
            var rows = figure.Data.Rows;
            Assert.Equal(values.Length, rows.Sum(r => r[2].Number));
            foreach (var row in rows)
                Assert.True(row[2].Number >= values.Count(v => v > row[0].Number + 1e-6 && v < row[1].Number - 1e-6));
        });
    }

    private static void AssertLegible(Drawing drawing)
    {
        var texts = drawing.Items.OfType<TextItem>().ToList();
        for (var i = 0; i < texts.Count; i++)
        {
            var box = texts[i].Box;
            Assert.True(box.X >= -0.01 && box.Right <= drawing.Width + 0.01 && box.Y >= -0.01 && box.Bottom <= drawing.Height + 0.01, $"'{texts[i].Text}' leaves the figure.");
            for (var j = 0; j < i; j++)
                Assert.False(box.Grow(-0.01).Overlaps(texts[j].Box), string.Create(CultureInfo.InvariantCulture, $"'{texts[i].Text}' overlaps '{texts[j].Text}' at {box}."));
        }
    }
}
