using System.Text;

namespace ForensicKit.Evidence;

/// <summary>One column of the evidence database.</summary>
/// <param name="Name">Name in SQL.</param>
/// <param name="Type">DuckDB type, with NOT NULL where a value is always there.</param>
/// <param name="Meaning">What it holds, with units.</param>
public sealed record EvidenceColumn(string Name, string Type, string Meaning);

/// <summary>One table of the evidence database.</summary>
/// <param name="Name">Name in SQL.</param>
/// <param name="Meaning">What one row is.</param>
/// <param name="Key">Columns that identify a row.</param>
/// <param name="Columns">All columns, in order.</param>
public sealed record EvidenceTable(string Name, string Meaning, IReadOnlyList<string> Key, IReadOnlyList<EvidenceColumn> Columns)
{
    /// <summary>The statement that creates the table if it is absent.</summary>
    public string CreateStatement()
    {
        var sql = new StringBuilder($"CREATE TABLE IF NOT EXISTS {Name} (\n");
        foreach (var column in Columns)
            sql.Append($"  {column.Name} {column.Type},\n");
        return sql.Append($"  PRIMARY KEY ({string.Join(", ", Key)})\n)").ToString();
    }
}

/// <summary>
/// The evidence database, documented column by column. This file is its only definition: the tables are created from it and the
/// document's appendix is printed from it.
/// </summary>
/// <remarks>
/// Append-only: rows are inserted, never updated or deleted. A later opinion is a new revision beside the old one. Counts are kept as
/// integer numerators and denominators; rates are derived. Text columns that hold numbers hold the decimal as it was printed.
/// </remarks>
public static class EvidenceSchema
{
    /// <summary>Version of the layout below; a database of another version is refused.</summary>
    public const int Version = 6;

    /// <summary>Facts about the database itself.</summary>
    public static EvidenceTable Facts { get; } = new("facts", "One fact about this database.", ["name"],
    [
        new("name", "VARCHAR NOT NULL", "schema_version, case_name, case_sha256, created_at."),
        new("value", "VARCHAR NOT NULL", "Its value as text."),
    ]);

    /// <summary>Input files.</summary>
    public static EvidenceTable Artifacts { get; } = new("artifacts", "One input file, taken in once and addressed by its hash.", ["artifact_id"],
    [
        new("artifact_id", "VARCHAR NOT NULL", "Name given by the manifest."),
        new("sha256", "VARCHAR NOT NULL", "SHA-256 of the bytes, lower-case hex; checked when taken in."),
        new("bytes", "BIGINT NOT NULL", "Length in bytes."),
        new("path", "VARCHAR NOT NULL", "Relative path inside the store it was found in."),
        new("source", "VARCHAR NOT NULL", "Where it comes from: repository and commit, or release."),
        new("licence", "VARCHAR NOT NULL", "Licence, or 'none' where the source states none."),
        new("url", "VARCHAR", "Public address of identical bytes."),
        new("taken_in_at", "TIMESTAMP NOT NULL", "When, UTC."),
    ]);

    /// <summary>Benchmark items that responses answer.</summary>
    public static EvidenceTable Items { get; } = new("items", "One benchmark item with its reference answer.", ["benchmark", "item_id"],
    [
        new("benchmark", "VARCHAR NOT NULL", "Benchmark name."),
        new("item_id", "VARCHAR NOT NULL", "Identifier, unique within the benchmark."),
        new("item_index", "INTEGER NOT NULL", "0-based position in the split."),
        new("subject", "VARCHAR", "Subject or group."),
        new("question_sha256", "VARCHAR NOT NULL", "SHA-256 of the question's UTF-8 bytes."),
        new("gold", "VARCHAR NOT NULL", "Reference answer as the benchmark states it."),
        new("gold_choice", "INTEGER", "0-based index of the right choice."),
        new("choices", "VARCHAR[]", "Texts of the choices, in order."),
    ]);

    /// <summary>Runs: one model under one protocol on one benchmark.</summary>
    public static EvidenceTable Runs { get; } = new("runs", "One run: a model, a protocol, a benchmark, and all that made the responses what they are.", ["run_id"],
    [
        new("run_id", "VARCHAR NOT NULL", "SHA-256 over everything that decides the responses (first 16 hex digits)."),
        new("model", "VARCHAR NOT NULL", "Model id of the case."),
        new("benchmark", "VARCHAR NOT NULL", "Benchmark name."),
        new("origin", "VARCHAR NOT NULL", "recorded (responses taken from a file) or inference (asked by this kit)."),
        new("protocol", "VARCHAR NOT NULL", "The protocol as JSON; what is not known is absent."),
        new("protocol_sha256", "VARCHAR NOT NULL", "SHA-256 of that JSON."),
        new("model_sha256", "VARCHAR", "Hash of the weights, or of the recorded file."),
        new("tokenizer_sha256", "VARCHAR", "Hash of the tokenizer."),
        new("device", "VARCHAR", "Device the model ran on; null where the recording does not say."),
        new("dtype", "VARCHAR", "Data type of the weights in computation."),
        new("batch_shape", "VARCHAR", "Batch shape or policy."),
        new("seed", "BIGINT", "Seed of sampling."),
        new("threads", "INTEGER NOT NULL", "Threads of this process."),
        new("kit_version", "VARCHAR NOT NULL", "Version and commit of ForensicKit."),
        new("libraries", "VARCHAR NOT NULL", "Versions of the libraries that matter, as JSON."),
        new("platform", "VARCHAR NOT NULL", "Operating system, architecture and runtime."),
        new("started_at", "TIMESTAMP NOT NULL", "When, UTC."),
    ]);

    /// <summary>Runs whose responses are all stored.</summary>
    public static EvidenceTable CompletedRuns { get; } = new("completed_runs", "A run whose responses are all stored.", ["run_id"],
    [
        new("run_id", "VARCHAR NOT NULL", "The run."),
        new("responses", "BIGINT NOT NULL", "How many responses it has."),
        new("completed_at", "TIMESTAMP NOT NULL", "When, UTC."),
    ]);

    /// <summary>Responses, stored before they are scored.</summary>
    public static EvidenceTable Responses { get; } = new("responses", "One request to a model and all that came back.", ["run_id", "item_id", "choice_index", "sample_index"],
    [
        new("run_id", "VARCHAR NOT NULL", "The run."),
        new("item_id", "VARCHAR NOT NULL", "The item."),
        new("item_index", "INTEGER NOT NULL", "0-based position of the item in its split."),
        new("choice_index", "INTEGER NOT NULL", "0-based index of the scored choice; -1 for a generated answer."),
        new("sample_index", "INTEGER NOT NULL", "0-based index of the sample."),
        new("prompt", "VARCHAR", "Rendered prompt, where known."),
        new("text", "VARCHAR", "Generated text or scored continuation, where known."),
        new("loglikelihood", "DOUBLE", "Sum of log p over the continuation's tokens, nats."),
        new("loglikelihood_per_token", "DOUBLE", "Mean log p per token, nats."),
        new("loglikelihood_per_byte", "DOUBLE", "Log p per UTF-8 byte of the continuation, nats."),
        new("token_ids", "INTEGER[]", "Token ids."),
        new("token_logprobs", "DOUBLE[]", "Log p of each token, nats."),
        new("recorded_answer", "VARCHAR", "Answer as the recording's author extracted it."),
        new("recorded_correct", "BOOLEAN", "Whether the recording's author counted it correct."),
        new("finish_reason", "VARCHAR", "Why generation ended."),
        new("least_margin", "DOUBLE", "Least distance of any of its tokens from its nearest rival in logits, nats; near 0, another machine may choose or rank it otherwise. Null where the model does not say."),
        new("is_greedy", "BOOLEAN", "Whether each token of a scored continuation is the most probable one at its place; null for a generated answer and where a recording does not say."),
        new("from_cache", "BOOLEAN", "Whether it was computed in an earlier investigation on this machine, of the same question by the same model and engine; null for recordings."),
    ]);

    /// <summary>Scores of items under documented rules.</summary>
    public static EvidenceTable Scores { get; } = new("scores", "One item of one run scored under one rule.", ["run_id", "rule", "item_id"],
    [
        new("run_id", "VARCHAR NOT NULL", "The run."),
        new("rule", "VARCHAR NOT NULL", "Id of the scoring rule."),
        new("item_id", "VARCHAR NOT NULL", "The item."),
        new("item_index", "INTEGER NOT NULL", "0-based position of the item in its split."),
        new("extracted", "VARCHAR", "What the rule read from the response."),
        new("correct", "BOOLEAN", "Whether it is right; null where the rule cannot be applied, or gives a share."),
        new("credit", "DOUBLE", "Expected share of right answers, 0 to 1, of a rule that averages over what may be drawn from the samples (maj@k, pass@k); null for other rules."),
    ]);

    /// <summary>Claims as they were made, and scores reported by others.</summary>
    public static EvidenceTable ReportedScores { get; } = new("reported_scores", "A score somebody printed: the claim itself, an independent reproduction, or a reference.", ["claim_id", "role"],
    [
        new("claim_id", "VARCHAR NOT NULL", "The claim."),
        new("role", "VARCHAR NOT NULL", "claimed, reproduced or reference."),
        new("model", "VARCHAR NOT NULL", "Model id."),
        new("benchmark", "VARCHAR NOT NULL", "Benchmark name."),
        new("metric", "VARCHAR NOT NULL", "Metric name."),
        new("printed", "VARCHAR NOT NULL", "The value as printed, in percent."),
        new("n", "BIGINT", "Items it is said to be computed on."),
        new("protocol", "VARCHAR NOT NULL", "What is stated of the protocol, as JSON."),
        new("source", "VARCHAR NOT NULL", "Where it was printed."),
    ]);

    /// <summary>Findings; the highest revision of an id is the one that stands.</summary>
    public static EvidenceTable Findings { get; } = new("findings", "A question, its answer, its verdict and the rule that gave it.", ["finding_id", "revision"],
    [
        new("finding_id", "VARCHAR NOT NULL", "Stable id, for example gap/mmlu."),
        new("revision", "INTEGER NOT NULL", "1 for the first; a re-run that changes the finding appends the next."),
        new("ordinal", "INTEGER NOT NULL", "Order in the document."),
        new("kind", "VARCHAR NOT NULL", "Kind of question, for example gap."),
        new("claim_id", "VARCHAR", "The claim it is about."),
        new("question", "VARCHAR NOT NULL", "What was asked."),
        new("answer", "VARCHAR NOT NULL", "What was found, one or two sentences with {{bindings}} to the values."),
        new("verdict", "VARCHAR", "Supported, Overstated, Refuted, NotReproducible or InsufficientEvidence; null where the question has no verdict."),
        new("rule", "VARCHAR NOT NULL", "The rule that gave the answer."),
        new("source", "VARCHAR NOT NULL", "Where the rule comes from."),
        new("query", "VARCHAR NOT NULL", "SQL that shows the rows it came from."),
        new("cannot_show", "VARCHAR NOT NULL", "What this finding cannot show."),
        new("sha256", "VARCHAR NOT NULL", "Hash of the finding with its values; also in the custody log."),
        new("found_at", "TIMESTAMP NOT NULL", "When, UTC."),
    ]);

    /// <summary>The numbers of findings.</summary>
    public static EvidenceTable FindingValues { get; } = new("finding_values", "One number or word of a finding.", ["finding_id", "revision", "name"],
    [
        new("finding_id", "VARCHAR NOT NULL", "The finding."),
        new("revision", "INTEGER NOT NULL", "Its revision."),
        new("ordinal", "INTEGER NOT NULL", "Order within the finding."),
        new("name", "VARCHAR NOT NULL", "Name for bindings, for example gap_lower."),
        new("label", "VARCHAR NOT NULL", "Name for people."),
        new("exact", "VARCHAR NOT NULL", "The value as text that reads back to the same value; probabilities below the double range included."),
        new("display", "VARCHAR NOT NULL", "The value as it is printed."),
        new("unit", "VARCHAR NOT NULL", "Unit, empty for words and pure numbers."),
        new("lower", "DOUBLE", "Lower end of the interval."),
        new("upper", "DOUBLE", "Upper end of the interval."),
        new("level", "DOUBLE", "Confidence level of the interval."),
        new("comparison", "VARCHAR NOT NULL", "How a re-run is compared: exact, absolute:x, relative:x, within-interval or ignore."),
    ]);

    /// <summary>Scans of training text.</summary>
    public static EvidenceTable Scans { get; } = new("scans", "One scan of training text for benchmark items.", ["scan_id"],
    [
        new("scan_id", "VARCHAR NOT NULL", "SHA-256 over files, items and options (first 16 hex digits)."),
        new("options", "VARCHAR NOT NULL", "How it looked and what could not be read, as JSON."),
        new("documents", "BIGINT NOT NULL", "Documents read."),
        new("words", "BIGINT NOT NULL", "Words read."),
        new("scanned_at", "TIMESTAMP NOT NULL", "When, UTC."),
    ]);

    /// <summary>Places of training text that are items or parts of them.</summary>
    public static EvidenceTable ScanHits { get; } = new("scan_hits", "A place of a training document that agrees with an item, up to editing; fresh items among them.", ["scan_id", "hit_index"],
    [
        new("scan_id", "VARCHAR NOT NULL", "The scan."),
        new("hit_index", "BIGINT NOT NULL", "0-based, in the order of documents and places."),
        new("benchmark", "VARCHAR NOT NULL", "Benchmark name; a fresh twin stands under the name of the published one."),
        new("item_id", "VARCHAR NOT NULL", "The item."),
        new("class", "VARCHAR NOT NULL", "Leak, SharedSource or Template."),
        new("kind", "VARCHAR NOT NULL", "QuestionOnly, AnswerOnly or QuestionAndAnswer: which parts are there."),
        new("unit", "VARCHAR NOT NULL", "The unit of the item that agrees best."),
        new("score", "DOUBLE NOT NULL", "(agreeing nats - nats of chance) / nats of the unit."),
        new("threshold", "DOUBLE NOT NULL", "The score from which on the unit counts as found."),
        new("p_siblings", "DOUBLE NOT NULL", "Conformal p of the score among items of the benchmark held against each other."),
        new("p_control", "DOUBLE NOT NULL", "Conformal p among the fresh twins of the benchmark; 1 without any."),
        new("is_present", "BOOLEAN NOT NULL", "Whether it counts as presence: a leak, and more than is seen of twins."),
        new("matched_nats", "DOUBLE NOT NULL", "Nats of words that agree."),
        new("longest_run", "INTEGER NOT NULL", "Words in a row that agree."),
        new("shard", "VARCHAR NOT NULL", "The file."),
        new("record", "BIGINT NOT NULL", "0-based record in the file."),
        new("document_id", "VARCHAR NOT NULL", "The document's own id; empty where it has none."),
        new("text_sha256", "VARCHAR NOT NULL", "SHA-256 of the document's text in UTF-8."),
        new("start_byte", "BIGINT NOT NULL", "Where the place starts in the document's UTF-8 bytes."),
        new("end_byte", "BIGINT NOT NULL", "Where it ends, exclusive."),
        new("start_character", "BIGINT NOT NULL", "Where it starts, code points; -1 in later pieces of a long text."),
        new("end_character", "BIGINT NOT NULL", "Where it ends, exclusive."),
        new("item_field", "VARCHAR NOT NULL", "What of the item the next two count in."),
        new("item_start", "BIGINT NOT NULL", "First code point of the item's text that agrees."),
        new("item_end", "BIGINT NOT NULL", "Code point behind the last that agrees."),
        new("rule", "VARCHAR NOT NULL", "Why it counts as found, in words."),
        new("diff", "VARCHAR NOT NULL", "Item and document side by side: a JSON list of [item, document, agrees], cut at 1,000 characters of either."),
    ]);

    /// <summary>What a scan says of each item.</summary>
    public static EvidenceTable ItemPresences { get; } = new("item_presence", "What a scan says of one item. Presence is not inflation.", ["scan_id", "benchmark", "item_id"],
    [
        new("scan_id", "VARCHAR NOT NULL", "The scan."),
        new("benchmark", "VARCHAR NOT NULL", "Benchmark name; a fresh twin stands under the name of the published one."),
        new("item_id", "VARCHAR NOT NULL", "The item."),
        new("is_fresh", "BOOLEAN NOT NULL", "Whether it cannot be in the text: the scan's control."),
        new("kind", "VARCHAR", "QuestionOnly, AnswerOnly or QuestionAndAnswer; null where it is not there."),
        new("documents", "INTEGER NOT NULL", "Distinct documents that hold a part."),
        new("occurrences", "INTEGER NOT NULL", "Places that hold a part."),
        new("coverage", "DOUBLE NOT NULL", "Largest share of what agrees that stands in one place, by the worth of its words."),
        new("is_verbatim", "BOOLEAN NOT NULL", "Whether a whole text stands there word for word."),
        new("is_findable", "BOOLEAN NOT NULL", "Whether any text of it is long and distinct enough to be found."),
        new("calibrates", "BOOLEAN NOT NULL", "Whether it is a fresh item that says what counts as present, and so cannot say how often that is wrong."),
    ]);

    /// <summary>Batteries of tests that ask a model itself.</summary>
    public static EvidenceTable MembershipBatteries { get; } = new("membership_batteries", "One model asked by a battery of tests whether it knows a benchmark.", ["battery_id"],
    [
        new("battery_id", "VARCHAR NOT NULL", "SHA-256 over models, items, tests and seed (first 16 hex digits)."),
        new("benchmark", "VARCHAR NOT NULL", "Benchmark name."),
        new("model", "VARCHAR NOT NULL", "Model id of the case: the suspect, or its reference as a control."),
        new("options", "VARCHAR NOT NULL", "Tests, sets, seed and numbers of draws, as JSON, with what a classifier without any model makes of both sets."),
        new("asked_at", "TIMESTAMP NOT NULL", "When, UTC."),
    ]);

    /// <summary>Tests of a battery.</summary>
    public static EvidenceTable MembershipTests { get; } = new("membership_tests", "One statistic of one test of a battery, or why there is none.", ["battery_id", "test"],
    [
        new("battery_id", "VARCHAR NOT NULL", "The battery."),
        new("test_index", "INTEGER NOT NULL", "0-based, in the order of the battery."),
        new("test", "VARCHAR NOT NULL", "Name of the test; after a slash the statistic where it has several."),
        new("refused", "VARCHAR", "Why there is no p-value; null where there is one."),
        new("p", "DOUBLE", "One-sided p of the test's null, 0 below the range of doubles; null where refused."),
        new("log_p", "DOUBLE", "Its natural logarithm."),
        new("effect_name", "VARCHAR", "What the effect measures, with its unit."),
        new("effect", "DOUBLE", "Size of the effect."),
        new("lower", "DOUBLE", "Lower end of its 95% interval."),
        new("upper", "DOUBLE", "Upper end of its 95% interval."),
        new("members", "INTEGER NOT NULL", "Items under suspicion that were used."),
        new("non_members", "INTEGER NOT NULL", "Items that cannot have been trained on that were used."),
        new("numbers", "VARCHAR NOT NULL", "Every further number by name, as JSON."),
        new("notes", "VARCHAR NOT NULL", "What must be said with the numbers, a JSON list."),
        new("draws", "VARCHAR", "Purpose of the draws that give the p-value again from membership_scores and the battery's seed; null where the test compares no two sets."),
    ]);

    /// <summary>Scores that tests of a battery compare.</summary>
    public static EvidenceTable MembershipScores { get; } = new("membership_scores", "One item's score in a test that compares two sets; the larger, the likelier it was trained on.", ["battery_id", "test", "is_member", "item_id"],
    [
        new("battery_id", "VARCHAR NOT NULL", "The battery."),
        new("test", "VARCHAR NOT NULL", "The test."),
        new("item_index", "INTEGER NOT NULL", "0-based, members first: the order in which labels are exchanged."),
        new("item_id", "VARCHAR NOT NULL", "The item."),
        new("is_member", "BOOLEAN NOT NULL", "Whether it is under suspicion; otherwise it cannot have been trained on."),
        new("subject", "VARCHAR NOT NULL", "Labels are exchanged within a subject; empty where there is one."),
        new("score", "DOUBLE NOT NULL", "Its score."),
    ]);

    /// <summary>Requests of a latency measurement.</summary>
    public static EvidenceTable LatencyRequests { get; } = new("latency_requests", "One request of a latency measurement, nanoseconds since its start.", ["load_id", "request_index"],
    [
        new("load_id", "VARCHAR NOT NULL", "The load: single-stream, or open-loop with its rate."),
        new("request_index", "INTEGER NOT NULL", "0-based."),
        new("scheduled_ns", "BIGINT NOT NULL", "When it was to arrive."),
        new("started_ns", "BIGINT NOT NULL", "When the model took it up."),
        new("first_token_ns", "BIGINT NOT NULL", "When its first token was there; -1 where it failed."),
        new("last_token_ns", "BIGINT NOT NULL", "When its last token was there; -1 where it failed."),
        new("tokens", "INTEGER NOT NULL", "Tokens of the answer."),
        new("failed", "BOOLEAN NOT NULL", "Whether it failed."),
    ]);

    /// <summary>All tables, in the order of the flow.</summary>
    public static IReadOnlyList<EvidenceTable> Tables { get; } =
        [Facts, Artifacts, Items, Runs, CompletedRuns, Responses, Scores, ReportedScores, Scans, ScanHits, ItemPresences, MembershipBatteries, MembershipTests, MembershipScores, LatencyRequests, Findings, FindingValues];
}
