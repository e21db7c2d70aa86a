namespace ForensicKit.Contamination.Scanning;

/// <summary>What kind of agreement a hit is.</summary>
public enum HitClass
{
    /// <summary>The item, or what is left of it after editing.</summary>
    Leak,

    /// <summary>A passage that the item quotes and others quote too: what is asked about it is not there. Or an item of another published split, which is nearly the same.</summary>
    SharedSource,

    /// <summary>Words that many items have: the form of the question, not this question.</summary>
    Template,

    /// <summary>Numbers and letters of a formula, with other words around them; or a plain question that stands in many documents of the corpus without its answer.</summary>
    Boilerplate,
}

/// <summary>A place of a text that is an item or part of one, up to editing.</summary>
/// <param name="Item">The item.</param>
/// <param name="Unit">The unit that agrees best.</param>
/// <param name="Kind">Whether question, answer or both stand there.</param>
/// <param name="Class">What kind of agreement it is.</param>
/// <param name="Reason">Why it is of that class; empty for a leak.</param>
/// <param name="Score">
/// (agreeing nats − nats of chance, <see cref="ScanIndex.ChanceNats"/>) / nats of the unit; of a unit that stands there nearly word for word the
/// share of its nats that agree in order: at most 1; 1 of a program that stands there but for numbers and single letters; of an edited copy the share of the nats that its words cost chance, less what the edits cost.
/// </param>
/// <param name="Matched">Nats of words that agree.</param>
/// <param name="Coverage">Share of the nats of the unit that agree, 0 to 1.</param>
/// <param name="Start">First byte of the place in the text.</param>
/// <param name="End">Byte behind it.</param>
/// <param name="LongestRun">Words in a row that agree.</param>
/// <param name="Shares">
/// Share of the nats of question, answer and all choices that is found there, 0 to 1; 0 where the item has none. Of an answer it is what is found besides the
/// question, of a question whose answer was found what is found besides the answer.
/// </param>
public sealed record ScanHit(
    ScanItem Item, ScanUnit Unit, LeakKind Kind, HitClass Class, string Reason, double Score, double Matched, double Coverage, int Start, int End, int LongestRun, (double Question, double Answer, double Choices) Shares);
