using System.Globalization;
using System.Text.Json;
using ForensicKit.Conformance;
using ForensicKit.Inference.ChatTemplates;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.Templates;

namespace ForensicKit.Inference.Conformance;

/// <summary>
/// Reference vectors of chat templates: a <c>cases.json</c> with templates, messages, and the text or the error that transformers gave for them.
/// </summary>
public sealed class ChatTemplateVectors : IConformanceKind
{
    /// <inheritdoc/>
    public string Kind => "chat-templates";

    /// <inheritdoc/>
    public IEnumerable<VectorResult> Run(string path, CancellationToken cancellationToken)
    {
        string[] files = File.Exists(path) ? [path]
            : Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "cases.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
            : throw new KitException("There is no such file or folder.", path, "Give a folder of chat-template vectors.");
        if (files.Length == 0)
            throw new KitException("The folder holds no cases.json.", path, "Give a folder in the format of golden/chat-templates.");
        return files.SelectMany(file => RunFile(file, File.Exists(path) ? Path.GetFileName(path) : Path.GetRelativePath(path, file), cancellationToken));
    }

    private static List<VectorResult> RunFile(string file, string shown, CancellationToken cancellationToken)
    {
        try
        {
            var root = StrictJson.Object(File.ReadAllBytes(file), file);
            var clock = new FrozenClock(DateTime.Parse(root.GetProperty("frozen_clock").GetString()!, CultureInfo.InvariantCulture));
            var templates = root.GetProperty("templates").EnumerateObject().ToDictionary(t => t.Name, t => Template.Of(t.Value), StringComparer.Ordinal);
            var results = new List<VectorResult>();
            foreach (var @case in root.GetProperty("cases").EnumerateArray())
            {
                cancellationToken.ThrowIfCancellationRequested();
                var template = templates[@case.GetProperty("template").GetString()!];
                var differences = new List<string>();
                Check(template, @case, @case, clock, normalise: true, differences, cancellationToken);
                if (@case.TryGetProperty("raw", out var raw))
                    Check(template, @case, raw, clock, normalise: false, differences, cancellationToken);
                results.Add(new(shown, $"{@case.GetProperty("template").GetString()} {@case.GetProperty("name").GetString()}", differences));
            }

            return results;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KitException($"The file cannot be read: {e.Message}", file, innerException: e);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new KitException("The file is not in the format of chat-template vectors.", file, "Give a folder in the format of golden/chat-templates.", innerException: e);
        }
    }

    private static void Check(
        Template template, JsonElement @case, JsonElement expected, TimeProvider clock, bool normalise, List<string> differences, CancellationToken cancellationToken)
    {
        var variables = @case.GetProperty("kwargs").EnumerateObject().ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);
        foreach (var further in template.Further)
            variables.TryAdd(further.Name, further.Value);
        variables.Remove("tools", out var tools);
        variables.Remove("documents", out var documents);
        var request = new ChatRequest(@case.GetProperty("messages"))
        {
            AddGenerationPrompt = @case.GetProperty("add_generation_prompt").GetBoolean(),
            Tools = tools.ValueKind == JsonValueKind.Undefined ? null : tools,
            Documents = documents.ValueKind == JsonValueKind.Undefined ? null : documents,
            Variables = variables,
            NormaliseMessages = normalise,
            Clock = clock,
        };
        var what = normalise ? "" : "raw: ";
        string actual;
        try
        {
            actual = template.Parsed().Render(request, cancellationToken);
        }
        catch (KitException e)
        {
            var inner = e.InnerException as TemplateException;
            if (!expected.TryGetProperty("error", out var error))
                differences.Add($"{what}fails instead of rendering: {e.Message}");
            else if (error.GetProperty("kind").GetString() == "raise_exception" && (inner?.Failure != TemplateFailure.Raised || inner.Message != error.GetProperty("message").GetString()))
                differences.Add($"{what}fails otherwise than the template says: {e.Message}");
            return;
        }

        if (!expected.TryGetProperty("rendered", out var rendered))
            differences.Add($"{what}renders instead of failing with {expected.GetProperty("error").GetProperty("message").GetString()}");
        else if (rendered.GetString() is { } text && text != actual)
            differences.Add(what + Difference(text, actual));
    }

    private static string Difference(string expected, string actual)
    {
        var at = expected.AsSpan().CommonPrefixLength(actual);
        static string Around(string text, int at) => JsonSerializer.Serialize(text[Math.Max(0, at - 20)..Math.Min(text.Length, at + 30)]);
        return string.Create(CultureInfo.InvariantCulture, $"differs at character {at}: {Around(actual, at)} instead of {Around(expected, at)}");
    }

    /// <summary>A template as the vectors have it; one that cannot be parsed fails in each of its cases.</summary>
    /// <param name="Source">The template.</param>
    /// <param name="Further">What the tokenizer gives besides texts, for example lists of tokens.</param>
    private sealed record Template(Lazy<ChatTemplate> Source, IReadOnlyList<JsonProperty> Further)
    {
        public static Template Of(JsonElement element)
        {
            var source = element.GetProperty("chat_template").GetString()!;
            var given = element.GetProperty("special_tokens").EnumerateObject().ToLookup(t => t.Value.ValueKind == JsonValueKind.String);
            var tokens = given[true].ToDictionary(t => t.Name, t => t.Value.GetString()!, StringComparer.Ordinal);
            return new(new Lazy<ChatTemplate>(() => ChatTemplate.Parse(source, tokens)), [.. given[false]]);
        }

        public ChatTemplate Parsed() => Source.Value;
    }

    private sealed class FrozenClock(DateTime now) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(now, TimeSpan.Zero);
    }
}
