using System.IO.Compression;
using System.Text.Json;
using ForensicKit.Contamination;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Contamination;

/// <summary>5,200 documents with planted GSM8K items, made by software that is not ours; the truth is in golden/planted.</summary>
public class PlantedCorpusTests
{
    private static readonly Lazy<List<(string Kind, string? Item, int Start, int End, DocumentScan Scan)>> s_results = new(Scan);

    [Theory]
    [InlineData("verbatim-question-answer", 400)]
    [InlineData("question-only", 400)]
    [InlineData("edit05-question-answer", 400)]
    [InlineData("edit05-question-only", 400)]
    [InlineData("edit10-question-answer", 400)]
    [InlineData("edit10-question-only", 398)]
    [InlineData("numbers-question-answer", 390)]
    [InlineData("numbers-question-only", 388)]
    public void Leaks_are_found_and_named_rightly(string kind, int least)
    {
        var documents = Of(kind);
        var found = documents.Count(d => d.Scan.Matches.Any(m => m.ItemId == d.Item && m.Coverage >= 0.5));
        Assert.Equal(400, documents.Count);
        Assert.InRange(found, least, 400);
        Assert.All(documents, d => Assert.All(d.Scan.Matches, m => Assert.Equal(d.Item, m.ItemId)));
    }

    [Theory]
    [InlineData("negative-gsm8k-train")]
    [InlineData("negative-filler")]
    public void Documents_without_a_leak_stay_clean(string kind) => Assert.DoesNotContain(Of(kind), d => d.Scan.Matches.Any(m => m.Coverage >= 0.5));

    [Fact]
    public void Verbatim_leaks_are_verbatim_and_in_their_place()
    {
        foreach (var d in Of("question-only"))
        {
            if (d.Scan.Matches is not [{ Field: "question" } m])
                continue;
            // The truth counts code points; the books hold none beyond 16 bits. White space around the planted text is no word.
            Assert.True(m.IsVerbatim, m.ToString());
            Assert.InRange(m.DocumentStart, d.Start, d.Start + 3);
            Assert.InRange(m.DocumentEnd, d.End - 3, d.End);
        }
    }

    [Theory]
    [InlineData("verbatim-question-answer", LeakKind.QuestionAndAnswer, 400)]
    [InlineData("question-only", LeakKind.QuestionOnly, 400)]
    [InlineData("edit05-question-answer", LeakKind.QuestionAndAnswer, 390)]
    [InlineData("edit05-question-only", LeakKind.QuestionOnly, 400)]
    [InlineData("edit10-question-answer", LeakKind.QuestionAndAnswer, 375)]
    public void Question_and_answer_are_told_apart(string kind, LeakKind expected, int least) =>
        Assert.InRange(Of(kind).Count(d => ItemPresence.Of(s_scan.Value, d.Scan.Matches).SingleOrDefault(p => p.Kind is not null)?.Kind == expected), least, 400);

    private static readonly Lazy<OverlapScan> s_scan = new(() => new(Items()));

    private static List<(string Kind, string? Item, int Start, int End, DocumentScan Scan)> Of(string kind)
    {
        TestData.Require("golden", "planted", "corpus.jsonl.gz");
        TestData.Require("data", "benchmarks", "gsm8k", "test.jsonl");
        return [.. s_results.Value.Where(r => r.Kind == kind)];
    }

    private static List<ScanItem> Items() =>
    [
        .. File.ReadLines(TestData.Require("data", "benchmarks", "gsm8k", "test.jsonl")).Select((line, i) =>
        {
            using var json = JsonDocument.Parse(line);
            return new ScanItem("gsm8k", $"gsm8k-test-{i}",
            [
                new("question", json.RootElement.GetProperty("question").GetString()!, ScanRole.Question),
                new("answer", json.RootElement.GetProperty("answer").GetString()!, ScanRole.Answer),
            ]);
        }),
    ];

    private static List<(string Kind, string? Item, int Start, int End, DocumentScan Scan)> Scan() =>
    [
        .. Lines("corpus.jsonl.gz").Zip(Lines("truth.jsonl.gz"), (document, truth) =>
        (
            truth.GetProperty("kind").GetString()!, truth.GetProperty("item").GetString(), truth.GetProperty("start").GetInt32(), truth.GetProperty("end").GetInt32(),
            s_scan.Value.Scan(new(document.GetProperty("id").GetString()!, "corpus", document.GetProperty("text").GetString()!))
        )),
    ];

    private static IEnumerable<JsonElement> Lines(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(TestData.Require("golden", "planted", file)), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
            yield return JsonSerializer.Deserialize<JsonElement>(line);
    }
}
