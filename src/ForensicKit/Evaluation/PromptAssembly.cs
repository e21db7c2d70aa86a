using ForensicKit.Manifests;
using ForensicKit.Models;

namespace ForensicKit.Evaluation;

/// <summary>A question with its answer, both rendered.</summary>
/// <param name="Question">The question.</param>
/// <param name="Answer">What a worked example answers.</param>
public sealed record RenderedExample(string Question, string Answer);

/// <summary>A prompt: text, or the conversation it is made of.</summary>
/// <param name="Text">The text; null where only the model itself can make it of the conversation.</param>
/// <param name="Messages">The conversation; null where the prompt is plain text.</param>
/// <param name="BeforeAnswer">What stands between it and an answer.</param>
public sealed record AssembledPrompt(string? Text, IReadOnlyList<ChatMessage>? Messages, string BeforeAnswer);

/// <summary>Puts prompts together of rendered parts: see <see cref="PromptRecipe"/>.</summary>
public static class PromptAssembly
{
    /// <summary>The prompt.</summary>
    /// <param name="recipe">Separators and form.</param>
    /// <param name="description">The rendered description.</param>
    /// <param name="shots">The worked examples, in order.</param>
    /// <param name="question">The rendered question.</param>
    /// <param name="formatChat">Puts the chat template round a conversation; null leaves that to the model.</param>
    public static AssembledPrompt Assemble(
        PromptRecipe recipe, string description, IReadOnlyList<RenderedExample> shots, string question, Func<IReadOnlyList<ChatMessage>, string>? formatChat = null)
    {
        if (recipe.Chat is not { } chat)
            return new(description + Examples(recipe, shots) + question, null, recipe.BeforeAnswer);
        var messages = new List<ChatMessage>();
        if ((chat.System ?? "") + description is { Length: > 0 } system)
            messages.Add(new("system", system));
        if (chat.IsMultiturn)
            messages.AddRange(shots.SelectMany(s => (ChatMessage[])[new("user", s.Question), new("assistant", s.Answer)]));
        messages.Add(new("user", chat.IsMultiturn ? question : Examples(recipe, shots) + question));
        // The template's own marks stand where the separator would.
        return new(formatChat?.Invoke(messages), messages, chat.IsMultiturn ? "" : recipe.BeforeAnswer);
    }

    private static string Examples(PromptRecipe recipe, IReadOnlyList<RenderedExample> shots) =>
        string.Concat(shots.Select(s => s.Question + recipe.BeforeAnswer + s.Answer + recipe.Between));
}
