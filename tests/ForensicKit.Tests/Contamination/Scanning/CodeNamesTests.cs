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
        var scanner = Scanner(items);
        var random = new System.Random(3);
        var found = items.Select(item => scanner.Scan(Encoding.UTF8.GetBytes("import os\n\n" + Renamed(item.Fields[0].Text + item.Fields[1].Text, random) + "\nprint('end')\n"))
            .FirstOrDefault(h => h.Class == HitClass.Leak && h.Item.ItemId == item.ItemId)).OfType<ScanHit>().ToList();
        Assert.Equal(164, items.Count);
        // The bar of the reference is 95 of 100.
        Assert.True(found.Count >= 156, $"{found.Count} of 164");
        var told = found.Count(h => h.Kind == LeakKind.QuestionAndAnswer);
        Assert.True(told >= 0.95 * found.Count, $"{told} of {found.Count} with the solution");
    }

    [Fact]
    public void Programs_are_found_with_other_numbers_in_their_examples()
    {
        var items = HumanEval();
        var scanner = Scanner(items);
        var random = new System.Random(3);
        var numbered = items.Where(i => i.Fields[0].Text.Any(char.IsAsciiDigit)).ToList();
        var found = numbered.Count(item => scanner.Scan(Encoding.UTF8.GetBytes("import os\n\n" + Renumbered(item.Fields[0].Text, random) + "\nprint('end')\n"))
            .Any(h => h.Class == HitClass.Leak && h.Item.ItemId == item.ItemId));
        Assert.InRange(numbered.Count, 100, 164);
        // The bar of the reference is 99 of 100.
        Assert.True(found >= 0.99 * numbered.Count, $"{found} of {numbered.Count}");
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)] // which of the two it would be, the numbers alone would say
    public void Programs_that_differ_in_numbers_alone_are_not_found_with_others(int items, bool isFound)
    {
        static string Asked(int more, string example) =>
            $"def shifted_median(readings):\n    \"\"\" Drop the largest and the smallest barometer reading, then give the median of what is left, raised by {more} millibar.\n    >>> shifted_median([{example}])\n    \"\"\"\n";
        var rest = HumanEval();
        var scanner = Scanner([
            .. Enumerable.Range(0, items).Select(i => new ScanItem("humaneval", $"own/{i}", [new("prompt", Asked(3 + i, $"{i}1, {i}5, 8{i}, 3{i}, 4{i}, 7{i}, 22{i}, 63{i}, 9{i}5, 12{i}, 7{i}7"), ScanRole.Question)])), .. rest]);
        var hits = scanner.Scan(Encoding.UTF8.GetBytes("import os\n\n" + Asked(9, "611, 245, 906, 514, 77, 438, 2219, 6344, 955, 1212, 717") + "\nprint('end')\n"));
        Assert.Equal(isFound, hits.Any(h => h.Score == 1));
    }

    private static string Renumbered(string code, System.Random random) =>
        Regex.Replace(code, "[0-9]+", m => string.Concat(m.Value.Select((_, i) => (char)random.Next(i == 0 ? '1' : '0', '9' + 1))), RegexOptions.None, TimeSpan.FromSeconds(1));

    private static string Renamed(string code, System.Random random) => CodeNames.Of(code).Order(StringComparer.Ordinal).Aggregate(code, (text, name) =>
        Regex.Replace(text, $@"\b{Regex.Escape(name)}\b", "v" + string.Concat(Enumerable.Range(0, 6).Select(_ => (char)('a' + random.Next(26)))), RegexOptions.None, TimeSpan.FromSeconds(1)));

    private static TextScanner Scanner(List<ScanItem> items)
    {
        var index = ScanIndex.Of(items);
        return new(index, ScanCalibration.Of(index, 2, TestContext.Current.CancellationToken).Thresholds());
    }

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
