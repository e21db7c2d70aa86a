using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ForensicKit.Manifests;

/// <summary>Writes the documentation of manifests and the JSON Schema for editors from the one description that also checks them.</summary>
public static class SchemaDocument
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text of <c>data-manifests/README.md</c>.</summary>
    public static string Markdown()
    {
        var text = new StringBuilder();
        text.Append(
            """
            # Manifests

            What a case needs, in YAML: which claims, which models, which files, where they come from, on what terms, and what their bytes are.
            This page is written from the schema itself; `schema.json` beside it is the same schema for editors.

            - A file is checked as a whole: every error is told with its line and column and how to mend it.
            - UTF-8, at most 1 MiB, one document, spaces for indentation; no anchors, aliases or type tags.
            - Numbers that were printed (`claimed`, `value`) keep their digits: `"82.50"` is another claim than `"82.5"`.
            - Files are looked for under their `path` in the folder of the manifest, in `FORENSICKIT_DATA` and its `data` folder (default:
              `shared` beside the repository), then under their SHA-256 in the user's cache. Their size and SHA-256 are checked each time.
            - A licence of `none` means that the source names none: the kit reads such a file but never passes it on.

            | kind | file |
            |---|---|

            """.ReplaceLineEndings("\n"));
        foreach (var (id, folder, shape) in ManifestSchemas.All)
            text.Append(CultureInfo.InvariantCulture, $"| [{shape.Title}](#{Anchor(shape)}) (`{id}`) | `{folder}` |\n");

        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (_, _, shape) in ManifestSchemas.All)
            Write(shape, text, written);
        return text.ToString();
    }

    /// <summary>The text of <c>data-manifests/schema.json</c>: JSON Schema 2020-12.</summary>
    public static string Json()
    {
        var definitions = new JsonObject();
        var choices = new JsonArray();
        foreach (var (_, _, shape) in ManifestSchemas.All)
            choices.Add(Describe(shape, definitions));
        var root = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "ForensicKit manifests",
            ["oneOf"] = choices,
            ["$defs"] = definitions,
        };
        return root.ToJsonString(Indented) + "\n";
    }

    private static void Write(ObjectShape shape, StringBuilder text, HashSet<string> written)
    {
        if (!written.Add(shape.Title))
            return;
        text.Append(CultureInfo.InvariantCulture, $"\n## {char.ToUpperInvariant(shape.Title[0])}{shape.Title[1..]}\n\n| field | holds | |\n|---|---|---|\n");
        foreach (var field in shape.Fields)
        {
            var words = Inner(field.Shape) is { } inner ? field.Shape.Words.Replace(LinkText(field.Shape, inner), $"[{LinkText(field.Shape, inner)}](#{Anchor(inner)})", StringComparison.Ordinal) : field.Shape.Words;
            text.Append(CultureInfo.InvariantCulture, $"| `{field.Name}`{(field.IsRequired ? "" : " (optional)")} | {words.Replace("|", "\\|", StringComparison.Ordinal)} | {field.Description} |\n");
        }

        foreach (var field in shape.Fields)
        {
            if (Inner(field.Shape) is { } inner)
                Write(inner, text, written);
        }
    }

    private static string LinkText(Shape shape, ObjectShape inner) => shape is ListShape ? inner.Plural : inner.Title;

    private static ObjectShape? Inner(Shape shape) => shape switch { ObjectShape map => map, ListShape list => Inner(list.Item), _ => null };

    // As GitHub makes anchors of headings.
    private static string Anchor(ObjectShape shape) => shape.Title.Replace(' ', '-').ToLowerInvariant();

    private static JsonObject Describe(Shape shape, JsonObject definitions)
    {
        switch (shape)
        {
            case ListShape list:
                return new() { ["type"] = "array", ["minItems"] = list.Minimum, ["items"] = Describe(list.Item, definitions) };
            case ObjectShape map:
                var key = DefinitionKey(map);
                if (!definitions.ContainsKey(key))
                {
                    definitions[key] = new JsonObject();
                    definitions[key] = Describe(map, definitions, key);
                }

                return new() { ["$ref"] = "#/$defs/" + key };
            default:
                return Describe((ValueShape)shape);
        }
    }

    private static JsonObject Describe(ObjectShape map, JsonObject definitions, string key)
    {
        var properties = new JsonObject();
        foreach (var field in map.Fields)
        {
            var described = Describe(field.Shape, definitions);
            described["description"] = field.Description;
            properties[field.Name] = described;
        }

        return new()
        {
            ["title"] = key,
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["required"] = new JsonArray([.. map.Fields.Where(field => field.IsRequired).Select(field => JsonValue.Create(field.Name))]),
            ["properties"] = properties,
        };
    }

    private static JsonObject Describe(ValueShape value)
    {
        if (value.Choices.Count > 0)
            return new() { ["enum"] = new JsonArray([.. value.Choices.Select(choice => JsonValue.Create(choice))]) };
        if (value.IsTruth)
            return new() { ["type"] = "boolean" };
        if (value.IsNumber)
        {
            return new()
            {
                ["type"] = value.IsAboveMinimum || value.IsBelowMaximum ? "number" : "integer",
                [value.IsAboveMinimum ? "exclusiveMinimum" : "minimum"] = value.Minimum,
                [value.IsBelowMaximum ? "exclusiveMaximum" : "maximum"] = value.Maximum,
            };
        }

        // A version such as 1.0 and a score such as 82.5 are numbers to an editor.
        var type = value.Minimum is null && value.Pattern != Shapes.Text.Pattern ? (JsonNode)"string" : new JsonArray("string", "number");
        var described = new JsonObject { ["type"] = type, ["pattern"] = value.Pattern, ["maxLength"] = value.MaximumLength };
        if (value.Minimum is not null)
            (described["minimum"], described["maximum"]) = (value.Minimum, value.Maximum);
        return described;
    }

    // Every choice of a standard protocol has the same title but another value: named by what it holds.
    private static string DefinitionKey(ObjectShape map)
    {
        var key = map.Title[(map.Title.IndexOf(' ', StringComparison.Ordinal) + 1)..].Replace(' ', '-');
        return map.Fields is [{ Name: "value" } value, ..] ? $"{key}-{(value.Shape is ValueShape { Name: var name } ? name : "value").Replace(' ', '-')}" : key;
    }
}
