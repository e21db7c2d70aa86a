using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ForensicKit.Benchmarks;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Scanning;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Contamination.Scanning;

public class CodeNamesTests
{
    private const string Program = "def mean_gap(values: List[int], *rest):\n    \"\"\" The mean gap of values. \"\"\"\n    total = 0\n    for i, value in enumerate(values):\n        total += value\n    if total == 3:\n        return total\n";

    [Fact]
    public void Functions_parameters_and_variables_are_names_and_nothing_else()
    {
        Assert.Equal(["i", "mean_gap", "rest", "total", "value", "values"], CodeNames.Of(Program).Order(StringComparer.Ordinal));
        Assert.Empty(CodeNames.Of("The total = 3, and for all in the room: define nothing."));
    }

    [Fact]
    public void Programs_are_found_with_other_names()
    {
        var items = HumanEval();
        var index = ScanIndex.Of(items);
        var scanner = new TextScanner(index, ScanCalibration.Of(index, 2, TestContext.Current.CancellationToken).Thresholds());
        var random = new System.Random(3);
        var found = items.Count(item => scanner.Scan(Encoding.UTF8.GetBytes("import os\n\n" + Renamed(item.Fields[0].Text + item.Fields[1].Text, random) + "\nprint('end')\n"))
            .Any(h => h.Class == HitClass.Leak && h.Item.ItemId == item.ItemId));
        Assert.Equal(164, items.Count);
        // The bar of the reference is 95 of 100.
        Assert.True(found >= 156, $"{found} of 164");
    }

    [Fact]
    public void Programs_are_found_with_other_numbers_in_their_examples()
    {
        var items = HumanEval();
        var index = ScanIndex.Of(items);
        var scanner = new TextScanner(index, ScanCalibration.Of(index, 2, TestContext.Current.CancellationToken).Thresholds());
        var random = new System.Random(3);
        var numbered = items.Where(i => i.Fields[0].Text.Any(char.IsAsciiDigit)).ToList();
        var found = numbered.Count(item => scanner.Scan(Encoding.UTF8.GetBytes("import os\n\n" + Renumbered(item.Fields[0].Text, random) + "\nprint('end')\n"))
            .Any(h => h.Class == HitClass.Leak && h.Item.ItemId == item.ItemId));
        Assert.InRange(numbered.Count, 100, 164);
        // The bar of the reference is 99 of 100.
        Assert.True(found >= 0.99 * numbered.Count, $"{found} of {numbered.Count}");
    }

    private static string Renumbered(string code, System.Random random) =>
        Regex.Replace(code, "[0-9]+", m => string.Concat(m.Value.Select((_, i) => (char)random.Next(i == 0 ? '1' : '0', '9' + 1))), RegexOptions.None, TimeSpan.FromSeconds(1));

    private static string Renamed(string code, System.Random random) => CodeNames.Of(code).Order(StringComparer.Ordinal).Aggregate(code, (text, name) =>
        Regex.Replace(text, $@"\b{Regex.Escape(name)}\b", "v" + string.Concat(Enumerable.Range(0, 6).Select(_ => (char)('a' + random.Next(26)))), RegexOptions.None, TimeSpan.FromSeconds(1)));

    private static List<ScanItem> HumanEval()
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(TestData.Require("data", "benchmarks", "humaneval", "HumanEval.jsonl.gz")), CompressionMode.Decompress));
        var items = new List<ScanItem>();
        while (reader.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            string Text(string name) => json.RootElement.GetProperty(name).GetString()!;
            items.Add(ScanItem.From("humaneval", new BenchmarkItem(Text("task_id"), items.Count, Text("prompt"), Text("canonical_solution"))));
        }

        return items;
    }
}
