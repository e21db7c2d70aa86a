using System.Text.Json.Nodes;

namespace ForensicKit.Notebooks;

/// <summary>What a cell holds.</summary>
public enum NotebookCellKind
{
    /// <summary>Code to run.</summary>
    Code,

    /// <summary>Prose.</summary>
    Markdown,

    /// <summary>Text for other tools.</summary>
    Raw,
}

/// <summary>One cell of a <see cref="NotebookDocument"/>: a view of its JSON, valid as long as the document keeps the cell.</summary>
public sealed class NotebookCell
{
    internal NotebookCell(JsonObject json, NotebookCellKind kind)
    {
        Json = json;
        Kind = kind;
    }

    /// <summary>What the cell holds.</summary>
    public NotebookCellKind Kind { get; }

    /// <summary>The cell's id, unique in its notebook.</summary>
    public string Id => Json["id"]!.GetValue<string>();

    /// <summary>The source as one text with <c>\n</c> line ends.</summary>
    public string Source => Json["source"] is JsonArray lines ? string.Concat(lines.Select(l => l!.GetValue<string>())) : Json["source"]!.GetValue<string>();

    /// <summary>The cell's tags (<c>metadata.tags</c>).</summary>
    public IReadOnlyList<string> Tags => Json["metadata"]?["tags"] is JsonArray tags ? [.. tags.Select(t => t!.GetValue<string>())] : [];

    /// <summary>The number a front end shows beside the cell; null where it was not run.</summary>
    public int? ExecutionCount => Json["execution_count"]?.GetValue<int>();

    /// <summary>A copy of the cell's outputs in the notebook format; empty for cells that are not code.</summary>
    public JsonArray Outputs => Json["outputs"] is JsonArray outputs ? (JsonArray)outputs.DeepClone() : [];

    /// <summary>The language the cell says it is written in (Polyglot metadata); null where it says none.</summary>
    public string? Language =>
        Text(Json["metadata"]?["polyglot_notebook"], "kernelName") ?? Text(Json["metadata"]?["dotnet_interactive"], "language");

    internal JsonObject Json { get; }

    internal void SetResult(int? executionCount, JsonArray outputs)
    {
        Json["execution_count"] = executionCount;
        Json["outputs"] = outputs;
    }

    // Jupyter's own files keep text as a list of lines, which keeps differences readable.
    internal static JsonArray ToLines(string text)
    {
        var lines = new JsonArray();
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end + 1;
            lines.Add((JsonNode)text[start..end]);
            start = end;
        }

        return lines;
    }

    private static string? Text(JsonNode? node, string name) =>
        node is JsonObject o && o[name] is JsonValue v && v.TryGetValue<string>(out var text) ? text : null;
}
