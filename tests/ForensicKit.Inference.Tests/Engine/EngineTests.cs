using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Decoders;
using ForensicKit.Inference.Engine;
using ForensicKit.Models;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Tests.Engine;

public sealed class EngineTests
{
    /// <summary>Families whose attention differs: windows, soft caps, learned positions, frequencies that change with the length, experts.</summary>
    public static TheoryData<string> Families =>
        ["llama3-ropescaling", "llama-bias", "mistral-sliding", "gemma2", "gemma3-text", "phi3-longrope", "gpt2", "gpt-neox", "olmo2", "mixtral"];

    [Theory]
    [MemberData(nameof(Families))]
    public void Shared_beginnings_score_as_whole_texts_do(string name)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        using var decoder = Load(name);
        var pairs = Pairs(decoder.Config.VocabularySize);
        foreach (var (maxTokens, alone) in ((int, bool)[])[(64, false), (4096, false), (64, true)])
        {
            var sheets = Score(decoder, pairs, maxTokens, alone);
            for (var i = 0; i < pairs.Count; i++)
            {
                // Without the last token, which is never read: frequencies may depend on how many are.
                var read = pairs[i].Context.Concat(pairs[i].Continuation.SkipLast(1)).Select(t => (long)t).ToArray();
                var logits = decoder.Forward(tensor(read).unsqueeze(0))[0];
                var logProbs = logits.log_softmax(-1);
                var best = true;
                for (var t = 0; t < pairs[i].Continuation.Length; t++)
                {
                    var (place, token) = (pairs[i].Context.Length - 1 + t, pairs[i].Continuation[t]);
                    Assert.Equal(logProbs[place][token].item<float>(), sheets[i].LogProbs[t], TorchLanguageModel.BatchTolerance);
                    best &= logits[place].argmax().item<long>() == token;
                    var (probabilities, logs) = (logProbs[place].exp().to(ScalarType.Float64), logProbs[place].to(ScalarType.Float64));
                    var mean = (probabilities * logs).sum().item<double>();
                    Assert.Equal(mean, sheets[i].Details[t].MeanLogProb, 1e-4);
                    Assert.Equal((probabilities * logs * logs).sum().item<double>() - (mean * mean), sheets[i].Details[t].VarianceLogProb, 1e-3);
                    Assert.Equal(logits[place].gt(logits[place][token]).sum().item<long>(), sheets[i].Details[t].Rank);
                    var others = logits[place].clone();
                    others[token] = float.NegativeInfinity;
                    Assert.Equal((logits[place][token] - others.max()).item<float>(), sheets[i].Details[t].Margin, TorchLanguageModel.BatchTolerance * 2);
                }

                Assert.Equal(best, sheets[i].IsGreedy);
            }
        }
    }

    [Fact]
    public void Alone_a_score_is_the_same_to_the_last_bit_whatever_else_is_asked()
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        using var decoder = Load("llama3-ropescaling");
        var pairs = Pairs(decoder.Config.VocabularySize);
        var all = Score(decoder, pairs, 512, alone: true);
        var some = Score(decoder, [.. pairs.Where((_, i) => i % 3 == 0)], 64, alone: true);
        for (var i = 0; i < some.Count; i++)
            Assert.Equal(all[i * 3].LogProbs, some[i].LogProbs);
    }

    [Fact]
    public void Where_memory_does_not_suffice_less_is_run_at_once_and_the_scores_stay()
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        using var decoder = Load("mistral-sliding");
        var pairs = Pairs(decoder.Config.VocabularySize);
        var expected = Score(decoder, pairs, 4096, alone: false);
        var (packs, largest) = (0, 0);
        var actual = Score(decoder, pairs, 4096, alone: false, tokens =>
        {
            packs++;
            if (tokens > 20)
                throw new System.Runtime.InteropServices.ExternalException("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: not enough memory: you tried to allocate 1 bytes.");
            largest = Math.Max(largest, tokens);
        });
        for (var i = 0; i < pairs.Count; i++)
        {
            for (var t = 0; t < expected[i].LogProbs.Length; t++)
                Assert.Equal(expected[i].LogProbs[t], actual[i].LogProbs[t], TorchLanguageModel.BatchTolerance);
        }

        Assert.InRange(largest, 1, 20);
        Assert.Throws<KitException>(() => Score(decoder, pairs, 4096, alone: false, _ => throw new System.Runtime.InteropServices.ExternalException("CUDA out of memory.")));
        Assert.Throws<InvalidOperationException>(() => Score(decoder, pairs, 4096, alone: false, _ => throw new InvalidOperationException("another defect")));
    }

    [Fact]
    public void What_sequences_begin_with_in_common_is_read_once()
    {
        var random = new Random(3);
        int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(50))];
        var shots = Tokens(100);
        var sequences = new List<TokenSequence>();
        for (var question = 0; question < 20; question++)
        {
            int[] asked = [.. shots, .. Tokens(30)];
            for (var ending = 0; ending < 4; ending++)
            {
                int[] whole = [.. asked, .. Tokens(12)];
                sequences.Add(new(whole, 0, [.. Enumerable.Range(129, 13).Select(position => new ScoringTarget(position, sequences.Count, position - 129, 1))]));
            }
        }

        sequences.Add(sequences[0] with { Regime = 1 });
        var roots = TokenTree.Make(sequences, share: true);
        var nodes = new List<TokenNode>();
        void Walk(TokenNode node)
        {
            nodes.Add(node);
            node.Children.ForEach(Walk);
        }

        foreach (var root in roots)
            Walk(root);
        Assert.Equal(2, roots.Count);
        // Endings of one question may have a first token in common by chance.
        Assert.InRange(nodes.Where(n => n.Regime == 0).Sum(n => n.Tokens.Length), 100 + (20 * 30) + (80 * 9), 100 + (20 * 30) + (80 * 12));
        Assert.Equal(sequences.Sum(s => s.Targets.Count), nodes.Sum(n => n.Targets.Count));
        Assert.All(nodes, n => Assert.All(n.Targets, t => Assert.InRange(t.Position, n.Start, n.Start + n.Tokens.Length - 1)));
        Assert.All(nodes, n => Assert.Equal(n.Parent is null ? 0 : n.Parent.Start + n.Parent.Tokens.Length, n.Start));
        Assert.Equal(sequences.Count, TokenTree.Make(sequences, share: false).Count);
    }

    [Fact]
    public void Draws_follow_the_distribution()
    {
        float[] logits = [0, MathF.Log(2), MathF.Log(4), float.NegativeInfinity, MathF.Log(1)];
        var summary = LogitRows.Summarise(logits, moments: false);
        Assert.Equal(2, summary.Best);
        Assert.Equal(Math.Log(8), summary.LogSum, 1e-6);
        double[] Shares(Sampling sampling)
        {
            var counts = new double[5];
            for (var i = 0; i < 20_000; i++)
                counts[new TokenSampler(sampling, seed: i % 100, prompt: [2]).Draw(logits, summary, i / 100)] += 1 / 20_000.0;
            return counts;
        }

        AssertClose([1 / 8.0, 2 / 8.0, 4 / 8.0, 0, 1 / 8.0], Shares(new(1)));
        AssertClose([1 / 22.0, 4 / 22.0, 16 / 22.0, 0, 1 / 22.0], Shares(new(0.5)));
        // Three quarters are reached by two tokens; a little more takes the first of the two that tie.
        AssertClose([0, 2 / 6.0, 4 / 6.0, 0, 0], Shares(new(1, 0.75)));
        AssertClose([1 / 7.0, 2 / 7.0, 4 / 7.0, 0, 0], Shares(new(1, 0.76)));
        AssertClose([0, 0, 1, 0, 0], Shares(new(1, 1e-9)));
        AssertClose([0, 0, 1, 0, 0], Shares(Sampling.Greedy));
        AssertClose([0, 2 / 6.0, 4 / 6.0, 0, 0], Shares(new(1) { TopK = 2 }));
        AssertClose([1 / 7.0, 2 / 7.0, 4 / 7.0, 0, 0], Shares(new(1) { TopK = 3 }));
        // Of the two that top-k leaves, the first has two thirds.
        AssertClose([0, 0, 1, 0, 0], Shares(new(1, 0.66) { TopK = 2 }));
        AssertClose([0, 2 / 6.0, 4 / 6.0, 0, 0], Shares(new(1) { MinP = 0.5 }));
        AssertClose([1 / 7.0, 2 / 7.0, 4 / 7.0, 0, 0], Shares(new(1) { TopK = 3, MinP = 0.2 }));
        // The prompt has token 2: its logit ln 4 becomes ln 2.
        AssertClose([0, 1, 0, 0, 0], Shares(new(0) { RepetitionPenalty = 2.0001 }));
        Assert.Throws<KitException>(() => TokenSampler.Check(new(1) { MinP = 2 }, "here"));
        Assert.Throws<KitException>(() => TokenSampler.Check(new(1) { TopK = -1 }, "here"));
        Assert.Throws<KitException>(() => TokenSampler.Check(new(1) { RepetitionPenalty = 0 }, "here"));
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
        Assert.Throws<KitException>(() => LogitRows.Summarise([1, float.NaN], moments: false));
        Assert.Throws<KitException>(() => LogitRows.Summarise([1, float.PositiveInfinity], moments: false));
        Assert.Throws<KitException>(() => LogitRows.Summarise([float.NegativeInfinity, float.NegativeInfinity], moments: false));
    }

    private static TransformerDecoder Load(string name)
    {
        using var checkpoint = Checkpoint.Open(ArchitectureFixtures.Folder(name));
        return TransformerDecoder.TakeOver(checkpoint.Config, checkpoint.ReadWeights(CPU));
    }

    // Beginnings within beginnings, contexts of a single token, endings of one token, and twice the same.
    private static List<TokenPair> Pairs(int vocabulary)
    {
        var random = new Random(1);
        int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
        var shots = Tokens(30);
        var contexts = new[] { shots, [.. shots, .. Tokens(20)], [.. shots, .. Tokens(9)], Tokens(9), Tokens(2), Tokens(55), Tokens(1) };
        var pairs = contexts.SelectMany(c => new[] { 1, 3, 7, 1 }.Select(n => new TokenPair(c, Tokens(n)))).Append(new(contexts[0], Tokens(12))).ToList();
        return [.. pairs, pairs[3], pairs[5]];
    }

    private static List<ScoreSheet> Score(TransformerDecoder decoder, List<TokenPair> pairs, int maxTokens, bool alone, Action<int>? beforePack = null)
    {
        var sheets = pairs.Select(p => new ScoreSheet(p.Continuation, Moments: true)).ToList();
        var scorer = new ContinuationScorer(decoder, 2, maxTokens, alone) { BeforePack = beforePack };
        Assert.Equal(Enumerable.Range(0, pairs.Count), scorer.Score(pairs, sheets, CancellationToken.None).SelectMany(done => done).Order());
        return sheets;
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 0.012);
    }
}
