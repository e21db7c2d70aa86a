using System.Text;

namespace ForensicKit.Contamination.Scanning;

/// <summary>The texts of an item as a scan puts them together.</summary>
internal static class ItemTexts
{
    /// <summary>What is asked; empty where nothing is.</summary>
    public static string Question(ScanItem item) => string.Join('\n', item.Fields.Where(f => f.Role == ScanRole.Question).Select(f => f.Text));

    /// <summary>The right answer; empty where there is none.</summary>
    public static string Answer(ScanItem item) => item.Fields.FirstOrDefault(f => f.Role == ScanRole.Answer)?.Text ?? "";

    /// <summary>All choices in the order in which they are asked: the letter says where the right one stands.</summary>
    public static IReadOnlyList<string> Choices(ScanItem item)
    {
        var choices = item.Fields.Where(f => f.Role == ScanRole.WrongChoice).Select(f => f.Text).ToList();
        if (choices.Count == 0)
            return [];
        var letter = item.Fields.FirstOrDefault(f => f.Role == ScanRole.AnswerKey)?.Text;
        choices.Insert(letter is { Length: > 0 } ? Math.Clamp(letter[^1] - 'A', 0, choices.Count) : 0, Answer(item));
        return choices;
    }

    /// <summary>Byte of the text's UTF-8 behind the end of the last sentence but one.</summary>
    public static int LastSentence(string text)
    {
        var end = text.TrimEnd().Length - 1;
        for (var i = end - 1; i > 0; i--)
        {
            if (text[i] == '\n' || (text[i] is '.' or '?' or '!' && char.IsWhiteSpace(text[i + 1])))
                return Encoding.UTF8.GetByteCount(text.AsSpan(0, i + 1));
        }

        return 0;
    }

    /// <summary>The texts that a unit consists of, in their order; joined with line breaks they are the unit's text.</summary>
    public static IReadOnlyList<string> Of(ScanItem item, ScanUnit unit) => unit switch
    {
        ScanUnit.Question or ScanUnit.Ask or ScanUnit.Nameless or ScanUnit.Edited => [Question(item)],
        ScanUnit.QuestionAndAnswer => [Question(item), Answer(item)],
        ScanUnit.QuestionAndChoices => [Question(item), .. Choices(item)],
        ScanUnit.Answer => [Answer(item)],
        _ => throw new ArgumentOutOfRangeException(nameof(unit)),
    };

    /// <summary>What a unit's text is called.</summary>
    public static string NameOf(ScanUnit unit) => unit switch
    {
        ScanUnit.Question or ScanUnit.Ask or ScanUnit.Nameless or ScanUnit.Edited => "question",
        ScanUnit.QuestionAndAnswer => "question and answer",
        ScanUnit.QuestionAndChoices => "question and choices",
        ScanUnit.Answer => "answer",
        _ => throw new ArgumentOutOfRangeException(nameof(unit)),
    };
}
