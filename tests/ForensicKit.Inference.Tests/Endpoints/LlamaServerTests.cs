using System.Globalization;
using System.Text.Json.Nodes;
using ForensicKit.Manifests;
using ForensicKit.Models;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests.Endpoints;

/// <summary>
/// A real server with a real model against answers that transformers made of the same weights. llama.cpp multiplies 4-bit weights with activations
/// rounded to 8 bits, so log-probabilities are up to some tenths away, and greedy answers may part where the best two tokens are as close as that.
/// </summary>
public sealed class LlamaServerTests(LlamaServer server, ITestOutputHelper output) : IClassFixture<LlamaServer>
{
    private const double Close = 0.9;

    [Theory]
    [InlineData(EndpointApi.Completions)]
    [InlineData(EndpointApi.Chat)]
    public async Task Greedy_answers_are_those_of_the_same_weights(EndpointApi api)
    {
        using var model = await WordServer.OpenAsync(await server.AtAsync(api), hurry: 1);
        var goldens = Goldens().Where(g => api == EndpointApi.Completions || g.IsChat).ToList();
        var requests = goldens.Select(g => new GenerationRequest(g.Index, api == EndpointApi.Chat ? "" : g.Rendered, 64, [], Sampling.Greedy)
        {
            Messages = api == EndpointApi.Chat ? [new("user", g.Prompt)] : null,
        }).ToList();
        var answers = (await GenerationTests.Answers(model, requests)).ToDictionary(a => a.Id);
        var (same, steps, largest, margins, parted) = (0, 0, 0.0, 0.0, new List<double>());
        foreach (var golden in goldens)
        {
            var answer = answers[golden.Index];
            var until = Enumerable.Range(0, Math.Min(golden.Ids.Count, answer.TokenIds.Count)).FirstOrDefault(i => golden.Ids[i] != answer.TokenIds[i], -1);
            if (until < 0)
            {
                // The token that ends the answer is not always among the ones that are given.
                Assert.InRange(golden.Ids.Count - answer.TokenIds.Count, 0, 1);
                same++;
            }
            else
            {
                parted.Add(golden.Margins[until]);
            }

            for (var i = 0; i < (until < 0 ? answer.TokenIds.Count : until); i++)
            {
                steps++;
                largest = Math.Max(largest, Math.Abs(golden.LogProbs[i] - answer.LogProbs[i]));
                margins = Math.Max(margins, Math.Abs(golden.Margins[i] - answer.Margins[i]));
            }
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{api}: {same} of {goldens.Count} answers the same throughout; {steps} tokens compared, log-probability off by at most {largest:F4}, margin by {margins:F4}; parted at margins {string.Join(", ", parted.Order().Select(m => m.ToString("F3", CultureInfo.InvariantCulture)))}"));
        Assert.All(parted, margin => Assert.InRange(margin, 0, Close));
        Assert.InRange(largest, 0, 0.5);
        Assert.True(steps > 250, string.Create(CultureInfo.InvariantCulture, $"{steps} tokens"));
    }

    [Fact]
    public async Task Tokens_or_text_as_prompt_make_no_difference()
    {
        var endpoint = await server.AtAsync(EndpointApi.Completions);
        using var text = await WordServer.OpenAsync(endpoint, hurry: 1);
        using var tokens = await WordServer.OpenAsync(endpoint, hurry: 1, tokenizer: TestData.Require("golden", "smollm2-135m", "tokenizer.json"));
        var requests = Goldens().Take(4).Select(g => new GenerationRequest(g.Index, g.Rendered, 12, [], Sampling.Greedy)).ToList();
        var (a, b) = (await GenerationTests.Answers(text, requests), await GenerationTests.Answers(tokens, requests));
        Assert.Equal(a.OrderBy(x => x.Id).Select(x => x.Text), b.OrderBy(x => x.Id).Select(x => x.Text));
        Assert.True(tokens.Usage.PromptTokens > 0);
    }

    [Theory]
    [InlineData(EndpointApi.Completions)]
    [InlineData(EndpointApi.Chat)]
    public async Task A_stream_says_what_the_whole_answer_says(EndpointApi api)
    {
        using var model = await WordServer.OpenAsync(await server.AtAsync(api) with { PromptAsMessage = true }, hurry: 1);
        var request = new GenerationRequest(0, "Once upon a time", 24, [], Sampling.Greedy);
        var whole = (await GenerationTests.Answers(model, [request])).Single();
        var before = model.Usage.CompletionTokens;
        var pieces = await GenerationTests.Pieces(model, request);
        Assert.Equal((whole.Text, whole.FinishReason), (string.Concat(pieces.Select(p => p.Text)), pieces[^1].FinishReason));
        // One piece for each token, and one that says why the answer ends.
        Assert.Equal(25, pieces.Count);
        Assert.Equal(24, model.Usage.CompletionTokens - before);
        Assert.All(pieces.Zip(pieces.Skip(1)), p => Assert.True(p.First.At <= p.Second.At));
    }

    [Fact]
    public async Task Drawn_answers_depend_on_their_seed_alone()
    {
        using var model = await WordServer.OpenAsync(await server.AtAsync(EndpointApi.Completions), hurry: 1);
        var sampling = new Sampling(0.9, 0.95) { TopK = 50, MinP = 0.02, RepetitionPenalty = 1.1 };
        var requests = Enumerable.Range(0, 4).Select(i => new GenerationRequest(i, "Once upon a time", 16, ["\n"], sampling, 1_000_000_007L * (i + 1))).ToList();
        var first = await GenerationTests.Answers(model, requests);
        var alone = new List<GeneratedText>();
        foreach (var request in requests)
            alone.AddRange(await GenerationTests.Answers(model, [request]));
        Assert.Equal(alone.Select(a => a.Text), first.OrderBy(a => a.Id).Select(a => a.Text));
        Assert.True(first.Select(a => a.Text).Distinct(StringComparer.Ordinal).Count() > 1);
    }

    [Fact]
    public async Task A_stop_text_ends_the_answer()
    {
        using var model = await WordServer.OpenAsync(await server.AtAsync(EndpointApi.Completions), hurry: 1);
        var answer = (await GenerationTests.Answers(model, [new(0, "1, 2, 3, 4,", 30, [" 8", "\n"], Sampling.Greedy)])).Single();
        Assert.Equal((" 5, 6, 7,", "stop"), (answer.Text, answer.FinishReason));
    }

    [Fact]
    public async Task What_the_server_says_of_itself_is_recorded_and_scores_are_refused()
    {
        using var model = await WordServer.OpenAsync(await server.AtAsync(EndpointApi.Completions), hurry: 1);
        var said = model.Description.Libraries;
        Assert.Equal(("llama-cpp", "llama.cpp", "smollm2", "yes"), (said["endpoint program"], said["endpoint server header"], said["endpoint model that answers"], said["endpoint model listed"]));
        output.WriteLine(string.Join("; ", said) + $"; context {model.Description.ContextLength}");
        Assert.Equal(2048, model.Description.ContextLength);
        var told = await Assert.ThrowsAsync<KitException>(async () => await model.ScoreAsync([new(0, "The cat", " sat")], CancellationToken.None).ToListAsync());
        output.WriteLine(told.Message);
        Assert.Contains("leaves the prompt's log-probabilities out", told.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<(int Index, bool IsChat, string Prompt, string Rendered, IReadOnlyList<int> Ids, IReadOnlyList<double> Margins, IReadOnlyList<double> LogProbs)> Goldens()
    {
        foreach (var line in File.ReadLines(TestData.Require("golden", "smollm2-135m", "expected", "generations.jsonl")))
        {
            var golden = JsonNode.Parse(line)!;
            yield return (
                (int)golden["index"]!, (bool)golden["chat"]!, (string)golden["prompt"]!, (string)golden["rendered"]!, [.. golden["greedy_ids"]!.AsArray().Select(i => (int)i!)],
                [.. golden["margins"]!.AsArray().Select(m => (double)m!)], [.. golden["logprob"]!.AsArray().Select(m => (double)m!)]);
        }
    }
}
