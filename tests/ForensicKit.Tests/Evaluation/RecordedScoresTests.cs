using ForensicKit.Benchmarks;
using ForensicKit.Claims;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;
using ForensicKit.Importing;
using ForensicKit.Statistics;
using ForensicKit.Tests.Benchmarks;
using ForensicKit.Tests.Manifests;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Evaluation;

/// <summary>What the published recordings give under each rule, counted independently of this code (Python 3.11, re).</summary>
public class RecordedScoresTests
{
    private static readonly Lazy<IReadOnlyList<BenchmarkItem>> Gsm8k = new(() => BenchmarkFormatsTests.ReadReal("gsm8k"));
    private static readonly Lazy<IReadOnlyList<BenchmarkItem>> HellaSwag = new(() => BenchmarkFormatsTests.ReadReal("hellaswag"));

    public static TheoryData<string, string, int> Gsm8kCounts => new()
    {
        { "gpt-4", "gsm8k/recorded", 1230 },
        { "gpt-4", "gsm8k/recorded-answer", 1240 },
        { "gpt-4", "gsm8k/strict-match", 1106 },
        { "gpt-4", "gsm8k/flexible-extract", 1207 },
        { "gpt-4", "gsm8k/last-number", 1239 },
        { "abel-7b", "gsm8k/recorded", 784 },
        { "abel-7b", "gsm8k/strict-match", 785 },
        { "abel-7b", "gsm8k/flexible-extract", 785 },
        { "abel-7b", "gsm8k/last-number", 785 },
        { "metamath-7b", "gsm8k/recorded", 880 },
        { "metamath-7b", "gsm8k/strict-match", 877 },
        { "metamath-7b", "gsm8k/flexible-extract", 880 },
        { "metamath-7b", "gsm8k/last-number", 880 },
        { "metamath-7b", "gsm8k/answer-is", 880 },
        { "metamath-70b", "gsm8k/recorded", 1087 },
        { "metamath-70b", "gsm8k/recorded-answer", 1087 },
        { "metamath-70b", "gsm8k/strict-match", 1082 },
        { "metamath-70b", "gsm8k/flexible-extract", 1083 },
        { "metamath-70b", "gsm8k/last-number", 1083 },
        { "metamath-70b", "gsm8k/answer-is", 1083 },
        { "tora-13b", "gsm8k/recorded", 935 },
        { "tora-13b", "gsm8k/recorded-answer", 947 },
        { "tora-13b", "gsm8k/flexible-extract", 677 },
        { "tora-13b", "gsm8k/last-number", 885 },
        { "tora-13b", "gsm8k/boxed", 945 },
        { "sego-7b", "gsm8k/recorded", 907 },
    };

    public static TheoryData<string, string, int> HellaSwagCounts => new()
    {
        { "llama-3.2-1b-full", "hellaswag/per-token", 6241 },
        { "llama-3.2-1b-full-sum", "hellaswag/sum", 4718 },
        { "llama-3.2-1b-full-sum", "hellaswag/per-byte", 6258 },
        { "llama-3.2-1b-zero", "hellaswag/per-token", 4712 },
        { "smollm2-1.7b-full", "hellaswag/per-token", 6959 },
        { "smollm2-1.7b-zero", "hellaswag/per-token", 5162 },
        { "pythia-1b-full", "hellaswag/per-token", 4548 },
        { "pythia-1b-zero", "hellaswag/per-token", 3726 },
    };

    [Theory]
    [MemberData(nameof(Gsm8kCounts))]
    public void Gsm8k_counts_are_exact(string recording, string rule, int correct) => Assert.Equal(correct, Count("gsm8k-recorded", recording, rule, Gsm8k.Value));

    [Theory]
    [MemberData(nameof(HellaSwagCounts))]
    public void HellaSwag_counts_are_exact(string recording, string rule, int correct) => Assert.Equal(correct, Count("hellaswag-recorded", recording, rule, HellaSwag.Value));

    [Theory]
    [InlineData("gpt-4", "gsm8k/recorded")]
    [InlineData("abel-7b", "gsm8k/strict-match")]
    [InlineData("metamath-7b", "gsm8k/answer-is")]
    [InlineData("metamath-70b", "gsm8k/answer-is")]
    [InlineData("tora-13b", "gsm8k/recorded-answer")]
    public void A_documented_rule_gives_the_published_score(string model, string rule)
    {
        var claim = Claim(model);
        var correct = Count("gsm8k-recorded", model, rule, Gsm8k.Value);
        var possible = Grim.Check(claim.Claimed, claim.Trials).HalfUp;
        Assert.InRange(correct, possible.First, possible.Last);
    }

    [Fact]
    public void No_rule_gives_the_published_score_of_sego()
    {
        // The recording holds programs without output: only the author's flag can be counted, and it differs from their table by one item.
        var possible = Grim.Check(Claim("sego-7b").Claimed, 1319).HalfUp;
        Assert.Equal((906, 906), (possible.First, possible.Last));
        var run = Read("gsm8k-recorded", "sego-7b", Gsm8k.Value);
        Assert.Equal(907, run.Responses.Count(response => response.RecordedCorrect == true));
        Assert.False(ScoringRules.Find("gsm8k/recorded-answer")!.AppliesTo(run.Responses));
    }

    [Fact]
    public void Every_record_answers_one_item()
    {
        foreach (var recording in RepositoryManifestsTests.Catalogue.Case("gsm8k-recorded").Recordings)
        {
            var run = Read("gsm8k-recorded", recording.Id, Gsm8k.Value);
            Assert.Equal((1319, 0, 0), (run.Responses.Count, run.UnmatchedCount, run.Unanswered.Count));
            Assert.Equal(Enumerable.Range(0, 1319), run.Responses.Select(response => response.ItemIndex));
        }
    }

    [Theory]
    [InlineData("gpt-4", 11, "gsm8k/test/9", "None")]
    [InlineData("abel-7b", 3, "gsm8k/test/489", "10")]
    [InlineData("metamath-7b", 0, null, null)]
    [InlineData("metamath-70b", 0, null, null)]
    [InlineData("tora-13b", 0, null, null)]
    public void Items_scored_against_another_reference_are_named(string model, int count, string? item, string? reference)
    {
        var others = Read("gsm8k-recorded", model, Gsm8k.Value).OtherReferences;
        Assert.Equal(count, others.Count);
        Assert.Equal((item, reference), (others.FirstOrDefault()?.Item.Id, others.FirstOrDefault()?.Reference));
    }

    [Fact]
    public void Every_rule_that_a_case_names_applies_to_its_recording()
    {
        foreach (var (name, items) in (ReadOnlySpan<(string, IReadOnlyList<BenchmarkItem>)>)[("gsm8k-recorded", Gsm8k.Value), ("hellaswag-recorded", HellaSwag.Value)])
        {
            foreach (var recording in RepositoryManifestsTests.Catalogue.Case(name).Recordings)
            {
                var run = Read(name, recording.Id, items);
                Assert.All(recording.Rules, rule => Assert.True(ScoringRules.Find(rule)!.AppliesTo(run.Responses), $"{recording.Id} {rule}"));
            }
        }
    }

    [Fact]
    public void Files_of_different_texts_are_not_made_one_run()
    {
        TestData.Require("data", "recorded", "hellaswag-loglikelihoods");
        var whole = RepositoryManifestsTests.Catalogue.Case("hellaswag-recorded");
        var mixed = whole.Recordings[0] with { Artifacts = ["llama-3.2-1b-full-mean", "llama-3.2-1b-full-sum"] };
        var files = Store(whole.FilePath).Resolve(whole.ArtifactsOf(mixed), CancellationToken.None);
        var exception = Assert.Throws<KitException>(() => RecordedFormats.Read(mixed, "run", files, HellaSwag.Value, CancellationToken.None));
        Assert.Contains("not of the same texts", exception.Message);
    }

    private static ArtifactStore Store(string manifest) => ArtifactStore.For(manifest, TestData.Root, Path.GetTempPath());

    private static Claim Claim(string model) => RepositoryManifestsTests.Catalogue.Case("gsm8k-recorded").Claims.Single(claim => claim.Model == model);

    private static RecordedRun Read(string caseName, string recordingId, IReadOnlyList<BenchmarkItem> items)
    {
        TestData.Require("data", "recorded");
        var manifest = RepositoryManifestsTests.Catalogue.Case(caseName);
        var recording = manifest.Recordings.Single(r => r.Id == recordingId);
        var files = Store(manifest.FilePath).Resolve(manifest.ArtifactsOf(recording), CancellationToken.None);
        return RecordedFormats.Read(recording, recordingId, files, items, CancellationToken.None);
    }

    private static int Count(string caseName, string recording, string rule, IReadOnlyList<BenchmarkItem> items) =>
        ItemScores.Of(ScoringRules.Find(rule)!, items, Read(caseName, recording, items).Responses).Count(score => score.Correct == true);
}
