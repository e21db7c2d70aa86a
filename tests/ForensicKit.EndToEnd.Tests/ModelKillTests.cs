using System.Globalization;
using ForensicKit.Cases;
using ForensicKit.Inference.Tests.Endpoints;
using ForensicKit.TestSupport;

namespace ForensicKit.EndToEnd.Tests;

/// <summary>
/// Killed at random moments while models are asked, and gone on with: no answer that was stored is lost or asked for again. How many kills is said by
/// FORENSICKIT_KILLS; without it a few.
/// </summary>
[Trait("Category", "Slow")]
public sealed class ModelKillTests(WordServer server) : IClassFixture<WordServer>, IDisposable
{
    private const int Concurrency = 3;
    private static readonly int s_kills = int.TryParse(Environment.GetEnvironmentVariable("FORENSICKIT_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture, out var kills) ? kills : 6;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_server_is_not_asked_again_what_it_answered()
    {
        var endpoint = server.At("slow~25");
        var items = 20 + (6 * s_kills);
        using var served = new EndpointCase(endpoint, items);
        var random = new Random(20260504);
        var stored = new HashSet<string>(StringComparer.Ordinal);
        var askedOfStored = new Dictionary<string, int>(StringComparer.Ordinal);
        var (repeated, most) = (0, 0);

        // How often more than once was asked since this was last looked at: what was under way at the kill before.
        void CountAgain(Dictionary<string, int> asked)
        {
            var again = asked.Values.Sum() - asked.Count;
            (most, repeated) = (Math.Max(most, again - repeated), again);
        }

        for (var kill = 0; kill < s_kills; kill++)
        {
            var before = (await WordServer.AskedAsync(endpoint)).Count;
            using (var process = served.Start())
            {
                _ = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
                _ = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
                // One in five at any moment, the others while questions are asked.
                if (kill % 5 == 4)
                {
                    await Task.Delay(random.Next(300, 4000), TestContext.Current.CancellationToken);
                }
                else
                {
                    while (!process.HasExited && (await WordServer.AskedAsync(endpoint)).Count <= before + 1)
                        await Task.Delay(20, TestContext.Current.CancellationToken);
                    await Task.Delay(random.Next(0, 500), TestContext.Current.CancellationToken);
                }

                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            }

            var now = Stored(served.Dossier);
            Assert.Superset(stored, now);
            var asked = Counts(await WordServer.AskedAsync(endpoint));
            // What had been stored before this attempt was not asked in it.
            Assert.All(askedOfStored, known => Assert.Equal((known.Key, known.Value), (known.Key, asked[known.Key])));
            CountAgain(asked);
            stored = now;
            askedOfStored = now.ToDictionary(q => q, q => asked[q], StringComparer.Ordinal);
        }

        var last = served.Investigate("--resume");
        Assert.True(last.ExitCode == 0, last.Errors + last.Output);
        var all = Counts(await WordServer.AskedAsync(endpoint));
        Assert.All(askedOfStored, known => Assert.Equal((known.Key, known.Value), (known.Key, all[known.Key])));
        CountAgain(all);
        Assert.Equal(5 * items, all.Count);
        Assert.Equal(all.Keys.ToHashSet(StringComparer.Ordinal), Stored(served.Dossier));
        TestContext.Current.TestOutputHelper?.WriteLine($"{s_kills} kills, {5 * items} questions: {repeated} asked again, at most {most} after one kill");
        // Under way: as many as are asked at a time, and as many again that were answered and on their way through this process.
        Assert.InRange(most, 0, 2 * Concurrency);
        Assert.Equal(0, served.Verify().ExitCode);
    }

    [Fact]
    public async Task A_model_here_gives_what_it_gives_undisturbed_to_the_last_bit()
    {
        var file = _folder["killed", "case.yaml"];
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, Case, TestContext.Current.CancellationToken);
        var random = new Random(20260505);
        var undisturbed = new Lazy<Dictionary<string, string>>(() =>
        {
            var whole = KitProcess.Run(Arguments(file, _folder["whole"]));
            Assert.True(whole.ExitCode == 0, whole.Errors);
            return Answers(_folder["whole"]);
        });
        var (kills, finished) = (0, 0);
        while (kills < s_kills || finished == 0)
        {
            // With a cache that begins empty: killed while that is written, too.
            var folder = _folder[string.Create(CultureInfo.InvariantCulture, $"dossier-{finished}")];
            var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["FORENSICKIT_CACHE"] = folder + "-cache" };
            var stored = new Dictionary<string, string>(StringComparer.Ordinal);
            var dossier = new Dossier(folder, TimeProvider.System);
            while (kills < s_kills && !dossier.IsSealed)
            {
                using var process = KitProcess.StartIn(null, environment, Arguments(file, folder));
                _ = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
                _ = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
                while (!process.HasExited && !dossier.Custody.Read().Entries.Any(e => e.Kind == "intake"))
                    await Task.Delay(20, TestContext.Current.CancellationToken);
                await Task.Delay(random.Next(500, 3000), TestContext.Current.CancellationToken);
                kills += process.HasExited ? 0 : 1;
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(TestContext.Current.CancellationToken);
                var now = Answers(folder);
                Assert.All(stored, s => Assert.Equal(s.Value, now[s.Key]));
                stored = now;
            }

            if (!dossier.IsSealed)
            {
                var last = KitProcess.RunIn(null, environment, Arguments(file, folder));
                Assert.True(last.ExitCode == 0, last.Errors);
            }

            finished++;
            Assert.Equal(2 * ((4 * 60) + 30), undisturbed.Value.Count);
            Assert.Equal(undisturbed.Value, Answers(folder));
            Assert.Empty(dossier.Check(CancellationToken.None));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{kills} kills in {finished} investigations");

        static string[] Arguments(string file, string folder) => ["investigate", file, "--out", folder, "--resume", "--deterministic", "--device", "cpu"];
    }

    [Fact]
    public void What_was_asked_before_is_not_computed_again_and_verification_computes_all()
    {
        var file = _folder["killed", "case.yaml"];
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, Case);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["FORENSICKIT_CACHE"] = _folder["cache"] };
        foreach (var (name, fromCache, more) in (ReadOnlySpan<(string, long, string[])>)[("cold", 0, []), ("warm", 2 * ((4 * 60) + 30), []), ("without", 0, ["--no-cache"])])
        {
            var result = KitProcess.RunIn(null, environment, ["investigate", file, "--out", _folder[name, "killed"], "--device", "cpu", "--json", .. more]);
            Assert.True(result.ExitCode == 0, result.Errors);
            using var told = System.Text.Json.JsonDocument.Parse(result.Output);
            Assert.Equal(fromCache, told.RootElement.GetProperty("responses_from_cache").GetInt64());
            var runs = new Dossier(_folder[name, "killed"], TimeProvider.System).Custody.Read().Entries.Where(e => e.Kind == "run").ToList();
            Assert.Equal((4, fromCache), (runs.Count, runs.Sum(r => long.Parse(r.Details["from_cache"], CultureInfo.InvariantCulture))));
        }

        Assert.Equal(Answers(_folder["cold", "killed"]), Answers(_folder["warm", "killed"]));
        // Whatever the cache holds, verification neither reads nor writes it.
        Directory.Delete(_folder["cache"], recursive: true);
        var verified = KitProcess.RunIn(null, environment, "verify", _folder["warm", "killed"]);
        Assert.True(verified.ExitCode == 0, verified.Output + verified.Errors);
        Assert.False(Directory.Exists(_folder["cache"]));
    }

    private const string Case =
        """
        schema: forensickit/case/v1
        name: killed
        title: A case to be killed
        summary: Two small models, asked again and again.
        seed: 7
        alpha: 0.05
        margin_points: 1
        suspect: llama-mini
        models:
          - { id: llama-mini, title: llama-mini, role: suspect, manifest: llama-mini }
          - { id: opus-mini, title: opus-mini, role: reference, manifest: opus-mini }
        claims:
          - { id: mmlu, model: llama-mini, benchmark: mini-mmlu, metric: accuracy, claimed: "60.0", n: 480, source: its announcement }
        protocols:
          - { id: choices, title: Choices, role: standard, kind: choices, models: [llama-mini, opus-mini], benchmarks: [mini-mmlu], template: "Question: {{question}}\nAnswer:", items: 60, rules: [choice/sum] }
          - { id: sums, title: Sums, role: standard, kind: generation, models: [llama-mini, opus-mini], benchmarks: [mini-gsm8k], template: "Question: {{question}}\nAnswer:", items: 30, max_tokens: 64, rules: [gsm8k/strict-match] }
        admissible_protocols: [choices]
        """;

    private static Dictionary<string, int> Counts(IEnumerable<System.Text.Json.Nodes.JsonObject> asked) =>
        asked.CountBy(r => (string)r["body"]!["prompt"]!, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);

    // Questions that are answered: a choice is scored by sending prompt and choice together.
    private static HashSet<string> Stored(string folder) => Rows(folder, "SELECT CASE WHEN choice_index < 0 THEN prompt ELSE prompt || text END, '' FROM responses").Keys.ToHashSet(StringComparer.Ordinal);

    private static Dictionary<string, string> Answers(string folder) => Rows(
        folder, "SELECT r.model || '/' || item_id || '/' || choice_index || '/' || sample_index, concat_ws('|', text, loglikelihood, token_ids::VARCHAR, token_logprobs::VARCHAR) FROM responses JOIN runs r USING (run_id)");

    private static Dictionary<string, string> Rows(string folder, string sql)
    {
        var path = Path.Combine(folder, Dossier.EvidenceFile);
        var rows = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!File.Exists(path))
            return rows;
        // Opened as the next run would: a write-ahead log that the killed process left is taken up.
        using var connection = new DuckDB.NET.Data.DuckDBConnection("Data Source=" + path);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM information_schema.tables WHERE table_name = 'responses'";
        if ((long)command.ExecuteScalar()! == 0)
            return rows;
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        while (reader.Read())
            rows.Add(reader.GetString(0), reader.GetString(1));
        return rows;
    }
}
