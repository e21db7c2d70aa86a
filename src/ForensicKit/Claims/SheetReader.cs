using System.Text.Json;
using ForensicKit.Cases;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;
using ForensicKit.Manifests;

namespace ForensicKit.Claims;

/// <summary>Reads a claim sheet from evidence: printed scores as they were stored, and stored scores counted as whole numbers.</summary>
internal static class SheetReader
{
    /// <summary>The sheet. Nothing but evidence and the case's own statements goes into it.</summary>
    public static ClaimSheet Read(CaseManifest manifest, KitFolder kit, EvidenceDatabase evidence, CancellationToken cancellationToken)
    {
        var printed = evidence.Query(
            "SELECT claim_id, role, model, printed, n, protocol, source FROM reported_scores ORDER BY claim_id, role",
            row => (Claim: row.GetString(0), Role: row.GetString(1), Score: new PrintedScore(
                TitleOf(manifest, row.GetString(2)),
                row.GetString(3),
                row.IsDBNull(4) ? null : row.GetInt64(4),
                JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(5))!,
                row.GetString(6))),
            cancellationToken);
        var scores = evidence.Query(
            """
            SELECT s.run_id, r.model, r.benchmark, s.rule, count(*) FILTER (s.correct), count(*), count(*) FILTER (s.correct IS NULL AND s.credit IS NULL)
            FROM scores s JOIN runs r USING (run_id) GROUP BY ALL ORDER BY ALL
            """,
            row => (Run: row.GetString(0), Model: row.GetString(1), Benchmark: row.GetString(2), Rule: row.GetString(3), Correct: row.GetInt64(4), Items: row.GetInt64(5), Unscorable: row.GetInt64(6)),
            cancellationToken);
        var runNames = manifest.Recordings.ToDictionary(r => Reproduction.RunOf(r, manifest.ArtifactsOf(r)).Id, r => r.Id, StringComparer.Ordinal);
        // Rules in the order the case names them, so that tables and figures read the same everywhere.
        var order = manifest.Recordings.SelectMany(r => r.Rules.Select(rule => (Reproduction.RunOf(r, manifest.ArtifactsOf(r)).Id, rule))).Select((k, i) => (k, i)).ToDictionary(x => x.k, x => x.i);
        var runs = RunReader.Read(manifest, kit, evidence, cancellationToken);
        var manyModels = manifest.Claims.Select(c => c.Model).Distinct(StringComparer.Ordinal).Count() > 1;
        var manyBenchmarks = manifest.Claims.Select(c => c.Benchmark).Distinct(StringComparer.Ordinal).Count() > 1;
        IReadOnlyList<ClaimEvidence> claims = [.. manifest.Claims.Select(claim =>
        {
            var benchmark = kit.Benchmark(claim.Benchmark).Title;
            var model = manifest.Model(claim.Model).Title;
            return new ClaimEvidence
            {
                Id = claim.Id,
                Benchmark = benchmark,
                Metric = claim.Metric,
                Label = (manyModels, manyBenchmarks) switch { (true, true) => $"{model}, {benchmark}", (true, false) => model, _ => benchmark },
                Claimed = Printed(claim.Id, "claimed") ?? new PrintedScore(model, claim.Claimed, claim.N, StatedOf(claim.Protocol), claim.Source),
                N = claim.N,
                SamplesPerItem = claim.SamplesPerItem,
                // What the case measured itself goes before what others printed.
                Reproduced = RunReader.Print(runs, claim.Model, claim.Benchmark, model) ?? Printed(claim.Id, "reproduced"),
                Reference = Printed(claim.Id, "reference") ?? ReferenceOf(claim),
                Runs = [.. runs.Where(r => r.Model == claim.Model && r.Benchmark == claim.Benchmark)],
                Attribution = manifest.Attributions.FirstOrDefault(a => a.Claim == claim.Id) is { } plan
                    ? AttributionEvidence.Of(plan, [.. runs.Where(r => r.Model == claim.Model && r.Benchmark == claim.Benchmark)]) : null,
                Controls = [.. manifest.Controls.Where(c => c.Benchmark == claim.Benchmark && c.Model != claim.Model).Select(c => ControlEvidence.Of(c, manifest.Model(c.Model).Title, runs))],
                References = [.. manifest.Models.Where(m => m.Role == ModelRole.Reference && m.Id != claim.Model)
                    .Select(m => (m.Title, Run: RunReader.Standard(runs, m.Id, claim.Benchmark))).Where(m => m.Run is { IsStopped: false }).Select(m => new ReferenceRun(m.Title, m.Run!))],
                RuleScores = [.. scores.Where(s => runNames.ContainsKey(s.Run) && s.Model == claim.Model && s.Benchmark == claim.Benchmark)
                    .OrderBy(s => order.GetValueOrDefault((s.Run, s.Rule), int.MaxValue))
                    .Select(s => new RuleScore(s.Run, runNames.GetValueOrDefault(s.Run, s.Run), s.Rule, ScoringRules.Find(s.Rule)?.Title ?? s.Rule, ScoringRules.Find(s.Rule)?.IsOwnVerdict ?? false, s.Correct, s.Items, s.Unscorable))],
            };
        })];
        return new ClaimSheet(manifest.Name, manifest.Alpha, manifest.MarginPoints, claims)
        {
            Seed = manifest.Seed,
            AdmissibleProtocols = manifest.AdmissibleProtocols,
            Contamination = RunReader.Contamination(manifest, kit, evidence, runs, cancellationToken),
            Membership = RunReader.Membership(manifest, kit, evidence, cancellationToken),
            Calibration = manifest.Contamination is null ? null : kit.Calibration,
            Sensitivity = RunReader.Sensitivity(manifest, kit, evidence, cancellationToken),
            Latency = RunReader.Latency(manifest, evidence, cancellationToken),
        };

        PrintedScore? ReferenceOf(Claim claim) => manifest.Models.Where(m => m.Role == ModelRole.Reference && m.Id != claim.Model)
            .Where(m => RunReader.Standard(runs, m.Id, claim.Benchmark) is not { IsStopped: true })
            .Select(m => RunReader.Print(runs, m.Id, claim.Benchmark, m.Title)).FirstOrDefault(r => r is not null);

        PrintedScore? Printed(string claim, string role) => printed.FirstOrDefault(p => p.Claim == claim && p.Role == role).Score;
    }

    private static Dictionary<string, string> StatedOf(ProtocolStatement protocol) =>
        protocol.Choices.Where(c => c.Value is not null).ToDictionary(c => c.Key, c => c.Value!, StringComparer.Ordinal);

    private static string TitleOf(CaseManifest manifest, string model) => manifest.Models.FirstOrDefault(m => m.Id == model)?.Title ?? model;
}
