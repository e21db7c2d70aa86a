using ForensicKit.EndpointServer;
using ForensicKit.Inference.Endpoints;
using ForensicKit.Manifests;
using ForensicKit.Models;

namespace ForensicKit.Inference.Tests.Endpoints;

public sealed class ScoringTests(WordServer server) : IClassFixture<WordServer>
{
    [Theory]
    [InlineData("plain")]
    [InlineData("echo1")]
    [InlineData("bos")]
    [InlineData("bos,echo1")]
    [InlineData("vllm")]
    public async Task A_continuation_is_what_begins_at_the_end_of_the_context(string scenario)
    {
        var endpoint = server.At(scenario);
        using var model = await WordServer.OpenAsync(endpoint);
        ContinuationRequest[] requests =
        [
            new(0, "Question: how many?\nAnswer:", " about seven of them"), new(1, "Spaces at the end  ", "belong here"), new(2, "Ünïcödé 🙂 before", " and – after 🙂 too"),
        ];
        var scored = (await model.ScoreAsync(requests, CancellationToken.None).ToListAsync()).OrderBy(s => s.Id).ToList();
        string[] continuations = [" about seven of them", "  belong here", " and – after 🙂 too"];
        for (var i = 0; i < requests.Length; i++)
        {
            var words = Last(requests[i].Context + requests[i].Continuation, continuations[i]);
            Assert.Equal(words.Select(w => w.LogProb), scored[i].LogProbs);
            Assert.Equal(words.All(w => w.Rank == 0), scored[i].IsGreedy);
            // Ids and ranks are given where the server gives them, and nowhere made up.
            Assert.Equal(words.Select(w => scenario == "vllm" ? w.Id : -1), scored[i].TokenIds);
            Assert.Equal(
                scenario == "vllm" ? words.Select(w => (w.Rank, Margin: w.Rank == 0 ? 0.5 : w.LogProb - w.Top[0])) : [],
                scored[i].Details.Select(d => (d.Rank, d.Margin)), (a, b) => a.Rank == b.Rank && Math.Abs(a.Margin - b.Margin) < 1e-12);
            Assert.All(scored[i].Details, d => Assert.True(double.IsNaN(d.MeanLogProb) && double.IsNaN(d.VarianceLogProb)));
        }

        Assert.Equal(3, (await WordServer.AskedAsync(endpoint)).Count);
    }

    [Fact]
    public async Task Greedy_is_what_is_the_most_probable_throughout()
    {
        using var model = await WordServer.OpenAsync(server.At("plain"));
        var requests = Enumerable.Range(0, 60).Select(i => new ContinuationRequest(i, $"Context {i}", $" w{i * 7}")).ToList();
        var scored = await model.ScoreAsync(requests, CancellationToken.None).ToListAsync();
        Assert.Equal(requests.Select(r => WordModel.Tokens(r.Context + r.Continuation)[^1].Rank == 0), scored.OrderBy(s => s.Id).Select(s => s.IsGreedy));
        Assert.Equal(2, scored.Select(s => s.IsGreedy).Distinct().Count());
    }

    [Fact]
    public async Task Half_characters_are_found_by_the_servers_offsets()
    {
        using var model = await WordServer.OpenAsync(server.At("halves"));
        var scored = (await model.ScoreAsync([new(0, "Ein größerer 🙂 Kontext", " und schön weiter")], CancellationToken.None).ToListAsync()).Single();
        Assert.Equal(Last("Ein größerer 🙂 Kontext und schön weiter", " und schön weiter").Select(w => w.LogProb), scored.LogProbs);
    }

    [Theory]
    [InlineData("plain", null, false)]
    [InlineData("bos", null, true)]
    [InlineData("plain", "<end>\n", true)]
    public async Task A_text_is_scored_where_something_comes_before_it(string scenario, string? emptyContext, bool isScored)
    {
        using var model = await WordServer.OpenAsync(server.At(scenario) with { EmptyContext = emptyContext });
        var asking = async () => (await model.ScoreTextsAsync([new(5, "Once upon a time")], CancellationToken.None).ToListAsync()).Single();
        if (!isScored)
        {
            Assert.Contains("empty_context", (await Assert.ThrowsAsync<KitException>(asking)).Message, StringComparison.Ordinal);
            return;
        }

        var text = (emptyContext ?? "") + "Once upon a time";
        Assert.Equal(Last(text, "Once upon a time").Select(w => w.LogProb), (await asking()).LogProbs);
    }

    [Fact]
    public async Task With_the_tokenizer_tokens_are_sent_and_cut()
    {
        var file = TestSupport.TestData.Require("golden", "smollm2-135m", "tokenizer.json");
        var endpoint = server.At("ids") with { ContextLength = 20, EmptyContext = "<|endoftext|>" };
        using var model = await WordServer.OpenAsync(endpoint, tokenizer: file);
        var tokenizer = Inference.Tokenizers.Tokenizer.Load(file);
        string context = string.Concat(Enumerable.Repeat("Once upon a time there was a king. ", 5)), continuation = "He slept";
        var scored = (await model.ScoreAsync([new(0, context, continuation), new(1, "", "He slept")], CancellationToken.None).ToListAsync()).OrderBy(s => s.Id).ToList();
        var whole = tokenizer.Encode(context + continuation, addSpecialTokens: false).Ids;
        var asked = (await WordServer.AskedAsync(endpoint)).Select(r => r["body"]!["prompt"]!.AsArray().Select(id => (int)id!).ToList()).OrderByDescending(p => p.Count).ToList();
        // One place is kept for the token that some servers must generate.
        Assert.Equal(whole.TakeLast(19), asked[0]);
        Assert.Equal(tokenizer.Encode(" He slept", addSpecialTokens: false).Ids, scored[0].TokenIds);
        Assert.Equal([0, .. tokenizer.Encode("He slept", addSpecialTokens: false).Ids], asked[1]);
        Assert.Equal(tokenizer.Sha256, model.Description.TokenizerSha256);
    }

    [Theory]
    [InlineData("noecho", EndpointApi.Completions, "leaves the prompt's log-probabilities out")]
    [InlineData("refuseecho", EndpointApi.Completions, "echo is not served")]
    [InlineData("nologprobs", EndpointApi.Completions, "logprobs are not served")]
    [InlineData("plain", EndpointApi.Chat, "chat interfaces")]
    public async Task What_cannot_be_scored_is_said_with_what_can(string scenario, EndpointApi api, string words)
    {
        var endpoint = server.At(scenario, api);
        using var model = await WordServer.OpenAsync(endpoint);
        foreach (var asking in new Func<Task>[]
        {
            async () => await model.ScoreAsync([new(0, "Question", " a")], CancellationToken.None).ToListAsync(),
            async () => await model.ScoreTextsAsync([new(0, "Question")], CancellationToken.None).ToListAsync(),
        })
        {
            var told = await Assert.ThrowsAsync<KitException>(asking);
            Assert.Contains(words, told.Message, StringComparison.Ordinal);
            Assert.Contains("generated answers", told.Message, StringComparison.Ordinal);
            Assert.Equal(ExitCode.EnvironmentLacks, told.ExitCode);
        }

        Assert.Empty(await WordServer.AskedAsync(endpoint));
    }

    [Fact]
    public async Task Moments_are_not_to_be_had()
    {
        using var model = await WordServer.OpenAsync(server.At("vllm"));
        var told = await Assert.ThrowsAsync<KitException>(async () => await model.ScoreTextsAsync([new(0, "Question") { Moments = true }], CancellationToken.None).ToListAsync());
        Assert.Contains("Min-K%++", told.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prefix", "does not begin with the prompt")]
    [InlineData("uneven", "differ in length")]
    [InlineData("huge", "no log-probability")]
    [InlineData("vllm,wrongids", "not those that were sent")]
    public async Task Scores_that_break_the_rules_are_refused(string scenario, string words)
    {
        var tokenizer = words.StartsWith("not", StringComparison.Ordinal) ? TestSupport.TestData.Require("golden", "smollm2-135m", "tokenizer.json") : null;
        using var model = await WordServer.OpenAsync(server.At(scenario) with { EmptyContext = "<|endoftext|>" }, tokenizer: tokenizer);
        var told = await Assert.ThrowsAsync<KitException>(async () => await model.ScoreAsync([new(0, "Question one", " and two")], CancellationToken.None).ToListAsync());
        Assert.Contains(words, told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_continuation_that_merges_with_its_context_is_refused()
    {
        using var model = await WordServer.OpenAsync(server.At("plain"));
        await Assert.ThrowsAsync<KitException>(async () => await model.ScoreAsync([new(0, "Question", "able")], CancellationToken.None).ToListAsync());
        await Assert.ThrowsAsync<KitException>(async () => await model.ScoreAsync([new(0, "Question", "")], CancellationToken.None).ToListAsync());
        await Assert.ThrowsAsync<KitException>(async () => await model.ScoreAsync([new(0, "Question", " \ud83d alone")], CancellationToken.None).ToListAsync());
    }

    [Theory]
    [InlineData("abc", new[] { "a", "b", "c" }, 0, new[] { 0, 1, 2 })]
    [InlineData("abc", new[] { "<s>", "ab", "c" }, 0, new[] { -1, 0, 2 })]
    [InlineData("abc", new[] { "", "b", "c" }, 0, new[] { 0, 1, 2 })]
    [InlineData("abc", new[] { "a", "b", "c", "</s>" }, 1, new[] { 0, 1, 2, -1 })]
    [InlineData("abc", new[] { "a", "x", "c" }, 0, null)]
    [InlineData("abc", new[] { "b", "c" }, 0, null)]
    [InlineData("abc", new[] { "a", "b", "c", "</s>" }, 0, null)]
    public void Tokens_are_laid_along_the_text(string text, string[] tokens, int beyond, int[]? starts) =>
        Assert.Equal(starts, PromptAlignment.Of([.. tokens.Select(t => new AnswerToken(t, -1, -1, []))], text, beyond));

    // The tokens of a text that begin in its end.
    private static List<Word> Last(string text, string end)
    {
        var words = WordModel.Tokens(text);
        var start = 0;
        return [.. words.Where(w => (start += w.Text.Length) - w.Text.Length >= text.Length - end.Length)];
    }
}
