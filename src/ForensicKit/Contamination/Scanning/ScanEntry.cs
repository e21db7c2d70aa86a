using System.Runtime.InteropServices;

namespace ForensicKit.Contamination.Scanning;

/// <summary>A part of an item that may have leaked by itself.</summary>
public enum ScanUnit
{
    /// <summary>The question, or what stands before the answer.</summary>
    Question,

    /// <summary>The last sentence of a long question: what is asked about the passage before it.</summary>
    Ask,

    /// <summary>The question and all choices.</summary>
    QuestionAndChoices,

    /// <summary>The question and its answer.</summary>
    QuestionAndAnswer,

    /// <summary>The answer.</summary>
    Answer,

    /// <summary>The question of a program without the names that the program gives, which may be changed.</summary>
    Nameless,

    /// <summary>The question as an edited copy: by what all its words say in their order, common ones too. Where benchmarks have enough text to count phrases in.</summary>
    Edited,
}

/// <summary>The words of a unit, as two stretches of the item's words.</summary>
/// <param name="Unit">Which.</param>
/// <param name="Start">First word.</param>
/// <param name="End">Behind the last word of the first stretch.</param>
/// <param name="Start2">First word of the second stretch; the end of the item where there is none.</param>
/// <param name="End2">Behind the last word of the second stretch.</param>
/// <param name="Total">Sum of the words' weights, in nats.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct UnitWords(ScanUnit Unit, int Start, int End, int Start2, int End2, float Total)
{
    /// <summary>Words.</summary>
    public int Count => End - Start + End2 - Start2;

    /// <summary>
    /// Whether it has too few words, or too plain ones, to be known by a part of it: it is found word for word or not at all, unless its words are
    /// rare. Questions of one template that differ in a name are of this kind.
    /// </summary>
    public bool IsShort => Unit == ScanUnit.Question && Count >= LeastShort && (Count < LeastLong || Total < LeastNats);

    /// <summary>Words from which on a question is looked for.</summary>
    public const int LeastShort = 3;

    /// <summary>Words from which on a unit is not short.</summary>
    public const int LeastLong = 13;

    /// <summary>Whether it may be known by standing there nearly word for word: solutions are of few words that others have too.</summary>
    public bool MayBeNear => Unit is ScanUnit.Question or ScanUnit.QuestionAndAnswer or ScanUnit.QuestionAndChoices;

    /// <summary>How many of a unit's words, common ones too, stand in their order where it stands nearly word for word: of short ones all but a quarter, of others seven of ten.</summary>
    public static int NearlyAll(int count) => count - (count <= 10 ? (count - 1) / 4 : 3 * count / 10);

    /// <summary>Nats that these words are worth at least.</summary>
    public const float LeastNear = 13;

    /// <summary>How many do where they are worth more: three of five. Numbers and single letters left aside, they always stand there.</summary>
    public static int Most(int count) => ((3 * count) + 4) / 5;

    /// <summary>Words, numbers and single letters left aside, from which on most of them will do.</summary>
    public const int LeastMost = 8;

    /// <summary>Nats that most of the words are worth at least.</summary>
    public const float LeastOfMost = 18;

    /// <summary>How many of a unit's words stand around a seed where it may stand there as an edited copy: one more than half.</summary>
    public static int LeftOfEdited(int count) => ((count + 1) / 2) + 1;

    /// <summary>Nats that an edited copy is worth at least, what its edits cost taken away.</summary>
    public const float LeastEdited = 16;

    /// <summary>Of less, the half that may be left of an edited question is hardly more than chance gives.</summary>
    public const float LeastNats = 25;
}

/// <summary>An item as the scan sees it: the words of question, answer and choices in a row.</summary>
internal sealed class ScanEntry
{
    /// <summary>The item.</summary>
    public required ScanItem Item { get; init; }

    /// <summary>Which of the benchmarks.</summary>
    public required int Benchmark { get; init; }

    /// <summary>Question, answer, choices.</summary>
    public required int[] Words { get; init; }

    /// <summary>Words of the question.</summary>
    public required int QuestionWords { get; init; }

    /// <summary>Words of the answer.</summary>
    public required int AnswerWords { get; init; }

    /// <summary>Words of the last sentence of a question that is long enough to have a passage; 0 for others.</summary>
    public required int AskWords { get; init; }

    /// <summary>Which words are names that a program gives, by word; empty for other texts.</summary>
    public required bool[] Names { get; init; }

    /// <summary>Which words are numbers or single letters, by word.</summary>
    public required bool[] Signs { get; init; }

    /// <summary>Items of other splits that may stand where this one seems to.</summary>
    public ScanEntry[] Examples { get; set; } = [];

    /// <summary>What each of the words is worth where it stands, in nats.</summary>
    public float[] Weights { get; set; } = [];

    /// <summary>The same, where the names that a program gives are worth nothing.</summary>
    public float[] NamelessWeights { get; set; } = [];

    /// <summary>Nats that each word of the question costs where chance puts it into a text; empty where the question is not looked for as an edited copy.</summary>
    public float[] Alone { get; set; } = [];

    /// <summary>The same after the words before it.</summary>
    public float[] After { get; set; } = [];

    /// <summary>What is looked for.</summary>
    public UnitWords[] Units { get; set; } = [];

    /// <summary>What the words of the question are worth apart from phrases, in nats.</summary>
    public float QuestionNats { get; set; }

    /// <summary>Items that ask the same in the same words, itself counted.</summary>
    public int SameQuestion { get; set; } = 1;

    /// <summary>Nats of seeds in one place from which on the place is compared.</summary>
    public float Activation { get; set; }

    /// <summary>Words from which on the item's words are not compared any further.</summary>
    public const int MostWords = 500;

    /// <summary>The item as a text: question, then choices or answer.</summary>
    public string Text => string.Join('\n', Item.Fields.Where(f => f.Role is ScanRole.Question or ScanRole.Answer or ScanRole.WrongChoice).Select(f => f.Text));

    /// <summary>The weights that count for a unit.</summary>
    public float[] WeightsOf(ScanUnit unit) => unit == ScanUnit.Nameless ? NamelessWeights : Weights;

    /// <summary>Sum of a unit's weights in a stretch.</summary>
    public float WeightOf(ScanUnit unit, int start, int end)
    {
        var sum = 0f;
        foreach (var weight in WeightsOf(unit).AsSpan(start, end - start))
            sum += weight;
        return sum;
    }
}
