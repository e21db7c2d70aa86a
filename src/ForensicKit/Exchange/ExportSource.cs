using System.Data.Common;
using System.Text.Json;
using ForensicKit.Benchmarks;
using ForensicKit.Cases;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;
using ForensicKit.Manifests;

namespace ForensicKit.Exchange;

/// <summary>What there is to hand over of one dossier: its finished runs, read from evidence alone.</summary>
/// <remarks>
/// Evidence keeps questions as hashes. Where the benchmark's own files are at hand and every question in them has the hash that evidence names, the
/// texts are taken from there; otherwise they stay away, with a note. Nothing else comes from outside the dossier.
/// </remarks>
internal sealed class ExportSource
{
    private readonly EvidenceDatabase _evidence;
    private readonly KitFolder _kit;
    private readonly Dictionary<string, IReadOnlyDictionary<string, BenchmarkItem>?> _benchmarks = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];

    private ExportSource(CaseManifest manifest, EvidenceDatabase evidence, KitFolder kit) => (Case, _evidence, _kit, Runs) = (manifest, evidence, kit, []);

    /// <summary>The case.</summary>
    public CaseManifest Case { get; }

    /// <summary>SHA-256 of the case file as it was investigated.</summary>
    public string CaseSha256 { get; private init; } = "";

    /// <summary>Finished runs, by model, then in order of their start.</summary>
    public IReadOnlyList<ExportRun> Runs { get; private init; }

    /// <summary>What was left out and why, as sentences.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Opens a dossier.</summary>
    /// <exception cref="KitException">There is none; a sealed one was changed since (exit 3); or it holds no finished run.</exception>
    public static ExportSource Open(string folder, KitFolder kit, CancellationToken cancellationToken)
    {
        var dossier = new Dossier(folder, TimeProvider.System);
        if (!dossier.Exists)
            throw new KitException("There is no dossier here.", dossier.Folder, "Give the folder that 'forensickit investigate' wrote.");
        // What others are handed is what was sealed, or it is nothing.
        if (dossier.IsSealed && dossier.Check(cancellationToken) is [var problem, ..])
            throw new KitException($"The dossier was changed after it was sealed: {problem.Subject}: {problem.What}", dossier.Folder, "Work from an untouched copy.", ExitCode.Tampered);
        var evidence = EvidenceDatabase.OpenReadOnly(dossier.PathOf(Dossier.EvidenceFile), cancellationToken);
        return Of(DossierAudit.CaseOf(dossier, kit), Dossier.Sha256(dossier.PathOf(Dossier.CaseFile)), evidence, kit, cancellationToken);
    }

    /// <summary>The finished runs of a database.</summary>
    /// <exception cref="KitException">It holds none.</exception>
    public static ExportSource Of(CaseManifest manifest, string caseSha256, EvidenceDatabase evidence, KitFolder kit, CancellationToken cancellationToken)
    {
        var runs = Readable(evidence, () => ReadRuns(manifest, evidence, cancellationToken));
        if (runs.Count == 0)
            throw new KitException("The dossier holds no finished run of a model, so there is nothing to hand over.", evidence.Path, "Finish it with 'forensickit investigate … --resume'.");
        var source = new ExportSource(manifest, evidence, kit) { Runs = runs, CaseSha256 = caseSha256 };
        var unfinished = evidence.Query("SELECT count(*) FROM runs WHERE run_id NOT IN (SELECT run_id FROM completed_runs)", row => row.GetInt64(0), cancellationToken)[0];
        if (unfinished > 0)
            source._notes.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{unfinished} unfinished runs are left out."));
        return source;
    }

    /// <summary>The items of a run with their responses and scores, in the order of the split.</summary>
    /// <exception cref="KitException">The rows are not what evidence holds.</exception>
    public IReadOnlyList<ExportItem> Items(ExportRun run, CancellationToken cancellationToken) => Readable(_evidence, () =>
    {
        var known = Benchmark(run.Benchmark, cancellationToken);
        var items = _evidence.ReadItems(run.Benchmark, cancellationToken).ToDictionary(i => i.Id, StringComparer.Ordinal);
        var scores = _evidence.Query(
            "SELECT item_id, rule, extracted, coalesce(credit, correct::DOUBLE) FROM scores WHERE run_id = $id",
            row => (Item: row.GetString(0), Rule: row.GetString(1), Score: (row.IsDBNull(2) ? null : row.GetString(2), row.IsDBNull(3) ? (double?)null : row.GetDouble(3))),
            cancellationToken,
            ("id", run.Id)).ToLookup(s => s.Item, StringComparer.Ordinal);
        var prompts = _evidence.Query(
            "SELECT item_id, choice_index, sample_index, prompt FROM responses WHERE run_id = $id AND prompt IS NOT NULL",
            row => (Key: (row.GetString(0), row.GetInt32(1), row.GetInt32(2)), Prompt: row.GetString(3)),
            cancellationToken,
            ("id", run.Id)).ToDictionary(p => p.Key, p => p.Prompt);
        var answered = _evidence.ReadResponses(run.Id, cancellationToken).GroupBy(r => r.ItemId, StringComparer.Ordinal).ToList();
        if (run.IsStopped(answered.Count))
            _notes.Add($"{run.Task}: {StoppedNote(run, answered.Count)}");
        return (IReadOnlyList<ExportItem>)[.. answered.Select(group =>
        {
            var item = items[group.Key];
            var text = known?.GetValueOrDefault(group.Key);
            return new ExportItem
            {
                Id = item.Id,
                Index = item.Index,
                Subject = item.Subject,
                Question = text?.Question,
                Fields = text?.Fields ?? new Dictionary<string, string>(StringComparer.Ordinal),
                Format = known is null ? null : _kit.Benchmark(run.Benchmark).Items.Format,
                Gold = item.Gold,
                GoldChoice = item.GoldChoice,
                Choices = item.Choices,
                Responses = [.. group.OrderBy(r => run.IsChoices ? r.SampleIndex : 0).Select(r => r with { Prompt = prompts.GetValueOrDefault((r.ItemId, r.ChoiceIndex ?? -1, r.SampleIndex)) })],
                Scores = scores[group.Key].ToDictionary(s => s.Rule, s => s.Score, StringComparer.Ordinal),
            };
        })];
    });

    /// <summary>The benchmark's own items where its files are at hand and are the ones that were asked; null otherwise.</summary>
    private IReadOnlyDictionary<string, BenchmarkItem>? Benchmark(string name, CancellationToken cancellationToken)
    {
        if (_benchmarks.TryGetValue(name, out var known))
            return known;
        var hashes = _evidence.Query(
            "SELECT item_id, question_sha256 FROM items WHERE benchmark = $b", row => (Id: row.GetString(0), Hash: row.GetString(1)), cancellationToken, ("b", name));
        try
        {
            var items = BenchmarkFormats.Read(_kit.Benchmark(name), _kit.StoreFor(Case), cancellationToken).ToDictionary(i => i.Id, StringComparer.Ordinal);
            if (hashes.All(h => items.TryGetValue(h.Id, out var item) && EvidenceDatabase.Sha256(item.Question) == h.Hash))
                return _benchmarks[name] = items;
            _notes.Add($"The questions of '{name}' are left out: the benchmark's files here are not those that were asked.");
        }
        catch (KitException e)
        {
            _notes.Add($"The questions of '{name}' are left out, since evidence holds only their hashes: {e.What}");
        }

        return _benchmarks[name] = null;
    }

    /// <summary>What is to be known of the score of a run that stopped early.</summary>
    public static string StoppedNote(ExportRun run, int asked) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"The run stopped once the claim was refuted: {asked:N0} of {run.PlannedItems:N0} items were asked, in random order. Its score is no estimate of the score on all of them.");

    private static IReadOnlyList<ExportRun> ReadRuns(CaseManifest manifest, EvidenceDatabase evidence, CancellationToken cancellationToken)
    {
        var rules = evidence.Query("SELECT DISTINCT run_id, rule FROM scores ORDER BY run_id, rule", row => (Run: row.GetString(0), Rule: row.GetString(1)), cancellationToken).ToLookup(r => r.Run, r => r.Rule, StringComparer.Ordinal);
        var recordings = manifest.Recordings.ToDictionary(r => Reproduction.RunOf(r, manifest.ArtifactsOf(r)).Id, r => r.Id, StringComparer.Ordinal);
        var titles = manifest.Models.ToDictionary(m => m.Id, m => m.Title, StringComparer.Ordinal);
        var runs = evidence.Query(
            """
            SELECT run_id, model, benchmark, origin, protocol, protocol_sha256, model_sha256, tokenizer_sha256, device, dtype, batch_shape, seed, kit_version, libraries, platform,
              started_at, completed_at, (SELECT count(*) FROM items i WHERE i.benchmark = r.benchmark),
              (SELECT max(choice_index) FROM responses p WHERE p.run_id = r.run_id)
            FROM runs r JOIN completed_runs USING (run_id) WHERE responses > 0 ORDER BY model, started_at, run_id
            """,
            row => new ExportRun
            {
                Id = row.GetString(0),
                Task = row.GetString(2),
                Model = row.GetString(1),
                ModelTitle = titles.GetValueOrDefault(row.GetString(1), row.GetString(1)),
                Benchmark = row.GetString(2),
                Origin = row.GetString(3),
                Protocol = Statement(row.GetString(4)),
                ProtocolSha256 = row.GetString(5),
                ModelSha256 = Text(row, 6),
                TokenizerSha256 = Text(row, 7),
                Device = Text(row, 8),
                DType = Text(row, 9),
                BatchShape = Text(row, 10),
                Seed = row.IsDBNull(11) ? null : row.GetInt64(11),
                KitVersion = row.GetString(12),
                Libraries = row.GetString(13),
                Platform = row.GetString(14),
                StartedAt = DateTime.SpecifyKind(row.GetDateTime(15), DateTimeKind.Utc),
                CompletedAt = DateTime.SpecifyKind(row.GetDateTime(16), DateTimeKind.Utc),
                Rules = [.. rules[row.GetString(0)]],
                BenchmarkItems = (int)row.GetInt64(17),
                IsChoices = row.GetInt32(18) >= 0,
            },
            cancellationToken);
        return [.. Distinguish(
            Distinguish(runs, r => r.Benchmark, r => $"{r.Benchmark}_{recordings.GetValueOrDefault(r.Id) ?? r.Protocol.GetValueOrDefault("id", r.Id)}"),
            r => r.Task, r => $"{r.Task}_{r.Id}")];
    }

    // A longer name for those runs of a model that would share one.
    private static IEnumerable<ExportRun> Distinguish(IEnumerable<ExportRun> runs, Func<ExportRun, string> name, Func<ExportRun, string> longer) =>
        runs.GroupBy(r => (r.Model, name(r))).SelectMany(same => same.Count() == 1 ? same.Select(r => r with { Task = name(r) }) : same.Select(r => r with { Task = longer(r) }));

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    // A protocol is stored as an object of texts; what is anything else is kept as it is written.
    private static Dictionary<string, string> Statement(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(
            p => p.Name, p => p.Value.ValueKind == JsonValueKind.String ? p.Value.GetString()! : p.Value.GetRawText(), StringComparer.Ordinal);
    }

    private static T Readable<T>(EvidenceDatabase evidence, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidCastException or FormatException or KeyNotFoundException or ArgumentException or InvalidOperationException or JsonException)
        {
            throw new KitException($"The rows of the evidence cannot be read: {e.Message}", evidence.Path, "Check the dossier with 'forensickit verify'.", ExitCode.Tampered, e);
        }
    }
}
