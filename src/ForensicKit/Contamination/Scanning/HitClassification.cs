namespace ForensicKit.Contamination.Scanning;

/// <summary>What kind of agreement a hit is, and why.</summary>
internal sealed class HitClassification(PlaceComparison comparison)
{
    // Choices are shared by many questions: at least this share of the nats of the question must stand there too.
    private const double LeastQuestion = 0.35;

    // Of what is asked about a passage, at least this share of the share that is there of the passage; of the choices, this share.
    private const double Asked = 0.45;
    private const double AskedChoices = 0.6;

    // Words in front of a place that are looked at: where sentences were reordered, what is asked may be cut off from the place for being worth little.
    private const int Before = 6;

    // Nats from which on words tell something by themselves.
    private const float LeastOwn = 5;

    // Where numbers and letters agree and less of the other words' nats, it is a formula.
    private const double LeastWords = 0.3;

    // An item may stand in a benchmark twice; what more of them ask is what many people ask.
    private const int MostSame = 3;

    private static readonly float[] s_anyScore = [.. Enum.GetValues<ScanUnit>().Select(_ => 0.2f)];

    /// <summary>The class of a hit; the reason is empty for a leak.</summary>
    /// <param name="entry">The item.</param>
    /// <param name="agreement">How it agrees, and where.</param>
    /// <param name="text">Words of the text.</param>
    public (HitClass Class, string Reason) Of(ScanEntry entry, in Agreement agreement, ReadOnlySpan<int> text) => Example(entry, agreement, text) is { } example
        ? (HitClass.SharedSource, $"{example.Item.ItemId} of another published split agrees with the place at least as well")
        : WithoutExamples(entry, agreement, text);

    /// <summary>The same, not held against items of other splits.</summary>
    public (HitClass Class, string Reason) WithoutExamples(ScanEntry entry, in Agreement agreement, ReadOnlySpan<int> text)
    {
        if (agreement.IsExact && entry.SameQuestion > MostSame)
            return (HitClass.Template, "other items ask the same in the same words");
        var place = text[agreement.Start..agreement.End];
        if (agreement.Unit == ScanUnit.QuestionAndChoices && comparison.Share(entry, agreement.Unit, 0, entry.QuestionWords, place) < LeastQuestion)
            return (HitClass.Template, "the choices stand there, hardly a third of the question does");
        if (IsFormula(entry, agreement.Unit, place))
            return (HitClass.Boilerplate, "numbers and single letters agree, the words around them do not");
        var isLeak = agreement.Unit switch
        {
            ScanUnit.Ask => HasOwnOfAsked(entry, text[Math.Max(0, agreement.Start - Before)..Math.Min(text.Length, agreement.End + Before)]),
            ScanUnit.Answer => true,
            _ => entry.AskWords == 0 || IsAsked(entry, agreement, text),
        };
        if (isLeak)
            return (HitClass.Leak, "");
        return (HitClass.SharedSource, "the passage stands there, what is asked about it does not");
    }

    /// <summary>Word up to which answer and choices may stand behind a place.</summary>
    public static int Behind(ScanEntry entry, in Agreement agreement, int words) =>
        Math.Min(words, agreement.End + (int)(1.3 * (entry.Words.Length - Math.Min(entry.QuestionWords, ScanEntry.MostWords))) + 20);

    // The example that agrees with the place at least as well as the item does.
    private ScanEntry? Example(ScanEntry entry, in Agreement agreement, ReadOnlySpan<int> text)
    {
        foreach (var example in entry.Examples)
        {
            if (IsThere(example, agreement, text, out var other) && other.Rank >= agreement.Rank
                && 2 * (Math.Min(other.End, agreement.End) - Math.Max(other.Start, agreement.Start)) >= agreement.End - agreement.Start)
                return example;
        }

        return null;
    }

    // What was found as an edited copy is held against others as such.
    private bool IsThere(ScanEntry example, in Agreement agreement, ReadOnlySpan<int> text, out Agreement other)
    {
        if (agreement.Unit != ScanUnit.Edited)
            return comparison.Compare(example, text, agreement.Start, agreement.End - 1, s_anyScore, s_anyScore, out other);
        other = default;
        return Array.Find(example.Units, u => u.Unit == ScanUnit.Edited) is { Total: > 0 } unit
            && comparison.Compare(example, unit, text, agreement.Start, agreement.End - 1, s_anyScore[0], s_anyScore[0], out other);
    }

    // A passage is there; is what is asked about it, as far as editing left the passage?
    private bool IsAsked(ScanEntry entry, in Agreement agreement, ReadOnlySpan<int> text)
    {
        var (first, q, a, n) = (entry.QuestionWords - entry.AskWords, entry.QuestionWords, entry.AnswerWords, entry.Words.Length);
        var behind = Behind(entry, agreement, text.Length);
        var place = text[Math.Max(0, agreement.Start - entry.AskWords - Before)..behind];
        if (n > q + a && comparison.Share(entry, agreement.Unit, q + a, n, place) >= AskedChoices)
            return true;
        if (IsAskedBehind(entry, text[Math.Max(agreement.Start, agreement.End - (2 * entry.AskWords) - Before)..behind]))
            return true;
        var passage = Math.Min(1, comparison.Share(entry, agreement.Unit, 0, first, place));
        // Words that the passage has too do not tell.
        var own = entry.WeightsOf(agreement.Unit).AsSpan(first, q - first).ToArray();
        for (var i = first; i < q; i++)
        {
            if (entry.Words.AsSpan(0, first).Contains(entry.Words[i]))
                own[i - first] = 0;
        }

        var asked = own.Sum() >= LeastOwn ? comparison.Share(entry.Words.AsSpan(first, q - first), own, place) : comparison.Share(entry, agreement.Unit, first, q, place);
        return asked >= Asked * passage;
    }

    // However little its words are worth, nearly all of them are no chance.
    private bool IsAskedBehind(ScanEntry entry, ReadOnlySpan<int> text) =>
        HasOwnOfAsked(entry, text) && comparison.StandNearlyAll(entry.Words.AsSpan(entry.QuestionWords - entry.AskWords, entry.AskWords), text);

    // Half of the words of what is asked that the passage has not: else it may be the passage that says the same.
    private static bool HasOwnOfAsked(ScanEntry entry, ReadOnlySpan<int> text)
    {
        var passage = entry.Words.AsSpan(0, entry.QuestionWords - entry.AskWords);
        var (own, there) = (0, 0);
        foreach (var word in entry.Words.AsSpan(passage.Length, entry.AskWords))
        {
            if (passage.Contains(word))
                continue;
            own++;
            there += text.Contains(word) ? 1 : 0;
        }

        return 2 * there >= own;
    }

    private bool IsFormula(ScanEntry entry, ScanUnit unit, ReadOnlySpan<int> place)
    {
        var stretch = entry.Units.First(u => u.Unit == unit);
        var (start, end) = (stretch.Start, Math.Min(stretch.End, stretch.Start + ScanEntry.MostWords));
        var words = entry.WeightsOf(unit).AsSpan(start, end - start).ToArray();
        for (var i = start; i < end; i++)
        {
            if (entry.Signs[i])
                words[i - start] = 0;
        }

        // A question that is hardly more than a formula is known by it.
        return words.Sum() >= LeastOwn && comparison.Share(entry.Words.AsSpan(start, end - start), words, place) < LeastWords;
    }
}
