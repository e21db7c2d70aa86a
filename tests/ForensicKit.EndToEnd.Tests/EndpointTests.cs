using System.Text;
using ForensicKit.Cases;
using ForensicKit.EndpointServer;
using ForensicKit.Evidence;
using ForensicKit.Inference.Tests.Endpoints;

namespace ForensicKit.EndToEnd.Tests;

/// <summary>A case whose model is behind an endpoint, from the command line to the sealed dossier, with a server in a process of its own.</summary>
public sealed class EndpointTests(WordServer server) : IClassFixture<WordServer>
{
    [Fact]
    public async Task A_served_model_goes_through_the_same_evidence_as_any_other()
    {
        var endpoint = server.At("plain");
        using var served = new EndpointCase(endpoint);
        var result = served.Investigate();
        Assert.True(result.ExitCode == 0, result.Errors + result.Output);

        var evidence = EvidenceDatabase.OpenReadOnly(Path.Combine(served.Dossier, Dossier.EvidenceFile), CancellationToken.None);
        var answers = evidence.Query(
            "SELECT prompt, text, loglikelihood, choice_index FROM responses ORDER BY prompt, choice_index",
            row => (Prompt: row.GetString(0), Text: row.GetString(1), LogLikelihood: row.GetDouble(2), Choice: row.GetInt32(3)), CancellationToken.None);
        Assert.Equal(EndpointCase.Items * 5, answers.Count);
        Assert.All(answers, answer =>
        {
            var words = answer.Choice < 0
                ? WordModel.Answer(answer.Prompt, 6).Words
                : [.. WordModel.Tokens(answer.Prompt + answer.Text).Skip(WordModel.Tokens(answer.Prompt).Count)];
            Assert.Equal(string.Concat(words.Select(w => w.Text)), answer.Text);
            Assert.Equal(words.Sum(w => w.LogProb), answer.LogLikelihood, 1e-9);
        });

        // Nothing is claimed of the weights; who answered is on record.
        var run = evidence.Query("SELECT device, dtype, model_sha256 IS NULL, libraries FROM runs", row => (row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetString(3)), CancellationToken.None);
        Assert.Equal(2, run.Count);
        Assert.All(run, r => Assert.Equal(("endpoint", "not stated", true), (r.Item1, r.Item2, r.Item3)));
        Assert.All(run, r => Assert.Contains("word-model-1", r.Item4, StringComparison.Ordinal));
        var custody = await File.ReadAllTextAsync(Path.Combine(served.Dossier, Dossier.CustodyFile), TestContext.Current.CancellationToken);
        Assert.Contains("\"completion_tokens\":\"48\"", custody, StringComparison.Ordinal);
        var verified = served.Verify();
        Assert.True(verified.ExitCode == 0, verified.Errors + verified.Output);
        Assert.Equal(EndpointCase.Items * 5, (await WordServer.AskedAsync(endpoint)).Count);
        HoldsNoKey(served, result);
    }

    [Fact]
    public async Task A_run_that_may_stop_asks_no_more_than_refutes_the_claim_and_is_verified()
    {
        const int Count = 100;
        var endpoint = server.At("plain");
        using var served = new EndpointCase(endpoint, Count, stops: true);
        var result = served.Investigate();
        Assert.True(result.ExitCode == 0, result.Errors + result.Output);
        var evidence = EvidenceDatabase.OpenReadOnly(Path.Combine(served.Dossier, Dossier.EvidenceFile), CancellationToken.None);
        var asked = evidence.Query(
            "SELECT benchmark, count(DISTINCT item_id) FROM responses JOIN runs USING (run_id) GROUP BY ALL ORDER BY ALL",
            row => (Benchmark: row.GetString(0), Items: row.GetInt64(1)), CancellationToken.None);
        // A model of words answers no sum: the first look ends it. All that is asked of the server is stored, and no more.
        Assert.Contains(("sums", 32L), asked);
        Assert.Equal(evidence.Query("SELECT count(*) FROM responses", row => row.GetInt64(0), CancellationToken.None).Single(), (await WordServer.AskedAsync(endpoint)).Count);
        var custody = await File.ReadAllTextAsync(Path.Combine(served.Dossier, Dossier.CustodyFile), TestContext.Current.CancellationToken);
        Assert.Contains("\"items_asked\":\"32\"", custody, StringComparison.Ordinal);
        Assert.Contains("\"items_total\":\"100\"", custody, StringComparison.Ordinal);
        Assert.Contains("\"stopped\":\"refuted\"", custody, StringComparison.Ordinal);
        var verified = served.Verify();
        Assert.True(verified.ExitCode == 0, verified.Errors + verified.Output);
        var again = served.VerifyAgain();
        Assert.True(again.ExitCode == 0, again.Errors + again.Output);
        foreach (var format in (string[])["lm-eval", "every-eval-ever"])
        {
            var exported = served.Export(format);
            Assert.True(exported.ExitCode == 0, exported.Errors + exported.Output);
            Assert.Contains("stopped once the claim was refuted: 32 of 100 items", exported.Output + exported.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_interrupted_case_asks_nothing_again_that_was_answered()
    {
        var endpoint = server.At("window~12~12~401");
        using var served = new EndpointCase(endpoint);
        var refused = served.Investigate();
        KitProcess.Refuses(refused, ExitCode.EnvironmentLacks, "401", WordServer.KeyVariable);
        HoldsNoKey(served, refused);
        var resumed = served.Investigate("--resume");
        Assert.True(resumed.ExitCode == 0, resumed.Errors + resumed.Output);
        var asked = (await WordServer.AskedAsync(endpoint)).Select(r => (string)r["body"]!["prompt"]!).ToList();
        var refusals = asked.Count - (EndpointCase.Items * 5);
        // The refused one, and those that were under way beside it.
        Assert.InRange(refusals, 1, EndpointCase.Concurrency);
        Assert.Equal(refusals, asked.GroupBy(p => p, StringComparer.Ordinal).Sum(g => g.Count() - 1));
    }

    [Theory]
    [InlineData("status~1000~400")]
    [InlineData("status~1000~500")]
    [InlineData("key")]
    [InlineData("reset~1000")]
    public void A_failing_run_writes_the_key_nowhere(string fault)
    {
        using var served = new EndpointCase(server.At(fault) with { Attempts = 1 });
        var result = served.Investigate();
        KitProcess.Refuses(result, ExitCode.EnvironmentLacks, "endpoint");
        HoldsNoKey(served, result);
    }

    // Everything in the folder, byte by byte, and everything that was printed.
    private static void HoldsNoKey(EndpointCase served, KitResult result)
    {
        Assert.DoesNotContain(WordServer.Key, result.Output + result.Errors, StringComparison.Ordinal);
        var files = Directory.GetFiles(served.Folder, "*", SearchOption.AllDirectories);
        Assert.Contains(files, f => f.EndsWith(Dossier.CustodyFile, StringComparison.Ordinal));
        Assert.All(files, f => Assert.True(File.ReadAllBytes(f).AsSpan().IndexOf(Encoding.UTF8.GetBytes(WordServer.Key)) < 0, f));
    }
}
