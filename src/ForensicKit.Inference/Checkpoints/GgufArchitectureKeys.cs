namespace ForensicKit.Inference.Checkpoints;

/// <summary>The metadata of one architecture, <c>NAME.*</c>, with a record of what was asked for.</summary>
/// <param name="metadata">The file's metadata.</param>
/// <param name="architecture">The architecture's name in the file.</param>
internal sealed class GgufArchitectureKeys(GgufMetadata metadata, string architecture)
{
    private const int MaxSize = 1 << 24;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>A required size: a whole number of at least 1, the same for every layer.</summary>
    public int Size(string name) => OptionalSize(name) ?? throw Bad(name, "is missing");

    /// <summary>A size, or null where it is absent.</summary>
    public int? OptionalSize(string name) => metadata.OptionalUniformInt(Key(name), 1, MaxSize);

    /// <summary>A whole number of at least 0, or null where it is absent.</summary>
    public int? OptionalCount(string name) => metadata.OptionalUniformInt(Key(name), 0, int.MaxValue);

    /// <summary>A positive number, or null where it is absent.</summary>
    public double? OptionalPositive(string name) => metadata.OptionalNumber(Key(name)) is not { } number ? null
        : number > 0 ? number : throw Bad(name, "must be a positive number");

    /// <summary>A required positive number.</summary>
    public double Positive(string name) => OptionalPositive(name) ?? throw Bad(name, "is missing");

    /// <summary>A truth value, or null where it is absent.</summary>
    public bool? OptionalBool(string name) => metadata.OptionalBool(Key(name));

    /// <summary>A text, or null where it is absent.</summary>
    public string? OptionalText(string name) => metadata.OptionalText(Key(name));

    /// <summary>The value as the file has it, or null where it is absent.</summary>
    public object? Value(string name) => metadata.Value(Key(name));

    /// <summary>Counts keys as understood although nothing depends on them.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            Key(name);
    }

    /// <summary>Refuses the first key of the architecture that nobody asked for: what is not understood could change every number.</summary>
    /// <exception cref="KitException">There is such a key.</exception>
    public void RefuseOthers()
    {
        foreach (var key in metadata.Keys)
        {
            if (key.StartsWith(architecture + ".", StringComparison.Ordinal) && !_known.Contains(key))
                throw metadata.Bad(key, "is an option that this kit does not know");
        }
    }

    /// <summary>An error about a key.</summary>
    public KitException Bad(string name, string problem) => metadata.Bad($"{architecture}.{name}", problem);

    private string Key(string name)
    {
        var key = $"{architecture}.{name}";
        _known.Add(key);
        return key;
    }
}
