using System.Text.Json;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Exchange;

/// <summary>The validator of these tests judges as the one of the format's own tools does, so its word on our exports counts.</summary>
public class EveryEvalEverSchemaTests
{
    [Fact]
    public void Samples_are_judged_as_the_formats_own_validator_judges_them()
    {
        var folder = TestData.Require("golden", "interchange", "every-eval-ever");
        using var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        Assert.Equal(6, expected.RootElement.GetArrayLength());
        foreach (var sample in expected.RootElement.EnumerateArray())
        {
            var files = Path.Combine(folder, Path.GetFileName(sample.GetProperty("sample").GetString()!));
            var record = File.ReadAllText(Directory.GetFiles(files, "*.json").Single());
            var lines = File.ReadAllText(Directory.GetFiles(files, "*_samples.jsonl").Single()).Split('\n').Where(l => l.Length > 0);
            Assert.Equal((files, sample.GetProperty("verdict").GetString() == "valid"), (files, EveryEvalEverSchema.Accepts(record, lines)));
        }
    }
}
