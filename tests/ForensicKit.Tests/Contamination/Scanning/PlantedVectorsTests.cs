using System.Text.Json.Nodes;
using ForensicKit.Conformance;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Contamination.Scanning;

public sealed class PlantedVectorsTests
{
    [Fact]
    public void A_kind_that_is_found_too_seldom_and_a_text_taken_for_an_item_are_told()
    {
        var questions = File.ReadLines(TestData.Require("data", "benchmarks", "gsm8k", "test.jsonl")).Take(3).Select(l => JsonNode.Parse(l)!["question"]!.GetValue<string>()).ToList();
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["sub"]);
        Write(folder["sub/corpus.jsonl"], ("a", questions[0]), ("b", "Nothing of the kind."), ("c", questions[2]), ("d", questions[1]));
        File.WriteAllLines(
            folder["sub/truth.jsonl"],
            [Truth("a", "verbatim", "gsm8k-test-0"), Truth("b", "edit10", "gsm8k-test-1"), Truth("c", "negative", null), Truth("d", "wrapped", "gsm8k/test/1")]);
        var results = new PlantedVectors().Run(folder.Path, TestContext.Current.CancellationToken).ToDictionary(r => r.Case, StringComparer.Ordinal);
        Assert.Equal(4, results.Count);
        Assert.True(results["gsm8k verbatim"].Passed);
        Assert.True(results["gsm8k wrapped"].Passed);
        Assert.Contains("0 of 1 are found, less than 0.99", Assert.Single(results["gsm8k edit10"].Differences), StringComparison.Ordinal);
        Assert.Contains("1 of 1 are taken for an item", Assert.Single(results["negative"].Differences), StringComparison.Ordinal);
        Assert.All(results.Values, r => Assert.Equal(Path.Combine("sub", "truth.jsonl"), r.File));
    }

    [Fact]
    public void A_folder_without_a_corpus_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<KitException>(() => new PlantedVectors().Run(folder.Path, TestContext.Current.CancellationToken).ToList());
        File.WriteAllText(folder["truth.jsonl"], "");
        Assert.Contains("corpus.jsonl", Assert.Throws<KitException>(() => new PlantedVectors().Run(folder.Path, TestContext.Current.CancellationToken).ToList()).Message, StringComparison.Ordinal);
    }

    private static void Write(string file, params (string Id, string Text)[] documents) =>
        File.WriteAllLines(file, documents.Select(d => new JsonObject { ["id"] = d.Id, ["text"] = d.Text }.ToJsonString()));

    private static string Truth(string id, string kind, string? item) =>
        new JsonObject { ["id"] = id, ["kind"] = kind, ["benchmark"] = item is null ? null : "gsm8k", ["item"] = item, ["contaminated"] = item is not null }.ToJsonString();
}
