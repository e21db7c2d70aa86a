using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Decoders;
using ForensicKit.Inference.Engine;
using ForensicKit.Models;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Tests.Engine;

public sealed class EngineTests
{
    [Theory]
    [MemberData(nameof(ArchitectureFixtures.LlamaFolders), MemberType = typeof(ArchitectureFixtures))]
    public void Greedy_tokens_agree_with_the_reference_implementation(string name)
    {
        var folder = ArchitectureFixtures.Folder(name);
        using var checkpoint = Checkpoint.Open(folder);
        using var scope = NewDisposeScope();
        using var none = no_grad();
        using var decoder = new LlamaDecoder(checkpoint.Config, checkpoint.ReadWeights(CPU), join: true);
        var cases = ArchitectureFixtures.Cases(folder);
        // All cases as one ragged batch: prompts of 1, 7, 33 and 100 tokens.
        using var cache = PrefixCache.Create(decoder, [.. cases.Select(c => c.Ids.Length)]);
        var longest = cases.Max(c => c.Ids.Length);
        var ids = zeros(cases.Count, longest, ScalarType.Int64);
        for (var row = 0; row < cases.Count; row++)
            ids[row].narrow(0, 0, cases[row].Ids.Length).copy_(tensor(cases[row].Ids));
        var hidden = cache.Fill(ids, 0);
        var last = stack(cases.Select((c, row) => hidden[row][c.Ids.Length - 1]));
        var chosen = cases.Select(_ => new List<int>()).ToList();
        for (var step = 0; step < 20; step++)
        {
            var next = decoder.Logits(last).argmax(-1);
            for (var row = 0; row < cases.Count; row++)
                chosen[row].Add((int)next[row].item<long>());
            last = cache.Step(next.view(-1, 1)).view(cases.Count, -1);
        }

        Assert.Equal(cases.Select(c => string.Join(' ', c.Greedy)), chosen.Select(c => string.Join(' ', c)));
    }

    [Theory]
    [InlineData("llama3-ropescaling")]
    [InlineData("llama-bias")]
    public void Shared_contexts_score_as_whole_texts_do(string name)
    {
        var folder = ArchitectureFixtures.Folder(name);
        using var checkpoint = Checkpoint.Open(folder);
        using var scope = NewDisposeScope();
        using var none = no_grad();
        using var decoder = new LlamaDecoder(checkpoint.Config, checkpoint.ReadWeights(CPU), join: true);
        var random = new Random(1);
        int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(checkpoint.Config.VocabularySize))];
        var contexts = new[] { Tokens(30), Tokens(9), Tokens(2), Tokens(55), Tokens(1) };
        var pairs = contexts.SelectMany(c => new[] { 1, 3, 7, 1 }.Select(n => new TokenPair(c, Tokens(n)))).Append(new(contexts[0], Tokens(12))).ToList();
        var (logProbs, greedy) = Score(decoder, pairs, 64);
        Assert.Equal(pairs.Count, logProbs.Length);
        for (var i = 0; i < pairs.Count; i++)
        {
            var whole = pairs[i].Context.Concat(pairs[i].Continuation).Select(t => (long)t).ToArray();
            var logits = decoder.Forward(tensor(whole).unsqueeze(0))[0].log_softmax(-1);
            var best = true;
            for (var t = 0; t < pairs[i].Continuation.Length; t++)
            {
                var row = logits[pairs[i].Context.Length - 1 + t];
                Assert.Equal(row[pairs[i].Continuation[t]].item<float>(), logProbs[i][t], TorchLanguageModel.BatchTolerance);
                best &= row.argmax().item<long>() == pairs[i].Continuation[t];
            }

            Assert.Equal(best, greedy[i]);
        }
    }

    [Fact]
    public void A_batch_holds_no_more_than_it_may()
    {
        var random = new Random(2);
        var pairs = Enumerable.Range(0, 700).Select(i => new TokenPair([.. Enumerable.Repeat(i % 90, 1 + (i % 90))], [.. Enumerable.Repeat(1, 1 + random.Next(3))])).ToList();
        var batches = ScoringPlan.Make(pairs, 1000);
        Assert.All(batches, batch => Assert.True(batch.Rows.Count <= ScoringPlan.MaxRows && (batch.Rows.Count == 1 || batch.Rows.Count * batch.Rows.Max(r => r.Tokens.Length) <= 1000)));
        Assert.Equal(Enumerable.Range(0, 700), batches.SelectMany(b => b.Results).Order());
        var targets = batches.SelectMany(b => b.Rows.Concat(b.Followers.Select(f => f.Row))).SelectMany(r => r.Targets).Select(t => (t.Result, t.Index)).ToList();
        Assert.Equal(pairs.Sum(p => p.Continuation.Length), targets.Count);
        Assert.Equal(targets.Count, targets.Distinct().Count());
    }

    [Fact]
    public void Draws_follow_the_distribution()
    {
        float[] logits = [0, MathF.Log(2), MathF.Log(4), float.NegativeInfinity, MathF.Log(1)];
        var summary = LogitRows.Summarise(logits, new float[5]);
        Assert.Equal(2, summary.Best);
        Assert.Equal(Math.Log(8), summary.LogSum, 1e-6);
        double[] Shares(Sampling sampling)
        {
            var counts = new double[5];
            for (var i = 0; i < 20_000; i++)
                counts[new TokenSampler(sampling, seed: i % 100).Draw(logits, summary, i / 100)] += 1 / 20_000.0;
            return counts;
        }

        AssertClose([1 / 8.0, 2 / 8.0, 4 / 8.0, 0, 1 / 8.0], Shares(new(1)));
        AssertClose([1 / 22.0, 4 / 22.0, 16 / 22.0, 0, 1 / 22.0], Shares(new(0.5)));
        // Three quarters are reached by two tokens; a little more takes the first of the two that tie.
        AssertClose([0, 2 / 6.0, 4 / 6.0, 0, 0], Shares(new(1, 0.75)));
        AssertClose([1 / 7.0, 2 / 7.0, 4 / 7.0, 0, 0], Shares(new(1, 0.76)));
        AssertClose([0, 0, 1, 0, 0], Shares(new(1, 1e-9)));
        AssertClose([0, 0, 1, 0, 0], Shares(Sampling.Greedy));
    }

    [Fact]
    public void Uniform_numbers_are_uniform_and_differ_by_seed()
    {
        double[] first = [.. Enumerable.Range(0, 10_000).Select(i => TokenSampler.Uniform(0, i))];
        double[] second = [.. Enumerable.Range(0, 10_000).Select(i => TokenSampler.Uniform(1, i))];
        Assert.Equal(0.5, first.Average(), 0.01);
        Assert.Equal(1 / 12.0, first.Average(u => (u - 0.5) * (u - 0.5)), 0.005);
        Assert.Equal(0, first.Zip(second, (a, b) => (a - 0.5) * (b - 0.5)).Average(), 0.005);
        Assert.Equal(0, first.Skip(1).Zip(second, (a, b) => (a - 0.5) * (b - 0.5)).Average(), 0.005);
        Assert.Empty(first.Intersect(second));
    }

    [Fact]
    public void Logits_that_are_no_numbers_are_an_error()
    {
        Assert.Throws<KitException>(() => LogitRows.Summarise([1, float.NaN], new float[2]));
        Assert.Throws<KitException>(() => LogitRows.Summarise([1, float.PositiveInfinity], new float[2]));
        Assert.Throws<KitException>(() => LogitRows.Summarise([float.NegativeInfinity, float.NegativeInfinity], new float[2]));
    }

    private static (double[][] LogProbs, bool[] Greedy) Score(LlamaDecoder decoder, List<TokenPair> pairs, int maxTokens)
    {
        var logProbs = pairs.Select(p => Enumerable.Repeat(double.NaN, p.Continuation.Length).ToArray()).ToArray();
        var greedy = Enumerable.Repeat(true, pairs.Count).ToArray();
        var scorer = new ContinuationScorer(decoder, 2);
        foreach (var batch in ScoringPlan.Make(pairs, maxTokens))
            scorer.Score(batch, logProbs, greedy, CancellationToken.None);
        return (logProbs, greedy);
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 0.012);
    }
}
