using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ForensicKit.Evidence;
using ForensicKit.Exchange;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Exchange;

/// <summary>JSON is written as Python writes it: every recorded line and hash of lm-evaluation-harness comes out byte for byte.</summary>
public class PythonJsonTests
{
    [Fact]
    public void Every_recorded_sample_and_its_hashes_come_out_the_same()
    {
        var lines = Directory.GetFiles(TestData.Require("golden", "lm-eval"), "samples_*.jsonl", SearchOption.AllDirectories)
            .SelectMany(file => File.ReadAllText(file).Split('\n')).Where(line => line.Length > 0).ToList();
        Assert.Equal(499, lines.Count);
        foreach (var line in lines)
        {
            using var sample = JsonDocument.Parse(line);
            Assert.Equal(line, PythonJson.Write(sample.RootElement));
            Assert.Equal(line, PythonJson.Write(JsonNode.Parse(line)));
            Assert.Equal(sample.RootElement.GetProperty("doc_hash").GetString(), EvidenceDatabase.Sha256(PythonJson.Write(sample.RootElement.GetProperty("doc"), indent: 2)));
        }
    }

    [Fact]
    public void Every_recorded_result_file_comes_out_the_same()
    {
        var files = Directory.GetFiles(TestData.Require("golden", "lm-eval"), "results_*.json", SearchOption.AllDirectories);
        Assert.Equal(8, files.Length);
        foreach (var file in files)
        {
            using var results = JsonDocument.Parse(File.ReadAllText(file));
            Assert.Equal(File.ReadAllText(file), PythonJson.Write(results.RootElement, indent: 2));
        }
    }

    // What Python 3.11 writes.
    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(1, "1.0")]
    [InlineData(-40.282291412353516, "-40.282291412353516")]
    [InlineData(0.1, "0.1")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00012345, "0.00012345")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(1.5e-7, "1.5e-07")]
    [InlineData(123456789012345.6, "123456789012345.6")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(9007199254740993, "9007199254740992.0")]
    [InlineData(1e16, "1e+16")]
    [InlineData(1.25e22, "1.25e+22")]
    [InlineData(1e100, "1e+100")]
    [InlineData(double.Epsilon, "5e-324")]
    [InlineData(double.MaxValue, "1.7976931348623157e+308")]
    [InlineData(-100, "-100.0")]
    public void Floats_are_written_as_repr_writes_them(double number, string expected)
    {
        Assert.Equal(expected, PythonJson.Repr(number));
        Assert.Equal(number, double.Parse(expected, CultureInfo.InvariantCulture));
    }

    // json.dumps(json.loads(text), ensure_ascii=False)
    [Theory]
    [InlineData("""{"a":[1,-0,2.0,1e5,1E400,12345678901234567890123,{}],"b":[],"a":null}""", """{"a": null, "b": []}""")]
    [InlineData("""[1,-0,-0.0,2.50,1e5,-1E400,12345678901234567890123,{}]""", """[1, 0, -0.0, 2.5, 100000.0, -Infinity, 12345678901234567890123, {}]""")]
    [InlineData("""["\u0000\u001f\u007f\u0080\u2028\"\\\/\b\f\n\r\t"]""", "[\"\\u0000\\u001f\u007f\u0080\u2028\\\"\\\\/\\b\\f\\n\\r\\t\"]")]
    [InlineData("""["\ud83d\ude00","\ud83d","\ude00\ud83d"]""", """["😀", "\ud83d", "\ude00\ud83d"]""")]
    [InlineData("""{"\ud800\"x":1,"y":"\ud800"}""", """{"\ud800\"x": 1, "y": "\ud800"}""")]
    [InlineData("""[true,false,null,[[[]]]]""", """[true, false, null, [[[]]]]""")]
    public void Odd_values_are_written_as_Python_writes_them(string text, string expected)
    {
        using var json = JsonDocument.Parse(text);
        Assert.Equal(expected, PythonJson.Write(json.RootElement));
    }

    [Fact]
    public void Indented_text_breaks_lines_as_Python_breaks_them() =>
        Assert.Equal(
            "{\n  \"a\": [\n    1,\n    2.0\n  ],\n  \"b\": {},\n  \"c\": {\n    \"d\": \"\\ud800\"\n  }\n}",
            PythonJson.Write(new JsonObject { ["a"] = new JsonArray(1, 2.0), ["b"] = new JsonObject(), ["c"] = new JsonObject { ["d"] = "\ud800" } }, indent: 2));

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        JsonNode node = new JsonArray();
        for (var i = 0; i < 2000; i++)
            node = new JsonArray(node);
        Assert.Throws<KitException>(() => PythonJson.Write(node));
    }
}
