namespace ForensicKit.Sensitivity;

/// <summary>
/// The prompts that the sensitivity step puts beside each other: the standard one and changes of one thing at a time, so that a difference has one
/// cause. None changes what is asked.
/// </summary>
public static class PromptVariants
{
    private static readonly PromptForm s_standard = new();

    /// <summary>The standard prompt: <c>Question: …</c>, <c>A. …</c> line by line, <c>Answer:</c>.</summary>
    public static PromptVariant Standard { get; } = new("standard", "Standard", "Names, colons and new lines, choices as A., B., C.", s_standard);

    /// <summary>Every variant, the standard one first.</summary>
    public static IReadOnlyList<PromptVariant> All { get; } =
    [
        Standard,
        new("bare-question", "Bare question", "The question stands without its name, as in the original MMLU prompt.", s_standard with { QuestionLabel = "" }),
        new("short-labels", "Q and A", "The names are Q and A.", s_standard with { QuestionLabel = "Q", AnswerLabel = "A" }),
        new("other-labels", "Problem and Solution", "The names are Problem and Solution.", s_standard with { QuestionLabel = "Problem", AnswerLabel = "Solution" }),
        new("upper-labels", "Capital names", "The names are written in capitals.", s_standard with { Casing = LabelCasing.Upper }),
        new("lower-labels", "Small names", "The names are written in small letters.", s_standard with { Casing = LabelCasing.Lower }),
        new("spaced-colon", "Spaced colon", "A space stands before the colon.", s_standard with { Separator = " : " }),
        new("dash", "Dash", "A dash stands in place of the colon.", s_standard with { Separator = " - " }),
        new("double-colon", "Double colon", "Two colons stand in place of one.", s_standard with { Separator = ":: " }),
        new("label-line", "Names on their own lines", "A new line follows each name.", s_standard with { Separator = ":\n" }),
        new("blank-line", "Blank lines", "A blank line stands between question, choices and answer.", s_standard with { FieldSeparator = "\n\n" }),
        new("bars", "Bars", "Bars stand between question, choices and answer in place of new lines.", s_standard with { FieldSeparator = " || " }),
        new("one-space", "One line", "A space stands between question, choices and answer in place of a new line.", s_standard with { FieldSeparator = " " }),
        new("instruction", "Instruction first", "A sentence asks for the answer before everything.", s_standard with { Instruction = "Answer the following question.\n\n" }),
        new("paren", "Choices as A)", "A parenthesis follows the letter in place of a full stop.", s_standard with { EnumeratorClosing = ") " }, true),
        new("parens", "Choices as (A)", "The letter stands in parentheses.", s_standard with { EnumeratorOpening = "(", EnumeratorClosing = ") " }, true),
        new("brackets", "Choices as [A]", "The letter stands in brackets.", s_standard with { EnumeratorOpening = "[", EnumeratorClosing = "] " }, true),
        new("small-letters", "Choices as a.", "Choices are counted with small letters.", s_standard with { Enumerator = Enumerator.LowerLetters }, true),
        new("numbers", "Choices as 1.", "Choices are counted with numbers.", s_standard with { Enumerator = Enumerator.Numbers }, true),
        new("roman", "Choices as I.", "Choices are counted with Roman numerals.", s_standard with { Enumerator = Enumerator.RomanNumerals }, true),
        new("choices-inline", "Choices in one line", "Choices stand in one line, with semicolons between.", s_standard with { ChoiceSeparator = "; " }, true),
        new("choices-named", "Named choices", "The choices stand after a name of their own.", s_standard with { ChoicesLabel = "Choices" }, true),
    ];

    /// <summary>The variants that differ from each other for items with choices, or for open questions.</summary>
    /// <param name="hasChoices">Whether the items have choices.</param>
    public static IReadOnlyList<PromptVariant> For(bool hasChoices) => hasChoices ? All : [.. All.Where(v => !v.IsForChoices)];

    /// <summary>The variant of that id; null for none.</summary>
    public static PromptVariant? Find(string id) => All.FirstOrDefault(v => v.Id == id);
}
