using System.Globalization;
using ForensicKit.Claims;
using ForensicKit.Contamination;
using ForensicKit.Evidence;
using ForensicKit.Findings;
using ForensicKit.Findings.Questions;
using ForensicKit.Latency;
using ForensicKit.Manifests;
using ForensicKit.Sensitivity;
using ForensicKit.Statistics;
using Microsoft.Data.Analysis;

namespace ForensicKit.Cases;

/// <summary>The tables that notebooks show.</summary>
internal static class CaseTables
{
    /// <summary>The claims as they were made.</summary>
    public static DataFrame Claims(CaseManifest manifest, KitFolder kit) => Table(
        manifest.Claims,
        ("Model", c => manifest.Model(c.Model).Title),
        ("Benchmark", c => kit.Benchmark(c.Benchmark).Title),
        ("Metric", c => c.Metric),
        ("Claimed (%)", c => c.Claimed),
        ("Items", c => c.N.ToString("N0", CultureInfo.InvariantCulture)),
        ("Shots", c => c.Protocol.Shots?.ToString(CultureInfo.InvariantCulture) ?? "not stated"),
        ("Source", c => c.Source));

    /// <summary>What each claim states and leaves out, field by field.</summary>
    public static DataFrame Unstated(CaseManifest manifest, KitFolder kit)
    {
        (string, Func<Claim, string>)[] columns =
        [
            ("Claim", c => $"{manifest.Model(c.Model).Title}, {kit.Benchmark(c.Benchmark).Title}"),
            .. CompletenessQuestion.Needed.Select(n => (n.Field.Replace('_', ' '), (Func<Claim, string>)(c => c.Protocol.Choices.FirstOrDefault(x => x.Key == n.Field).Value ?? "not stated"))),
        ];
        return Table(manifest.Claims, columns);
    }

    /// <summary>The files taken in.</summary>
    public static DataFrame Artifacts(EvidenceDatabase evidence, CancellationToken cancellationToken) => Table(
        evidence.Query(
            "SELECT artifact_id, bytes, sha256, licence, source FROM artifacts ORDER BY artifact_id",
            row => (Id: row.GetString(0), Bytes: row.GetInt64(1), Sha256: row.GetString(2), Licence: row.GetString(3), Source: row.GetString(4)),
            cancellationToken),
        ("File", a => a.Id),
        ("Bytes", a => a.Bytes.ToString("N0", CultureInfo.InvariantCulture)),
        ("SHA-256", a => a.Sha256[..16] + "…"),
        ("Licence", a => a.Licence),
        ("Source", a => a.Source));

    /// <summary>Every score there is: printed ones, and stored responses under each rule.</summary>
    public static DataFrame Scores(ClaimSheet sheet)
    {
        var rows = sheet.Claims.SelectMany(c => PrintedRows(c).Concat(c.RuleScores.Select(r => RuleRow(c, r))).Concat(c.Runs.Select(r => RunRow(c, r)))).ToList();
        return Table(
            rows, ("Claim", r => r.Claim), ("Score", r => r.What), ("%", r => r.Score), ("95% interval", r => r.Interval), ("Right answers", r => r.Correct),
            ("Minus claim (points)", r => r.Difference));
    }

    /// <summary>One row for each claim: verdict and answer.</summary>
    public static DataFrame Verdicts(CaseManifest manifest, ClaimSheet sheet, IReadOnlyList<Finding> findings) => Table(
        [.. sheet.Claims.Select(c => (c.Label, Finding: findings.FirstOrDefault(f => f.ClaimId == c.Id && f.Verdict is not null)))],
        ("Claim", r => r.Label),
        ("Verdict", r => r.Finding?.Verdict?.Words() ?? "not judged"),
        ("Answer", r => r.Finding is null ? $"Case '{manifest.Name}' has no finding for it yet." : Binding.Print(r.Finding)));

    private static IEnumerable<ScoreRow> PrintedRows(ClaimEvidence claim)
    {
        yield return new(claim.Label, "claimed", claim.Claimed.Text, "", "", "");
        foreach (var (what, score) in new[] { ("reproduced, as printed", claim.Reproduced), (claim.Runs.Count > 0 ? "reference under the standard protocol" : "reference, as printed", claim.Reference) })
        {
            // Scores of this case's own runs have rows of their own.
            if (score is not null && !(claim.Runs.Count > 0 && score == claim.Reproduced))
                yield return new(claim.Label, what, score.Text, "", "", FindingValue.Fixed(score.Percent - claim.Claimed.Percent, 2));
        }
    }

    /// <summary>What of each benchmark stands in the training text.</summary>
    public static DataFrame Presence(ClaimSheet sheet) => Table(
        [.. (sheet.Contamination?.Benchmarks ?? []).Select(b => (b.Title, Counts: PresenceCounts.Of(b.Name, b.Presence)))],
        ("Benchmark", r => r.Title),
        ("Items that can be found", r => Text(r.Counts.Items)),
        ("Question and answer", r => Text(r.Counts.QuestionAndAnswer)),
        ("Question only", r => Text(r.Counts.QuestionOnly)),
        ("Answer only", r => Text(r.Counts.AnswerOnly)),
        ("Fresh twins found", r => $"{Text(r.Counts.FreshFound)} of {Text(r.Counts.Fresh)}"),
        ("Most often seen", r => r.Counts.Exposures.Count == 0 ? "–" : Text(r.Counts.Exposures[^1]) + (r.Counts.Exposures[^1] == 1 ? " time" : " times")));

    /// <summary>What models said of themselves, test by test.</summary>
    public static DataFrame Membership(ClaimSheet sheet) => Table(
        [.. (sheet.Membership?.Benchmarks ?? []).SelectMany(b => b.Suspect.Outcomes.Select(o => (b.Title, Own: o, Control: b.Control?.Outcomes.FirstOrDefault(c => c.Test == o.Test))))],
        ("Benchmark", r => r.Title),
        ("Test", r => r.Own.Test),
        ("p", r => r.Own.P is { } p ? FindingValue.DisplayP(p) : "refused"),
        ("p, corrected", r => r.Own.Adjusted is { } p ? FindingValue.DisplayP(p) : "–"),
        ("Effect [95%]", r => r.Own.Effect is not { } effect ? r.Own.Refused ?? "–"
            : FindingValue.Fixed(effect, 3) + (r.Own.Interval is { } i ? $" [{FindingValue.Fixed(i.Lower, 3)}, {FindingValue.Fixed(i.Upper, 3)}]" : "") + $"  {r.Own.EffectName}"),
        ("p of the reference model", r => r.Control?.P is { } p ? FindingValue.DisplayP(p) : "–"));

    /// <summary>What can be said of each benchmark: three statements with their corrected p-values, as they were found.</summary>
    public static DataFrame Contamination(ClaimSheet sheet, IReadOnlyList<Finding> findings) => Table(
        [.. (sheet.Contamination?.Benchmarks ?? []).Select(b => (b.Title, Key: b.ClaimId ?? b.Name)).Concat((sheet.Membership?.Benchmarks ?? []).Select(b => (b.Title, Key: b.ClaimId ?? b.Name))).Distinct()
            .Select(b => (b.Title, Finding: findings.FirstOrDefault(f => f.Id == $"contamination/{b.Key}"))).Where(b => b.Finding is not null)],
        [
            ("Benchmark", r => r.Title),
            .. new[] { "presence", "memorisation", "inflation" }.Select(name => (
                char.ToUpperInvariant(name[0]) + name[1..],
                (Func<(string Title, Finding? Finding), string>)(r => r.Finding!.Values.FirstOrDefault(v => v.Name == "q_" + name) is { } q ? $"{r.Finding[name].Display} (p = {q.Display})" : r.Finding[name].Display))),
        ]);

    /// <summary>The score under every variant of the prompt, the best first.</summary>
    public static DataFrame Sensitivity(ClaimSheet sheet) => Table(
        [.. (sheet.Sensitivity?.Spread.Variants ?? []).OrderBy(v => v.Place)],
        ("Place", v => Text(v.Place)),
        ("Variant", v => sheet.Sensitivity!.Titles.GetValueOrDefault(v.VariantId, v.VariantId)),
        ("What differs", v => PromptVariants.Find(v.VariantId)?.Description ?? ""),
        ("%", v => FindingValue.Fixed(v.Percent, 1)),
        ("95% interval", v => $"{FindingValue.Fixed(v.Interval.Lower, 1)}–{FindingValue.Fixed(v.Interval.Upper, 1)}"));

    /// <summary>Percentiles of both metrics under each load.</summary>
    public static DataFrame Latency(ClaimSheet sheet) => Table(
        [.. (sheet.Latency?.Measurements ?? []).SelectMany(m => new[] { LatencyMetric.TimeToFirstToken, LatencyMetric.TimePerOutputToken }.Select(metric => (m.Load, metric, Values: LatencyValues.Of([.. m.Requests], metric))))],
        [
            ("Load", r => r.Load.Words),
            ("Metric", r => r.metric.Words()),
            ("Requests", r => Text(r.Values.SortedNs.Count)),
            .. LatencyQuantiles.Usual.Select(p => ($"{(p * 100).ToString("0.#", CultureInfo.InvariantCulture)}th percentile (ms)", (Func<(Load Load, LatencyMetric metric, LatencyValues Values), string>)(r => Milliseconds(LatencyQuantiles.Of(r.Values, p))))),
        ]);

    private static string Milliseconds(LatencyQuantile q)
    {
        var value = (q.ValueNs / 1e6).ToString("0.00", CultureInfo.InvariantCulture);
        return q is { LowerNs: { } low, UpperNs: { } high } ? $"{value} ({(low / 1e6).ToString("0.00", CultureInfo.InvariantCulture)}–{(high / 1e6).ToString("0.00", CultureInfo.InvariantCulture)})" : value;
    }

    private static string Text(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static ScoreRow RunRow(ClaimEvidence claim, RunScore score)
    {
        var interval = score.Interval95;
        return new(
            claim.Label, $"{score.Protocol.Title}: {score.Title}", FindingValue.Fixed(score.Percent, 2),
            $"{FindingValue.Fixed(interval.Lower, 2)}–{FindingValue.Fixed(interval.Upper, 2)}",
            (score.IsCount ? string.Create(CultureInfo.InvariantCulture, $"{score.Right:N0} of {score.Items:N0}") : string.Create(CultureInfo.InvariantCulture, $"expected, of {score.Items:N0}"))
            + (score.IsStopped ? string.Create(CultureInfo.InvariantCulture, $", stopped before {score.PlannedIds.Count:N0}") : ""), FindingValue.Fixed(score.Percent - claim.Claimed.Percent, 2));
    }

    private static ScoreRow RuleRow(ClaimEvidence claim, RuleScore score)
    {
        var interval = BinomialInterval.Wilson(score.Correct, score.Items, 0.95);
        return new(
            claim.Label, $"{score.Title} ({score.Run})", FindingValue.Fixed(score.Percent, 2),
            $"{FindingValue.Fixed(100 * interval.Lower, 2)}–{FindingValue.Fixed(100 * interval.Upper, 2)}",
            string.Create(CultureInfo.InvariantCulture, $"{score.Correct:N0} of {score.Items:N0}"), FindingValue.Fixed(score.Percent - claim.Claimed.Percent, 2));
    }

    private static DataFrame Table<T>(IReadOnlyList<T> rows, params (string Name, Func<T, string> Cell)[] columns) =>
        new(columns.Select(c => (DataFrameColumn)new StringDataFrameColumn(c.Name, rows.Select(c.Cell))));

    private sealed record ScoreRow(string Claim, string What, string Score, string Interval, string Correct, string Difference);
}
