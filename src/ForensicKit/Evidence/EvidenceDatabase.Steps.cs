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
    /// <param name="hits">Every hit.</param>
    /// <param name="presence">What it says of each item.</param>
    /// <param name="cancellationToken">Stops waiting for a lock.</param>
    public void AppendScan(ScanRow scan, IReadOnlyList<CaseHit> hits, IReadOnlyList<ItemPresence> presence, CancellationToken cancellationToken) => Append(
        connection =>
        {
            if (Scalar(connection, "SELECT count(*) FROM scans WHERE scan_id = $id", ("id", scan.Id)) > 0)
                return;
            Execute(
                connection, "INSERT INTO scans VALUES ($id, $options, $documents, $words, $at)",
                ("id", scan.Id), ("options", scan.Options), ("documents", scan.Documents), ("words", scan.Words), ("at", scan.ScannedAt.UtcDateTime));
            using (var appender = connection.CreateAppender("scan_hits"))
            {
                for (var i = 0; i < hits.Count; i++)
                {
                    var (h, p, isPresent) = hits[i];
                    appender.CreateRow()
                        .AppendValue(scan.Id).AppendValue((long)i).AppendValue(h.Benchmark).AppendValue(h.Item).AppendValue(h.Class.ToString()).AppendValue(h.Kind.ToString()).AppendValue(h.Unit.ToString())
                        .AppendValue(h.Score).AppendValue(h.Threshold).AppendValue(h.P).AppendValue(p).AppendValue(isPresent).AppendValue(h.MatchedNats).AppendValue(h.LongestRun)
                        .AppendValue(Shown(h.Shard)).AppendValue(h.Record).AppendValue(Shown(h.DocumentId)).AppendValue(h.TextSha256).AppendValue(h.StartByte).AppendValue(h.EndByte)
                        .AppendValue(h.StartCharacter).AppendValue(h.EndCharacter).AppendValue(h.ItemField).AppendValue(h.ItemStart).AppendValue(h.ItemEnd).AppendValue(h.Rule)
                        .AppendValue(SideBySide.Json(h.Diff))
                        .EndRow();
                }
            }

            using var items = connection.CreateAppender("item_presence");
            foreach (var p in presence)
            {
                items.CreateRow()
                    .AppendValue(scan.Id).AppendValue(p.BenchmarkName).AppendValue(p.ItemId).AppendValue(p.IsFresh).AppendValue(p.Kind?.ToString()).AppendValue(p.Documents)
                    .AppendValue(p.Occurrences).AppendValue(p.Coverage).AppendValue(p.IsVerbatim).AppendValue(p.IsFindable).AppendValue(p.Calibrates)
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
        "SELECT benchmark, item_id, is_fresh, kind, documents, occurrences, coverage, is_verbatim, is_findable, calibrates FROM item_presence WHERE scan_id = $id ORDER BY benchmark, is_fresh, item_id",
        row => new ItemPresence(
            row.GetString(0), row.GetString(1), row.GetBoolean(2), NullableText(row, 3) is { } kind ? Enum.Parse<LeakKind>(kind) : null, row.GetInt32(4), row.GetInt32(5),
            row.GetDouble(6), row.GetBoolean(7), row.GetBoolean(8))
        {
            Calibrates = row.GetBoolean(9),
        },
        cancellationToken,
        ("id", scanId));

    /// <summary>Places that count as presence, to show: of a benchmark's own items, those that agree best, and the one that was edited most, each of another item.</summary>
    /// <param name="scanId">The scan.</param>
    /// <param name="benchmark">The benchmark.</param>
    /// <param name="most">How many.</param>
    /// <param name="cancellationToken">Stops waiting for a lock.</param>
    public IReadOnlyList<SideBySide> ReadExamples(string scanId, string benchmark, int most, CancellationToken cancellationToken) => Query(
        """
        WITH present AS (
            SELECT h.* FROM scan_hits h JOIN item_presence p USING (scan_id, benchmark, item_id)
            WHERE scan_id = $id AND benchmark = $b AND NOT p.is_fresh AND h.is_present
            QUALIFY row_number() OVER (PARTITION BY h.item_id ORDER BY h.matched_nats DESC, h.hit_index) = 1),
        ranked AS (
            SELECT *, row_number() OVER (ORDER BY kind = 'QuestionAndAnswer' DESC, matched_nats DESC, hit_index) AS best,
                row_number() OVER (ORDER BY json_array_length(diff) DESC, hit_index) AS edited
            FROM present)
        SELECT item_id, item_field, shard, record, document_id, text_sha256, start_byte, end_byte, rule, p_control, diff
        FROM ranked WHERE best < $most OR edited = 1 ORDER BY best LIMIT $most
        """,
        row => new SideBySide(
            benchmark, row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetString(4), row.GetString(5), row.GetInt64(6), row.GetInt64(7), row.GetString(8), row.GetDouble(9),
            SideBySide.Read(row.GetString(10))),
        cancellationToken,
        ("id", scanId), ("b", benchmark), ("most", most));

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
