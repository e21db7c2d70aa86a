using ForensicKit.Benchmarks;

namespace ForensicKit.Evaluation;

/// <summary>Renders prompts: plain substitution, no language.</summary>
public static class PromptTemplate
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /// <summary>
    /// The template with <c>{{question}}</c>, <c>{{choices}}</c> (a line for each, <c>A. text</c>), <c>{{subject}}</c> and <c>{{topic}}</c> (the
    /// subject with spaces for underscores) filled in, in one pass: what an item holds is never taken for a placeholder.
    /// </summary>
    public static string Render(string template, BenchmarkItem item)
    {
        var text = new System.Text.StringBuilder(template.Length + item.Question.Length);
        var at = 0;
        while (at < template.Length)
        {
            var open = template.IndexOf("{{", at, StringComparison.Ordinal);
            var close = open < 0 ? -1 : template.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
                break;
            text.Append(template, at, open - at).Append(Value(template[(open + 2)..close], item));
            at = close + 2;
        }

        return text.Append(template, at, template.Length - at).ToString();
    }

    private static string Value(string name, BenchmarkItem item) => name.Trim() switch
    {
        "question" => item.Question,
        "subject" => item.Subject ?? "",
        "topic" => item.Subject?.Replace('_', ' ') ?? "",
        "choices" => string.Join('\n', item.Choices.Select((choice, i) => $"{Letters[i]}. {choice}")),
        var other => throw new KitException($"'{{{{{other}}}}}' is no placeholder of a prompt template.", mend: "Use {{question}}, {{choices}}, {{subject}} or {{topic}}."),
    };
}
