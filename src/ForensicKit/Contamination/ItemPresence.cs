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
/// <param name="Coverage">Largest share of a field found in one place; below the threshold where <paramref name="Kind"/> is null.</param>
/// <param name="IsVerbatim">Whether a whole question (or, for an answer alone, a whole answer) stands there word for word.</param>
/// <param name="IsFindable">Whether any question or answer of the item is long and distinct enough to be found.</param>
public sealed record ItemPresence(
    string BenchmarkName, string ItemId, bool IsFresh, LeakKind? Kind, int Documents, int Occurrences, double Coverage, bool IsVerbatim, bool IsFindable)
{
    /// <summary>Whether some stretch was found, but too little of any field.</summary>
    public bool IsPartial => Kind is null && Coverage > 0;

    /// <summary>Sums up matches item by item, in the order of the items.</summary>
    /// <param name="scan">The scan that gave them.</param>
    /// <param name="matches">The matches of all documents.</param>
    public static IReadOnlyList<ItemPresence> Of(OverlapScan scan, IEnumerable<OverlapMatch> matches)
    {
        var ofItem = matches.GroupBy(m => (m.BenchmarkName, m.ItemId)).ToDictionary(g => g.Key, g => g.ToList());
        var hidden = scan.Unfindable.Select(u => (u.BenchmarkName, u.ItemId, u.Field)).ToHashSet();
        return [.. scan.Items.Select(item => Of(
            item, ofItem.GetValueOrDefault((item.BenchmarkName, item.ItemId), []), scan.Options.MinimumCoverage,
            item.Fields.Any(f => f.Role != ScanRole.WrongChoice && !hidden.Contains((item.BenchmarkName, item.ItemId, f.Name)))))];
    }

    private static ItemPresence Of(ScanItem item, List<OverlapMatch> matches, double minimum, bool isFindable)
    {
        var documents = matches.Where(m => m.Coverage >= minimum).GroupBy(m => (m.Shard, m.DocumentId)).Select(InDocument).OfType<Sighting>().ToList();
        LeakKind? kind = documents.Count == 0 ? null
            : documents.Any(d => d.Kind == LeakKind.QuestionAndAnswer) ? LeakKind.QuestionAndAnswer
            : documents.Any(d => d.Kind == LeakKind.QuestionOnly) ? LeakKind.QuestionOnly
            : LeakKind.AnswerOnly;
        return new(
            item.BenchmarkName, item.ItemId, item.IsFresh, kind, documents.Count, documents.Sum(d => d.Occurrences),
            matches.Where(m => m.Role != ScanRole.WrongChoice).Select(m => m.Coverage).DefaultIfEmpty(0).Max(), documents.Any(d => d.IsVerbatim), isFindable);
    }

    private static Sighting? InDocument(IEnumerable<OverlapMatch> matches)
    {
        var all = matches.ToList();
        var questions = MostOf(all, ScanRole.Question);
        // Beside its rivals the right choice says nothing, unless it is named more often than any of them.
        var wrong = MostOf(all, ScanRole.WrongChoice);
        var told = MostOf(all, ScanRole.Answer) is var count && count > wrong ? count : 0;
        var answers = Math.Max(told, MostOf(all, ScanRole.AnswerKey));
        if (questions == 0 && answers == 0)
            return null;
        var decisive = questions > 0 ? ScanRole.Question : ScanRole.Answer;
        return new(
            (questions, answers) switch
            {
                (0, _) => LeakKind.AnswerOnly,
                (_, 0) => LeakKind.QuestionOnly,
                _ => LeakKind.QuestionAndAnswer,
            },
            questions > 0 ? questions : answers, all.Any(m => m.Role == decisive && m.IsVerbatim));
    }

    private static int MostOf(List<OverlapMatch> matches, ScanRole role) =>
        matches.Where(m => m.Role == role).GroupBy(m => m.Field, StringComparer.Ordinal).Select(g => g.Count()).DefaultIfEmpty(0).Max();

    private sealed record Sighting(LeakKind Kind, int Occurrences, bool IsVerbatim);
}
