using System.Text.Json;
using ForensicKit.Templates;
using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Inference.ChatTemplates;

/// <summary>
/// A chat template: Jinja that turns messages into the text a model was trained on, rendered as transformers'
/// <c>apply_chat_template(tokenize=False)</c> does (Jinja 3.1 in its immutable sandbox, with <c>trim_blocks</c>, <c>lstrip_blocks</c>, loop
/// controls and generation blocks). Immutable; safe to use from several threads.
/// </summary>
/// <remarks>Templates are taken as hostile: they reach nothing but their own values, and what they may use up is bounded.</remarks>
public sealed class ChatTemplate
{
    private const int MaxSource = 1 << 20;

    private readonly ParsedTemplate _template;

    private ChatTemplate(string source, ParsedTemplate template, IReadOnlyDictionary<string, string> specialTokens)
    {
        Source = source;
        _template = template;
        SpecialTokens = specialTokens;
    }

    /// <summary>The template's text.</summary>
    public string Source { get; }

    /// <summary>Special tokens by their names in the template, for example <c>bos_token</c>; a name that is absent is undefined there.</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens { get; }

    /// <summary>Parses a template.</summary>
    /// <param name="source">Its text, at most 1 Mi characters.</param>
    /// <param name="specialTokens">Special tokens by name.</param>
    /// <exception cref="KitException">It is not valid Jinja; with the line.</exception>
    public static ChatTemplate Parse(string source, IReadOnlyDictionary<string, string>? specialTokens = null)
    {
        if (source.Length > MaxSource)
            throw new KitException("The chat template is longer than 1 Mi characters.");
        try
        {
            return new(source, ParsedTemplate.Of(source, TemplateDialect.Chat), specialTokens ?? new Dictionary<string, string>(StringComparer.Ordinal));
        }
        catch (TemplateException e)
        {
            throw e.ToKitException("chat template");
        }
    }

    /// <summary>The template that comes with a tokenizer, with its special tokens.</summary>
    /// <param name="path"><c>tokenizer_config.json</c> or the folder that holds it; <c>chat_template.jinja</c> beside it wins over what it says.</param>
    /// <param name="name">Which, where there are several; null chooses as transformers does.</param>
    /// <param name="withTools">Whether tools will be given: then <c>tool_use</c> is chosen where there is one.</param>
    /// <exception cref="KitException">A file cannot be read or is not what it should be, or there is no such template.</exception>
    public static ChatTemplate FromTokenizerConfig(string path, string? name = null, bool withTools = false) =>
        TokenizerConfigTemplates.Read(path).Choose(name, withTools);

    /// <summary>The template in the content of a <c>tokenizer_config.json</c>, with its special tokens.</summary>
    /// <param name="config">The JSON object.</param>
    /// <param name="name">Which, where there are several; null chooses as transformers does.</param>
    /// <param name="withTools">Whether tools will be given: then <c>tool_use</c> is chosen where there is one.</param>
    /// <exception cref="KitException">It is not what it should be, or there is no such template.</exception>
    public static ChatTemplate FromTokenizerConfig(JsonElement config, string? name = null, bool withTools = false) =>
        TokenizerConfigTemplates.Of(config, "tokenizer configuration").Choose(name, withTools);

    /// <summary>Renders messages.</summary>
    /// <returns>The text for the model, special tokens included.</returns>
    /// <exception cref="KitException">
    /// There are no messages, or the template refuses them, fails, or goes beyond its limits. The inner <see cref="TemplateException"/>
    /// says which, with the template's own message where it refuses.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public string Render(ChatRequest request, CancellationToken cancellationToken = default)
    {
        if (request.Messages.ValueKind != JsonValueKind.Array || request.Messages.GetArrayLength() == 0)
            throw new KitException("A chat template needs at least one message.", null, "Give the messages as a JSON array.");
        var interpreter = new Interpreter(_template, new(request.Limits, cancellationToken), request.Clock, Variables(request));
        try
        {
            return interpreter.Render();
        }
        catch (TemplateException e)
        {
            throw new TemplateException(e.Failure, e.Message, interpreter.Line).ToKitException("chat template");
        }
    }

    private Dictionary<string, Value> Variables(ChatRequest request)
    {
        var variables = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach (var (name, token) in SpecialTokens)
            variables[name] = new StringValue(token);
        foreach (var (name, value) in request.Variables)
            variables[name] = JsonValues.Of(value);
        var messages = JsonValues.Of(request.Messages);
        variables["messages"] = request.NormaliseMessages ? JsonValues.Normalised(messages) : messages;
        variables["tools"] = request.Tools is { } tools ? JsonValues.Of(tools) : NoneValue.Instance;
        variables["documents"] = request.Documents is { } documents ? JsonValues.Of(documents) : NoneValue.Instance;
        variables["add_generation_prompt"] = BoolValue.Of(request.AddGenerationPrompt);
        return variables;
    }
}
