using System.Text.Json.Nodes;
using ForensicKit.Models;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests;

public sealed class TorchLanguageModelTests
{
    [Fact]
    public async Task Scores_do_not_depend_on_the_batch()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Load(folder);
        var requests = Enumerable.Range(0, 300).Select(i => new ContinuationRequest(
            i, i % 7 == 0 ? "" : string.Concat(Enumerable.Repeat("ab c", i / 4 % 12)) + (i / 4), i % 3 == 0 ? " x" : $" answer {i % 4}!")).ToList();
        var together = await All(model.ScoreAsync(requests, default));
        Assert.Equal(requests.Count, together.Count);
        foreach (var request in requests.Where(r => r.Id % 10 == 0))
        {
            var alone = (await All(model.ScoreAsync([request], default))).Single();
            var scored = together.Single(s => s.Id == request.Id);
            Assert.Equal(alone.TokenIds, scored.TokenIds);
            Assert.Equal(alone.IsGreedy, scored.IsGreedy);
            Assert.All(alone.LogProbs.Zip(scored.LogProbs), pair => Assert.Equal(pair.First, pair.Second, TorchLanguageModel.BatchTolerance));
        }
    }

    [Fact]
    public async Task Generated_texts_do_not_depend_on_the_batch()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Load(folder);
        var requests = Enumerable.Range(0, 150).Select(i => new GenerationRequest(
            i, i % 5 == 0 ? "same" : new string('a', 1 + (i % 40)), 1 + (i % 23), i % 2 == 0 ? ["a", "\n"] : [], (i % 3) switch { 0 => Sampling.Greedy, 1 => new(0.8), _ => new(1, 0.9) }, i)).ToList();
        var together = await All(model.GenerateAsync(requests, default));
        Assert.Equal(requests.Count, together.Count);
        foreach (var request in requests.Where(r => r.Id % 7 == 0))
        {
            var alone = (await All(model.GenerateAsync([request], default))).Single();
            var text = together.Single(t => t.Id == request.Id);
            Assert.Equal(alone.TokenIds, text.TokenIds);
            Assert.Equal((alone.Text, alone.FinishReason), (text.Text, text.FinishReason));
            Assert.All(alone.LogProbs.Zip(text.LogProbs), pair => Assert.Equal(pair.First, pair.Second, TorchLanguageModel.BatchTolerance));
            var pieces = await All(model.StreamAsync(request, default));
            Assert.Equal(alone.TokenIds, pieces.Select(p => p.TokenId));
            Assert.Equal(alone.Text, string.Concat(pieces.Select(p => p.Text)));
            Assert.Equal(alone.FinishReason, pieces[^1].FinishReason);
            Assert.All(pieces.SkipLast(1), p => Assert.Null(p.FinishReason));
        }
    }

    [Fact]
    public async Task Log_probabilities_of_generated_tokens_are_those_of_scoring()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Load(folder);
        var text = (await All(model.GenerateAsync([new(1, "ab c", 12, [], new(1), 5)], default))).Single();
        // Scored token by token, since the text of a draw need not encode to the tokens drawn.
        Assert.Equal(12, text.TokenIds.Count);
        Assert.Equal("length", text.FinishReason);
        var greedy = (await All(model.GenerateAsync([new(1, "ab c", 12, [], Sampling.Greedy)], default))).Single();
        var prompt = model.Tokenizer.Encode("ab c").Ids;
        using var scope = TorchSharp.torch.NewDisposeScope();
        foreach (var generated in (GeneratedText[])[text, greedy])
        {
            using var checkpoint = ForensicKit.Inference.Checkpoints.Checkpoint.Open(folder.Path);
            using var decoder = new ForensicKit.Inference.Decoders.TransformerDecoder(checkpoint.Config, checkpoint.ReadWeights(TorchSharp.torch.CPU));
            var rows = decoder.Forward(TorchSharp.torch.tensor(prompt.Concat(generated.TokenIds).Select(t => (long)t).ToArray()).unsqueeze(0))[0].log_softmax(-1);
            for (var i = 0; i < generated.TokenIds.Count; i++)
                Assert.Equal(rows[prompt.Count - 1 + i][generated.TokenIds[i]].item<float>(), generated.LogProbs[i], TorchLanguageModel.BatchTolerance);
        }
    }

    [Fact]
    public async Task Contexts_and_continuations_are_split_as_lm_evaluation_harness_does()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Load(folder);
        async Task<ScoredContinuation> Score(string context, string continuation) => (await All(model.ScoreAsync([new(1, context, continuation)], default))).Single();
        string[] Texts(ScoredContinuation scored) => [.. scored.TokenIds.Select(id => model.Tokenizer.TextOf(id)!)];
        Assert.Equal(["Ġc"], Texts(await Score("ab ", "c")));
        Assert.Equal(["Ċ", "Ġ", "x"], Texts(await Score("ab\n ", "x")));
        Assert.Equal(["b"], Texts(await Score("", "b")));
        Assert.Equal(["Ġ", "b"], Texts(await Score(" ", "b")));
        // "a" and "b" merge: the whole is one token, the context has one, and nothing is left.
        Assert.Contains("no token of its own", (await Assert.ThrowsAsync<KitException>(() => Score("a", "b"))).Message, StringComparison.Ordinal);
        Assert.Contains("empty", (await Assert.ThrowsAsync<KitException>(() => Score("a", ""))).Message, StringComparison.Ordinal);
        Assert.Contains("65 tokens", (await Assert.ThrowsAsync<KitException>(() => Score("a", new string('x', 65)))).Message, StringComparison.Ordinal);
        // A context that is too long is cut from the left: the last token is never read, so 64 of context and continuation are.
        var cut = await Score(new string('y', 100), "xxx");
        var same = await Score(new string('y', 62), "xxx");
        Assert.Equal(same.LogProbs, cut.LogProbs);
        var one = await Score("q", new string('x', 64));
        Assert.Equal(64, one.LogProbs.Count);
    }

    [Fact]
    public async Task What_cannot_be_generated_is_an_error()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Load(folder);
        async Task<string> Message(GenerationRequest request) => (await Assert.ThrowsAsync<KitException>(async () => await All(model.GenerateAsync([request], default)))).Message;
        var good = new GenerationRequest(9, "x", 3, [], Sampling.Greedy);
        Assert.Contains("request 9", await Message(good with { MaxTokens = 0 }), StringComparison.Ordinal);
        Assert.Contains("stop text is empty", await Message(good with { Stop = [""] }), StringComparison.Ordinal);
        Assert.Contains("temperature", await Message(good with { Sampling = new(-1) }), StringComparison.Ordinal);
        Assert.Contains("temperature", await Message(good with { Sampling = new(1, 0) }), StringComparison.Ordinal);
        Assert.Contains("64 tokens", await Message(good with { Prompt = new string('x', 64) }), StringComparison.Ordinal);
        var full = (await All(model.GenerateAsync([good with { Prompt = new string('x', 60), MaxTokens = 50 }], default))).Single();
        Assert.True(full.TokenIds.Count <= 4);
        Assert.NotEmpty((await All(model.GenerateAsync([good with { Prompt = "" }], default))).Single().TokenIds);
    }

    [Fact]
    public async Task Work_can_be_cancelled()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Load(folder);
        using var cancel = new CancellationTokenSource();
        var requests = Enumerable.Range(0, 2000).Select(i => new ContinuationRequest(i, $"ab {i}", "xyz")).ToList();
        var count = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in model.ScoreAsync(requests, cancel.Token))
            {
                if (++count == 1)
                    await cancel.CancelAsync();
            }
        });
        Assert.InRange(count, 1, 1999);
        // And the model is free again.
        Assert.Single(await All(model.ScoreAsync([requests[0]], default)));
    }

    [Fact]
    public void The_description_says_what_computes()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Load(folder);
        var description = model.Description;
        Assert.Equal(Path.GetFileName(folder.Path), description.Name);
        Assert.Equal(64, description.WeightsSha256!.Length);
        Assert.Equal(64, description.TokenizerSha256!.Length);
        Assert.Equal(("cpu", "float32", 64), (description.Device, description.DType, description.ContextLength));
        Assert.StartsWith("0.107.", description.Libraries["TorchSharp"], StringComparison.Ordinal);
        Assert.StartsWith("2.10", description.Libraries["libtorch"], StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_together_is_refused()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder.Path);
        string Message(string device = "cpu") => Assert.Throws<KitException>(() => TorchLanguageModel.Load(folder.Path, new(device))).Message;
        Assert.Contains("no device 'tpu'", Message("tpu"), StringComparison.Ordinal);
        var config = folder["config.json"];
        var whole = File.ReadAllText(config);
        void Change(string key, JsonNode? value)
        {
            var root = JsonNode.Parse(whole)!.AsObject();
            root[key] = value;
            File.WriteAllText(config, root.ToJsonString());
        }

        Change("eos_token_id", null);
        Assert.Contains("neither a token", Message(), StringComparison.Ordinal);
        Change("eos_token_id", 1000);
        Assert.Contains("outside the vocabulary", Message(), StringComparison.Ordinal);
        Change("vocab_size", 100);
        Assert.Contains("tokens up to 260", Message(), StringComparison.Ordinal);
        File.WriteAllText(config, whole);
        File.WriteAllText(folder["generation_config.json"], """{"eos_token_id":[5],"do_sample":true}""");
        using var model = TorchLanguageModel.Load(folder.Path, new("cpu"));
        File.Delete(folder["tokenizer.json"]);
        Assert.Contains("tokenizer.json", Message(), StringComparison.Ordinal);
    }

    private static async Task<List<T>> All<T>(IAsyncEnumerable<T> items)
    {
        var all = new List<T>();
        await foreach (var item in items)
            all.Add(item);
        return all;
    }
}
