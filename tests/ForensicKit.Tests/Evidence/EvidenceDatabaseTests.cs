using ForensicKit.Benchmarks;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;
using ForensicKit.Findings;
using ForensicKit.Statistics;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Evidence;

public sealed class EvidenceDatabaseTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new FixedClock().Now;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Responses_items_and_scores_come_back_as_they_went_in()
    {
        var database = Open();
        database.AppendItems("toy", [new BenchmarkItem("toy/0", 0, "1+1?", "2") { Choices = ["1", "2"], GoldChoice = 1 }], CancellationToken.None);
        var run = new Run { Id = "r1", Model = "m", Benchmark = "toy", Origin = "recorded", Protocol = "{}" };
        Assert.False(database.BeginRun(run, Provenance.Current, s_now, CancellationToken.None));
        Response[] responses =
        [
            new() { RunId = "r1", ItemId = "toy/0", ItemIndex = 0, ChoiceIndex = 0, LogLikelihood = -3.25, TokenIds = [5, 7], TokenLogProbs = [-1, -2.25] },
            new() { RunId = "r1", ItemId = "toy/0", ItemIndex = 0, ChoiceIndex = 1, Text = "naïve \0 \u2028", RecordedCorrect = true, RecordedAnswer = "2" },
        ];
        database.AppendResponses(responses, CancellationToken.None);
        database.CompleteRun("r1", s_now, CancellationToken.None);
        database.AppendScores([new ItemScore("r1", "toy/rule", "toy/0", 0, null, null)], CancellationToken.None);

        Assert.True(database.BeginRun(run, Provenance.Current, s_now, CancellationToken.None));
        var read = database.ReadResponses("r1", CancellationToken.None);
        Assert.Equal([0, 1], read.Select(r => r.ChoiceIndex));
        Assert.Equal(-3.25, read[0].LogLikelihood);
        Assert.Equal("naïve \0 \u2028", read[1].Text);
        Assert.True(read[1].RecordedCorrect);
        var item = Assert.Single(database.ReadItems("toy", CancellationToken.None));
        Assert.Equal(["1", "2"], item.Choices);
        Assert.Equal([-1.0, -2.25], database.Query("SELECT token_logprobs FROM responses WHERE choice_index = 0", r => r.GetFieldValue<List<double>>(0), CancellationToken.None)[0]);
    }

    [Fact]
    public void A_changed_finding_is_a_new_revision_and_an_equal_one_is_not()
    {
        var database = Open();
        var finding = Example(0.25);
        Assert.Equal(1, database.AppendFindings([finding], s_now, CancellationToken.None));
        Assert.Equal(0, database.AppendFindings([finding], s_now, CancellationToken.None));
        Assert.Equal(1, database.AppendFindings([Example(0.5)], s_now, CancellationToken.None));
        var (read, stored) = Assert.Single(database.ReadFindings(CancellationToken.None));
        Assert.Equal("0.5", read["gap"].Exact);
        Assert.Equal(stored, read.Sha256());
        Assert.Equal(2, database.Query("SELECT count(*) FROM findings", r => r.GetInt64(0), CancellationToken.None)[0]);
    }

    [Fact]
    public void A_small_p_value_keeps_its_exponent()
    {
        var p = FindingValue.P("p", "p", Probability.FromLog(-355 * Math.Log(10)));
        Assert.Equal("1.000000000e-355", p.Exact);
        Assert.Equal("1.0×10⁻³⁵⁵", p.Display);
    }

    [Fact]
    public void Evidence_of_another_case_is_refused()
    {
        Open();
        var error = Assert.Throws<KitException>(() => EvidenceDatabase.Open(_folder["evidence.duckdb"], "other", "00", s_now, CancellationToken.None));
        Assert.Contains("never mixed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_evidence_is_refused()
    {
        File.WriteAllText(_folder["evidence.duckdb"], "this is not a database, but it is long enough to be looked at" + new string('x', 5000));
        Assert.Equal(ExitCode.Tampered, Assert.Throws<KitException>(() => Open()).ExitCode);
    }

    [Fact]
    public void Every_column_is_documented()
    {
        Assert.All(EvidenceSchema.Tables, t => Assert.All(t.Columns, c => Assert.EndsWith(".", c.Meaning, StringComparison.Ordinal)));
        Assert.All(EvidenceSchema.Tables, t => Assert.All(t.Key, k => Assert.Contains(t.Columns, c => c.Name == k)));
    }

    private EvidenceDatabase Open() => EvidenceDatabase.Open(_folder["evidence.duckdb"], "case", "ab", s_now, CancellationToken.None);

    private static Finding Example(double gap) => new()
    {
        Id = "gap/toy",
        Kind = "gap",
        ClaimId = "toy",
        Question = "Is it?",
        Answer = "It is {{gap}}.",
        Verdict = Verdict.Overstated,
        Rule = "rule",
        Source = "source",
        Query = "SELECT 1",
        CannotShow = "nothing",
        Values = [FindingValue.Number("gap", "Gap", gap, 1, "points") with { Interval = (0.1, 0.9, 0.95) }],
    };
}
