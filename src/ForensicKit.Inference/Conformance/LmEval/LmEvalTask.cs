using System.Globalization;
using System.Text.Json;
using ForensicKit.Evaluation;
using ForensicKit.Manifests;
using ForensicKit.Templates;

namespace ForensicKit.Inference.Conformance.LmEval;

/// <summary>Where a task's worked examples come from.</summary>
/// <param name="Documents">The documents.</param>
/// <param name="IsAsked">Whether they are the documents that are asked, so that one's own has to be left out.</param>
internal sealed record LmEvalPool(IReadOnlyList<JsonElement> Documents, bool IsAsked);

/// <summary>A document as it is asked.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Choices">The choices; empty where there are none.</param>
/// <param name="Target">The reference as text.</param>
/// <param name="Gold">Index of the right choice; null where there is none.</param>
internal sealed record LmEvalRequest(AssembledPrompt Prompt, IReadOnlyList<string> Choices, string Target, int? Gold);

/// <summary>Renders documents by a task's configuration (lm-evaluation-harness 0.4.13, lm_eval/api/task.py: doc_to_text, doc_to_target, doc_to_choice).</summary>
internal sealed class LmEvalTask
{
    private readonly Fields _asked;
    private readonly Fields _example;
    private readonly PromptRecipe _recipe;
    private readonly string _description;
    private readonly FewShotSampler<Document>? _sampler;
    private readonly Dictionary<string, Document> _pool = new(StringComparer.Ordinal);
    private readonly Func<IReadOnlyList<Models.ChatMessage>, string>? _formatChat;

    /// <param name="config">The configuration.</param>
    /// <param name="chat">Whether the prompt is a conversation, and how; null for plain text.</param>
    /// <param name="systemInstruction">What stands before the description; null for nothing.</param>
    /// <param name="pool">The worked examples; null where they are not at hand.</param>
    /// <param name="seed">Seed of their draws.</param>
    /// <param name="formatChat">Puts the chat template round a conversation.</param>
    /// <exception cref="KitException">The configuration has what is not supported, or a template is not valid.</exception>
    public LmEvalTask(JsonElement config, ChatForm? chat, string? systemInstruction, LmEvalPool? pool, long seed, Func<IReadOnlyList<Models.ChatMessage>, string>? formatChat)
    {
        var fewShot = config.TryGetProperty("fewshot_config", out var own) && own.ValueKind == JsonValueKind.Object ? own : default;
        _asked = new(config, config);
        _example = new(fewShot, config);
        if (Fields.Find("gen_prefix", config, fewShot) is not null)
            throw new KitException("Tasks with a 'gen_prefix' are not supported.");
        _formatChat = formatChat;
        var between = Fields.Find("fewshot_delimiter", config) ?? "\n\n";
        var description = Fields.Find("description", config) ?? "";
        _description = (systemInstruction, description) switch
        {
            ({ Length: > 0 } system, { Length: > 0 }) => system + between + description,
            ({ Length: > 0 } system, _) => system,
            _ => description,
        };
        _recipe = new() { Template = "", BeforeAnswer = Fields.Find("target_delimiter", config) ?? " ", Between = between, Chat = chat };
        var count = config.TryGetProperty("num_fewshot", out var shots) && shots.ValueKind == JsonValueKind.Number ? shots.GetInt32() : 0;
        if (count == 0)
            return;
        if (pool is null)
            throw new KitException("The documents that worked examples are drawn from are not at hand.", mend: "Set FORENSICKIT_DATA to the folder that holds data/benchmarks.");
        var documents = pool.Documents.Select(d => new Document(d)).ToList();
        if (pool.IsAsked)
        {
            foreach (var document in documents)
                _pool.TryAdd(document.Text, document);
        }

        _sampler = new(
            documents, count, Fields.Find("sampler", fewShot) switch
            {
                "first_n" => ShotSampler.First,
                null or "default" => ShotSampler.Random,
                var other => throw new KitException($"The sampler '{other}' is not supported."),
            }, seed);
    }

    /// <summary>The next document's request.</summary>
    public LmEvalRequest Next(JsonElement doc)
    {
        var shots = _sampler?.Next(_pool.GetValueOrDefault(new Document(doc).Text)).Select(d => Example(d.Element)).ToList() ?? [];
        var description = Template.Parse(_description).Render(Variables(doc));
        var choices = _asked.Choices(doc);
        var target = _asked.Target(doc);
        return new(
            PromptAssembly.Assemble(_recipe, description, shots, _asked.Question(doc), _formatChat), choices,
            target.ValueKind == JsonValueKind.String ? target.GetString()! : target.GetRawText(),
            target.ValueKind == JsonValueKind.Number ? target.GetInt32() : choices.Count > 0 ? choices.ToList().IndexOf(target.GetString()!) : null);
    }

    /// <summary>The text of a rolling request.</summary>
    public string Text(JsonElement doc) => _asked.Target(doc).GetString()!;

    private RenderedExample Example(JsonElement doc)
    {
        var target = _example.Target(doc);
        return new(_example.Question(doc), target.ValueKind == JsonValueKind.Number ? _example.Choices(doc)[target.GetInt32()] : target.GetString()!);
    }

    private static Dictionary<string, JsonElement> Variables(JsonElement doc) => doc.EnumerateObject().ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);

    // Two documents are one where they say the same.
    private sealed class Document(JsonElement element)
    {
        public JsonElement Element => element;

        public string Text { get; } = Exchange.PythonJson.Write(element);
    }

    /// <summary>The three fields that turn a document into a request.</summary>
    private sealed class Fields(JsonElement first, JsonElement second)
    {
        private readonly Dictionary<string, Template> _templates = new(StringComparer.Ordinal);

        public static string? Find(string name, params ReadOnlySpan<JsonElement> places)
        {
            foreach (var place in places)
            {
                if (Member(name, place) is { ValueKind: JsonValueKind.String } value)
                    return value.GetString();
            }

            return null;
        }

        public string Question(JsonElement doc) => Rendered(Own("doc_to_text"), doc) is { ValueKind: JsonValueKind.String } text
            ? text.GetString()!
            : throw new KitException("'doc_to_text' gives no text.");

        public JsonElement Target(JsonElement doc)
        {
            var target = Rendered(Own("doc_to_target"), doc);
            // A rendered digit is an index where there are choices.
            return target.ValueKind == JsonValueKind.String && Own("doc_to_choice") is not null && target.GetString() is { Length: > 0 and < 10 } text && text.All(char.IsAsciiDigit)
                ? JsonSerializer.SerializeToElement(int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture))
                : target;
        }

        public IReadOnlyList<string> Choices(JsonElement doc)
        {
            if (Own("doc_to_choice") is not { } choice)
                return [];
            var list = choice.ValueKind switch
            {
                JsonValueKind.Array => choice,
                JsonValueKind.Object => JsonSerializer.SerializeToElement(choice.EnumerateObject().Select(p => p.Value)),
                _ when doc.TryGetProperty(choice.GetString()!, out var field) => field,
                _ => List(choice.GetString()!, doc),
            };
            return [.. list.EnumerateArray().Select(c => c.ValueKind == JsonValueKind.String ? c.GetString()! : c.GetRawText())];
        }

        // A list that a template writes is read back by Python there; here its one expression is written as JSON.
        private JsonElement List(string template, JsonElement doc)
        {
            var inner = template.Trim();
            if (!inner.StartsWith("{{", StringComparison.Ordinal) || !inner.EndsWith("}}", StringComparison.Ordinal) || inner.IndexOf("}}", StringComparison.Ordinal) != inner.Length - 2)
                throw new KitException("'doc_to_choice' is more than one expression; that is not supported.");
            using var parsed = JsonDocument.Parse(Render($"{{{{ ({inner[2..^2]}) | tojson }}}}", doc));
            return parsed.RootElement.Clone();
        }

        private JsonElement? Own(string name) => Member(name, first) ?? Member(name, second);

        private static JsonElement? Member(string name, JsonElement place) =>
            place.ValueKind == JsonValueKind.Object && place.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

        // The name of a field gives the field; everything else is a template.
        private JsonElement Rendered(JsonElement? field, JsonElement doc) => field switch
        {
            null => JsonSerializer.SerializeToElement(""),
            { ValueKind: JsonValueKind.String } text => doc.TryGetProperty(text.GetString()!, out var value) ? value : JsonSerializer.SerializeToElement(Render(text.GetString()!, doc)),
            var number => number.Value,
        };

        private string Render(string source, JsonElement doc)
        {
            if (!_templates.TryGetValue(source, out var template))
                _templates[source] = template = Template.Parse(source);
            return template.Render(Variables(doc));
        }
    }
}
