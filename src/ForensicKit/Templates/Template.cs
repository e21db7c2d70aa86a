using System.Text.Json;
using ForensicKit.Templates.Evaluation;

namespace ForensicKit.Templates;

/// <summary>
/// A template of benchmark prompts: Jinja as evaluation harnesses set it up (<see cref="TemplateDialect.Prompt"/>). Immutable; safe to use from several
/// threads.
/// </summary>
/// <remarks>Templates and what they are given are taken as hostile: they reach nothing but their own values, and what they may use up is bounded.</remarks>
public sealed class Template
{
    private const int MaxSource = 1 << 20;

    private readonly ParsedTemplate _template;

    private Template(string source, ParsedTemplate template) => (Source, _template) = (source, template);

    /// <summary>The template's text.</summary>
    public string Source { get; }

    /// <summary>Parses a template.</summary>
    /// <param name="source">Its text, at most 1 Mi characters.</param>
    /// <exception cref="KitException">It is not valid Jinja; with the line.</exception>
    public static Template Parse(string source)
    {
        if (source.Length > MaxSource)
            throw new KitException("The prompt template is longer than 1 Mi characters.");
        try
        {
            return new(source, ParsedTemplate.Of(source, TemplateDialect.Prompt));
        }
        catch (TemplateException e)
        {
            throw e.ToKitException("prompt template");
        }
    }

    /// <summary>Renders the template.</summary>
    /// <param name="variables">What it may name.</param>
    /// <param name="cancellationToken">Ends the rendering.</param>
    /// <exception cref="KitException">It uses what is not there, fails, or goes beyond its limits.</exception>
    public string Render(IReadOnlyDictionary<string, JsonElement> variables, CancellationToken cancellationToken = default)
    {
        var values = variables.ToDictionary(v => v.Key, v => JsonValues.Of(v.Value), StringComparer.Ordinal);
        var interpreter = new Interpreter(_template, new(TemplateLimits.Default, cancellationToken), NoClock.Instance, values);
        try
        {
            return interpreter.Render();
        }
        catch (TemplateException e)
        {
            throw new TemplateException(e.Failure, e.Message, interpreter.Line).ToKitException("prompt template");
        }
    }

    // A prompt that depended on the time could not be made again.
    private sealed class NoClock : TimeProvider
    {
        public static NoClock Instance { get; } = new();

        public override DateTimeOffset GetUtcNow() => throw TemplateException.Failed("a prompt cannot depend on the time");
    }
}
