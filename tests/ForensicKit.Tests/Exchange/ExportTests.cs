using System.Globalization;
using System.Text.Json;
using ForensicKit.Benchmarks;
using ForensicKit.Cases;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;
using ForensicKit.Exchange;
using ForensicKit.Manifests;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Exchange;

/// <summary>What evidence holds comes out in other tools' files, and nothing else does.</summary>
public sealed class ExportTests : IDisposable
{
    // Everything that has broken a line-based or escaping writer.
    private const string Hostile = "a\u2028b\u2029c\0d\u0001\u001f\u007f\u0085\"\\\n\r\t\b\f</script>😀\ufffe";
    private static readonly DateTimeOffset s_start = new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Recorded_lines_of_the_harness_come_out_as_it_wrote_them()
    {
        var golden = Golden("hellaswag", out var results);
        var evidence = Evidence("hellaswag");
        var items = golden.Select((g, i) => new BenchmarkItem(Id("hellaswag", i), i, g.GetProperty("doc").GetProperty("query").GetString()!, "")
        {
            Choices = [.. g.GetProperty("doc").GetProperty("choices").EnumerateArray().Select(c => c.GetString()!)],
            GoldChoice = g.GetProperty("doc").GetProperty("gold").GetInt32(),
        }).ToList();
        var responses = golden.SelectMany((g, i) => g.GetProperty("resps").EnumerateArray().Select((r, c) =>
        {
            var arguments = g.GetProperty("arguments").GetProperty("gen_args_" + c.ToString(CultureInfo.InvariantCulture));
            return new Response
            {
                RunId = "run",
                ItemId = items[i].Id,
                ItemIndex = i,
                ChoiceIndex = c,
                Prompt = arguments.GetProperty("arg_0").GetString(),
                Text = arguments.GetProperty("arg_1").GetString(),
                LogLikelihood = double.Parse(r[0][0].GetString()!, CultureInfo.InvariantCulture),
                IsGreedy = r[0][1].GetString() == "True",
            };
        }));
        Store(evidence, "hellaswag", items, [.. responses], "hellaswag/sum", "hellaswag/per-character");
        var (lines, own) = LmEval(evidence);
        Assert.Equal(400, lines.Count);
        var accuracies = lines.Where(l => l.GetProperty("filter").GetString() == "hellaswag/sum").ToList();
        foreach (var (expected, line) in golden.Zip(accuracies))
        {
            // The question is not in evidence, and the benchmark's file is not at hand.
            Assert.False(line.GetProperty("doc").TryGetProperty("question", out _));
            foreach (var field in (string[])["doc_id", "target", "arguments", "resps", "filtered_resps", "prompt_hash", "target_hash", "acc"])
                Assert.Equal(PythonJson.Write(expected.GetProperty(field)), PythonJson.Write(line.GetProperty(field)));
        }

        var (theirs, ours) = (results.GetProperty("results").GetProperty("fk_hellaswag"), own.GetProperty("results").GetProperty("hellaswag"));
        foreach (var (metric, rule) in (ReadOnlySpan<(string, string)>)[("acc", "hellaswag/sum"), ("acc_norm", "hellaswag/per-character")])
        {
            Assert.Equal(theirs.GetProperty(metric + ",none").GetDouble(), ours.GetProperty($"{metric},{rule}").GetDouble());
            Assert.Equal(theirs.GetProperty(metric + "_stderr,none").GetDouble(), ours.GetProperty($"{metric}_stderr,{rule}").GetDouble());
        }

        Assert.Equal("2026-05-04T03-02-02.000000", Path.GetFileNameWithoutExtension(Directory.GetFiles(_folder["hellaswag-out"], "results_*", SearchOption.AllDirectories).Single())["results_".Length..]);
    }

    [Fact]
    public void A_document_that_is_at_hand_has_the_harness_hash()
    {
        var run = Run("gsm8k", isChoices: false, "gsm8k/strict-match");
        foreach (var golden in Golden("gsm8k5", out _).Where(g => g.GetProperty("filter").GetString() == "strict-match"))
        {
            var doc = golden.GetProperty("doc");
            var line = LmEvalSample.Line(run with { Protocol = Texts(("stop", """["Question:","</s>","<|im_end|>"]"""), ("temperature", "0")) }, new ExportItem
            {
                Id = "i",
                Index = golden.GetProperty("doc_id").GetInt32(),
                Question = doc.GetProperty("question").GetString(),
                Gold = doc.GetProperty("answer").GetString()!,
                Responses = [new() { RunId = "r", ItemId = "i", ItemIndex = 0, Prompt = golden.GetProperty("arguments").GetProperty("gen_args_0").GetProperty("arg_0").GetString(), Text = golden.GetProperty("resps")[0][0].GetString() }],
                Scores = Scores("gsm8k/strict-match", golden.GetProperty("filtered_resps")[0].GetString() is var said && said == "[invalid]" ? null : said, golden.GetProperty("exact_match").GetDouble() == 1),
            }, "gsm8k/strict-match", "exact_match")!;
            line["filter"] = "strict-match";
            Assert.Equal(PythonJson.Write(golden), PythonJson.Write(line));
        }
    }

    [Fact]
    public void Hostile_texts_read_back_as_they_were()
    {
        var evidence = Evidence("hostile");
        Store(
            evidence, "b", [Item("b/0", 0), Item("b/1", 1)],
            [Answer("b/0", 0, 0, Hostile, "#### 7" + Hostile), Answer("b/0", 0, 1, Hostile, ""), Answer("b/1", 1, 0, "p", "#### 8"), Answer("b/1", 1, 1, "p", Hostile)], "gsm8k/strict-match");
        var (lines, results) = LmEval(evidence);
        Assert.Equal(2, lines.Count);
        Assert.Equal(Hostile, lines[0].GetProperty("arguments").GetProperty("gen_args_0").GetProperty("arg_0").GetString());
        Assert.Equal(["#### 7" + Hostile, ""], lines[0].GetProperty("resps")[0].EnumerateArray().Select(r => r.GetString()));
        Assert.All(lines, l => Assert.Equal(EvidenceDatabase.Sha256(PythonJson.Write(l.GetProperty("doc"), indent: 2)), l.GetProperty("doc_hash").GetString()));
        Assert.Equal(EvidenceDatabase.Sha256(Hostile), lines[0].GetProperty("prompt_hash").GetString());
        Assert.Equal(EvidenceDatabase.Sha256(Hostile + "#### 7"), lines[0].GetProperty("target_hash").GetString());
        Assert.Equal(
            EvidenceDatabase.Sha256(string.Concat(lines.Select(l => l.GetProperty("doc_hash").GetString() + l.GetProperty("prompt_hash").GetString() + l.GetProperty("target_hash").GetString()))),
            results.GetProperty("task_hashes").GetProperty("b").GetString());
        // The second answer is wrong: one of two, √(0.5/1)/√2.
        Assert.Equal(0.5, results.GetProperty("results").GetProperty("b").GetProperty("exact_match,gsm8k/strict-match").GetDouble());
        Assert.Equal(0.5, results.GetProperty("results").GetProperty("b").GetProperty("exact_match_stderr,gsm8k/strict-match").GetDouble(), 1e-15);
        Assert.Equal(2, results.GetProperty("configs").GetProperty("b").GetProperty("repeats").GetInt32());

        var samples = EveryEvalEver(evidence, out var record);
        Assert.Equal(Hostile, samples[0].GetProperty("input").GetProperty("formatted").GetString());
        Assert.Equal(["#### 7" + Hostile, ""], samples[0].GetProperty("output").GetProperty("raw").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal(0.5, record.GetProperty("evaluation_results")[0].GetProperty("score_details").GetProperty("score").GetDouble());
    }

    [Fact]
    public void Answers_without_the_question_follow_the_others_and_shares_are_scores()
    {
        var evidence = Evidence("shares");
        Store(
            evidence, "b", [Item("b/0", 0) with { Choices = ["x", "y"], GoldChoice = 1 }],
            [.. from sample in (int[])[0, Response.Unconditional]
                from choice in (int[])[0, 1]
                select Answer("b/0", 0, sample, sample == 0 ? "p" : "", choice == 0 ? " x" : " y") with { ChoiceIndex = choice, LogLikelihood = -1 - choice - (4 * sample), IsGreedy = choice == 0 }],
            "choice/sum");
        var (lines, results) = LmEval(evidence);
        Assert.Equal("""[["-1.0", "True"], ["-2.0", "False"], ["-5.0", "True"], ["-6.0", "False"]]""", PythonJson.Write(lines[0].GetProperty("filtered_resps")));
        Assert.Equal(["p", "p", "", ""], lines[0].GetProperty("arguments").EnumerateObject().Select(a => a.Value.GetProperty("arg_0").GetString()));
        Assert.Equal(0, results.GetProperty("n-shot").GetProperty("b").GetInt32());
        Assert.Equal(["-1.0", "-2.0"], EveryEvalEver(evidence, out _)[0].GetProperty("output").GetProperty("raw").EnumerateArray().Select(r => r.GetString()));

        var samples = Evidence("votes");
        Store(samples, "b", [Item("b/0", 0)], [.. Enumerable.Range(0, 3).Select(s => Answer("b/0", 0, s, "p", s < 2 ? "#### 7" : "#### 8"))], "gsm8k/maj@1-strict");
        var (votes, _) = LmEval(samples);
        Assert.Equal(2 / 3.0, votes[0].GetProperty("exact_match").GetDouble());
        Assert.False(EveryEvalEver(samples, out var record)[0].GetProperty("evaluation").GetProperty("is_correct").GetBoolean());
        Assert.False(record.GetProperty("evaluation_results")[0].GetProperty("score_details").GetProperty("uncertainty").TryGetProperty("confidence_interval", out _));
    }

    [Fact]
    public void Half_a_surrogate_pair_reads_back()
    {
        var line = LmEvalSample.Line(Run("b", isChoices: false, "r"), new ExportItem
        {
            Id = "i",
            Index = 0,
            Gold = "\udc00",
            Responses = [Answer("i", 0, 0, "\ud800", "x\ud83d")],
            Scores = Scores("r", "\ud83d", true),
        }, "r", "exact_match")!;
        var text = PythonJson.Write(line);
        Assert.Contains("\"arg_0\": \"\\ud800\"", text, StringComparison.Ordinal);
        Assert.Contains("\"resps\": [[\"x\\ud83d\"]]", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\ufffd', text);
    }

    [Fact]
    public void What_is_not_known_is_not_written()
    {
        var evidence = Evidence("silent");
        // A recording without prompts that flags one answer and not the other.
        Store(
            evidence, "b", [Item("b/0", 0), Item("b/1", 1)],
            [new() { RunId = "run", ItemId = "b/0", ItemIndex = 0, Text = "#### 7", RecordedCorrect = true }, new() { RunId = "run", ItemId = "b/1", ItemIndex = 1, Text = "#### 8" }],
            ["gsm8k/recorded"], "recorded");
        var (lines, results) = LmEval(evidence);
        var line = Assert.Single(lines);
        foreach (var absent in (string[])["arguments", "prompt_hash"])
            Assert.False(line.TryGetProperty(absent, out _));
        foreach (var absent in (string[])["date", "task_hashes", "n-shot", "versions", "lm_eval_version", "chat_template", "max_length"])
            Assert.False(results.TryGetProperty(absent, out _));
        Assert.Equal("N/A", results.GetProperty("results").GetProperty("b").GetProperty("exact_match_stderr,gsm8k/recorded").GetString());
        Assert.Equal(1, results.GetProperty("forensickit").GetProperty("runs").GetProperty("b").GetProperty("unscorable").GetProperty("gsm8k/recorded").GetInt32());
        // Neither question nor prompt: a record without lines.
        Assert.Empty(EveryEvalEver(evidence, out var record));
        Assert.False(record.TryGetProperty("detailed_evaluation_results", out _));
        Assert.False(record.TryGetProperty("evaluation_timestamp", out _));
        Assert.False(record.GetProperty("evaluation_results")[0].GetProperty("score_details").GetProperty("uncertainty").TryGetProperty("standard_error", out _));
        Assert.Equal("unknown", record.GetProperty("source_metadata").GetProperty("source_organization_name").GetString());
    }

    [Fact]
    public void Runs_of_one_benchmark_have_names_of_their_own()
    {
        var evidence = Evidence("many");
        foreach (var run in (string[])["one", "two"])
            Store(evidence, "b", [Item("b/0", 0)], [Answer("b/0", 0, 0, "p", "#### 7") with { RunId = run }], ["gsm8k/strict-match"], "inference", run);
        Assert.Equal(["b_one", "b_two"], ExportSource.Of(Manifest(), "ab", evidence, Kit(), CancellationToken.None).Runs.Select(r => r.Task));
    }

    private (List<JsonElement> Lines, JsonElement Results) LmEval(EvidenceDatabase evidence)
    {
        var folder = Write(evidence, new LmEvalExport());
        return (Lines(Directory.GetFiles(folder, "samples_*", SearchOption.AllDirectories).Single()), Parse(File.ReadAllText(Directory.GetFiles(folder, "results_*", SearchOption.AllDirectories).Single())));
    }

    private List<JsonElement> EveryEvalEver(EvidenceDatabase evidence, out JsonElement record)
    {
        var folder = Write(evidence, new EveryEvalEverExport());
        var file = Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories).Single();
        var samples = Directory.GetFiles(folder, "*_samples.jsonl", SearchOption.AllDirectories).SingleOrDefault();
        record = Parse(File.ReadAllText(file));
        var lines = samples is null ? [] : Lines(samples);
        Assert.True(EveryEvalEverSchema.Accepts(File.ReadAllText(file), lines.Select(l => l.GetRawText())));
        // A schema cannot tell percent from proportion: this can.
        Assert.All(record.GetProperty("evaluation_results").EnumerateArray(), r => Assert.InRange(
            r.GetProperty("score_details").GetProperty("score").GetDouble(), r.GetProperty("metric_config").GetProperty("min_score").GetDouble(), r.GetProperty("metric_config").GetProperty("max_score").GetDouble()));
        if (samples is not null)
        {
            var details = record.GetProperty("detailed_evaluation_results");
            Assert.Equal(Path.GetRelativePath(folder, samples).Replace('\\', '/'), details.GetProperty("file_path").GetString());
            Assert.Equal((Dossier.Sha256(samples), lines.Count), (details.GetProperty("checksum").GetString(), details.GetProperty("total_rows").GetInt32()));
        }

        return lines;
    }

    private string Write(EvidenceDatabase evidence, IExportFormat format)
    {
        var folder = new ExportFolder(_folder[Path.GetFileNameWithoutExtension(evidence.Path) + (format is LmEvalExport ? "-out" : "-eee")]);
        format.Write(ExportSource.Of(Manifest(), "ab", evidence, Kit(), CancellationToken.None), new ExportStatement(), folder, CancellationToken.None);
        return folder.Folder;
    }

    private static List<JsonElement> Golden(string run, out JsonElement results)
    {
        var folder = TestData.Require("golden", "lm-eval", run);
        results = Parse(File.ReadAllText(Directory.GetFiles(folder, "results_*.json").Single()));
        return Lines(Directory.GetFiles(folder, "samples_*.jsonl").Single());
    }

    private static List<JsonElement> Lines(string file) => [.. File.ReadAllText(file).Split('\n').Where(l => l.Length > 0).Select(Parse)];

    private static JsonElement Parse(string text)
    {
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }

    private static void Store(EvidenceDatabase evidence, string benchmark, IReadOnlyList<BenchmarkItem> items, IReadOnlyList<Response> responses, params IReadOnlyList<string> rules) =>
        Store(evidence, benchmark, items, responses, rules, "inference");

    private static void Store(
        EvidenceDatabase evidence, string benchmark, IReadOnlyList<BenchmarkItem> items, IReadOnlyList<Response> responses, IReadOnlyList<string> rules, string origin, string run = "run")
    {
        var row = new Run { Id = run, Model = "org/model", Benchmark = benchmark, Origin = origin, Protocol = JsonSerializer.Serialize(new { id = run, temperature = "0.5", max_tokens = "20", template = "{{question}}" }) };
        evidence.AppendItems(benchmark, items, CancellationToken.None);
        evidence.BeginRun(row, Provenance.Current, s_start, CancellationToken.None);
        evidence.AppendResponses(responses, CancellationToken.None);
        evidence.CompleteRun(run, s_start.AddSeconds(1), CancellationToken.None);
        evidence.AppendScores([.. Reproduction.Rescore(evidence, row, [.. rules.Select(r => ScoringRules.Find(r)!)], CancellationToken.None)], CancellationToken.None);
    }

    private static BenchmarkItem Item(string id, int index) => new(id, index, "q", Hostile + "#### 7");

    private static Response Answer(string item, int index, int sample, string prompt, string text) =>
        new() { RunId = "run", ItemId = item, ItemIndex = index, SampleIndex = sample, Prompt = prompt, Text = text, FinishReason = "stop" };

    private static ExportRun Run(string benchmark, bool isChoices, string rule) => new()
    {
        Id = "run",
        Task = benchmark,
        Model = "m",
        ModelTitle = "M",
        Benchmark = benchmark,
        Origin = "inference",
        Protocol = Texts(),
        ProtocolSha256 = "",
        KitVersion = "1",
        Libraries = "{}",
        Platform = "p",
        StartedAt = s_start.UtcDateTime,
        CompletedAt = s_start.UtcDateTime,
        Rules = [rule],
        BenchmarkItems = 1,
        IsChoices = isChoices,
    };

    private static Dictionary<string, string> Texts(params ReadOnlySpan<(string Name, string Value)> texts)
    {
        var dictionary = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in texts)
            dictionary[name] = value;
        return dictionary;
    }

    private static Dictionary<string, (string?, double?)> Scores(string rule, string? extracted, bool correct) => new(StringComparer.Ordinal) { [rule] = (extracted, correct ? 1 : 0) };

    private static string Id(string benchmark, int index) => string.Create(CultureInfo.InvariantCulture, $"{benchmark}/test/{index}");

    private static CaseManifest Manifest() => new()
    {
        Name = "case",
        Title = "Case",
        Summary = "s",
        Seed = 1,
        Alpha = 0.05,
        MarginPoints = 1,
        Models = [new CaseModel("org/model", "Model", ModelRole.Suspect)],
        Claims = [],
        FilePath = "case.yaml",
    };

    // A kit without any benchmark: questions are not at hand.
    private KitFolder Kit()
    {
        Directory.CreateDirectory(_folder["kit", "data-manifests"]);
        return new(_folder["kit"]);
    }

    private EvidenceDatabase Evidence(string name) => EvidenceDatabase.Open(_folder[name + ".duckdb"], "case", "ab", s_start, CancellationToken.None);
}
