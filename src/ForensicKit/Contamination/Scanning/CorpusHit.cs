namespace ForensicKit.Contamination.Scanning;

/// <summary>A hit in a document of a corpus: evidence that can be looked up and shown. Texts are as they were found, hence hostile.</summary>
public sealed record CorpusHit
{
    /// <summary>The shard.</summary>
    public required string Shard { get; init; }

    /// <summary>0-based record in the shard.</summary>
    public required long Record { get; init; }

    /// <summary>The document's own id; empty where it has none.</summary>
    public required string DocumentId { get; init; }

    /// <summary>SHA-256 of the document's text in UTF-8 (of the piece that was read at once, for texts beyond the reader's piece size).</summary>
    public required string TextSha256 { get; init; }

    /// <summary>The benchmark.</summary>
    public required string Benchmark { get; init; }

    /// <summary>The item.</summary>
    public required string Item { get; init; }

    /// <summary>What kind of agreement it is.</summary>
    public required HitClass Class { get; init; }

    /// <summary>Why it is of that class; empty for a leak.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Which parts of the item are there.</summary>
    public required LeakKind Kind { get; init; }

    /// <summary>The unit that agrees best.</summary>
    public required ScanUnit Unit { get; init; }

    /// <summary>The score of <see cref="ScanHit"/>.</summary>
    public required double Score { get; init; }

    /// <summary>The score from which on the unit counts as found.</summary>
    public required double Threshold { get; init; }

    /// <summary>Conformal p of the score among items of the benchmark held against each other.</summary>
    public required double P { get; init; }

    /// <summary>Nats of words that agree.</summary>
    public required double MatchedNats { get; init; }

    /// <summary>Share of the nats of the unit that agree, 0 to 1.</summary>
    public required double Coverage { get; init; }

    /// <summary>Words in a row that agree: the longest n-gram that item and document share.</summary>
    public required int LongestRun { get; init; }

    /// <summary>Share of the question's nats that is found; where the answer was found, in words besides it.</summary>
    public required double QuestionShare { get; init; }

    /// <summary>Share of the answer's nats that is found in words besides the question: an answer told in its question's words is not there for these.</summary>
    public required double AnswerShare { get; init; }

    /// <summary>Share of the nats of all choices that is found behind it.</summary>
    public required double ChoicesShare { get; init; }

    /// <summary>First byte of the place in the document's text (UTF-8).</summary>
    public required long StartByte { get; init; }

    /// <summary>Byte behind the place.</summary>
    public required long EndByte { get; init; }

    /// <summary>First code point of the place; -1 in later pieces of a long text.</summary>
    public required long StartCharacter { get; init; }

    /// <summary>Code point behind the place; -1 in later pieces of a long text.</summary>
    public required long EndCharacter { get; init; }

    /// <summary>The place's text.</summary>
    public required string Text { get; init; }

    /// <summary>Why it counts as found, in words: the unit, its threshold, and the nats that must agree and that do.</summary>
    public string Rule { get; init; } = "";

    /// <summary>What of the item <see cref="ItemStart"/> counts in: question, answer and choices one under the other.</summary>
    public string ItemField { get; init; } = "";

    /// <summary>First code point of the item's text, from the first word that agrees on.</summary>
    public long ItemStart { get; init; }

    /// <summary>Code point behind the last word of the item's text that agrees.</summary>
    public long ItemEnd { get; init; }

    /// <summary>Item and place side by side.</summary>
    public ScanDiff Diff { get; init; } = ScanDiff.None;
}
