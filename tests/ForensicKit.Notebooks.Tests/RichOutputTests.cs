using ForensicKit.Reporting;
using Microsoft.Data.Analysis;

namespace ForensicKit.Notebooks.Tests;

/// <summary>A library type that renders by the convention alone.</summary>
[TypeFormatterSource(typeof(VerdictFormatters), PreferredMimeTypes = ["text/html", "application/vnd.test+json", "image/png"])]
public record Verdict(string Claim, bool Holds);

public sealed record FinalVerdict(string Claim) : Verdict(Claim, Holds: true);

public sealed class VerdictFormatters
{
    public IEnumerable<object> CreateTypeFormatters() =>
    [
        new VerdictFormatter("text/html", v => $"<b>{System.Net.WebUtility.HtmlEncode(v.Claim)}</b>"),
        new VerdictFormatter("application/vnd.test+json", v => $$"""{"holds": {{(v.Holds ? "true" : "false")}}}"""),
        new VerdictFormatter("image/png", _ => "iVBORw0KGgo="),
    ];
}

public sealed class VerdictFormatter(string mimeType, Func<Verdict, string> format)
{
    public string MimeType { get; } = mimeType;

    public bool Format(object instance, TextWriter writer)
    {
        writer.Write(format((Verdict)instance));
        return true;
    }
}

public class RichOutputTests
{
    private static readonly string Here = CellErrorTests.Slashes(typeof(RichOutputTests).Assembly.Location);

    [Fact]
    public async Task A_type_renders_by_convention_in_each_of_its_forms_and_so_does_a_derived_type()
    {
        var run = (await Notebooks.RunAsync(
            $"#r \"{Here}\"\nusing ForensicKit.Notebooks.Tests;\nnew Verdict(\"<script>\", false)", "display(new FinalVerdict(\"x\"));")).Completed();
        var data = run.Outputs(0)[0]!["data"]!;
        Assert.Equal("<b>&lt;script&gt;</b>", Notebooks.Text(data["text/html"]));
        Assert.False(data["application/vnd.test+json"]!["holds"]!.GetValue<bool>());
        Assert.Equal("iVBORw0KGgo=", data["image/png"]!.GetValue<string>());
        Assert.Contains("<script>", Notebooks.Text(data["text/plain"]), StringComparison.Ordinal);
        Assert.Equal("<b>x</b>", run.Data(1, "text/html"));
    }

    [Fact]
    public async Task A_data_frame_is_a_table_with_escaped_texts_and_numbers_on_the_right()
    {
        var run = (await Notebooks.RunAsync("""
            #r "ForensicKit.Notebooks.dll"
            #r "Microsoft.Data.Analysis.dll"
            using Microsoft.Data.Analysis;
            new DataFrame(
                new StringDataFrameColumn("<name>", new[] { "a & b", null, "x" }),
                new DoubleDataFrameColumn("value", new double?[] { 1.0 / 3, null, 1e-9 }),
                new Int64DataFrameColumn("n", new long[] { 1, 20, 1234567 }))
            """)).Completed();
        var html = run.Data(0, "text/html");
        Assert.Contains("&lt;name&gt;</th>", html, StringComparison.Ordinal);
        Assert.Contains(">a &amp; b</td>", html, StringComparison.Ordinal);
        Assert.Contains("text-align:right;padding:0.15em 0.75em;vertical-align:top\" title=\"0.3333333333333333\">0.333333</td>", html, StringComparison.Ordinal);
        Assert.Contains(">1234567</td>", html, StringComparison.Ordinal);
        Assert.Contains(">1E-09</td>", html, StringComparison.Ordinal);
        Assert.Equal("<name>     value        n\na & b   0.333333        1\n                       20\nx          1E-09  1234567", run.Data(0));
    }

    [Fact]
    public void A_long_data_frame_is_cut_and_says_so()
    {
        var frame = new DataFrame(new Int32DataFrameColumn("n", Enumerable.Range(0, 1234)));
        var writer = new StringWriter();
        RichOutput.DataFrameFormatter.WriteHtml(frame, writer);
        Assert.Equal(101, writer.ToString().Split("<tr>").Length - 1);
        Assert.Contains("1134 more rows of 1234.", writer.ToString(), StringComparison.Ordinal);
    }
}
