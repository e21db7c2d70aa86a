using System.Security.Cryptography;
using System.Text;
using ForensicKit.Benchmarks;
using ForensicKit.Evidence;
using ForensicKit.Importing;
using ForensicKit.Manifests;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Importing;

public sealed class RecordedFormatsTests : IDisposable
{
    private const string GsmPlus =
        """
        [{"question":"q1","model_prediction":"is 2","pred":"2","gold":"2","result":true,"prompt":"p"},
         {"question":"q0","model_prediction":"is \u2028 1","pred":null,"gold":"1","result":false}]
        """;

    private static readonly BenchmarkItem[] Items =
    [
        new("b/test/0", 0, "q0", "#### 1") { Choices = ["a", "bb", "c", "d"], GoldChoice = 1 },
        new("b/test/1", 1, "q1", "#### 2") { Choices = ["a", "bb", "c", "d"], GoldChoice = 0 },
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Records_are_joined_by_question_in_the_order_of_the_benchmark()
    {
        var run = Read("gsm-plus-json", GsmPlus);
        Assert.Equal(["b/test/0", "b/test/1"], run.Responses.Select(r => r.ItemId));
        Assert.Equal([(string?)null, "2"], run.Responses.Select(r => r.RecordedAnswer));
        Assert.Equal([false, true], run.Responses.Select(r => r.RecordedCorrect));
        Assert.Equal("is \u2028 1", run.Responses[0].Text);
        Assert.Equal([null, "p"], run.Responses.Select(r => r.Prompt));
        Assert.All(run.Responses, r => Assert.Equal("run", r.RunId));
        Assert.Empty(run.Unanswered);
    }

    [Fact]
    public void What_answers_no_item_is_reported_never_guessed()
    {
        var run = Read("gsm-plus-json", GsmPlus.Replace("\"q1\"", "\"q1 \"", StringComparison.Ordinal));
        Assert.Equal(["b/test/0"], run.Responses.Select(r => r.ItemId));
        Assert.Equal(["b/test/1"], run.Unanswered.Select(item => item.Id));
        var unmatched = Assert.Single(run.Unmatched);
        Assert.Contains("'q1 '", unmatched.Reason);
        Assert.Contains("record 0", unmatched.Place);
    }

    [Fact]
    public void Items_with_the_same_question_are_not_told_apart()
    {
        var twins = new[] { Items[0], Items[1] with { Question = "q0" } };
        var run = Read("gsm-plus-json", GsmPlus, items: twins);
        Assert.Equal((0, 2), (run.Responses.Count, run.UnmatchedCount));
        Assert.Contains(run.Unmatched, u => u.Reason.Contains("Several items", StringComparison.Ordinal));
    }

    [Fact]
    public void An_item_answered_twice_is_refused() =>
        Assert.Contains("'b/test/0' is answered twice", Fails("gsm-plus-json", GsmPlus.Replace("\"q1\"", "\"q0\"", StringComparison.Ordinal)));

    [Fact]
    public void The_list_of_unmatched_records_is_bounded()
    {
        var line = "{\"task_id\":\"x\",\"solution\":\"s\",\"is_correct\":true}\n";
        var run = Read("sego-jsonl", string.Concat(Enumerable.Repeat(line, 1000)));
        Assert.Equal((1000, RecordedRun.MostShown), (run.UnmatchedCount, run.Unmatched.Count));
    }

    [Fact]
    public void MetaMath_prompts_are_opened()
    {
        var run = Read("metamath-json", """[{"input":"Below.\n\n### Instruction:\nq1\n\n### Response: Go.","completion":"2","pred":2,"result":true,"answer":2}]""");
        Assert.Equal(("b/test/1", "2", "2"), (run.Responses[0].ItemId, run.Responses[0].Text, run.Responses[0].RecordedAnswer));
    }

    [Fact]
    public void ToRA_samples_are_responses_of_their_own()
    {
        var run = Read("tora-jsonl", """{"question":"q0","code":["x","y"],"pred":["1",""],"result":true}""");
        Assert.Equal([(0, "x", "1", (bool?)true), (1, "y", "", null)], run.Responses.Select(r => (r.SampleIndex, r.Text!, r.RecordedAnswer!, r.RecordedCorrect)));
    }

    [Fact]
    public void Sego_names_items_by_digest()
    {
        var digest = Convert.ToHexStringLower(MD5.HashData("q1"u8));
        Assert.Equal("b/test/1", Read("sego-jsonl", $$"""{"task_id":"{{digest}}","solution":"s","is_correct":false}""").Responses[0].ItemId);
    }

    [Fact]
    public void Likelihoods_of_one_run_are_read_side_by_side()
    {
        const string Head = "nll_0,nll_1,nll_2,nll_3\n";
        var run = Read(
            "hellaswag-nll-csv",
            ("m.csv", Head + "-1,-1.5,-3,-4\n-1,-2,-3,-4\n"),
            ("sum_m.csv", Head + "-2,-3,-3,-8\n-1,-2,-3,-4\n"),
            ("byte_mean_m.csv", Head + "-0.2,-0.3,-0.25,-0.5\n-0.1,-0.5,-1,-1\n"));
        Assert.Equal(8, run.Responses.Count);
        Assert.Equal((1, -3.0, -1.5, -0.3), (run.Responses[1].ChoiceIndex, run.Responses[1].LogLikelihood, run.Responses[1].LogLikelihoodPerToken, run.Responses[1].LogLikelihoodPerByte));
    }

    [Theory]
    [InlineData("nll_0,nll_1,nll_2\n", "The header is not")]
    [InlineData("nll_0,nll_1,nll_2,nll_3\n-1,-2,-3,-4\n", "does not hold one row for each of the 2 items")]
    [InlineData("nll_0,nll_1,nll_2,nll_3\n-1,-2,-3,-4\n-1,-2,-3,-4\n-1,-2,-3,-4\n", "does not hold one row for each of the 2 items")]
    [InlineData("nll_0,nll_1,nll_2,nll_3\n-1,-2,-3,-4\n-1,-2,-3", "does not hold four values")]
    [InlineData("nll_0,nll_1,nll_2,nll_3\n-1,-2,-3,nan\n", "'nan' is not a log-likelihood")]
    [InlineData("nll_0,nll_1,nll_2,nll_3\n-1,-2,-3,4\n", "'4' is not a log-likelihood")]
    [InlineData("nll_0,nll_1,nll_2,nll_3\n-1,-2,-3,-\n", "'-' is not a log-likelihood")]
    [InlineData("nll_0,nll_1,nll_2,nll_3\n-1,-2,-3,-1e999\n", "'-1e999' is not a log-likelihood")]
    public void Damaged_likelihoods_are_told(string text, string message) => Assert.Contains(message, Fails("hellaswag-nll-csv", text));

    [Fact]
    public void Two_files_of_a_kind_are_two_runs() =>
        Assert.Contains("the same kind of values", Assert.Throws<KitException>(() => Read("hellaswag-nll-csv", ("a.csv", ""), ("b.csv", ""))).Message);

    [Theory]
    [InlineData("{}", "not a JSON array")]
    [InlineData("[1]", "not a JSON object")]
    [InlineData("[{\"question\":\"q0\",}]", "not JSON here")]
    [InlineData("[{\"question\":\"q0\"}]", "no text 'model_prediction'")]
    [InlineData("[{\"question\":\"q0\",\"model_prediction\":\"a\",\"result\":1}]", "no true or false 'result'")]
    [InlineData("[] []", "not JSON here")]
    [InlineData("[]x", "not JSON here")]
    public void A_damaged_array_is_told(string text, string message) => Assert.Contains(message, Fails("gsm-plus-json", text));

    [Fact]
    public void A_byte_order_mark_before_an_array_is_passed_over() => Assert.Equal(2, Read("gsm-plus-json", "\uFEFF" + GsmPlus).Responses.Count);

    [Theory]
    [InlineData("gsm-plus-json", """[{"question":"\ud800","model_prediction":"a","result":true}]""")]
    [InlineData("gsm-plus-json", """[{"question":"q0","model_prediction":"\udfff a","result":true}]""")]
    [InlineData("gsm-plus-json", """[{"question":"q0","model_prediction":"a","pred":"\ud800","result":true}]""")]
    [InlineData("gsm-plus-json", """[{"ques\ud800ti":1,"question":"q0","model_prediction":"a","resul\ud800":true}]""")]
    [InlineData("metamath-json", """[{"input":"### Instruction:\n\ud800\n\n### Response: x","completion":"2","pred":2,"result":true}]""")]
    [InlineData("tora-jsonl", """{"question":"q0","code":["\ud800"],"pred":["1"],"result":true}""")]
    [InlineData("tora-jsonl", """{"question":"q0","code":["x"],"pred":["\ud800"],"result":true}""")]
    [InlineData("sego-jsonl", """{"task_id":"\ud800","solution":"s","is_correct":false}""")]
    public void Half_a_surrogate_pair_is_told(string format, string text) => Assert.Contains("not Unicode", Fails(format, text));

    [Fact]
    public void An_array_cut_anywhere_gives_one_clear_error()
    {
        for (var length = 0; length < GsmPlus.Length; length++)
        {
            var message = Fails("gsm-plus-json", GsmPlus[..length]);
            Assert.Contains("ends in the middle of a record, at byte", message);
        }
    }

    [Fact]
    public void Records_larger_than_the_buffer_are_read_and_enormous_ones_refused()
    {
        var large = new string('x', 300_000);
        Assert.Equal(large, Read("gsm-plus-json", GsmPlus.Replace("is 2", large, StringComparison.Ordinal)).Responses[1].Text);
        Assert.Contains("larger than 16 MiB", Fails("gsm-plus-json", "[{\"question\":\"" + new string('x', 40 << 20)));
    }

    [Theory]
    [InlineData("gsm-plus-json", "gpt4.json", 1492217)]
    [InlineData("tora-jsonl", "tora_13b.jsonl", 1793252)]
    [InlineData("hellaswag-nll-csv", "", 781821)]
    public void A_real_recording_cut_in_half_gives_one_clear_error(string format, string file, int length)
    {
        var path = file.Length > 0
            ? TestData.Require("data", "recorded", "gsm8k-outputs", file)
            : TestData.Require("data", "recorded", "hellaswag-loglikelihoods", "full", "meta-llama--Llama-3.2-1B.csv");
        var bytes = File.ReadAllBytes(path);
        Assert.Equal(length, bytes.Length);
        var items = Enumerable.Range(0, 10042).Select(i => Items[0] with { Id = $"b/test/{i}", Index = i, Question = $"{i}" }).ToArray();
        var exception = Assert.Throws<KitException>(() => Read(format, [("cut" + Path.GetExtension(path), bytes[..(length / 2)])], items));
        Assert.Equal(ExitCode.BadInput, exception.ExitCode);
        Assert.Contains("cut", exception.Message);
        Assert.DoesNotContain('\n', exception.Message);
    }

    private RecordedRun Read(string format, string text, BenchmarkItem[]? items = null) =>
        Read(format, [("file.any", Encoding.UTF8.GetBytes(text))], items ?? Items);

    private RecordedRun Read(string format, params (string Name, string Text)[] files) =>
        Read(format, [.. files.Select(file => (file.Name, Encoding.UTF8.GetBytes(file.Text)))], Items);

    private RecordedRun Read(string format, (string Name, byte[] Bytes)[] files, BenchmarkItem[] items)
    {
        var artifacts = new List<Artifact>();
        foreach (var (name, bytes) in files)
        {
            File.WriteAllBytes(_folder[name], bytes);
            artifacts.Add(new Artifact
            {
                Id = name,
                Path = name,
                Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
                Bytes = bytes.Length,
                Source = "a test",
                Licence = "MIT",
            });
        }

        var recording = new RecordingStatement { Id = "r", Model = "m", Benchmark = "b", Format = format, Artifacts = [.. artifacts.Select(a => a.Id)], Rules = [] };
        return RecordedFormats.Read(recording, "run", new ArtifactStore([_folder.Path]).Resolve(artifacts, CancellationToken.None), items, CancellationToken.None);
    }

    private string Fails(string format, string text) => Assert.Throws<KitException>(() => Read(format, text)).Message;
}
