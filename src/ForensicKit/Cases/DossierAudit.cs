using System.Globalization;
using System.Text.Json;
using ForensicKit.Claims;
using ForensicKit.Contamination.Membership;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;
using ForensicKit.Findings;
using ForensicKit.Findings.Questions;
using ForensicKit.Manifests;
using ForensicKit.Sensitivity;

namespace ForensicKit.Cases;

/// <summary>What an audit of a dossier found.</summary>
/// <param name="Problems">Everything that is not as it was sealed, or does not follow from the evidence.</param>
/// <param name="Findings">The findings recorded in the dossier.</param>
/// <param name="Recomputed">Each of them against what the stored evidence gives today.</param>
/// <param name="CustodyHead">Head of the custody log.</param>
public sealed record DossierAuditResult(
    IReadOnlyList<IntegrityProblem> Problems, IReadOnlyList<Finding> Findings, IReadOnlyList<FindingMatch> Recomputed, string CustodyHead);

/// <summary>
/// Checks a dossier without running anything of it again: hashes, custody chain, findings against their custody entries, scores against the
/// stored responses, findings against the stored scores, the document's custody head.
/// </summary>
public static class DossierAudit
{
    private const int MostPermutations = 1_000_000;

    /// <summary>Audits a dossier.</summary>
    /// <exception cref="KitException">There is no dossier, or the investigation is not finished.</exception>
    public static DossierAuditResult Run(Dossier dossier, KitFolder kit, CancellationToken cancellationToken)
    {
        if (dossier.Exists && !dossier.IsSealed && !File.Exists(dossier.PathOf(Dossier.DocumentFile)))
            throw new KitException("This investigation is not finished, so there is nothing to verify yet.", dossier.Folder, "Finish it with 'forensickit investigate … --resume'.");
        var problems = dossier.Check(cancellationToken).ToList();
        var custody = dossier.Custody.Read();
        problems.AddRange(CheckDocument(dossier, custody));
        try
        {
            var evidence = EvidenceDatabase.OpenReadOnly(dossier.PathOf(Dossier.EvidenceFile), cancellationToken);
            var stored = evidence.ReadFindings(cancellationToken);
            problems.AddRange(CheckFindings(stored, custody));
            var findings = stored.Select(f => f.Finding).ToList();
            var manifest = CaseOf(dossier, kit);
            problems.AddRange(CheckScores(manifest, kit, evidence, cancellationToken));
            problems.AddRange(CheckBatteries(manifest, kit, evidence, cancellationToken));
            var recomputed = FindingComparison.Compare(findings, Question.AskAll(SheetReader.Read(manifest, kit, evidence, cancellationToken)));
            return new(problems, findings, recomputed, custody.Head);
        }
        catch (KitException e)
        {
            // A damaged database or case file is one more thing that is wrong with the dossier, not the end of the audit.
            return new([.. problems, new(Path.GetFileName(e.Where ?? Dossier.EvidenceFile), e.What)], [], [], custody.Head);
        }
        catch (Exception e) when (problems.Count > 0 && e is InvalidCastException or FormatException or JsonException or KeyNotFoundException or ArgumentException or InvalidOperationException)
        {
            return new([.. problems, new(Dossier.EvidenceFile, $"Its rows cannot be read: {e.Message}")], [], [], custody.Head);
        }
    }

    /// <summary>The case of a dossier: the kit's own where it is the same file (its data lie beside it), else the copy in the dossier.</summary>
    public static CaseManifest CaseOf(Dossier dossier, KitFolder kit)
    {
        var copy = dossier.PathOf(Dossier.CaseFile);
        var hash = Dossier.Sha256(copy);
        foreach (var name in kit.Manifests.CaseNames)
        {
            if (kit.Manifests.Case(name) is var own && Dossier.Sha256(own.FilePath) == hash)
                return own;
        }

        return kit.Manifests.Case(copy);
    }

    private static IEnumerable<IntegrityProblem> CheckDocument(Dossier dossier, CustodyReading custody)
    {
        var path = dossier.PathOf(Dossier.DocumentFile);
        if (!File.Exists(path))
            yield break;
        var text = File.ReadAllText(path);
        const string Marker = "name=\"forensickit-custody-head\" content=\"";
        var at = text.IndexOf(Marker, StringComparison.Ordinal);
        var head = at >= 0 && at + Marker.Length + 64 <= text.Length ? text.Substring(at + Marker.Length, 64) : "";
        if (!custody.Entries.Any(e => e.Hash == head))
            yield return new(Dossier.DocumentFile, "The custody head printed in it is not an entry of this custody log.");
    }

    private static IEnumerable<IntegrityProblem> CheckFindings(IReadOnlyList<(Finding Finding, string StoredSha256)> stored, CustodyReading custody)
    {
        var logged = custody.Entries.Where(e => e.Kind == "finding").GroupBy(e => e.Subject, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);
        foreach (var (finding, storedSha256) in stored)
        {
            var sha256 = finding.Sha256();
            if (!logged.TryGetValue(finding.Id, out var entry))
                yield return new("finding " + finding.Id, "The custody log knows nothing of it.");
            else if (entry.Details.GetValueOrDefault("sha256") != sha256)
                yield return new("finding " + finding.Id, string.Create(CultureInfo.InvariantCulture, $"It was edited: custody entry {entry.Sequence} has another hash."));
            else if (storedSha256 != sha256)
                yield return new("finding " + finding.Id, "The hash stored beside it is another.");
        }

        foreach (var missing in logged.Keys.Except(stored.Select(s => s.Finding.Id), StringComparer.Ordinal))
            yield return new("finding " + missing, "The custody log has it, the evidence does not.");
    }

    private static IEnumerable<IntegrityProblem> CheckScores(CaseManifest manifest, KitFolder kit, EvidenceDatabase evidence, CancellationToken cancellationToken)
    {
        foreach (var (name, run, rules) in ScoredRuns(manifest, kit).Where(s => s.Rules.Count > 0))
        {
            var stored = evidence.Query(
                "SELECT rule, item_id, extracted, correct FROM scores WHERE run_id = $id",
                row => ((Rule: row.GetString(0), Item: row.GetString(1)), (row.IsDBNull(2) ? null : row.GetString(2), row.IsDBNull(3) ? (bool?)null : row.GetBoolean(3))),
                cancellationToken,
                ("id", run.Id)).Where(s => rules.Any(r => r.Id == s.Item1.Rule)).ToDictionary(s => s.Item1, s => s.Item2);
            var again = Reproduction.Rescore(evidence, run, rules, cancellationToken).ToList();
            var different = again.Count(s => !stored.TryGetValue((s.Rule, s.ItemId), out var was) || was != (s.Extracted, s.Correct));
            if (different > 0 || stored.Count != again.Count)
            {
                yield return new("scores of " + name, string.Create(
                    CultureInfo.InvariantCulture, $"{Math.Max(different, Math.Abs(stored.Count - again.Count)):N0} scores do not follow from the stored responses."));
            }
        }
    }

    // What tests that ask a model compared is stored, and the draws come from the seed: their p-values follow exactly.
    private static IEnumerable<IntegrityProblem> CheckBatteries(CaseManifest manifest, KitFolder kit, EvidenceDatabase evidence, CancellationToken cancellationToken)
    {
        foreach (var battery in manifest.Membership is { } plan ? kit.Batteries(manifest, plan) : [])
        {
            if (evidence.ReadBattery(battery.Id, cancellationToken) is not { } stored)
                continue;
            var settings = JsonSerializer.Deserialize<BatterySettings>(stored.Options) ?? throw new FormatException("A battery has no settings.");
            var outcomes = evidence.ReadOutcomes(battery.Id, cancellationToken).ToDictionary(o => o.Test, StringComparer.Ordinal);
            foreach (var (test, sets) in evidence.ReadCompared(battery.Id, cancellationToken))
            {
                if (!Follows(sets, settings, outcomes[test], cancellationToken))
                    yield return new($"test {test} of {battery.Benchmark.Benchmark}, {battery.Model}", "Its p-value does not follow from the stored scores.");
            }
        }

        static bool Follows(ComparedSets sets, BatterySettings settings, MembershipOutcome outcome, CancellationToken cancellationToken)
        {
            try
            {
                // A crafted number of draws must not keep the audit busy.
                return settings.Options.Permutations is > 0 and <= MostPermutations && sets.Compare(settings.Seed, settings.Options.Permutations, cancellationToken).P == outcome.P;
            }
            catch (KitException)
            {
                // Scores that cannot be compared at all gave no p-value.
                return false;
            }
        }
    }

    // Scores of programs came out of a sandbox: they are checked where everything is run again, not here.
    private static IEnumerable<(string Name, Run Run, IReadOnlyList<IScoringRule> Rules)> ScoredRuns(CaseManifest manifest, KitFolder kit)
    {
        foreach (var recording in manifest.Recordings)
            yield return (recording.Id, Reproduction.RunOf(recording, manifest.ArtifactsOf(recording)), Reproduction.RulesOf(recording));
        var variants = manifest.Sensitivity is { } plan ? SensitivityPlans.Of(plan).Select(v => v.Plan) : [];
        foreach (var asked in manifest.Runs.Concat(variants))
        {
            var run = ModelRuns.RunOf(manifest, asked, kit.Manifests.Model(manifest.Model(asked.Model).Manifest!), kit.Benchmark(asked.Benchmark));
            yield return ($"{asked.Protocol.Id}, {asked.Model}, {asked.Benchmark}", run, [.. asked.Protocol.Rules.Select(ScoringRules.Find).OfType<IScoringRule>()]);
        }
    }
}
