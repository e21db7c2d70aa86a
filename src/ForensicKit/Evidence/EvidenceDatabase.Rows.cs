using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DuckDB.NET.Data;
using ForensicKit.Benchmarks;
using ForensicKit.Evaluation;
using ForensicKit.Findings;

namespace ForensicKit.Evidence;

/// <content>Typed rows: what is appended and how it is read back.</content>
public sealed partial class EvidenceDatabase
{
    /// <summary>Appends the items of a benchmark, unless they are there already.</summary>
    public void AppendItems(string benchmark, IReadOnlyList<BenchmarkItem> items, CancellationToken cancellationToken) => Append(
        connection =>
        {
            if (Scalar(connection, "SELECT count(*) FROM items WHERE benchmark = $b", ("b", benchmark)) > 0)
                return;
            foreach (var item in items.Where(i => HasNul(i.Subject, i.Gold)))
                InsertRow(connection, "items", benchmark, item.Id, item.Index, item.Subject, Sha256(item.Question), item.Gold, item.GoldChoice, item.Choices.ToList());
            using var appender = connection.CreateAppender("items");
            foreach (var item in items.Where(i => !HasNul(i.Subject, i.Gold)))
            {
                appender.CreateRow()
                    .AppendValue(benchmark).AppendValue(item.Id).AppendValue(item.Index).AppendValue(item.Subject)
                    .AppendValue(Sha256(item.Question)).AppendValue(item.Gold).AppendValue(item.GoldChoice).AppendValue(item.Choices)
                    .EndRow();
            }
        },
        cancellationToken);

    /// <summary>The items of a benchmark, in order. Questions are kept as hashes only and come back empty.</summary>
    public IReadOnlyList<BenchmarkItem> ReadItems(string benchmark, CancellationToken cancellationToken) => Query(
        "SELECT item_id, item_index, gold, subject, gold_choice, choices FROM items WHERE benchmark = $b ORDER BY item_index",
        row => new BenchmarkItem(row.GetString(0), row.GetInt32(1), "", row.GetString(2))
        {
            Subject = NullableText(row, 3),
            GoldChoice = row.IsDBNull(4) ? null : row.GetInt32(4),
            Choices = row.IsDBNull(5) ? [] : row.GetFieldValue<List<string>>(5),
        },
        cancellationToken,
        ("b", benchmark));

    /// <summary>Appends input files, each unless it is there already.</summary>
    /// <exception cref="KitException">The same artifact id is there with another hash.</exception>
    public void AppendArtifacts(IReadOnlyList<Artifact> artifacts, DateTimeOffset takenInAt, CancellationToken cancellationToken) => Append(
        connection =>
        {
            foreach (var a in artifacts)
            {
                if (Scalar(connection, "SELECT count(*) FROM artifacts WHERE artifact_id = $id", ("id", a.Id)) == 0)
                {
                    Execute(
                        connection,
                        "INSERT INTO artifacts VALUES ($id, $sha256, $bytes, $path, $source, $licence, $url, $at)",
                        ("id", a.Id), ("sha256", a.Sha256), ("bytes", a.Bytes), ("path", a.Path), ("source", a.Source), ("licence", a.Licence), ("url", a.Url), ("at", takenInAt.UtcDateTime));
                }
                else if (Scalar(connection, "SELECT count(*) FROM artifacts WHERE artifact_id = $id AND sha256 = $s", ("id", a.Id), ("s", a.Sha256)) == 0)
                {
                    throw new KitException("The evidence already holds this artifact with another hash.", a.Id, "Use another folder (--out) for another version of the data.");
                }
            }
        },
        cancellationToken);

    /// <summary>Appends a run's row, unless it is there already; true where its responses are complete.</summary>
    public bool BeginRun(Run run, Provenance provenance, DateTimeOffset startedAt, CancellationToken cancellationToken)
    {
        var complete = false;
        Append(
            connection =>
            {
                complete = Scalar(connection, "SELECT count(*) FROM completed_runs WHERE run_id = $id", ("id", run.Id)) > 0;
                if (Scalar(connection, "SELECT count(*) FROM runs WHERE run_id = $id", ("id", run.Id)) > 0)
                    return;
                Execute(
                    connection,
                    """
                    INSERT INTO runs VALUES ($run, $model, $benchmark, $origin, $protocol, $protocol_sha256, $model_sha256, $tokenizer_sha256,
                      $device, $dtype, $batch, $seed, $threads, $kit, $libraries, $platform, $at)
                    """,
                    ("run", run.Id), ("model", run.Model), ("benchmark", run.Benchmark), ("origin", run.Origin), ("protocol", run.Protocol),
                    ("protocol_sha256", Sha256(run.Protocol)), ("model_sha256", run.ModelSha256), ("tokenizer_sha256", run.TokenizerSha256),
                    ("device", run.Device), ("dtype", run.DType), ("batch", run.BatchShape), ("seed", run.Seed), ("threads", provenance.Threads),
                    ("kit", provenance.KitVersion), ("libraries", provenance.LibrariesJson), ("platform", provenance.Platform), ("at", startedAt.UtcDateTime));
            },
            cancellationToken);
        return complete;
    }

    /// <summary>How many responses of a run are stored.</summary>
    public long CountResponses(string runId, CancellationToken cancellationToken) =>
        Query("SELECT count(*) FROM responses WHERE run_id = $id", row => row.GetInt64(0), cancellationToken, ("id", runId))[0];

    /// <summary>How many stored responses of a run were computed earlier and kept.</summary>
    public long CountFromCache(string runId, CancellationToken cancellationToken) =>
        Query("SELECT count(*) FROM responses WHERE run_id = $id AND from_cache", row => row.GetInt64(0), cancellationToken, ("id", runId))[0];

    /// <summary>Whether all responses of a run are stored.</summary>
    public bool IsComplete(string runId, CancellationToken cancellationToken) =>
        Query("SELECT 1 FROM completed_runs WHERE run_id = $id", row => row.GetInt32(0), cancellationToken, ("id", runId)).Count > 0;

    /// <summary>Whether a run's scores under a rule are stored.</summary>
    public bool HasScores(string runId, string rule, CancellationToken cancellationToken) =>
        Query("SELECT 1 FROM scores WHERE run_id = $id AND rule = $rule LIMIT 1", row => row.GetInt32(0), cancellationToken, ("id", runId), ("rule", rule)).Count > 0;

    /// <summary>Which responses of a run are stored: item, choice (-1 for a generated answer), sample.</summary>
    public IReadOnlySet<(string ItemId, int Choice, int Sample)> StoredResponses(string runId, CancellationToken cancellationToken) =>
        Query("SELECT item_id, choice_index, sample_index FROM responses WHERE run_id = $id", row => (row.GetString(0), row.GetInt32(1), row.GetInt32(2)), cancellationToken, ("id", runId)).ToHashSet();

    /// <summary>Appends a batch of responses in one transaction.</summary>
    public void AppendResponses(IReadOnlyList<Response> responses, CancellationToken cancellationToken) => Append(
        connection =>
        {
            foreach (var r in responses.Where(r => HasNul(r.Prompt, r.Text, r.RecordedAnswer)))
            {
                InsertRow(connection, "responses", r.RunId, r.ItemId, r.ItemIndex, r.ChoiceIndex ?? -1, r.SampleIndex, r.Prompt, r.Text, r.LogLikelihood,
                    r.LogLikelihoodPerToken, r.LogLikelihoodPerByte, r.TokenIds?.ToList(), r.TokenLogProbs?.ToList(), r.RecordedAnswer, r.RecordedCorrect, r.FinishReason, r.LeastMargin, r.IsGreedy, r.FromCache);
            }

            using var appender = connection.CreateAppender("responses");
            foreach (var r in responses.Where(r => !HasNul(r.Prompt, r.Text, r.RecordedAnswer)))
            {
                appender.CreateRow()
                    .AppendValue(r.RunId).AppendValue(r.ItemId).AppendValue(r.ItemIndex).AppendValue(r.ChoiceIndex ?? -1).AppendValue(r.SampleIndex)
                    .AppendValue(r.Prompt).AppendValue(r.Text)
                    .AppendValue(r.LogLikelihood).AppendValue(r.LogLikelihoodPerToken).AppendValue(r.LogLikelihoodPerByte)
                    .AppendValue(r.TokenIds).AppendValue(r.TokenLogProbs)
                    .AppendValue(r.RecordedAnswer).AppendValue(r.RecordedCorrect).AppendValue(r.FinishReason)
                    .AppendValue(r.LeastMargin).AppendValue(r.IsGreedy).AppendValue(r.FromCache)
                    .EndRow();
            }
        },
        cancellationToken);

    /// <summary>Marks a run's responses as complete, unless that is said already.</summary>
    public void CompleteRun(string runId, DateTimeOffset at, CancellationToken cancellationToken) => Append(
        connection => Execute(
            connection,
            "INSERT INTO completed_runs SELECT $id, (SELECT count(*) FROM responses WHERE run_id = $id), $at WHERE NOT EXISTS (SELECT 1 FROM completed_runs WHERE run_id = $id)",
            ("id", runId), ("at", at.UtcDateTime)),
        cancellationToken);

    /// <summary>The runs, in order of their start.</summary>
    public IReadOnlyList<Run> ReadRuns(CancellationToken cancellationToken) => Query(
        "SELECT run_id, model, benchmark, origin, protocol, model_sha256 FROM runs ORDER BY started_at, run_id",
        row => new Run { Id = row.GetString(0), Model = row.GetString(1), Benchmark = row.GetString(2), Origin = row.GetString(3), Protocol = row.GetString(4), ModelSha256 = NullableText(row, 5) },
        cancellationToken);

    /// <summary>All responses of a run, by item, choice and sample.</summary>
    public IReadOnlyList<Response> ReadResponses(string runId, CancellationToken cancellationToken) => ReadResponses(runId, null, cancellationToken);

    /// <summary>The responses of a run to some items, by item, choice and sample; null for all items.</summary>
    public IReadOnlyList<Response> ReadResponses(string runId, IReadOnlyList<string>? items, CancellationToken cancellationToken) => Query(
        $"""
        SELECT run_id, item_id, item_index, choice_index, sample_index, text, loglikelihood, loglikelihood_per_token, loglikelihood_per_byte,
          recorded_answer, recorded_correct, finish_reason, least_margin, is_greedy
        FROM responses WHERE run_id = $id{(items is null ? "" : " AND item_id IN (SELECT unnest($items))")} ORDER BY item_index, item_id, choice_index, sample_index
        """,
        row => new Response
        {
            RunId = row.GetString(0),
            ItemId = row.GetString(1),
            ItemIndex = row.GetInt32(2),
            ChoiceIndex = row.GetInt32(3) is var choice and >= 0 ? choice : null,
            SampleIndex = row.GetInt32(4),
            Text = NullableText(row, 5),
            LogLikelihood = NullableNumber(row, 6),
            LogLikelihoodPerToken = NullableNumber(row, 7),
            LogLikelihoodPerByte = NullableNumber(row, 8),
            RecordedAnswer = NullableText(row, 9),
            RecordedCorrect = row.IsDBNull(10) ? null : row.GetBoolean(10),
            FinishReason = NullableText(row, 11),
            LeastMargin = NullableNumber(row, 12),
            IsGreedy = row.IsDBNull(13) ? null : row.GetBoolean(13),
        },
        cancellationToken,
        [("id", runId), .. items is null ? [] : new (string, object?)[] { ("items", items.ToList()) }]);

    /// <summary>Appends scores in one transaction, unless this rule's scores of this run are there already.</summary>
    public void AppendScores(IReadOnlyList<ItemScore> scores, CancellationToken cancellationToken) => Append(
        connection =>
        {
            foreach (var group in scores.GroupBy(s => (s.RunId, s.Rule)))
            {
                if (Scalar(connection, "SELECT count(*) FROM scores WHERE run_id = $run AND rule = $rule", ("run", group.Key.RunId), ("rule", group.Key.Rule)) > 0)
                    continue;
                foreach (var s in group.Where(s => HasNul(s.Extracted)))
                    InsertRow(connection, "scores", s.RunId, s.Rule, s.ItemId, s.ItemIndex, s.Extracted, s.Correct, s.Credit);
                using var appender = connection.CreateAppender("scores");
                foreach (var s in group.Where(s => !HasNul(s.Extracted)))
                    appender.CreateRow().AppendValue(s.RunId).AppendValue(s.Rule).AppendValue(s.ItemId).AppendValue(s.ItemIndex).AppendValue(s.Extracted).AppendValue(s.Correct).AppendValue(s.Credit).EndRow();
            }
        },
        cancellationToken);

    /// <summary>Appends printed scores, each unless that claim and role are there already.</summary>
    public void AppendReportedScores(IReadOnlyList<ReportedScoreRow> scores, CancellationToken cancellationToken) => Append(
        connection =>
        {
            foreach (var s in scores)
            {
                Execute(
                    connection,
                    "INSERT INTO reported_scores SELECT $claim, $role, $model, $benchmark, $metric, $printed, $n, $protocol, $source WHERE NOT EXISTS (SELECT 1 FROM reported_scores WHERE claim_id = $claim AND role = $role)",
                    ("claim", s.ClaimId), ("role", s.Role), ("model", s.Model), ("benchmark", s.Benchmark), ("metric", s.Metric), ("printed", s.Printed), ("n", s.N), ("protocol", s.Protocol), ("source", s.Source));
            }
        },
        cancellationToken);

    /// <summary>Appends findings in one transaction, each as its next revision; one whose latest revision says the same is left alone.</summary>
    /// <returns>How many were appended.</returns>
    public int AppendFindings(IReadOnlyList<Finding> findings, DateTimeOffset foundAt, CancellationToken cancellationToken)
    {
        var appended = 0;
        Append(connection => appended = findings.Select((f, i) => AppendFinding(connection, f, i + 1, foundAt)).Count(isNew => isNew), cancellationToken);
        return appended;
    }

    private static bool AppendFinding(DuckDBConnection connection, Finding finding, int ordinal, DateTimeOffset foundAt)
    {
        var sha256 = finding.Sha256();
        var revision = (int)Scalar(connection, "SELECT coalesce(max(revision), 0) FROM findings WHERE finding_id = $id", ("id", finding.Id));
        if (Scalar(connection, "SELECT count(*) FROM findings WHERE finding_id = $id AND revision = $r AND sha256 = $s", ("id", finding.Id), ("r", revision), ("s", sha256)) > 0)
            return false;
        revision++;
        Execute(
            connection,
            "INSERT INTO findings VALUES ($id, $revision, $ordinal, $kind, $claim, $question, $answer, $verdict, $rule, $source, $query, $cannot, $sha256, $at)",
            ("id", finding.Id), ("revision", revision), ("ordinal", ordinal), ("kind", finding.Kind), ("claim", finding.ClaimId), ("question", finding.Question),
            ("answer", finding.Answer), ("verdict", finding.Verdict?.ToString()), ("rule", finding.Rule), ("source", finding.Source), ("query", finding.Query),
            ("cannot", finding.CannotShow), ("sha256", sha256), ("at", foundAt.UtcDateTime));
        using var appender = connection.CreateAppender("finding_values");
        for (var i = 0; i < finding.Values.Count; i++)
        {
            var v = finding.Values[i];
            appender.CreateRow()
                .AppendValue(finding.Id).AppendValue(revision).AppendValue(i).AppendValue(v.Name).AppendValue(v.Label).AppendValue(v.Exact).AppendValue(v.Display)
                .AppendValue(v.Unit).AppendValue(v.Interval?.Lower).AppendValue(v.Interval?.Upper).AppendValue(v.Interval?.Level).AppendValue(v.Comparison.ToString())
                .EndRow();
        }

        return true;
    }

    /// <summary>The findings that stand (highest revision of each id), in the document's order, each with the hash stored beside it.</summary>
    public IReadOnlyList<(Finding Finding, string StoredSha256)> ReadFindings(CancellationToken cancellationToken)
    {
        var values = Query(
            "SELECT finding_id, revision, name, label, exact, display, unit, lower, upper, level, comparison FROM finding_values ORDER BY finding_id, revision, ordinal",
            row => (Key: (row.GetString(0), row.GetInt32(1)), Value: new FindingValue(row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6))
            {
                Interval = row.IsDBNull(7) || row.IsDBNull(8) || row.IsDBNull(9) ? null : (row.GetDouble(7), row.GetDouble(8), row.GetDouble(9)),
                Comparison = ComparisonRule.Parse(row.GetString(10)),
            }),
            cancellationToken).ToLookup(v => v.Key, v => v.Value);
        return Query(
            """
            SELECT finding_id, revision, kind, claim_id, question, answer, verdict, rule, source, query, cannot_show, sha256 FROM findings
            QUALIFY revision = max(revision) OVER (PARTITION BY finding_id) ORDER BY ordinal, finding_id
            """,
            row => (new Finding
            {
                Id = row.GetString(0),
                Kind = row.GetString(2),
                ClaimId = NullableText(row, 3),
                Question = row.GetString(4),
                Answer = row.GetString(5),
                Verdict = row.IsDBNull(6) ? null : Enum.Parse<Verdict>(row.GetString(6)),
                Rule = row.GetString(7),
                Source = row.GetString(8),
                Query = row.GetString(9),
                CannotShow = row.GetString(10),
                Values = [.. values[(row.GetString(0), row.GetInt32(1))]],
            },
            row.GetString(11)),
            cancellationToken);
    }

    /// <summary>How many rows each table has: what is only ever appended to is the same while these are.</summary>
    public string RowCounts(CancellationToken cancellationToken) => Query(
        $"SELECT concat_ws(' ', {string.Join(", ", EvidenceSchema.Tables.Select(t => $"(SELECT count(*) FROM {t.Name})"))})", row => row.GetString(0), cancellationToken)[0];

    internal static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    // DuckDB.NET hands text over as C strings, which end at U+0000; model output may hold one, and evidence loses nothing.
    private static bool HasNul(params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (text is not null && text.Contains('\0', StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private static void InsertRow(DuckDBConnection connection, string table, params IReadOnlyList<object?> values)
    {
        var names = values.Select((v, i) => (Name: "p" + i.ToString(CultureInfo.InvariantCulture), IsText: v is string)).ToList();
        Execute(
            connection,
            $"INSERT INTO {table} VALUES ({string.Join(", ", names.Select(n => n.IsText ? $"decode(from_base64(${n.Name}))" : "$" + n.Name))})",
            [.. values.Select((v, i) => (names[i].Name, v is string text ? Convert.ToBase64String(Encoding.UTF8.GetBytes(text)) : v))]);
    }

    private static long Scalar(DuckDBConnection connection, string sql, params (string Name, object? Value)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static string? NullableText(DbDataReader row, int i) => row.IsDBNull(i) ? null : row.GetString(i);

    private static double? NullableNumber(DbDataReader row, int i) => row.IsDBNull(i) ? null : row.GetDouble(i);
}
