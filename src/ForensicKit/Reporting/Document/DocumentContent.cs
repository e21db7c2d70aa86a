using ForensicKit.Cases;
using ForensicKit.Claims;
using ForensicKit.Evidence;
using ForensicKit.Findings;
using ForensicKit.Manifests;

namespace ForensicKit.Reporting;

/// <summary>Everything a document is made of; the builder adds layout and nothing else.</summary>
/// <param name="Case">The case.</param>
/// <param name="Sheet">The claims with what was measured.</param>
/// <param name="Findings">The findings that stand.</param>
/// <param name="Figures">The figures, by number.</param>
/// <param name="Artifacts">Input files: id, SHA-256, licence, source, public address.</param>
/// <param name="Runs">The runs.</param>
/// <param name="CustodyHead">Hash of the last custody entry before the document was written.</param>
/// <param name="CustodyEntries">How many entries the log had then.</param>
/// <param name="Provenance">The process that wrote it.</param>
/// <param name="WrittenAt">When, UTC.</param>
internal sealed record DocumentContent(
    CaseManifest Case, ClaimSheet Sheet, IReadOnlyList<Finding> Findings, IReadOnlyList<Figure> Figures,
    IReadOnlyList<(string Id, string Sha256, string Licence, string Source, string? Url)> Artifacts, IReadOnlyList<Run> Runs,
    string CustodyHead, int CustodyEntries, Provenance Provenance, DateTimeOffset WrittenAt)
{
    /// <summary>Reads what is needed from an investigation's evidence.</summary>
    public static DocumentContent From(
        Investigation investigation, ClaimSheet sheet, IReadOnlyList<Finding> findings, IReadOnlyList<Figure> figures, CustodyReading custody, DateTimeOffset now) => new(
        investigation.Case, sheet, findings, figures,
        investigation.Evidence.Query(
            "SELECT artifact_id, sha256, licence, source, url FROM artifacts ORDER BY artifact_id",
            row => (row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4)),
            CancellationToken.None),
        investigation.Evidence.ReadRuns(CancellationToken.None),
        custody.Head, custody.Entries.Count, Provenance.Current, now);

    /// <summary>The finding that holds a claim's verdict; null where it has none.</summary>
    public Finding? VerdictOf(ClaimEvidence claim) => Findings.FirstOrDefault(f => f.ClaimId == claim.Id && f.Verdict is not null);

    /// <summary>The finding of that id.</summary>
    public Finding? Find(string id) => Findings.FirstOrDefault(f => f.Id == id);
}
