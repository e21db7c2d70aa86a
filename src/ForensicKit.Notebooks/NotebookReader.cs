using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace ForensicKit.Notebooks;

/// <summary>Reads and validates the JSON of a notebook: afterwards every access of <see cref="NotebookCell"/> is safe.</summary>
internal static class NotebookReader
{
    private const int MaxDepth = 128;

    /// <summary>An id that no other cell has, made from the cell's place so that the same notebook always gets the same ids.</summary>
    public static string NewId(HashSet<string> taken, int place)
    {
        for (var n = place; ; n++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"cell-{n:000}");
            if (taken.Add(id))
                return id;
        }
    }

    public static NotebookDocument Read(ReadOnlyMemory<byte> content, string name, string? path)
    {
        if (content.Span.StartsWith(Encoding.UTF8.Preamble))
            content = content[Encoding.UTF8.Preamble.Length..];
        CheckText(content.Span, name);
        var root = JsonNode.Parse(content.Span, documentOptions: new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
        if (root is not JsonObject notebook)
            throw NotANotebook(name, "the file holds no JSON object");
        CheckVersion(notebook, name);
        Require<JsonObject>(notebook, "metadata", name, "metadata");
        var cells = Require<JsonArray>(notebook, "cells", name, "cells");
        var read = new List<NotebookCell>(cells.Count);
        for (var i = 0; i < cells.Count; i++)
            read.Add(ReadCell(cells[i], string.Create(CultureInfo.InvariantCulture, $"cells[{i}]"), name));
        GiveIds(read, name);
        notebook["nbformat_minor"] = Math.Max(5, notebook["nbformat_minor"]!.GetValue<int>());
        return new NotebookDocument(notebook, read, path);
    }

    // Everything JSON can be wrong in is found here, with its position; JsonNode reads lazily and would fail later and elsewhere.
    private static void CheckText(ReadOnlySpan<byte> content, string name)
    {
        if (!Utf8.IsValid(content))
            throw new KitException("The notebook is not UTF-8 text.", name, "Give an .ipynb file as Jupyter writes it.");
        var reader = new Utf8JsonReader(content, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
            {
                // Decoding finds escaped halves of surrogate pairs, which are no text.
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                    reader.GetString();
            }

            using var document = JsonDocument.Parse(content.ToArray(), new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            var reason = e.Message.Split(" LineNumber:", 2)[0].Split(" Path:", 2)[0];
            var where = e is { LineNumber: { } line, BytePositionInLine: { } column }
                ? string.Create(CultureInfo.InvariantCulture, $"{name}({line + 1},{column + 1})")
                : name;
            throw new KitException($"This is not the JSON of a notebook: {reason}", where, "Restore the file, it may have been cut off or edited by hand.", innerException: e);
        }
        catch (InvalidOperationException e)
        {
            var before = content[..(int)reader.TokenStartIndex];
            var column = before.Length - before.LastIndexOf((byte)'\n');
            var where = string.Create(CultureInfo.InvariantCulture, $"{name}({before.Count((byte)'\n') + 1},{column})");
            throw new KitException("A text holds half a surrogate pair.", where, "Replace the escape by the character that is meant.", innerException: e);
        }
    }

    private static void CheckVersion(JsonObject notebook, string name)
    {
        if (!TryInteger(notebook["nbformat"], out var major))
            throw NotANotebook(name, "'nbformat' is missing or no whole number");
        if (major != 4)
        {
            throw new KitException(
                string.Create(CultureInfo.InvariantCulture, $"The notebook has format {major}; format 4 is read."),
                name,
                "Convert it: jupyter nbconvert --to notebook --nbformat 4.");
        }

        if (!TryInteger(notebook["nbformat_minor"], out var minor) || minor < 0)
            throw NotANotebook(name, "'nbformat_minor' is missing or no whole number");
    }

    private static NotebookCell ReadCell(JsonNode? node, string at, string name)
    {
        if (node is not JsonObject cell)
            throw NotANotebook(name, $"{at} is no object");
        var kind = Text(cell["cell_type"]) switch
        {
            "code" => NotebookCellKind.Code,
            "markdown" => NotebookCellKind.Markdown,
            "raw" => NotebookCellKind.Raw,
            _ => throw NotANotebook(name, $"{at}.cell_type is not one of 'code', 'markdown', 'raw'"),
        };
        var source = cell["source"];
        if (Text(source) is null && !(source is JsonArray lines && lines.All(l => Text(l) is not null)))
            throw NotANotebook(name, $"{at}.source is neither text nor a list of texts");
        var metadata = Require<JsonObject>(cell, "metadata", name, $"{at}.metadata");
        if (metadata["tags"] is { } tags && !(tags is JsonArray list && list.All(t => Text(t) is not null)))
            throw NotANotebook(name, $"{at}.metadata.tags is no list of texts");
        if (kind == NotebookCellKind.Code)
        {
            if (Require<JsonArray>(cell, "outputs", name, $"{at}.outputs").Any(o => o is not JsonObject))
                throw NotANotebook(name, $"{at}.outputs holds something that is no object");
            if (cell["execution_count"] is { } count && !TryInteger(count, out _))
                throw NotANotebook(name, $"{at}.execution_count is no whole number");
        }

        if (cell.TryGetPropertyValue("id", out var id) && !IsId(Text(id)))
            throw NotANotebook(name, $"{at}.id is not 1 to 64 letters, digits, '-' or '_'");
        return new NotebookCell(cell, kind);
    }

    private static void GiveIds(List<NotebookCell> cells, string name)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var cell in cells.Where(c => c.Json.ContainsKey("id")))
        {
            if (!taken.Add(cell.Id))
                throw NotANotebook(name, $"two cells have the id '{cell.Id}'");
        }

        for (var i = 0; i < cells.Count; i++)
        {
            if (!cells[i].Json.ContainsKey("id"))
                cells[i].Json["id"] = NewId(taken, i);
        }
    }

    private static bool IsId(string? text) =>
        text is { Length: >= 1 and <= 64 } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static T Require<T>(JsonObject parent, string property, string name, string at)
        where T : JsonNode =>
        parent[property] as T ?? throw NotANotebook(name, $"{at} is missing or no {(typeof(T) == typeof(JsonArray) ? "list" : "object")}");

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static bool TryInteger(JsonNode? node, out int value)
    {
        value = 0;
        return node is JsonValue number && number.GetValueKind() == JsonValueKind.Number && number.TryGetValue(out value);
    }

    private static KitException NotANotebook(string name, string reason) =>
        new($"This is not a notebook of format 4: {reason}.", name, "Give an .ipynb file as Jupyter writes it.");
}
