using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ForensicKit.Notebooks.Execution;

/// <summary>Collects what one cell writes and shows, in its order, and turns it into outputs of the notebook format. Safe on several threads.</summary>
internal sealed class CellOutputs(int executionCount, int maxCharacters)
{
    // Outputs without content count too: a loop that shows nothing for ever must not fill the memory.
    private const int MaxEntries = 50_000;

    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = [];
    private int _characters;
    private bool _truncated;
    private bool _closed;

    /// <summary>Text on standard output (<c>stdout</c>) or standard error (<c>stderr</c>).</summary>
    public void Write(string stream, ReadOnlySpan<char> text)
    {
        lock (_gate)
        {
            if (_closed || text.IsEmpty)
                return;
            var room = _entries.Count < MaxEntries ? maxCharacters - _characters : 0;
            if (text.Length > room)
            {
                text = text[..Math.Max(0, room)];
                _truncated = true;
            }

            _characters += text.Length;
            if (text.IsEmpty)
                return;
            if (_entries is not [.., { Text: { } last } entry] || entry.Stream != stream)
                _entries.Add(new Entry { Stream = stream, Text = last = new StringBuilder() });
            last.Append(text);
        }
    }

    /// <summary>A value the cell shows.</summary>
    public void Show(CellDisplay display)
    {
        lock (_gate)
        {
            if (_closed)
                return;
            var size = display.Data.Sum(d => (long)d.Value.Length);
            if (size > maxCharacters - _characters || _entries.Count >= MaxEntries)
            {
                _truncated = true;
                return;
            }

            _characters += (int)size;
            var shown = display.IsUpdate ? _entries.FindIndex(e => e.Display is not null && e.Display.DisplayId == display.DisplayId) : -1;
            if (shown >= 0)
                _entries[shown] = new Entry { Display = display };
            else
                _entries.Add(new Entry { Display = display });
        }
    }

    /// <summary>Ends the cell: what its left-over threads write from here on belongs to no cell and is dropped.</summary>
    public JsonArray Close(CellError? error)
    {
        lock (_gate)
        {
            _closed = true;
            var outputs = new JsonArray([.. _entries.Select(ToJson)]);
            if (_truncated)
            {
                var note = _entries.Count >= MaxEntries
                    ? string.Create(CultureInfo.InvariantCulture, $"\n[Outputs beyond the first {MaxEntries} were dropped.]\n")
                    : string.Create(CultureInfo.InvariantCulture, $"\n[Output beyond {maxCharacters} characters was dropped.]\n");
                outputs.Add((JsonNode)Stream("stderr", note));
            }

            if (error is not null)
            {
                outputs.Add((JsonNode)new JsonObject
                {
                    ["ename"] = error.Name,
                    ["evalue"] = error.Message,
                    ["output_type"] = "error",
                    ["traceback"] = new JsonArray([.. error.Traceback.Select(l => JsonValue.Create(l))]),
                });
            }

            return outputs;
        }
    }

    private JsonObject ToJson(Entry entry)
    {
        if (entry.Display is not { } display)
            return Stream(entry.Stream!, entry.Text!.ToString());
        var data = new JsonObject();
        foreach (var (mime, content) in display.Data.OrderBy(d => d.Key, StringComparer.Ordinal))
            data[mime] = Content(mime, content);
        var output = new JsonObject { ["data"] = data };
        if (display.IsResult)
            output["execution_count"] = executionCount;
        output["metadata"] = new JsonObject();
        output["output_type"] = display.IsResult ? "execute_result" : "display_data";
        return output;
    }

    private static JsonObject Stream(string name, string text) =>
        new() { ["name"] = name, ["output_type"] = "stream", ["text"] = NotebookCell.ToLines(text) };

    private static JsonNode? Content(string mime, string content)
    {
        // Front ends take JSON only as an object; the same as text is shown as nothing.
        if (mime is "application/json" || mime.EndsWith("+json", StringComparison.Ordinal))
        {
            try
            {
                return JsonNode.Parse(content);
            }
            catch (JsonException)
            {
                return content;
            }
        }

        return mime.StartsWith("text/", StringComparison.Ordinal) || mime is "image/svg+xml" or "application/javascript"
            ? NotebookCell.ToLines(content)
            : content;
    }

    private sealed class Entry
    {
        public string? Stream { get; init; }

        public StringBuilder? Text { get; init; }

        public CellDisplay? Display { get; init; }
    }
}
