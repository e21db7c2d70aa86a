using ForensicKit.EndpointServer;
using ForensicKit.Inference.Endpoints;
using ForensicKit.Manifests;
using ForensicKit.Models;

namespace ForensicKit.Inference.Tests.Endpoints;

public sealed class GenerationTests(WordServer server) : IClassFixture<WordServer>
{
    [Fact]
    public async Task An_answer_is_what_the_server_said()
    {
        var endpoint = server.At("plain");
        using var model = await WordServer.OpenAsync(endpoint);
        var answer = (await Answers(model, [WordServer.Ask(7)])).Single();
        var (words, _) = WordModel.Answer("Question 7", 5);
        Assert.Equal((7, string.Concat(words.Select(w => w.Text)), "length"), (answer.Id, answer.Text, answer.FinishReason));
        Assert.Equal(words.Select(w => w.LogProb), answer.LogProbs);
        Assert.Equal(words.Select(_ => 0.5), answer.Margins, (a, b) => Math.Abs(a - b) < 1e-12);
        // This server gives no ids: none are made up.
        Assert.Empty(answer.TokenIds);
        Assert.Equal("stop", (await Answers(model, [WordServer.Ask(1, "END")])).Single().FinishReason);
    }

    [Fact]
    public async Task Ids_are_given_where_the_server_gives_them()
    {
        using var model = await WordServer.OpenAsync(server.At("vllm") with { ContextLength = null });
        var answer = (await Answers(model, [WordServer.Ask(7)])).Single();
        Assert.Equal(WordModel.Answer("Question 7", 5).Words.Select(w => w.Id), answer.TokenIds);
        Assert.Equal(64, model.Description.ContextLength);
    }

    [Fact]
    public async Task The_question_says_how_tokens_are_drawn()
    {
        var endpoint = server.At("vllm");
        using var model = await WordServer.OpenAsync(endpoint);
        var sampling = new Sampling(0.7, 0.9) { TopK = 40, MinP = 0.05, RepetitionPenalty = 1.1 };
        await Answers(model, [WordServer.Ask(0, "Question", 5, "\n", "Q:") with { Sampling = sampling, Seed = 0x7777_7777_7777_777 }]);
        var body = (await WordServer.AskedAsync(endpoint)).Single()["body"]!;
        Assert.Equal(
            ("word-model", "Question 0", 5, 0.7, 0.9, 40, 0.05, 1.1, "[\"\\n\",\"Q:\"]", 2),
            ((string?)body["model"], (string?)body["prompt"], (int)body["max_tokens"]!, (double)body["temperature"]!, (double)body["top_p"]!, (int)body["top_k"]!,
                (double)body["min_p"]!, (double)body["repetition_penalty"]!, body["stop"]!.ToJsonString(), (int)body["logprobs"]!));
        Assert.InRange((long)body["seed"]!, 0, int.MaxValue);
    }

    [Fact]
    public async Task What_a_server_is_not_known_to_take_is_refused_and_not_left_out()
    {
        var endpoint = server.At("plain");
        using var model = await WordServer.OpenAsync(endpoint);
        var told = await Assert.ThrowsAsync<KitException>(() => Answers(model, [WordServer.Ask(0) with { Sampling = new Sampling(1) { TopK = 5 } }]));
        Assert.Contains("top_k", told.Message, StringComparison.Ordinal);
        Assert.Empty(await WordServer.AskedAsync(endpoint));
    }

    [Fact]
    public async Task A_stop_text_ends_the_answer_also_where_the_server_leaves_it_in()
    {
        var words = WordModel.Answer("Question 3", 5).Words;
        using var model = await WordServer.OpenAsync(server.At("leavestop"));
        var answer = (await Answers(model, [WordServer.Ask(3, "Question", 5, words[2].Text)])).Single();
        Assert.Equal((words[0].Text + words[1].Text, "stop"), (answer.Text, answer.FinishReason));
        // The tokens of the stop text are among those that were generated.
        Assert.Equal(3, answer.LogProbs.Count);
    }

    [Fact]
    public async Task Log_probabilities_are_left_out_where_they_are_not_served()
    {
        using var model = await WordServer.OpenAsync(server.At("nologprobs"));
        var answer = (await Answers(model, [WordServer.Ask(7)])).Single();
        Assert.NotEmpty(answer.Text);
        Assert.Empty(answer.LogProbs);
        Assert.Empty(answer.Margins);
    }

    [Fact]
    public async Task Answers_come_in_any_order_and_each_request_is_asked_once()
    {
        var endpoint = server.At("shuffled") with { Concurrency = 8 };
        using var model = await WordServer.OpenAsync(endpoint);
        var requests = Enumerable.Range(0, 60).Select(i => WordServer.Ask(i)).ToList();
        var answers = await Answers(model, requests);
        Assert.Equal(Enumerable.Range(0, 60), answers.Select(a => a.Id).Order());
        Assert.NotEqual(Enumerable.Range(0, 60), answers.Select(a => a.Id));
        Assert.All(answers, a => Assert.Equal(string.Concat(WordModel.Answer($"Question {a.Id}", 5).Words.Select(w => w.Text)), a.Text));
        Assert.Equal(60, (await WordServer.AskedAsync(endpoint)).Select(r => (string?)r["body"]!["prompt"]).Distinct().Count());
        Assert.Equal(60, (await WordServer.AskedAsync(endpoint)).Count);
    }

    [Fact]
    public async Task No_more_requests_are_under_way_than_allowed()
    {
        var endpoint = server.At("slow~300") with { Concurrency = 2 };
        using var model = await WordServer.OpenAsync(endpoint);
        var begun = TimeProvider.System.GetTimestamp();
        await Answers(model, [.. Enumerable.Range(0, 6).Select(i => WordServer.Ask(i))]);
        Assert.True(TimeProvider.System.GetElapsedTime(begun) >= TimeSpan.FromMilliseconds(900));
    }

    [Fact]
    public async Task Tokens_are_counted()
    {
        using var model = await WordServer.OpenAsync(server.At("plain"));
        var before = model.Usage;
        await Answers(model, [WordServer.Ask(1), WordServer.Ask(2)]);
        Assert.Equal((2, 4, 10), (model.Usage.Requests - before.Requests, model.Usage.PromptTokens - before.PromptTokens, model.Usage.CompletionTokens - before.CompletionTokens));
    }

    [Fact]
    public async Task The_description_claims_nothing_that_is_not_known()
    {
        using var model = await WordServer.OpenAsync(server.At("plain"));
        var described = model.Description;
        Assert.Equal(("Word model", null, null, "endpoint", "not stated", 0), (described.Name, described.WeightsSha256, described.TokenizerSha256, described.Device, described.DType, described.Threads));
        Assert.Equal("word-model", described.Libraries["endpoint model asked for"]);
        Assert.Equal("yes", described.Libraries["endpoint model listed"]);
        Assert.Equal("word-model-1", described.Libraries["endpoint model that answers"]);
        Assert.Equal("word-server/1.0", described.Libraries["endpoint server header"]);
        Assert.Equal("unknown", described.Libraries["endpoint program"]);
    }

    [Theory]
    [InlineData(EndpointApi.Completions, "plain")]
    [InlineData(EndpointApi.Completions, "crlf")]
    [InlineData(EndpointApi.Completions, "nodone")]
    [InlineData(EndpointApi.Chat, "plain")]
    public async Task A_streamed_answer_comes_piece_by_piece(EndpointApi api, string scenario)
    {
        using var model = await WordServer.OpenAsync(server.At(scenario + ",pace~150", api) with { PromptAsMessage = true }, hurry: 1);
        var pieces = await Pieces(model, WordServer.Ask(3));
        var expected = WordModel.Answer(api == EndpointApi.Chat ? "user: Question 3" : "Question 3", 5).Words.Select(w => w.Text);
        Assert.Equal(expected.Append(""), pieces.Select(p => p.Text));
        Assert.Equal([null, null, null, null, null, "length"], pieces.Select(p => p.FinishReason));
        Assert.All(pieces, p => Assert.Equal(-1, p.TokenId));
        Assert.All(pieces.Zip(pieces.Skip(1)), p => Assert.True(p.First.At <= p.Second.At));
        Assert.InRange(pieces[4].At - pieces[0].At, TimeSpan.FromMilliseconds(90), TimeSpan.FromSeconds(60));
        Assert.True(model.Usage.CompletionTokens >= 5);
    }

    [Fact]
    public async Task A_streamed_answer_ends_at_a_stop_text()
    {
        var words = WordModel.Answer("Question 3", 50).Words;
        using var model = await WordServer.OpenAsync(server.At("leavestop"));
        var pieces = await Pieces(model, WordServer.Ask(3, "Question", 50, words[2].Text + words[3].Text));
        Assert.Equal((words[0].Text + words[1].Text, "stop"), (string.Concat(pieces.Select(p => p.Text)), pieces[^1].FinishReason));
    }

    [Fact]
    public async Task Conversations_go_to_a_chat_as_they_are()
    {
        var endpoint = server.At("plain", EndpointApi.Chat);
        using var model = await WordServer.OpenAsync(endpoint);
        var answer = (await Answers(model, [new(4, "", 3, [], Sampling.Greedy) { Messages = [new("system", "Be brief."), new("user", "Hello\r\n")] }])).Single();
        Assert.Equal(string.Concat(WordModel.Answer("system: Be brief.\nuser: Hello\r\n", 3).Words.Select(w => w.Text)), answer.Text);
        Assert.Equal(3, answer.LogProbs.Count);
        Assert.Equal(3, answer.Margins.Count);
        Assert.EndsWith("/v1/chat/completions", (string?)(await WordServer.AskedAsync(endpoint)).Single()["path"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plain_prompt_is_no_message_unless_the_manifest_says_so()
    {
        using var model = await WordServer.OpenAsync(server.At("plain", EndpointApi.Chat));
        var told = await Assert.ThrowsAsync<KitException>(() => Answers(model, [WordServer.Ask(0)]));
        Assert.Contains("prompt_as_message", told.Message, StringComparison.Ordinal);
        using var willing = await WordServer.OpenAsync(server.At("plain", EndpointApi.Chat) with { PromptAsMessage = true });
        Assert.Equal(string.Concat(WordModel.Answer("user: Question 0", 5).Words.Select(w => w.Text)), (await Answers(willing, [WordServer.Ask(0)])).Single().Text);
    }

    [Fact]
    public async Task Without_a_template_a_conversation_is_no_text()
    {
        using var model = await WordServer.OpenAsync(server.At("plain"));
        Assert.Contains("chat template", Assert.Throws<KitException>(() => model.FormatChat([new("user", "Hi")])).Message, StringComparison.Ordinal);
        var surroundings = WordServer.Surroundings() with { ChatTemplate = (said, _) => string.Concat(said.Select(m => $"<{m.Role}>{m.Content}")) };
        using var with = await EndpointLanguageModel.OpenAsync("m", server.At("plain"), "m.yaml", surroundings, CancellationToken.None);
        var answer = (await Answers(with, [new(4, "", 3, [], Sampling.Greedy) { Messages = [new("user", "Hello")] }])).Single();
        Assert.Equal(string.Concat(WordModel.Answer("<user>Hello", 3).Words.Select(w => w.Text)), answer.Text);
    }

    [Fact]
    public async Task Requests_per_minute_are_kept()
    {
        var endpoint = server.At("plain") with { RequestsPerMinute = 8, Concurrency = 8 };
        using var model = await WordServer.OpenAsync(endpoint, hurry: 30);
        var begun = TimeProvider.System.GetTimestamp();
        // The probe's questions count too; a minute is two seconds here.
        await Answers(model, [.. Enumerable.Range(0, 16).Select(i => WordServer.Ask(i))]);
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.FromSeconds(3.5), TimeSpan.FromSeconds(30));
    }

    internal static async Task<List<GeneratedText>> Answers(ILanguageModel model, IReadOnlyList<GenerationRequest> requests, CancellationToken cancellationToken = default) =>
        await model.GenerateAsync(requests, cancellationToken).ToListAsync(CancellationToken.None);

    internal static async Task<List<GeneratedPiece>> Pieces(ILanguageModel model, GenerationRequest request, CancellationToken cancellationToken = default) =>
        await model.StreamAsync(request, cancellationToken).ToListAsync(CancellationToken.None);
}
