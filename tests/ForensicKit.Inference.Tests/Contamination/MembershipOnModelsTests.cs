using ForensicKit.Cases;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Membership;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Conformance;
using ForensicKit.Inference.Decoders;
using ForensicKit.Inference.Engine;
using ForensicKit.TestSupport;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Tests.Contamination;

/// <summary>The battery on real models: one that was trained on the items and its sister that was not.</summary>
public sealed class MembershipOnModelsTests
{
    private static readonly KitFolder s_kit = new(TestData.RepositoryRoot);

    [Theory]
    [InlineData("mini-mmlu")]
    [InlineData("mini-hellaswag")]
    public async Task The_model_that_saw_the_items_is_told_from_the_one_that_did_not(string benchmark)
    {
        using var leaked = Load("opus-mini");
        using var clean = Load("llama-mini");
        string[] tests = ["scores", "completion", "ngrams", "masked-option", "gap", "constat"];
        var accused = await MembershipBattery.RunAsync(Context(leaked, clean), tests, null, TestContext.Current.CancellationToken);
        var cleared = await MembershipBattery.RunAsync(Context(clean, null), tests, null, TestContext.Current.CancellationToken);
        foreach (var test in (string[])["scores/loss", "scores/min-k++", "scores/reference", "gap"])
            Assert.True(accused.Outcomes.Single(o => o.Test == test).Adjusted!.Value < 0.01, test);
        Assert.All(cleared.Outcomes.Where(o => o.Adjusted is not null), o => Assert.True(o.Adjusted!.Value >= 0.05, $"{o.Test}: {o.Adjusted!.Value}"));
        Assert.All(accused.Outcomes.Where(o => o.Test is "ngrams" or "constat"), o => Assert.NotNull(o.Refused));

        MembershipContext Context(TorchLanguageModel model, TorchLanguageModel? reference) => new()
        {
            Model = model,
            Reference = reference,
            Members = MembershipFiles.Items(s_kit, benchmark, TestContext.Current.CancellationToken).Items,
            NonMembers = MembershipFiles.Items(s_kit, benchmark + "-fresh", TestContext.Current.CancellationToken).Items,
            Options = new() { BlindPermutations = 99, Permutations = 1999, WrittenItems = 40, Samples = 5 },
        };
    }

    [Fact]
    public async Task A_benchmark_in_the_order_of_its_subjects_is_refused()
    {
        using var model = Load("opus-mini");
        var context = new MembershipContext { Model = model, Members = MembershipFiles.Items(s_kit, "mini-mmlu", TestContext.Current.CancellationToken).Items };
        var report = await MembershipBattery.RunAsync(context, ["exchangeability"], null, TestContext.Current.CancellationToken);
        Assert.Contains("not exchangeable", report.Outcomes.Single().Refused, StringComparison.Ordinal);
    }

    [Fact]
    public void Min_k_plus_plus_of_the_engine_is_that_of_the_reference_implementation()
    {
        var folder = TestData.Require("golden", "smollm2-135m");
        using var scope = NewDisposeScope();
        using var none = no_grad();
        using var checkpoint = Checkpoint.Open(folder);
        using var decoder = TransformerDecoder.TakeOver(checkpoint.Config, checkpoint.ReadWeights(CPU, TestContext.Current.CancellationToken));
        var lines = VectorLines.Read(Path.Combine(folder, "expected", "token-scores.jsonl.gz"), TestContext.Current.CancellationToken).Select(l => l.Line).ToList();
        var ids = lines.Select(l => l.GetProperty("ids").EnumerateArray().Select(v => v.GetInt32()).ToArray()).ToList();
        var pairs = ids.Select(i => new TokenPair([i[0]], i[1..])).ToList();
        var sheets = pairs.Select(p => new ScoreSheet(p.Continuation, Moments: true)).ToList();
        foreach (var _ in new ContinuationScorer(decoder, get_num_threads(), 2048).Score(pairs, sheets, TestContext.Current.CancellationToken))
        {
        }

        Assert.NotEmpty(lines);
        foreach (var (line, sheet) in lines.Zip(sheets))
        {
            double[] Numbers(string name) => [.. line.GetProperty(name).EnumerateArray().Select(v => v.GetDouble())];
            TokenPosition[] expected = [.. Numbers("logprob").Zip(Numbers("mean_logprob"), Numbers("var_logprob")).Select(t => new TokenPosition(t.First, t.Second, Math.Sqrt(t.Third)))];
            TokenPosition[] own = [.. sheet.LogProbs.Zip(sheet.Details, (l, d) => new TokenPosition(l, d.MeanLogProb, Math.Sqrt(d.VarianceLogProb)))];
            foreach (var share in (decimal[])[0.05m, 0.2m, 1m])
            {
                Assert.Equal(MembershipScores.MinKPlusPlus(expected, share), MembershipScores.MinKPlusPlus(own, share), 2e-3);
                Assert.Equal(MembershipScores.MinK([.. expected.Select(e => e.LogProbability)], share), MembershipScores.MinK([.. own.Select(e => e.LogProbability)], share), 5e-4);
            }
        }
    }

    private static TorchLanguageModel Load(string name) =>
        TorchLanguageModel.Load(Path.Combine(TestData.RepositoryRoot, "data-manifests", "cases", "opus-mini", "models", name), new("cpu"), TestContext.Current.CancellationToken);
}
