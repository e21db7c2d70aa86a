using ForensicKit.Contamination;
using ForensicKit.Latency;

namespace ForensicKit.Evidence;

/// <content>Rows of the contamination and latency steps.</content>
public sealed partial class EvidenceDatabase
{
    private const int MostCharacters = 1000;

    /// <summary>Whether a scan is stored.</summary>
    public bool HasScan(string scanId, CancellationToken cancellationToken) =>
        Query("SELECT 1 FROM scans WHERE scan_id = $id", row => row.GetInt32(0), cancellationToken, ("id", scanId)).Count > 0;

    /// <summary>Appends a whole scan in one transaction, unless it is there already.</summary>
    /// <param name="scan">Its row.</param>
    /// <param name="matches">Every match with the stretch of the item and of the document.</param>
    /// <param name="presence">What it says of each item.</param>
    /// <param name="cancellationToken">Stops waiting for a lock.</param>
    public void AppendScan(
        ScanRow scan, IReadOnlyList<(OverlapMatch Match, string ItemText, string DocumentText)> matches, IReadOnlyList<ItemPresence> presence, CancellationToken cancellationToken) => Append(
        connection =>
        {
            if (Scalar(connection, "SELECT count(*) FROM scans WHERE scan_id = $id", ("id", scan.Id)) > 0)
                return;
            Execute(
                connection, "INSERT INTO scans VALUES ($id, $options, $documents, $words, $at)",
                ("id", scan.Id), ("options", scan.Options), ("documents", scan.Documents), ("words", scan.Words), ("at", scan.ScannedAt.UtcDateTime));
            using (var appender = connection.CreateAppender("overlap_matches"))
            {
                for (var i = 0; i < matches.Count; i++)
                {
                    var (m, item, document) = matches[i];
                    appender.CreateRow()
                        .AppendValue(scan.Id).AppendValue((long)i).AppendValue(m.BenchmarkName).AppendValue(m.ItemId).AppendValue(m.Field).AppendValue(Shown(m.DocumentId)).AppendValue(Shown(m.Shard))
                        .AppendValue(m.DocumentStart).AppendValue(m.DocumentEnd).AppendValue(m.DocumentStartByte).AppendValue(m.DocumentEndByte).AppendValue(m.ItemStart).AppendValue(m.ItemEnd)
                        .AppendValue(m.MatchedWords).AppendValue(m.Coverage).AppendValue(m.Identity).AppendValue(Shown(item)).AppendValue(Shown(document))
                        .EndRow();
                }
            }

            using var items = connection.CreateAppender("item_presence");
            foreach (var p in presence)
            {
                items.CreateRow()
                    .AppendValue(scan.Id).AppendValue(p.BenchmarkName).AppendValue(p.ItemId).AppendValue(p.IsFresh).AppendValue(p.Kind?.ToString()).AppendValue(p.Documents)
                    .AppendValue(p.Occurrences).AppendValue(p.Coverage).AppendValue(p.IsVerbatim).AppendValue(p.IsFindable)
                    .EndRow();
            }
        },
        cancellationToken);

    /// <summary>The latest scan; null where there is none.</summary>
    public ScanRow? ReadScan(CancellationToken cancellationToken) => Query(
        "SELECT scan_id, options, documents, words, scanned_at FROM scans ORDER BY scanned_at DESC LIMIT 1",
        row => new ScanRow(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), new DateTimeOffset(row.GetDateTime(4), TimeSpan.Zero)),
        cancellationToken).FirstOrDefault();

    /// <summary>What a scan says of each item.</summary>
    public IReadOnlyList<ItemPresence> ReadPresence(string scanId, CancellationToken cancellationToken) => Query(
        "SELECT benchmark, item_id, is_fresh, kind, documents, occurrences, coverage, is_verbatim, is_findable FROM item_presence WHERE scan_id = $id ORDER BY benchmark, is_fresh, item_id",
        row => new ItemPresence(
            row.GetString(0), row.GetString(1), row.GetBoolean(2), NullableText(row, 3) is { } kind ? Enum.Parse<LeakKind>(kind) : null, row.GetInt32(4), row.GetInt32(5),
            row.GetDouble(6), row.GetBoolean(7), row.GetBoolean(8)),
        cancellationToken,
        ("id", scanId));

    /// <summary>A match of an item of the benchmark itself whose question is there, with its place: an example to show; null where there is none.</summary>
    public OverlapExample? ReadExample(string scanId, string benchmark, CancellationToken cancellationToken) => Query(
        """
        SELECT item_id, field, document_id, shard, document_start_byte, document_end_byte, matched_words, overlap_matches.coverage, identity, item_text, document_text
        FROM overlap_matches JOIN item_presence p USING (scan_id, benchmark, item_id)
        WHERE scan_id = $id AND benchmark = $b AND NOT p.is_fresh AND p.kind IN ('QuestionOnly', 'QuestionAndAnswer') ORDER BY field = 'question' DESC, overlap_matches.coverage DESC, matched_words DESC, match_index LIMIT 1
        """,
        row => new OverlapExample(
            benchmark, row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetInt64(5), row.GetInt32(6), row.GetDouble(7), row.GetDouble(8),
            row.GetString(9), row.GetString(10)),
        cancellationToken,
        ("id", scanId), ("b", benchmark)).FirstOrDefault();

    /// <summary>Appends the requests of a load in one transaction, unless that load is there already.</summary>
    public void AppendLatency(string loadId, IReadOnlyList<LatencyRequest> requests, CancellationToken cancellationToken) => Append(
        connection =>
        {
            if (Scalar(connection, "SELECT count(*) FROM latency_requests WHERE load_id = $id", ("id", loadId)) > 0)
                return;
            using var appender = connection.CreateAppender("latency_requests");
            foreach (var r in requests)
            {
                appender.CreateRow()
                    .AppendValue(loadId).AppendValue(r.Index).AppendValue(r.ScheduledNs).AppendValue(r.StartedNs).AppendValue(r.FirstTokenNs ?? -1).AppendValue(r.LastTokenNs ?? -1)
                    .AppendValue(r.Tokens).AppendValue(r.Failed)
                    .EndRow();
            }
        },
        cancellationToken);

    /// <summary>The requests of a load, by index; empty where it has not been measured.</summary>
    public IReadOnlyList<LatencyRequest> ReadLatency(string loadId, CancellationToken cancellationToken) => Query(
        "SELECT request_index, scheduled_ns, started_ns, first_token_ns, last_token_ns, tokens, failed FROM latency_requests WHERE load_id = $id ORDER BY request_index",
        row => new LatencyRequest(
            row.GetInt32(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3) is var first and >= 0 ? first : null, row.GetInt64(4) is var last and >= 0 ? last : null, row.GetInt32(5), row.GetBoolean(6)),
        cancellationToken,
        ("id", loadId));

    // NUL would cut the text off in the database; a stretch is an excerpt, not the evidence itself, which is the file.
    private static string Shown(string text) => (text.Length <= MostCharacters ? text : text[..MostCharacters]).Replace('\0', '\uFFFD');
}

/// <summary>A scan as evidence keeps it; see <see cref="EvidenceSchema.Scans"/>.</summary>
public sealed record ScanRow(string Id, string Options, long Documents, long Words, DateTimeOffset ScannedAt);

/// <summary>One match to show; see <see cref="EvidenceSchema.OverlapMatches"/>.</summary>
public sealed record OverlapExample(
    string Benchmark, string ItemId, string Field, string DocumentId, string Shard, long DocumentStartByte, long DocumentEndByte, int MatchedWords, double Coverage, double Identity,
    string ItemText, string DocumentText);
