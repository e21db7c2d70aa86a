namespace ForensicKit.Contamination;

/// <summary>Which parts of an item stand in the training data.</summary>
public enum LeakKind
{
    /// <summary>The question, nowhere together with its answer.</summary>
    QuestionOnly,

    /// <summary>The answer, nowhere together with its question.</summary>
    AnswerOnly,

    /// <summary>Question and answer in one document.</summary>
    QuestionAndAnswer,
}

/// <summary>What the scan says about one item. Presence is not inflation: a model may have gained nothing from what it saw.</summary>
/// <param name="BenchmarkName">The benchmark.</param>
/// <param name="ItemId">The item.</param>
/// <param name="IsFresh">Whether it is a control that cannot be in the documents.</param>
/// <param name="Kind">Which parts are there; null where none is.</param>
/// <param name="Documents">Distinct documents that hold a part.</param>
/// <param name="Occurrences">Places that hold a part: one document may hold an item several times.</param>
/// <param name="Coverage">Largest share of what agrees that stands in one place, by the worth of its words; of places that do not count where <paramref name="Kind"/> is null.</param>
/// <param name="IsVerbatim">Whether a whole unit (question, or question and answer) stands there word for word.</param>
/// <param name="IsFindable">Whether any question or answer of the item is long and distinct enough to be found.</param>
public sealed record ItemPresence(
    string BenchmarkName, string ItemId, bool IsFresh, LeakKind? Kind, int Documents, int Occurrences, double Coverage, bool IsVerbatim, bool IsFindable)
{
    /// <summary>Whether it is a fresh item that says what counts as present, and so cannot say how often that is wrong.</summary>
    public bool Calibrates { get; init; }

    /// <summary>Whether something like it was found, but no more than is found of fresh items.</summary>
    public bool IsPartial => Kind is null && Coverage > 0;

    /// <summary>Sums up the hits of an item.</summary>
    internal static ItemPresence Of(ScanItem item, bool calibrates, bool isFindable, IReadOnlyList<(CaseHit Hit, double Coverage)> hits)
    {
        var present = hits.Where(h => h.Hit.IsPresent).ToList();
        LeakKind? kind = present.Count == 0 ? null
            : present.Exists(h => h.Hit.Hit.Kind == LeakKind.QuestionAndAnswer) ? LeakKind.QuestionAndAnswer
            : present.Exists(h => h.Hit.Hit.Kind == LeakKind.QuestionOnly) ? LeakKind.QuestionOnly
            : LeakKind.AnswerOnly;
        return new(
            item.BenchmarkName, item.ItemId, item.IsFresh, kind, present.Select(h => (h.Hit.Hit.Shard, h.Hit.Hit.Record)).Distinct().Count(), present.Count,
            (present.Count > 0 ? present : hits).Select(h => h.Coverage).DefaultIfEmpty(0).Max(), present.Exists(h => h.Hit.Hit.Diff.Pieces.All(p => p.Agrees)), isFindable || present.Count > 0)
        {
            Calibrates = calibrates,
        };
    }
}
