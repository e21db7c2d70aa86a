using System.Globalization;
using ForensicKit.Findings;
using ForensicKit.Statistics;

namespace ForensicKit.Contamination;

/// <summary>How many items of a benchmark stand in the training data, and how many fresh ones seem to.</summary>
/// <param name="BenchmarkName">The benchmark.</param>
/// <param name="Items">Its items that can be found.</param>
/// <param name="TooShort">Its items that are too short or too common to be found.</param>
/// <param name="QuestionOnly">Items of which only the question stands there.</param>
/// <param name="AnswerOnly">Items of which only the answer stands there.</param>
/// <param name="QuestionAndAnswer">Items of which both stand in one document.</param>
/// <param name="Verbatim">Present items of which a whole text stands there word for word.</param>
/// <param name="Partial">Items of which something was found, but no more than is found of fresh twins.</param>
/// <param name="Fresh">Fresh items that could be found and did not calibrate.</param>
/// <param name="FreshFound">Fresh items that count as present: chance, templates and shared sources, since they cannot be there.</param>
/// <param name="Exposures">Occurrences of each present item, ascending.</param>
public sealed record PresenceCounts(
    string BenchmarkName, int Items, int TooShort, int QuestionOnly, int AnswerOnly, int QuestionAndAnswer, int Verbatim, int Partial, int Fresh, int FreshFound,
    IReadOnlyList<int> Exposures)
{
    /// <summary>Items present in any form.</summary>
    public int Present => QuestionOnly + AnswerOnly + QuestionAndAnswer;

    /// <summary>Counts the items of one benchmark.</summary>
    /// <param name="benchmarkName">The benchmark.</param>
    /// <param name="presence">What the scan says, item by item; other benchmarks are left out.</param>
    public static PresenceCounts Of(string benchmarkName, IEnumerable<ItemPresence> presence)
    {
        var all = presence.Where(p => p.BenchmarkName == benchmarkName).ToList();
        var items = all.Where(p => !p.IsFresh).ToList();
        var findable = items.Where(p => p.IsFindable).ToList();
        var fresh = all.Where(p => p is { IsFresh: true, IsFindable: true, Calibrates: false }).ToList();
        int Kind(LeakKind kind) => findable.Count(p => p.Kind == kind);
        return new(
            benchmarkName, findable.Count, items.Count - findable.Count, Kind(LeakKind.QuestionOnly), Kind(LeakKind.AnswerOnly), Kind(LeakKind.QuestionAndAnswer),
            findable.Count(p => p is { Kind: not null, IsVerbatim: true }), findable.Count(p => p.IsPartial), fresh.Count, fresh.Count(p => p.Kind is not null),
            [.. findable.Where(p => p.Kind is not null).Select(p => p.Occurrences).Order()]);
    }
}

/// <summary>Findings on presence: what of a benchmark stands in the training data that is at hand. Never on what it did to a score.</summary>
public static class PresenceFinding
{
    /// <summary>Kind of the findings.</summary>
    public const string Kind = "presence";

    private const string CannotShow =
        "Whether the model was trained on what was scanned, whether it learnt from it, and what is in the rest of its training data. Items in other words, in another language or in pictures are not seen; "
        + "texts shorter than a word sequence only where they stand word for word, and a short answer only right after its question. Presence is not inflation.";

    /// <summary>The finding on one benchmark.</summary>
    /// <param name="counts">The counts.</param>
    /// <param name="settings">How the scan looked.</param>
    /// <param name="documents">Documents scanned.</param>
    /// <param name="query">SQL over the evidence that shows the matches.</param>
    /// <param name="claimId">The claim the benchmark belongs to; null for none.</param>
    /// <param name="level">Level of the intervals.</param>
    public static Finding Create(PresenceCounts counts, ScanSettings settings, long documents, string query, string? claimId = null, double level = 0.95) => new()
    {
        Id = $"{Kind}/{claimId ?? counts.BenchmarkName}",
        Kind = Kind,
        ClaimId = claimId,
        Question = $"Which items of {counts.BenchmarkName} stand in the training data?",
        Answer = Sentence(counts, settings.NotRead.Values.Sum()),
        Rule = "Pairs of telling words lead to places, which are compared with an item by what the agreeing words are worth, in any order and in order. "
            + "A place counts where at most 1% of the calibrating fresh twins, the item itself counted, are covered as well by any place (conformal p); passages that several sources quote and questions of many items do not count. "
            + "A place that another item matches better counts for that item alone. The other twins, which cannot be there either, say how often that is wrong.",
        Source = "Conformal p-values: Vovk, Gammerman and Shafer 2005, section 2.2; weights by rarity: Spärck Jones 1972; Clopper and Pearson 1934; Fisher 1935.",
        Query = query,
        CannotShow = CannotShow,
        Values = [.. Values(counts, settings, documents, level)],
    };

    /// <summary>What the counts say in a few words: <c>none found</c>, <c>present</c>, <c>present, no control</c>, <c>present beyond chance</c> or <c>not told from chance</c>.</summary>
    public static string Outcome(PresenceCounts counts) => counts switch
    {
        { Present: 0 } => "none found",
        { Fresh: 0 } => "present, no control",
        // A question that stands there stands there; an answer alone may be anybody's.
        { FreshFound: 0 } when counts.QuestionOnly + counts.QuestionAndAnswer > 0 => "present",
        _ when BeyondFresh(counts) is { Value: <= 0.05 } => "present beyond chance",
        _ => "not told from chance",
    };

    private static string Sentence(PresenceCounts c, long notRead)
    {
        var headline = Outcome(c) switch
        {
            "none found" => "None of {{items}} was found in {{documents}}.",
            "not told from chance" => "{{present}} of {{items|bare}} look present, no more than the fresh items do.",
            _ => "{{present}} of {{items|bare}} stand in the training data.",
        };
        var kinds = c.Present == 0 ? ""
            : " Question and answer stand together for {{question_and_answer}}, the question alone for {{question_only}}, the answer alone for {{answer_only}}; {{verbatim}} stand there word for word."
                + " A present item stands in {{exposures_median|bare}} places at the median and {{exposures_most|bare}} at most; {{documents}} were scanned.";
        var control = c.Fresh == 0
            ? " There were no fresh items to say how often chance looks like presence."
            : " Of {{fresh}} that cannot be there and did not set the mark, {{fresh_found|bare}} looked present ({{fresh_share}}; {{fresh_share|interval}}).";
        var shorter = c.TooShort == 0 ? "" : " {{too_short}} more are too short or too common to be found.";
        var unread = notRead == 0 ? "" : " Not read as they should be: {{not_read}}.";
        var partial = c.Partial == 0 ? "" : " Of {{partial}} something like them was found, but no more than is found of fresh twins, which is not counted.";
        return $"{headline}\n{(kinds + control + shorter + partial + unread).TrimStart()} What this did to the score is another question.";
    }

    // Fisher's exact one-sided test: so many of the found among the benchmark's own items, were found and not found shared out at random.
    internal static Probability? BeyondFresh(PresenceCounts c) => c.Fresh == 0 || c.Items == 0 ? null
        : Hypergeometric.Upper(c.Present, c.Items + c.Fresh, c.Present + c.FreshFound, c.Items);

    private static IEnumerable<FindingValue> Values(PresenceCounts c, ScanSettings settings, long documents, double level)
    {
        yield return FindingValue.Word("outcome", "Presence", Outcome(c));
        yield return FindingValue.Count("items", "Items that can be found", c.Items);
        yield return FindingValue.Count("too_short", "Items too short or too common to be found", c.TooShort);
        yield return FindingValue.Count("present", "Items present", c.Present);
        if (c.Items > 0)
            yield return Share("present_share", "Their share", c.Present, c.Items, level);
        yield return FindingValue.Count("question_and_answer", "Question and answer in one document", c.QuestionAndAnswer);
        yield return FindingValue.Count("question_only", "Question only", c.QuestionOnly);
        yield return FindingValue.Count("answer_only", "Answer only", c.AnswerOnly);
        yield return FindingValue.Count("verbatim", "Word for word", c.Verbatim);
        yield return FindingValue.Count("partial", "Something like it, not counted", c.Partial);
        if (c.Exposures.Count > 0)
        {
            yield return FindingValue.Count("exposures_median", "Places of a present item, median", c.Exposures[(c.Exposures.Count - 1) / 2], "places");
            yield return FindingValue.Count("exposures_most", "Places of a present item, most", c.Exposures[^1], "places");
            foreach (var step in InflationTest.ExposureSteps)
            {
                var name = step.ToString(CultureInfo.InvariantCulture);
                yield return FindingValue.Count($"seen_{name}", $"Items at {name} places or more", c.Exposures.Count(e => e >= step));
            }
        }

        yield return FindingValue.Count("fresh", "Fresh items", c.Fresh);
        yield return FindingValue.Count("fresh_found", "Fresh items that looked present", c.FreshFound);
        if (c.Fresh > 0)
            yield return Share("fresh_share", "Their share, exact interval", c.FreshFound, c.Fresh, level);
        if (BeyondFresh(c) is { } p)
            yield return FindingValue.P("p_beyond_fresh", "Exact one-sided p of no more present than among fresh items", p);
        yield return FindingValue.Count("documents", "Documents scanned", documents, "documents");
        yield return FindingValue.Count("twins", "Fresh twins that say what counts", settings.Twins.GetValueOrDefault(c.BenchmarkName));
        yield return FindingValue.Number("control_rate", "Share of items that may pass wrongly", 100 * settings.ControlRate, 0, "%");
        yield return FindingValue.Count("not_read", "Records and files not read as they should be", settings.NotRead.Values.Sum(), "records");
    }

    private static FindingValue Share(string name, string label, int x, int n, double level)
    {
        var interval = BinomialInterval.ClopperPearson(x, n, level);
        return FindingValue.Number(name, label, 100.0 * x / n, 1, "%") with { Interval = (100 * interval.Lower, 100 * interval.Upper, level) };
    }
}
