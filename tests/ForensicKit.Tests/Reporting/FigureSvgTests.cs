using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ForensicKit.Reporting;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Reporting;

public class FigureSvgTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static TheoryData<string, FigureVariant, int> Golden => new()
    {
        { "fig-claims", FigureVariant.Light, 720 },
        { "fig-claims", FigureVariant.Inline, 360 },
        { "fig-gap", FigureVariant.Print, 720 },
        { "fig-latency", FigureVariant.Dark, 720 },
    };

    private static IEnumerable<string> Everything() =>
        from figure in SampleFigures.All()
        from variant in Enum.GetValues<FigureVariant>()
        from width in new[] { 240.0, 360, 720, 1100 }
        select FigureSvg.Render(figure, variant, width);

    [Theory]
    [MemberData(nameof(Golden))]
    public void Drawings_are_the_recorded_ones(string id, FigureVariant variant, int width)
    {
        var svg = FigureSvg.Render(SampleFigures.All().Single(f => f.Id == id), variant, width);
        var path = Path.Combine(TestData.RepositoryRoot, "tests", "ForensicKit.Tests", "Reporting", "Golden",
            string.Create(CultureInfo.InvariantCulture, $"{id}-{FigureSvg.Name(variant)}-{width}.svg"));
        if (Environment.GetEnvironmentVariable("FORENSICKIT_RECORD_FIGURES") == "1")
            File.WriteAllText(path, svg);
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), svg);
    }

    [Fact]
    public void Same_bytes_twice_and_in_every_culture()
    {
        var expected = Everything().ToList();
        Assert.Equal(expected, Everything());
        var before = CultureInfo.CurrentCulture;
        try
        {
            // With invariant globalization named cultures are copies of the invariant one, so a hostile one is made by hand.
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NumberDecimalSeparator = ",";
            culture.NumberFormat.NumberGroupSeparator = ".";
            culture.NumberFormat.NegativeSign = "~";
            CultureInfo.CurrentCulture = culture;
            Assert.Equal(expected, Everything());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Nothing_refers_to_anything_outside()
    {
        foreach (var svg in Everything())
        {
            var document = XDocument.Parse(svg);
            Assert.DoesNotContain("url(", svg, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("http", svg.Replace(Svg.NamespaceName, "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(document.Descendants(), e => e.Name.LocalName is "script" or "image" or "use" or "foreignObject" or "style" or "a");
            Assert.DoesNotContain(document.Descendants().Attributes(), a => a.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase) || a.Name.LocalName == "href");
        }
    }

    [Fact]
    public void Readers_who_do_not_see_it_get_title_and_description()
    {
        var figure = SampleFigures.Claims();
        var root = XDocument.Parse(FigureSvg.Render(figure, FigureVariant.Inline)).Root!;
        Assert.Equal("img", root.Attribute("role")!.Value);
        var ids = root.Attribute("aria-labelledby")!.Value.Split(' ');
        Assert.Equal("Figure 1. " + figure.Title, root.Element(Svg + "title")!.Value);
        Assert.Equal(figure.AltText, root.Element(Svg + "desc")!.Value);
        Assert.Equal([root.Element(Svg + "title")!.Attribute("id")!.Value, root.Element(Svg + "desc")!.Attribute("id")!.Value], ids);
        Assert.Contains("MMLU: Claimed 82.5, Reproduced 74.1 (73.4 to 74.8), Llama 3 70B 82.0 (81.4 to 82.6), n 14,042, verdict Refuted.", figure.AltText, StringComparison.Ordinal);
    }

    [Fact]
    public void Metadata_name_the_case_and_the_data_by_hash()
    {
        var figure = SampleFigures.Claims();
        var metadata = JsonDocument.Parse(XDocument.Parse(FigureSvg.Render(figure, FigureVariant.Dark)).Root!.Element(Svg + "metadata")!.Value).RootElement;
        Assert.Equal("opus-claims", metadata.GetProperty("case").GetString());
        Assert.Equal(FigureCsv.Sha256(figure.Data), metadata.GetProperty("data-sha256").GetString());
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\" onload=\"alert(1)")]
    [InlineData("]]><![CDATA[<b>")]
    [InlineData("&#0;&lt;&amp;")]
    [InlineData("a\0b\u0008c\uFFFFd\uD800e")]
    [InlineData("\u202Egnirts\u202C \u2066x\u2069 \u200F")]
    [InlineData("\t\r\n  ")]
    [InlineData("漢字かな 한국어 العربية 👩‍🔬")]
    public void Hostile_text_stays_text(string hostile)
    {
        var text = "x" + hostile;
        var figure = ForestPlot.Create(
            new("fig-hostile", 1, text, text, text, text), text, text, [new(text, new(1), new(2, 1, 3), new(4), 5, Findings.Verdict.Supported, text)], text);
        foreach (var variant in Enum.GetValues<FigureVariant>())
        {
            var svg = FigureSvg.Render(figure, variant, framed: true);
            var document = XDocument.Parse(svg);
            Assert.DoesNotContain(document.Descendants(), e => e.Name.LocalName is "script" or "b");
            Assert.DoesNotContain(document.Descendants().Attributes(), a => a.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
            Assert.DoesNotContain(svg, c => c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' or '\u200F' || (char.IsControl(c) && c != '\n'));
            Assert.Equal(FigureText.Clean(text), document.Root!.Element(Svg + "desc")!.Value);
        }
    }

    [Fact]
    public void Alternative_text_title_and_names_are_required()
    {
        var figure = SampleFigures.Claims();
        Assert.Throws<ArgumentException>(() => figure with { AltText = " " });
        Assert.Throws<ArgumentException>(() => figure with { Title = "" });
        Assert.Throws<ArgumentException>(() => figure with { Caption = "\n" });
        Assert.Throws<ArgumentException>(() => figure with { Panels = [] });
        Assert.Throws<ArgumentOutOfRangeException>(() => figure with { Number = 0 });
        foreach (var id in new[] { "", "Fig", "1fig", "fig/../x", "fig claims", "fig\n", new string('a', 65) })
            Assert.Throws<ArgumentException>(() => figure with { Id = id });
    }

    [Fact]
    public void Marks_and_columns_must_fit_the_figure()
    {
        var figure = SampleFigures.Claims();
        Assert.Throws<ArgumentException>(() => FigureSvg.Render(figure with { Series = [] }, FigureVariant.Light));
        Assert.Throws<InvalidOperationException>(() => FigureSvg.Render(figure with { Series = [.. figure.Series, figure.Series[0]] }, FigureVariant.Light));
        Assert.Throws<InvalidOperationException>(() => FigureSvg.Render(figure with { Panels = [figure.Panels[0] with { Columns = [new("n", ["1"])] }] }, FigureVariant.Light));
        Assert.Throws<ArgumentOutOfRangeException>(() => FigureSvg.Render(figure, FigureVariant.Light, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => FigureSvg.Render(figure, FigureVariant.Light, 100));
    }

    [Fact]
    public void Inline_colours_are_custom_properties_that_every_variant_defines()
    {
        var svg = FigureSvg.Render(SampleFigures.Latency(), FigureVariant.Inline);
        var used = Regex.Matches(svg, @"var\((?<name>--[a-z-]+),(?<value>#[0-9a-f]{6})\)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        Assert.NotEmpty(used);
        foreach (Match match in used)
        {
            Assert.Contains($"{match.Groups["name"].Value}:{match.Groups["value"].Value};", FigureColours.CustomProperties(FigureVariant.Light), StringComparison.Ordinal);
            Assert.Contains(match.Groups["name"].Value + ":", FigureColours.CustomProperties(FigureVariant.Dark), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(FigureVariant.Light)]
    [InlineData(FigureVariant.Dark)]
    [InlineData(FigureVariant.Print)]
    public void Text_has_enough_contrast(FigureVariant variant)
    {
        var ground = Luminance(FigureColours.Mark(variant, FigureInk.Surface));
        foreach (var ink in Enum.GetValues<FigureInk>().Where(i => i != FigureInk.Surface))
        {
            var text = Luminance(FigureColours.Text(variant, ink));
            var contrast = (Math.Max(ground, text) + 0.05) / (Math.Min(ground, text) + 0.05);
            Assert.True(contrast >= 4.5, $"{ink}: {contrast.ToString("0.00", CultureInfo.InvariantCulture)}");
        }
    }

    [Fact]
    public void The_print_variant_is_grey()
    {
        foreach (var ink in Enum.GetValues<FigureInk>())
        {
            var colour = FigureColours.Mark(FigureVariant.Print, ink);
            Assert.True(colour[1..3] == colour[3..5] && colour[3..5] == colour[5..7], colour);
        }
    }

    // WCAG 2.2, relative luminance.
    private static double Luminance(string colour)
    {
        double Channel(int at)
        {
            var c = Convert.ToInt32(colour.Substring(at, 2), 16) / 255.0;
            return c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);
        }

        return (0.2126 * Channel(1)) + (0.7152 * Channel(3)) + (0.0722 * Channel(5));
    }
}
