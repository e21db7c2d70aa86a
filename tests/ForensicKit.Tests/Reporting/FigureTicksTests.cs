using System.Globalization;
using CsCheck;
using ForensicKit.Reporting;

namespace ForensicKit.Tests.Reporting;

public class FigureTicksTests
{
    [Fact]
    public void Linear_ticks_are_round_evenly_spaced_inside_and_told_apart()
    {
        Gen.Select(Gen.Double[-1e9, 1e9], Gen.Double[-6, 9], Gen.Int[2, 10]).Sample((start, log, count) =>
        {
            var (min, max) = (start, start + Math.Pow(10, log));
            if (!(max - min > 1e-9 * Math.Abs(min)))
                return;
            var ticks = FigureTicks.Linear(min, max, count);
            Assert.InRange(ticks.Values.Count, 2, Math.Max(2, count));
            Assert.Equal(ticks.Values.Order(), ticks.Values);
            Assert.Equal(ticks.Labels.Count, ticks.Labels.Distinct(StringComparer.Ordinal).Count());
            var tolerance = 1e-8 * (max - min);
            Assert.All(ticks.Values, v => Assert.InRange(v, min - tolerance, max + tolerance));
            if (ticks.Values.Count > 2)
            {
                Assert.All(ticks.Values.Zip(ticks.Values.Skip(1)), p => Assert.Equal(ticks.Step, p.Second - p.First, ticks.Step * 1e-6));
                Assert.Contains(ticks.Step.ToString("E0", CultureInfo.InvariantCulture)[0], "125");
            }
        });
    }

    [Fact]
    public void Linear_ticks_are_the_doubles_nearest_to_their_labels()
    {
        foreach (var (min, max) in new[] { (0.0, 1.0), (-0.3, 0.7), (57.68, 93.5), (0, 0.007) })
        {
            var ticks = FigureTicks.Linear(min, max, 10);
            Assert.Equal(ticks.Labels.Select(l => double.Parse(l.Replace('\u2212', '-'), CultureInfo.InvariantCulture)), ticks.Values);
        }
    }

    [Fact]
    public void Logarithmic_ticks_are_inside_in_order_and_told_apart()
    {
        Gen.Select(Gen.Double[-12, 12], Gen.Double[0.05, 15], Gen.Int[2, 10]).Sample((low, span, count) =>
        {
            var (min, max) = (Math.Pow(10, low), Math.Pow(10, low + span));
            var ticks = FigureTicks.Logarithmic(min, max, count);
            Assert.InRange(ticks.Values.Count, 1, Math.Max(2, count));
            Assert.Equal(ticks.Values.Order(), ticks.Values);
            Assert.Equal(ticks.Labels.Count, ticks.Labels.Distinct(StringComparer.Ordinal).Count());
            Assert.All(ticks.Values, v => Assert.InRange(v, min * (1 - 1e-8), max * (1 + 1e-8)));
        });
    }

    [Theory]
    [InlineData(1, 1000, 4, "1|10|100|1,000")]
    [InlineData(1e-9, 1e-6, 4, "1e−9|1e−8|1e−7|1e−6")]
    [InlineData(20, 90, 5, "20|50")]
    public void Logarithmic_labels_read_well(double min, double max, int count, string expected) =>
        Assert.Equal(expected, string.Join('|', FigureTicks.Logarithmic(min, max, count).Labels));

    [Theory]
    [InlineData(0, 100, 6, "0|20|40|60|80|100")]
    [InlineData(-0.2, 0.2, 5, "−0.2|−0.1|0.0|0.1|0.2")]
    [InlineData(0, 20000, 5, "0|5,000|10,000|15,000|20,000")]
    [InlineData(0, 4e8, 5, "0|1e8|2e8|3e8|4e8")]
    public void Linear_labels_read_well(double min, double max, int count, string expected) =>
        Assert.Equal(expected, string.Join('|', FigureTicks.Linear(min, max, count).Labels));

    [Fact]
    public void The_font_has_tabular_figures_and_every_character_labels_use()
    {
        foreach (var font in new[] { FigureFont.Regular, FigureFont.SemiBold })
        {
            Assert.Single("0123456789".Select(c => font.Measure(c.ToString(), 100)).Distinct());
            Assert.All("−–×≤≥±·…αδκσμ%“”’\uFFFD".EnumerateRunes(), r => Assert.True(font.Has(r), r.ToString()));
        }

        Assert.Equal(60, FigureFont.Regular.Measure("0", 100), 6);
        Assert.Contains("SIL OPEN FONT LICENSE", FigureFont.Licence, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrapped_lines_fit_and_lose_nothing()
    {
        Gen.Select(Gen.String[Gen.Char["abcW -/_"], 0, 80], Gen.Double[20, 300]).Sample((text, width) =>
        {
            var clean = FigureText.Clean(text);
            var lines = FigureText.Wrap(clean, FigureFont.Regular, 12, width, maxLines: 1000);
            Assert.All(lines, l => Assert.True(FigureFont.Regular.Measure(l, 12) <= width + 1e-9));
            Assert.Equal(clean.Replace(" ", "", StringComparison.Ordinal), string.Concat(lines).Replace(" ", "", StringComparison.Ordinal));
        });
    }
}
