using System.Text.Json;
using ForensicKit.Benchmarks;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Scanning;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Contamination.Scanning;

/// <summary>Texts of other tools whose answers are known: decon's fixtures, and a training set that is known to hold GSM8K.</summary>
public sealed class ReferenceFixtureTests
{
    private static readonly string[] s_fixture = ["data", "contamination", "decon-fixtures"];

    [Theory]
    [InlineData("clean")]
    [InlineData("demo")]
    [InlineData("contaminated_mixed", "0:101", "3:102", "4:103")]
    [InlineData("contaminated_at_beginning", "0:101")]
    [InlineData("contaminated_at_end", "0:101")]
    [InlineData("contaminated_middle_position", "0:101")]
    [InlineData("contaminated_multiple_in_one", "0:101", "0:102")]
    [InlineData("contaminated_punctuation_variation", "0:101")]
    [InlineData("contaminated_single_edit", "0:101")]
    [InlineData("contaminated_single_insertion", "0:101")]
    [InlineData("contaminated_single_deletion", "0:101")]
    [InlineData("contaminated_edge_cases", "1:101", "2:101", "3:102")]
    public void Fixtures_are_decided_as_they_are_meant(string file, params string[] expected)
    {
        var hits = Scan(Fixture(), TestData.Require([.. s_fixture, "training", file + ".jsonl"])).Select(h => $"{h.Record}:{h.Item}").Distinct().ToList();
        Assert.Empty(expected.Except(hits));
        if (expected.Length == 0)
            Assert.Empty(hits);
    }

    [Theory]
    [InlineData(".gz")]
    [InlineData(".zst")]
    [InlineData(".bz2")]
    [InlineData(".xz")]
    public void Packed_fixtures_are_decided_as_plain_ones(string packed)
    {
        var plain = Scan(Fixture(), TestData.Require([.. s_fixture, "training", "contaminated_mixed.jsonl"]));
        var unpacked = Scan(Fixture(), TestData.Require([.. s_fixture, "training", "contaminated_mixed.jsonl" + packed]));
        Assert.Equal(plain.Select(h => (h.Record, h.Item, h.Score, h.StartByte)), unpacked.Select(h => (h.Record, h.Item, h.Score, h.StartByte)));
    }

    [Fact]
    public void A_training_set_shares_thirteen_words_with_three_items_of_the_test_set()
    {
        var hits = Scan(Gsm8k("test"), TestData.Require("data", "contamination", "known-overlap", "gsm8k_train.tsv"));
        Assert.Equal(["581", "602", "632"], hits.Where(h => h.LongestRun >= 13).Select(h => h.Item).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_training_set_is_found_in_itself()
    {
        // 7,471 of the 7,473 are there; the file is one text, read in pieces.
        var found = Scan(Gsm8k("train"), TestData.Require("data", "contamination", "known-overlap", "gsm8k_train.tsv")).Select(h => h.Item).Distinct().Count();
        Assert.InRange(found, 7440, 7473);
    }

    private static List<ScanItem> Fixture() =>
    [
        .. File.ReadLines(TestData.Require([.. s_fixture, "reference", "passage_question_answer_reference.jsonl"])).Select(line =>
        {
            var item = JsonDocument.Parse(line).RootElement;
            var passage = item.TryGetProperty("passage", out var text) ? text.GetString() + "\n" : "";
            return new ScanItem(
                item.GetProperty("eval_key").GetString()!, item.GetProperty("doc_id").GetRawText(),
                [new("question", passage + item.GetProperty("question").GetString(), ScanRole.Question), new("answer", item.GetProperty("answer").GetString()!, ScanRole.Answer)]);
        }),
    ];

    private static List<ScanItem> Gsm8k(string split) =>
    [
        .. File.ReadLines(TestData.Require("data", "benchmarks", "gsm8k", split + ".jsonl")).Select((line, i) =>
        {
            var item = JsonDocument.Parse(line).RootElement;
            return ScanItem.From("gsm8k", new BenchmarkItem($"{i}", i, item.GetProperty("question").GetString()!, item.GetProperty("answer").GetString()!));
        }),
    ];

    private static List<CorpusHit> Scan(List<ScanItem> items, string file)
    {
        var index = ScanIndex.Of(items);
        var calibration = ScanCalibration.Of(index, 2, TestContext.Current.CancellationToken);
        var result = new CorpusScan(index, calibration, calibration.Thresholds(), new()).Scan([new(Path.GetFileName(file), file, 1)], 2, null, TestContext.Current.CancellationToken);
        return [.. result.Hits.Where(h => h.Class == HitClass.Leak)];
    }
}
