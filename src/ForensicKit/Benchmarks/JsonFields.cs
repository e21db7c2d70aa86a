using System.Globalization;
using System.Text.Json;
using ForensicKit.Evidence;
using ForensicKit.Importing;
using ForensicKit.Manifests;
using ForensicKit.Templates;

namespace ForensicKit.Benchmarks;

/// <summary>
/// Any benchmark whose files hold JSON objects, in lines or in one array: its manifest says by expressions how an item's parts are found in a record, so
/// that adding a benchmark is adding a manifest.
/// </summary>
/// <param name="isLines">Whether records stand in lines.</param>
internal sealed class JsonFields(bool isLines) : IBenchmarkFormat
{
    /// <summary>Names of the formats.</summary>
    public static IReadOnlyList<string> Names { get; } = ["json-lines", "json-array"];

    /// <inheritdoc/>
    public string Name => isLines ? Names[0] : Names[1];

    /// <inheritdoc/>
    public IEnumerable<BenchmarkItem> Read(string benchmark, BenchmarkItems split, IReadOnlyList<VerifiedArtifact> files, CancellationToken cancellationToken)
    {
        var fields = split.Fields.ToDictionary(f => f.Key, f => Expression(f.Value), StringComparer.Ordinal);
        var index = 0;
        foreach (var file in files)
        {
            using var stream = BoundedStream.Open(file);
            foreach (var record in isLines ? JsonRecords.Lines(stream, file.FilePath, cancellationToken) : JsonRecords.Array(stream, file.FilePath, cancellationToken))
                yield return Item(benchmark, split, fields, record, index++);
        }
    }

    private static BenchmarkItem Item(string benchmark, BenchmarkItems split, Dictionary<string, Template> fields, JsonRecord record, int index)
    {
        var variables = record.Json.EnumerateObject().ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
        JsonElement Value(string field)
        {
            try
            {
                using var document = JsonDocument.Parse(fields[field].Render(variables));
                return document.RootElement.Clone();
            }
            catch (KitException e)
            {
                throw new KitException($"'{field}' cannot be found in the record: {e.Message}", record.Place, "Check 'fields' in the benchmark's manifest.", innerException: e);
            }
        }

        string Text(string field) => Value(field) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : throw Wrong(field, "a text");
        KitException Wrong(string field, string what) => new($"'{field}' is not {what}.", record.Place, "Check 'fields' in the benchmark's manifest.");
        var item = new BenchmarkItem(string.Create(CultureInfo.InvariantCulture, $"{benchmark}/{split.Split}/{index}"), index, Text("question"), "")
        {
            Subject = fields.ContainsKey("subject") ? Text("subject") : null,
        };
        if (!fields.ContainsKey("choices"))
            return item with { Gold = Text("gold") };
        var choices = Value("choices") is { ValueKind: JsonValueKind.Array } list && list.EnumerateArray().All(c => c.ValueKind == JsonValueKind.String)
            ? list.EnumerateArray().Select(c => c.GetString()!).ToList()
            : throw Wrong("choices", "a list of texts");
        return Value("gold") is { ValueKind: JsonValueKind.Number } gold && gold.TryGetInt32(out var right) && right >= 0 && right < choices.Count
            ? item with { Choices = choices, GoldChoice = right, Gold = choices[right] }
            : throw Wrong("gold", "the index of a choice");
    }

    private static Template Expression(string expression) => Template.Parse($"{{{{ ({expression}) | tojson }}}}");
}
