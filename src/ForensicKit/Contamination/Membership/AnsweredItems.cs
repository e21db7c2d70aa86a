using ForensicKit.Models;

namespace ForensicKit.Contamination.Membership;

/// <summary>Which items a model answers right.</summary>
internal static class AnsweredItems
{
    private const int AnswerTokens = 256;

    /// <summary>Whether items can be answered at all.</summary>
    public static bool CanBeAnswered(MembershipItem item) => item is { Prompt: not null, Gold: not null, Choices.Count: > 1 } || item is { Prompt: not null, Answer.Length: > 0, Choices.Count: 0 };

    /// <summary>
    /// Right answers: of choices the likeliest (sum of log-probabilities, the first on ties); of written answers the one whose last number is that of the
    /// reference answer, or without numbers whose words are those of it.
    /// </summary>
    /// <exception cref="KitException">An item cannot be answered.</exception>
    public static async Task<bool[]> AskAsync(ILanguageModel model, IReadOnlyList<MembershipItem> items, string step, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        if (items.FirstOrDefault(i => !CanBeAnswered(i)) is { } other)
            throw new KitException("The item has neither choices with a right one nor an answer: nothing can be right.", other.Id);
        var right = new bool[items.Count];
        int[] chosen = [.. Enumerable.Range(0, items.Count).Where(i => items[i].Choices.Count > 0)], written = [.. Enumerable.Range(0, items.Count).Where(i => items[i].Choices.Count == 0)];
        if (chosen.Length > 0)
        {
            var asked = chosen.SelectMany(i => items[i].Choices.Select(c => (items[i].Prompt!, MembershipItem.Separator(items[i].Prompt!, c) + c))).ToList();
            var likely = await model.ScoreContinuationsAsync(asked, s => s.LogProbs.Sum(), step, progress, cancellationToken).ConfigureAwait(false);
            var at = 0;
            foreach (var i in chosen)
            {
                var row = likely[at..(at + items[i].Choices.Count)];
                right[i] = Array.IndexOf(row, row.Max()) == items[i].Gold;
                at += row.Length;
            }
        }

        if (written.Length > 0)
        {
            var texts = await model.WriteAsync(
                [.. written.Select(i => new GenerationRequest(i, items[i].Prompt!, AnswerTokens, ["\n\n", "Question:"], Sampling.Greedy))], step, progress, cancellationToken).ConfigureAwait(false);
            for (var k = 0; k < written.Length; k++)
                right[written[k]] = Agree(items[written[k]].Answer!, texts[k].Text);
        }

        return right;
    }

    private static bool Agree(string answer, string text) => LastNumber(answer) is { } number
        ? string.Equals(number, LastNumber(text), StringComparison.Ordinal)
        : string.Equals(string.Join(' ', Words.Of(answer)), string.Join(' ', Words.Of(text)), StringComparison.Ordinal);

    private static string? LastNumber(string text)
    {
        var end = text.AsSpan().LastIndexOfAnyInRange('0', '9');
        if (end < 0)
            return null;
        var start = end;
        while (start > 0 && (char.IsAsciiDigit(text[start - 1]) || text[start - 1] is ',' or '.'))
            start--;
        return text[start..(end + 1)].Replace(",", "", StringComparison.Ordinal).TrimStart('.');
    }
}
