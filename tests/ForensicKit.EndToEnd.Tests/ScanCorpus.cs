using System.Text.Json;
using ForensicKit.TestSupport;

namespace ForensicKit.EndToEnd.Tests;

/// <summary>A corpus of made-up text with items of GSM8K in it.</summary>
internal static class ScanCorpus
{
    /// <summary>Writes shards: every 25th document is an item as it is or with words left out.</summary>
    public static void Write(string folder, int shards, int documents)
    {
        var questions = File.ReadLines(TestData.Require("data", "benchmarks", "gsm8k", "test.jsonl")).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("question").GetString()!).ToList();
        var words = questions.SelectMany(q => q.Split(' ')).Distinct(StringComparer.Ordinal).ToList();
        Directory.CreateDirectory(folder);
        for (var shard = 0; shard < shards; shard++)
        {
            var random = new Random(shard);
            File.WriteAllLines(Path.Combine(folder, $"{shard:D3}.jsonl"), Enumerable.Range(0, documents).Select(i =>
            {
                var question = questions[random.Next(questions.Count)];
                var text = (i % 50) switch
                {
                    0 => question,
                    25 => string.Join(' ', question.Split(' ').Where(_ => random.Next(12) > 0)),
                    _ => string.Join(' ', Enumerable.Range(0, 60).Select(_ => words[(int)(words.Count * Math.Pow(random.NextDouble(), 2))])),
                };
                return JsonSerializer.Serialize(new { id = $"{shard}/{i}", text });
            }));
        }
    }

    /// <summary>Asserts that two scans say the same, byte for byte.</summary>
    public static void AssertSame(string expected, string actual)
    {
        foreach (var file in (string[])["scan.json", "hits.jsonl"])
            Assert.Equal(File.ReadAllText(Path.Combine(expected, file)), File.ReadAllText(Path.Combine(actual, file)));
    }
}
