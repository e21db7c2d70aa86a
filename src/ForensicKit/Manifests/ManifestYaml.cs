using System.Globalization;
using System.Text;
using ForensicKit.Evidence;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ForensicKit.Manifests;

/// <summary>Reads the part of YAML that manifests use: one document of maps, lists and values, nothing that refers or expands.</summary>
internal static class ManifestYaml
{
    /// <summary>Largest manifest, in bytes.</summary>
    public const int MaximumBytes = 1 << 20;

    private const int MaximumDepth = 16;

    /// <summary>The tree of a file.</summary>
    /// <exception cref="KitException">It cannot be read, is too large, is not UTF-8, or is not a YAML map.</exception>
    public static MapNode ReadFile(string path)
    {
        var bytes = FileAccessErrors.Explain(path, () => ReadBounded(path));
        string text;
        try
        {
            text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new KitException(string.Create(CultureInfo.InvariantCulture, $"The file is not UTF-8 at byte {e.Index}."), path, "Save it as UTF-8.", innerException: e);
        }

        return Read(text.StartsWith('\uFEFF') ? text[1..] : text, path);
    }

    /// <summary>The tree of a text; <paramref name="name"/> stands for the file in messages.</summary>
    /// <exception cref="KitException">It is not a YAML map, or uses what manifests must not use.</exception>
    public static MapNode Read(string text, string name)
    {
        var errors = new ManifestErrors(name);
        RefuseTabs(text, errors);
        errors.ThrowIfAny();
        var scanner = new Scanner(new StringReader(text), skipComments: true);
        try
        {
            var root = ReadDocument(new Parser(scanner), errors);
            errors.ThrowIfAny();
            return root!;
        }
        catch (YamlException e)
        {
            throw NotYaml(errors, At(e.Start), Sentence(e.Message), e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException or NullReferenceException)
        {
            // The scanner answers some damaged input with the runtime's own errors.
            throw NotYaml(errors, At(scanner.CurrentPosition), "something is left open or out of place.", e);
        }
    }

    private static Exception NotYaml(ManifestErrors errors, Position at, string reason, Exception cause)
    {
        errors.Add(at, "This is not YAML: " + reason, "Check indentation, colons and quotes around here.");
        errors.ThrowIfAny();
        return cause;
    }

    private static byte[] ReadBounded(string path)
    {
        using var stream = File.OpenRead(path);
        var buffer = new byte[MaximumBytes + 1];
        var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        if (length > MaximumBytes)
            throw new KitException("The file is larger than a manifest may be (1 MiB).", path, "Keep data in files of its own and name them among the artifacts.");
        return buffer[..length];
    }

    private static void RefuseTabs(string text, ManifestErrors errors)
    {
        var line = 0;
        foreach (var content in text.AsSpan().EnumerateLines())
        {
            line++;
            var indent = content.Length - content.TrimStart(" \t").Length;
            var tab = content[..indent].IndexOf('\t');
            if (tab >= 0 && indent < content.Length)
                errors.Add(new(line, tab + 1), "A tab indents this line.", "Indent with spaces: YAML allows no tabs here.");
        }
    }

    private static MapNode? ReadDocument(Parser parser, ManifestErrors errors)
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
        {
            errors.Add(new(1, 1), "The file is empty.", "Start with 'schema:' and a name from data-manifests/README.md.");
            return null;
        }

        parser.Consume<DocumentStart>();
        var root = ReadNode(parser, errors, 1);
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out var second))
            errors.Add(At(second.Start), "A second document starts here.", "Keep one manifest per file.");
        if (root is ScalarNode { IsNull: true })
            errors.Add(root.At, "The file is empty.", "Start with 'schema:' and a name from data-manifests/README.md.");
        else if (root is not MapNode)
            errors.Add(root.At, "A manifest is a map of named fields.", "Start with 'schema:' and a name from data-manifests/README.md.");
        return root as MapNode;
    }

    private static ManifestNode ReadNode(Parser parser, ManifestErrors errors, int depth)
    {
        if (depth > MaximumDepth)
        {
            errors.Add(At(parser.Current!.Start), "Fields are nested too deeply here.", "No manifest needs more than a few levels: check brackets and indentation.");
            errors.ThrowIfAny();
        }

        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            errors.Add(At(alias.Start), $"'*{alias.Value}' refers to another part of the file.", "Write the value out: manifests have no aliases.");
            return new ScalarNode(At(alias.Start), "", IsPlain: false);
        }

        if (parser.Current is NodeEvent node)
        {
            if (!node.Anchor.IsEmpty)
                errors.Add(At(node.Start), $"'&{node.Anchor.Value}' names a part of the file.", "Leave the name out: manifests have no anchors.");
            if (!node.Tag.IsEmpty)
                errors.Add(At(node.Start), $"'{node.Tag}' is a type tag.", "Leave it out: the schema says the types.");
        }

        if (parser.TryConsume<Scalar>(out var scalar))
            return new ScalarNode(At(scalar.Start), scalar.Value, scalar.Style == ScalarStyle.Plain);
        if (parser.TryConsume<SequenceStart>(out var list))
        {
            var items = new List<ManifestNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
                items.Add(ReadNode(parser, errors, depth + 1));
            return new ListNode(At(list.Start), items);
        }

        var map = parser.Consume<MappingStart>();
        return ReadMap(parser, errors, depth, At(map.Start));
    }

    private static MapNode ReadMap(Parser parser, ManifestErrors errors, int depth, Position at)
    {
        var entries = new List<KeyValuePair<ScalarNode, ManifestNode>>();
        var seen = new Dictionary<string, Position>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(parser, errors, depth + 1);
            var value = ReadNode(parser, errors, depth + 1);
            if (key is not ScalarNode name)
                errors.Add(key.At, "A field's name must be plain text.", "Quote values that start with '{' or '['.");
            else if (!seen.TryAdd(name.Value, name.At))
                errors.Add(name.At, string.Create(CultureInfo.InvariantCulture, $"'{name.Value}' is already given on line {seen[name.Value].Line}."), "Keep one of the two.");
            else
                entries.Add(new(name, value));
        }

        return new MapNode(at, entries);
    }

    private static Position At(Mark mark) => new(mark.Line, mark.Column);

    private static string Sentence(string message) => message.EndsWith('.') ? message : message + ".";
}
