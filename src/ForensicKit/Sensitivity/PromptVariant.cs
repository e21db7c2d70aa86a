namespace ForensicKit.Sensitivity;

/// <summary>How the names of fields are written.</summary>
public enum LabelCasing
{
    /// <summary>As given.</summary>
    AsGiven,

    /// <summary>In capitals.</summary>
    Upper,

    /// <summary>In small letters.</summary>
    Lower,
}

/// <summary>What choices are counted with.</summary>
public enum Enumerator
{
    /// <summary>A, B, C, ….</summary>
    UpperLetters,

    /// <summary>a, b, c, ….</summary>
    LowerLetters,

    /// <summary>1, 2, 3, ….</summary>
    Numbers,

    /// <summary>I, II, III, ….</summary>
    RomanNumerals,
}

/// <summary>
/// The grammar of a prompt: an optional instruction, the question after its name, the choices one by one, the answer's name. After Sclar et al.
/// 2024 (FormatSpread): separators, spacing, casing, wrappers, field names and enumerators may change, the meaning may not.
/// </summary>
public sealed record PromptForm
{
    /// <summary>Text before everything; empty for none.</summary>
    public string Instruction { get; init; } = "";

    /// <summary>Name of the question; empty where the question stands without one.</summary>
    public string QuestionLabel { get; init; } = "Question";

    /// <summary>Name of the choices; empty where they stand without one.</summary>
    public string ChoicesLabel { get; init; } = "";

    /// <summary>Name of the answer; not empty, since the answer follows it.</summary>
    public string AnswerLabel { get; init; } = "Answer";

    /// <summary>How names are written.</summary>
    public LabelCasing Casing { get; init; }

    /// <summary>Between a name and its text.</summary>
    public string Separator { get; init; } = ": ";

    /// <summary>Between question, choices and answer.</summary>
    public string FieldSeparator { get; init; } = "\n";

    /// <summary>Between choices.</summary>
    public string ChoiceSeparator { get; init; } = "\n";

    /// <summary>What choices are counted with.</summary>
    public Enumerator Enumerator { get; init; }

    /// <summary>Before the enumerator.</summary>
    public string EnumeratorOpening { get; init; } = "";

    /// <summary>After the enumerator, space included.</summary>
    public string EnumeratorClosing { get; init; } = ". ";
}

/// <summary>A way to put an item to a model.</summary>
/// <param name="Id">Stable id, for example <c>lower-labels</c>.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Description">What differs from the standard prompt, in one sentence.</param>
/// <param name="Form">Its grammar.</param>
/// <param name="IsForChoices">Whether it differs from the standard prompt only for items with choices.</param>
public sealed record PromptVariant(string Id, string Title, string Description, PromptForm Form, bool IsForChoices = false)
{
    // What follows the answer's name: white space at the end of a context belongs to the continuation.
    private string Ending => Form.Separator[Form.Separator.TrimEnd().Length..];

    /// <summary>The prompt up to where the answer begins, without white space at its end.</summary>
    /// <param name="question">The question.</param>
    /// <param name="choices">The choices in order; empty for an open question.</param>
    /// <exception cref="ArgumentException">There are more than 20 choices.</exception>
    public string Context(string question, IReadOnlyList<string> choices)
    {
        var parts = new List<string> { Named(Form.QuestionLabel, question) };
        if (choices.Count > 0)
        {
            var listed = string.Join(Form.ChoiceSeparator, choices.Select((c, i) => $"{Form.EnumeratorOpening}{Label(i)}{Form.EnumeratorClosing}{c}"));
            parts.Add(Named(Form.ChoicesLabel, listed));
        }

        parts.Add(Case(Form.AnswerLabel) + Form.Separator.TrimEnd());
        return Form.Instruction + string.Join(Form.FieldSeparator, parts);
    }

    /// <summary>An answer as it continues <see cref="Context"/>.</summary>
    /// <param name="answer">The answer's text.</param>
    public string Continuation(string answer) => Ending + answer;

    /// <summary>The choice at <paramref name="index"/>, named by its enumerator, as it continues <see cref="Context"/>.</summary>
    /// <param name="index">The choice, from 0.</param>
    /// <exception cref="ArgumentException">There are 20 choices at most.</exception>
    public string ChoiceContinuation(int index) => Ending + Label(index);

    /// <summary>A solved example: prompt and answer, to stand before another prompt (without the instruction).</summary>
    /// <param name="question">The question.</param>
    /// <param name="choices">The choices in order; empty for an open question.</param>
    /// <param name="answer">The answer's text, for a choice its <see cref="Label"/>.</param>
    public string Example(string question, IReadOnlyList<string> choices, string answer) => Context(question, choices)[Form.Instruction.Length..] + Continuation(answer);

    /// <summary>The enumerator of a choice.</summary>
    /// <param name="index">The choice, from 0.</param>
    /// <exception cref="ArgumentException">There are 20 choices at most.</exception>
    public string Label(int index)
    {
        if (index is < 0 or >= 20)
            throw new ArgumentOutOfRangeException(nameof(index), index, "Choices are counted from 0 to 19.");
        return Form.Enumerator switch
        {
            Enumerator.UpperLetters => ((char)('A' + index)).ToString(),
            Enumerator.LowerLetters => ((char)('a' + index)).ToString(),
            Enumerator.Numbers => (index + 1).ToString(System.Globalization.CultureInfo.InvariantCulture),
            _ => Roman(index + 1),
        };
    }

    private static string Roman(int number) => (number >= 10 ? "X" : "") + (number % 10) switch
    {
        0 => "",
        4 => "IV",
        9 => "IX",
        >= 5 and var n => "V" + new string('I', n - 5),
        var n => new string('I', n),
    } + (number == 20 ? "X" : "");

    private string Named(string label, string text) => label.Length == 0 ? text : Case(label) + Form.Separator + text;

    private string Case(string label) => Form.Casing switch
    {
        LabelCasing.Upper => label.ToUpperInvariant(),
        LabelCasing.Lower => label.ToLowerInvariant(),
        _ => label,
    };
}
