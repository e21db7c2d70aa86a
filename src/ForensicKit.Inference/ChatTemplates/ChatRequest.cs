using System.Text.Json;
using ForensicKit.Models;
using ForensicKit.Templates;

namespace ForensicKit.Inference.ChatTemplates;

/// <summary>What a chat template is given for one rendering.</summary>
/// <param name="Messages">The messages: a JSON array of objects, usually with <c>role</c> and <c>content</c>; not empty.</param>
public sealed record ChatRequest(JsonElement Messages)
{
    /// <summary>Whether the text shall end where the model is to answer.</summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>The tools as JSON schemas; <c>none</c> in the template where null.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>Documents for answers from sources; <c>none</c> in the template where null.</summary>
    public JsonElement? Documents { get; init; }

    /// <summary>Further variables, for example <c>enable_thinking</c>; they win over special tokens.</summary>
    public IReadOnlyDictionary<string, JsonElement> Variables { get; init; } = new Dictionary<string, JsonElement>(StringComparer.Ordinal);

    /// <summary>
    /// Whether messages are made uniform first, as transformers does since 5.0: keys whose value is null are dropped, and one of
    /// <c>reasoning_content</c>, <c>thinking</c>, <c>reasoning</c> is copied to the first two. Other engines leave messages as they are.
    /// </summary>
    public bool NormaliseMessages { get; init; } = true;

    /// <summary>What may be used up.</summary>
    public TemplateLimits Limits { get; init; } = TemplateLimits.Default;

    /// <summary>The clock of <c>strftime_now</c>.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>A request of plain messages.</summary>
    /// <param name="messages">The conversation so far.</param>
    public static ChatRequest Of(params IEnumerable<ChatMessage> messages) =>
        new(JsonSerializer.SerializeToElement(messages.Select(m => new Dictionary<string, string>(StringComparer.Ordinal) { ["role"] = m.Role, ["content"] = m.Content })));
}
