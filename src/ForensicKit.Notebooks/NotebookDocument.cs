using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ForensicKit.Evidence;

namespace ForensicKit.Notebooks;

/// <summary>
/// A Jupyter notebook, nbformat 4.5. Everything the file holds is kept on writing, known or not, in its order; numbers keep their digits.
/// </summary>
/// <remarks>Format: https://nbformat.readthedocs.io/en/latest/format_description.html. Files of nbformat 4.0–4.4 become 4.5: their cells get ids.</remarks>
public sealed class NotebookDocument
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        // As Jupyter writes: one space, text not escaped beyond what JSON asks for.
        Indented = true,
        IndentSize = 1,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly JsonObject _root;
    private readonly List<NotebookCell> _cells;

    internal NotebookDocument(JsonObject root, IEnumerable<NotebookCell> cells, string? path)
    {
        _root = root;
        _cells = [.. cells];
        Path = path;
    }

    /// <summary>The file the notebook was read from; null where it was not read from a file. Never written into the notebook.</summary>
    public string? Path { get; }

    /// <summary>The cells from top to bottom.</summary>
    public IReadOnlyList<NotebookCell> Cells => _cells;

    /// <summary>A copy of the notebook's metadata.</summary>
    public JsonObject Metadata => (JsonObject)_root["metadata"]!.DeepClone();

    /// <summary>The kernel's language (<c>metadata.kernelspec.language</c>, else <c>metadata.language_info.name</c>); null where the notebook says none.</summary>
    public string? Language => LanguageAt("kernelspec", "language") ?? LanguageAt("language_info", "name");

    /// <summary>An empty C# notebook with the metadata that Jupyter front ends and Polyglot Notebooks look for.</summary>
    public static NotebookDocument Create() => new(
        new JsonObject
        {
            ["cells"] = new JsonArray(),
            ["metadata"] = new JsonObject
            {
                ["kernelspec"] = new JsonObject { ["display_name"] = ".NET (C#)", ["language"] = "C#", ["name"] = ".net-csharp" },
                ["language_info"] = new JsonObject { ["name"] = "C#" },
                ["polyglot_notebook"] = new JsonObject
                {
                    ["kernelInfo"] = new JsonObject
                    {
                        ["defaultKernelName"] = "csharp",
                        ["items"] = new JsonArray(new JsonObject { ["aliases"] = new JsonArray(), ["languageName"] = "csharp", ["name"] = "csharp" }),
                    },
                },
            },
            ["nbformat"] = 4,
            ["nbformat_minor"] = 5,
        },
        [],
        path: null);

    /// <summary>Reads a notebook from a file.</summary>
    /// <exception cref="KitException">There is no such file, it cannot be read, is larger than <see cref="MaxBytes"/>, or is not a notebook.</exception>
    public static NotebookDocument Load(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (stream.Length > MaxBytes)
                throw TooLarge(path, stream.Length);
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return NotebookReader.Read(content, path, System.IO.Path.GetFullPath(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new KitException($"The notebook cannot be read: {e.Message}", path, "Give the path of an .ipynb file.", innerException: e);
        }
    }

    /// <summary>Reads a notebook from its UTF-8 content.</summary>
    /// <param name="content">The content.</param>
    /// <param name="name">What messages call it, for example the file's name.</param>
    /// <exception cref="KitException">It is larger than <see cref="MaxBytes"/> or is not a notebook.</exception>
    public static NotebookDocument Parse(ReadOnlyMemory<byte> content, string name) =>
        content.Length > MaxBytes ? throw TooLarge(name, content.Length) : NotebookReader.Read(content, name, path: null);

    /// <summary>Adds a cell, at the end or before the cell that is now at <paramref name="index"/>.</summary>
    /// <param name="kind">What the cell holds.</param>
    /// <param name="source">Its text.</param>
    /// <param name="tags">Its tags.</param>
    /// <param name="index">Where it goes; null at the end.</param>
    public NotebookCell AddCell(NotebookCellKind kind, string source, IEnumerable<string>? tags = null, int? index = null)
    {
        var metadata = new JsonObject();
        if (kind == NotebookCellKind.Code)
        {
            metadata["dotnet_interactive"] = new JsonObject { ["language"] = "csharp" };
            metadata["polyglot_notebook"] = new JsonObject { ["kernelName"] = "csharp" };
        }

        if (tags?.ToArray() is { Length: > 0 } given)
            metadata["tags"] = new JsonArray([.. given.Select(t => JsonValue.Create(t))]);
        var json = new JsonObject { ["cell_type"] = KindName(kind) };
        if (kind == NotebookCellKind.Code)
            json["execution_count"] = null;
        json["id"] = NotebookReader.NewId(_cells.Select(c => c.Id).ToHashSet(StringComparer.Ordinal), _cells.Count);
        json["metadata"] = metadata;
        if (kind == NotebookCellKind.Code)
            json["outputs"] = new JsonArray();
        json["source"] = NotebookCell.ToLines(source.ReplaceLineEndings("\n"));
        var cell = new NotebookCell(json, kind);
        var at = index ?? _cells.Count;
        ((JsonArray)_root["cells"]!).Insert(at, json);
        _cells.Insert(at, cell);
        return cell;
    }

    /// <summary>Takes a cell out.</summary>
    public void RemoveCell(NotebookCell cell)
    {
        if (!_cells.Remove(cell))
            throw new ArgumentException("The cell belongs to another notebook.", nameof(cell));
        ((JsonArray)_root["cells"]!).Remove(cell.Json);
    }

    /// <summary>
    /// Empties every code cell's outputs and execution number, and removes what front ends note about a run
    /// (<c>metadata.execution</c>, <c>metadata.ExecuteTime</c>, and the saved state of widgets).
    /// </summary>
    public void ClearOutputs()
    {
        foreach (var cell in _cells.Where(c => c.Kind == NotebookCellKind.Code))
        {
            cell.SetResult(executionCount: null, outputs: []);
            if (cell.Json["metadata"] is JsonObject metadata)
            {
                metadata.Remove("execution");
                metadata.Remove("ExecuteTime");
            }
        }

        ((JsonObject)_root["metadata"]!).Remove("widgets");
    }

    /// <summary>An independent copy.</summary>
    public NotebookDocument Clone()
    {
        var root = (JsonObject)_root.DeepClone();
        var cells = ((JsonArray)root["cells"]!).Zip(_cells, (json, cell) => new NotebookCell((JsonObject)json!, cell.Kind));
        return new NotebookDocument(root, cells, Path);
    }

    /// <summary>The notebook as UTF-8 text, indented as Jupyter does, with a line end at the end.</summary>
    public byte[] ToUtf8()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, WriterOptions))
            _root.WriteTo(writer);
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    /// <summary>Writes the notebook: at once or not at all, through a file beside it that is renamed.</summary>
    /// <exception cref="KitException">The file cannot be written; what was there before is still there.</exception>
    public void Save(string path) => AtomicFile.Write(path, ToUtf8());

    internal static string KindName(NotebookCellKind kind) => kind switch
    {
        NotebookCellKind.Code => "code",
        NotebookCellKind.Markdown => "markdown",
        NotebookCellKind.Raw => "raw",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, message: null),
    };

    private static KitException TooLarge(string where, long length) => new(
        string.Create(CultureInfo.InvariantCulture, $"The notebook is too large: {length} bytes, at most {MaxBytes} are read."),
        where,
        "Clear its outputs.");

    private string? LanguageAt(string section, string name) =>
        _root["metadata"]![section] is JsonObject o && o[name] is JsonValue v && v.TryGetValue<string>(out var text) ? text : null;
}
