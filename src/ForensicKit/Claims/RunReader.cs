using System.Globalization;
using System.Text.Json;
using ForensicKit.Cases;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Membership;
using ForensicKit.Contamination.Verdicts;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;
using ForensicKit.Latency;
using ForensicKit.Manifests;
using ForensicKit.Sensitivity;

namespace ForensicKit.Claims;

/// <summary>Reads from evidence what a case asked of models itself.</summary>
internal static class RunReader
{
    // Places that the document shows of a benchmark.
    private const int Examples = 3;

    /// <summary>The scores of every finished run of the case's protocols, in the order of the case.</summary>
    public static IReadOnlyList<RunScore> Read(CaseManifest manifest, KitFolder kit, EvidenceDatabase evidence, CancellationToken cancellationToken)
    {
        var scores = new List<RunScore>();
        foreach (var plan in manifest.Runs)
            scores.AddRange(ReadRun(manifest, kit, evidence, plan, cancellationToken));
        return scores;
    }

    /// <summary>What the sensitivity step stored; null where a variant has not been asked or scored.</summary>
    public static SensitivityEvidence? Sensitivity(CaseManifest manifest, KitFolder kit, EvidenceDatabase evidence, CancellationToken cancellationToken)
    {
        if (manifest.Sensitivity is not { } plan)
            return null;
        var variants = SensitivityPlans.Of(plan);
        var runs = variants.Select(v => ReadRun(manifest, kit, evidence, v.Plan, cancellationToken).FirstOrDefault()).ToList();
        if (runs.Exists(r => r is null))
            return null;
        var correct = Enumerable.Range(0, runs[0]!.Items).Select(i => (IReadOnlyList<bool>)[.. runs.Select(r => r!.Correct[i])]).ToList();
        var spread = VariantSpread.Measure([.. variants.Select(v => v.Variant.Id)], correct, (uint)manifest.Seed, cancellationToken: cancellationToken);
        return new SensitivityEvidence(
            plan.Benchmark, spread, variants.ToDictionary(v => v.Variant.Id, v => v.Variant.Title, StringComparer.Ordinal),
            $"SELECT r.run_id, json_extract_string(r.protocol, '$.id') AS variant, count(*) FILTER (s.correct) AS correct, count(*) AS items FROM scores s JOIN runs r USING (run_id) WHERE json_extract_string(r.protocol, '$.role') = 'variant' GROUP BY ALL ORDER BY ALL")
        {
            ClaimId = manifest.Claims.FirstOrDefault(c => c.Model == plan.Model && c.Benchmark == plan.Benchmark)?.Id,
        };
    }

    private static List<RunScore> ReadRun(CaseManifest manifest, KitFolder kit, EvidenceDatabase evidence, RunPlan plan, CancellationToken cancellationToken)
    {
        var scores = new List<RunScore>();
        var run = ModelRuns.RunOf(manifest, plan, kit.Manifests.Model(manifest.Model(plan.Model).Manifest!), kit.Benchmark(plan.Benchmark));
        if (!evidence.IsComplete(run.Id, cancellationToken))
            return scores;
        var rows = evidence.Query(
            """
            SELECT s.rule, s.item_id, coalesce(s.credit, CAST(s.correct AS DOUBLE), 0.0), i.subject
            FROM scores s LEFT JOIN items i ON i.benchmark = $benchmark AND i.item_id = s.item_id WHERE s.run_id = $id ORDER BY s.rule, s.item_index
            """,
            row => (Rule: row.GetString(0), Item: row.GetString(1), Credit: row.GetDouble(2), Subject: row.IsDBNull(3) ? null : row.GetString(3)),
            cancellationToken,
            ("id", run.Id), ("benchmark", plan.Benchmark)).ToLookup(r => r.Rule, StringComparer.Ordinal);
        // What would have been asked says whether it stopped before, and in which order it asked.
        var planned = plan.Protocol.StopsWhenRefuted ? ModelRuns.Planned(plan.Protocol, evidence.ReadItems(plan.Benchmark, cancellationToken)).Select(i => i.Id).ToList() : null;
        scores.AddRange(plan.Protocol.Rules.Where(rows.Contains).Select(rule => new RunScore(
            run.Id, plan.Model, plan.Benchmark, plan.Protocol, rule, ScoringRules.TitleOf(rule), [.. rows[rule].Select(r => r.Item)], [.. rows[rule].Select(r => r.Credit)])
        {
            Subjects = [.. rows[rule].Select(r => r.Subject)],
            PlannedIds = planned ?? [.. rows[rule].Select(r => r.Item)],
        }));
        return scores;
    }

    /// <summary>A model's standard score as a printed one, with enough digits to give its count back; null where the case did not ask.</summary>
    public static PrintedScore? Print(IReadOnlyList<RunScore> runs, string model, string benchmark, string title)
    {
        var run = Standard(runs, model, benchmark);
        return run is null ? null : new PrintedScore(
            title, run.Percent.ToString("F2", CultureInfo.InvariantCulture), run.Items,
            JsonSerializer.Deserialize<Dictionary<string, string>>(ModelRuns.Json(run.Protocol))!, $"run {run.RunId} of this investigation, {run.Protocol.Title}");
    }

    /// <summary>What the contamination step stored; null where it has not been done.</summary>
    public static ContaminationEvidence? Contamination(
        CaseManifest manifest, KitFolder kit, EvidenceDatabase evidence, IReadOnlyList<RunScore> runs, CancellationToken cancellationToken)
    {
        if (manifest.Contamination is not { } plan || evidence.ReadScan(cancellationToken) is not { } scan)
            return null;
        var presence = evidence.ReadPresence(scan.Id, cancellationToken);
        var suspect = manifest.SuspectId;
        var settings = JsonSerializer.Deserialize<ScanSettings>(scan.Options)!;
        return new ContaminationEvidence(
            scan,
            settings,
            [.. plan.Benchmarks.Select(b =>
            {
                var own = presence.Where(p => p.BenchmarkName == b.Benchmark).ToList();
                return new BenchmarkPresence(
                    b.Benchmark, kit.Benchmark(b.Benchmark).Title, manifest.Claims.FirstOrDefault(c => c.Benchmark == b.Benchmark && c.Model == suspect)?.Id, own,
                    Items(b, own, runs, suspect, plan.Reference), kit.Benchmark(b.Benchmark).Items.N, evidence.ReadExamples(scan.Id, b.Benchmark, Examples, cancellationToken),
                    Likelihoods(b, own, runs, suspect, plan.Reference, evidence, cancellationToken), Places(scan.Id, b.Benchmark, settings, evidence, cancellationToken));
            })],
            manifest.Model(suspect).Title,
            manifest.Model(plan.Reference).Title);
    }

    /// <summary>What models were asked by batteries of tests; null where one has not been stored.</summary>
    public static MembershipEvidence? Membership(CaseManifest manifest, KitFolder kit, EvidenceDatabase evidence, CancellationToken cancellationToken)
    {
        if (manifest.Membership is not { } plan)
            return null;
        var batteries = kit.Batteries(manifest, plan);
        var stored = batteries.Select(b => evidence.ReadBattery(b.Id, cancellationToken)).OfType<BatteryRow>().ToDictionary(b => b.Id, StringComparer.Ordinal);
        return stored.Count < batteries.Count ? null : new MembershipEvidence(
            [.. batteries.GroupBy(b => b.Benchmark).Select(g => new BenchmarkMembership(
                g.Key.Benchmark, kit.Benchmark(g.Key.Benchmark).Title, manifest.Claims.FirstOrDefault(c => c.Benchmark == g.Key.Benchmark && c.Model == manifest.SuspectId)?.Id,
                Asked(g.First(b => b.Model == manifest.SuspectId)), g.FirstOrDefault(b => b.Model != manifest.SuspectId) is { } control ? Asked(control) : null))],
            manifest.Model(manifest.SuspectId).Title, plan.Reference is { } reference ? manifest.Model(reference).Title : null);

        AskedBattery Asked(BatteryPlan battery) => new(
            battery.Id, JsonSerializer.Deserialize<BatterySettings>(stored[battery.Id].Options)!, MembershipOutcome.Adjust(evidence.ReadOutcomes(battery.Id, cancellationToken)));
    }

    /// <summary>What the latency step stored; null where a load has not been measured.</summary>
    public static LatencyEvidence? Latency(CaseManifest manifest, EvidenceDatabase evidence, CancellationToken cancellationToken)
    {
        if (manifest.Latency is not { } plan)
            return null;
        var measurements = LatencyStep.Loads(plan).Select(load => new LatencyMeasurement(load, evidence.ReadLatency(LatencyStep.IdOf(load), cancellationToken))).ToList();
        return measurements.Exists(m => m.Requests.Count == 0) ? null : new LatencyEvidence(
            [.. plan.Claims.Select(c => new LatencyClaim(c.Id, c.Metric, (decimal)c.Percentile / 100, c.Milliseconds, Load.Poisson(c.RatePerSecond), c.Source))],
            plan.Claims.ToDictionary(c => c.Id, c => c.Hardware, StringComparer.Ordinal), measurements);
    }

    /// <summary>The score of a model under a benchmark's standard protocol and its own rule; null where the case did not ask.</summary>
    internal static RunScore? Standard(IReadOnlyList<RunScore> runs, string model, string benchmark) =>
        runs.FirstOrDefault(r => r.Model == model && r.Benchmark == benchmark && r.Protocol.Role == ProtocolRole.Standard && r.IsOwnRule);

    // Leaked: question and answer stand in the text. Fresh: the twins. Everything else is neither.
    private static List<InflationItem> Items(TwinBenchmarks benchmarks, List<ItemPresence> presence, IReadOnlyList<RunScore> runs, string suspect, string reference)
    {
        var items = new List<InflationItem>();
        foreach (var (name, isFresh) in new[] { (benchmarks.Benchmark, false), (benchmarks.Fresh, true) })
        {
            // A run that stopped early is no fair sample of leaked and fresh items.
            if (Standard(runs, suspect, name) is not { IsStopped: false } asked || Standard(runs, reference, name) is not { IsStopped: false } clean)
                return [];
            var right = clean.ItemIds.Zip(clean.Correct).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
            var found = presence.Where(p => p.IsFresh == isFresh).ToDictionary(p => p.ItemId, StringComparer.Ordinal);
            for (var i = 0; i < asked.Items; i++)
            {
                var id = asked.ItemIds[i];
                if (isFresh || found.GetValueOrDefault(id)?.Kind == LeakKind.QuestionAndAnswer)
                    items.Add(new InflationItem(id, !isFresh, isFresh ? 0 : found[id].Occurrences, asked.Correct[i], right[id], asked.Subjects[i] ?? ""));
            }
        }

        return items;
    }

    // Of the items that the comparison of answers takes, those whose right answer both models scored.
    private static List<AnswerLikelihood> Likelihoods(
        TwinBenchmarks benchmarks, List<ItemPresence> presence, IReadOnlyList<RunScore> runs, string suspect, string reference, EvidenceDatabase evidence, CancellationToken cancellationToken)
    {
        var all = new List<AnswerLikelihood>();
        var items = Items(benchmarks, presence, runs, suspect, reference).ToDictionary(i => i.ItemId, StringComparer.Ordinal);
        foreach (var name in new[] { benchmarks.Benchmark, benchmarks.Fresh })
        {
            if (Standard(runs, suspect, name) is not { } asked || Standard(runs, reference, name) is not { } clean)
                return [];
            var (own, other) = (GoldNats(asked.RunId, name, evidence, cancellationToken), GoldNats(clean.RunId, name, evidence, cancellationToken));
            all.AddRange(own.Where(o => items.ContainsKey(o.Key) && other.ContainsKey(o.Key))
                .Select(o => new AnswerLikelihood(o.Key, items[o.Key].IsLeaked, o.Value, other[o.Key], items[o.Key].Stratum)));
        }

        return all;
    }

    // Mean log p per token of the right choice, by item.
    private static Dictionary<string, double> GoldNats(string runId, string benchmark, EvidenceDatabase evidence, CancellationToken cancellationToken) => evidence.Query(
        """
        SELECT r.item_id, r.loglikelihood / greatest(len(r.token_ids), 1)
        FROM responses r JOIN items i ON i.benchmark = $benchmark AND i.item_id = r.item_id
        WHERE r.run_id = $id AND r.choice_index = i.gold_choice AND r.sample_index = 0 AND r.loglikelihood IS NOT NULL AND r.token_ids IS NOT NULL ORDER BY r.item_index
        """,
        row => (Item: row.GetString(0), Nats: row.GetDouble(1)),
        cancellationToken,
        ("id", runId), ("benchmark", benchmark)).ToDictionary(r => r.Item, r => r.Nats, StringComparer.Ordinal);

    private static List<double> Places(string scanId, string benchmark, ScanSettings settings, EvidenceDatabase evidence, CancellationToken cancellationToken)
    {
        double total = Math.Max(1, settings.Documents.Values.Sum());
        var before = new Dictionary<string, long>(StringComparer.Ordinal);
        var at = 0L;
        foreach (var (shard, documents) in settings.Documents)
        {
            before[shard] = at;
            at += documents;
        }

        return [.. evidence.Query(
            "SELECT h.shard, h.record FROM scan_hits h JOIN item_presence p USING (scan_id, benchmark, item_id) WHERE scan_id = $id AND benchmark = $b AND h.is_present AND NOT p.is_fresh ORDER BY h.hit_index",
            row => (Shard: row.GetString(0), Record: row.GetInt64(1)),
            cancellationToken,
            ("id", scanId), ("b", benchmark)).Select(h => Math.Min(1, (before.GetValueOrDefault(h.Shard) + h.Record) / total))];
    }
}
