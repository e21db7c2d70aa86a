using System.Globalization;
using System.Text.Json;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>An object of a checkpoint's JSON, read with messages that name file and key, and a record of what was asked for.</summary>
/// <param name="element">The object.</param>
/// <param name="file">The file, for messages.</param>
/// <param name="path">Where in the file, for messages; empty at the root.</param>
internal sealed class ConfigObject(JsonElement element, string file, string path = "")
{
    private const int MaxFileBytes = 16 << 20;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>The file, for messages.</summary>
    public string File { get; } = file;

    /// <summary>Reads a file's root object.</summary>
    /// <exception cref="KitException">The file is absent, too large or not a JSON object.</exception>
    public static ConfigObject Read(string file)
    {
        try
        {
            var info = new FileInfo(file);
            if (!info.Exists)
                throw new KitException("The file is not there.", file, "A checkpoint's folder holds config.json and safetensors files as Hugging Face writes them.");
            if (info.Length > MaxFileBytes)
                throw new KitException("The file is too large to be a checkpoint's description.", file);
            return Parse(System.IO.File.ReadAllBytes(file), file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KitException($"The file cannot be read: {e.Message}", file, null, ExitCode.EnvironmentLacks, e);
        }
    }

    /// <summary>Parses a file's content.</summary>
    /// <exception cref="KitException">It is not a JSON object.</exception>
    public static ConfigObject Parse(ReadOnlyMemory<byte> json, string file) => new(StrictJson.Object(json, file), file);

    /// <summary>A required whole number in [<paramref name="least"/>, <paramref name="most"/>].</summary>
    public int Int(string key, int least, int most) => OptionalInt(key, least, most) ?? throw Bad(key, "is missing");

    /// <summary>A whole number, or null where the key is absent or null.</summary>
    public int? OptionalInt(string key, int least, int most)
    {
        if (Value(key) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw Bad(key, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {least} to {most}"));
    }

    /// <summary>A positive finite number, or null where the key is absent or null.</summary>
    public double? OptionalPositive(string key)
    {
        if (Value(key) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) && number > 0
            ? number
            : throw Bad(key, "must be a positive number");
    }

    /// <summary>Positive finite numbers, or null where the key is absent or null.</summary>
    public IReadOnlyList<double>? OptionalPositives(string key)
    {
        if (Value(key) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Array)
            throw Bad(key, "must be a list of positive numbers");
        return [.. value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetDouble(out var number) && double.IsFinite(number) && number > 0
            ? number
            : throw Bad(key, "must be a list of positive numbers"))];
    }

    /// <summary>A truth value, or <paramref name="absent"/>.</summary>
    public bool Bool(string key, bool absent) => Value(key) is not { } value ? absent
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Bad(key, "must be true or false");

    /// <summary>A text, or null where the key is absent or null.</summary>
    public string? OptionalText(string key) => Value(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Bad(key, "must be a text");

    /// <summary>Whole numbers: one, a list, or none where the key is absent or null.</summary>
    public IReadOnlyList<int> Ints(string key)
    {
        if (Value(key) is not { } value)
            return [];
        JsonElement[] items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        return [.. items.Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var number) ? number : throw Bad(key, "must be whole numbers"))];
    }

    /// <summary>Texts, or null where the key is absent or null.</summary>
    public IReadOnlyList<string>? OptionalTexts(string key)
    {
        if (Value(key) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
            throw Bad(key, "must be a list of texts");
        return [.. value.EnumerateArray().Select(item => item.GetString()!)];
    }

    /// <summary>An object, or null where the key is absent or null.</summary>
    public ConfigObject? OptionalObject(string key) => Value(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new(value, File, path + key + ".")
        : throw Bad(key, "must be an object");

    /// <summary>The keys, in the file's order.</summary>
    public IEnumerable<string> Keys => element.EnumerateObject().Select(property => property.Name);

    /// <summary>Whether the key is there with a value.</summary>
    public bool Has(string key) => Value(key) is not null;

    /// <summary>Counts keys as understood although nothing here depends on them.</summary>
    public void Ignore(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
            _known.Add(key);
    }

    /// <summary>Refuses the first key with a value that was neither read nor ignored: what is not understood could change every number.</summary>
    /// <exception cref="KitException">There is such a key.</exception>
    public void RefuseOthers()
    {
        foreach (var property in element.EnumerateObject())
        {
            if (!_known.Contains(property.Name) && property.Value.ValueKind != JsonValueKind.Null)
                throw Bad(property.Name, "is an option that this kit does not know");
        }
    }

    /// <summary>An error about a key.</summary>
    public KitException Bad(string key, string problem) => new($"'{path}{key}' {problem}.", File);

    private JsonElement? Value(string key)
    {
        _known.Add(key);
        return element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }
}
