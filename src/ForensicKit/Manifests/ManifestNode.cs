using System.Globalization;

namespace ForensicKit.Manifests;

/// <summary>A piece of YAML that remembers where it stands.</summary>
internal abstract record ManifestNode(Position At);

/// <summary>A value as it is written: <c>82.50</c> stays <c>82.50</c>.</summary>
internal sealed record ScalarNode(Position At, string Value, bool IsPlain) : ManifestNode(At)
{
    /// <summary>Whether nothing is given: <c>name:</c>, <c>name: null</c> or <c>name: ~</c>.</summary>
    public bool IsNull => IsPlain && Value is "" or "~" or "null" or "Null" or "NULL";
}

/// <summary>A list.</summary>
internal sealed record ListNode(Position At, IReadOnlyList<ManifestNode> Items) : ManifestNode(At);

/// <summary>Named fields. The readers below are for nodes that passed their schema.</summary>
internal sealed record MapNode(Position At, IReadOnlyList<KeyValuePair<ScalarNode, ManifestNode>> Entries) : ManifestNode(At)
{
    /// <summary>The value of a field; null where it is absent or nothing is given.</summary>
    public ManifestNode? this[string name] =>
        Entries.Where(entry => entry.Key.Value == name && entry.Value is not ScalarNode { IsNull: true }).Select(entry => entry.Value).FirstOrDefault();

    /// <summary>The text of a field that must be there.</summary>
    public string Text(string name) => OptionalText(name) ?? throw new InvalidOperationException($"The schema did not require '{name}'.");

    /// <summary>The text of a field.</summary>
    public string? OptionalText(string name) => (this[name] as ScalarNode)?.Value.Trim();

    /// <summary>The number of a field that must be there.</summary>
    public long Whole(string name) => long.Parse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>The number of a field.</summary>
    public int? OptionalCount(string name) =>
        OptionalText(name) is { } text ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : null;

    /// <summary>Whether a field says <c>true</c>; false where it is absent.</summary>
    public bool IsTrue(string name) => OptionalText(name) == "true";

    /// <summary>The decimal number of a field that must be there.</summary>
    public double Number(string name) => double.Parse(Text(name), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    /// <summary>The fields of a field; null where it is absent.</summary>
    public MapNode? Map(string name) => this[name] as MapNode;

    /// <summary>The entries of a list field that are maps; empty where it is absent.</summary>
    public IEnumerable<MapNode> Maps(string name) => (this[name] as ListNode)?.Items.OfType<MapNode>() ?? [];

    /// <summary>The entries of a list field that are values; empty where it is absent.</summary>
    public IEnumerable<ScalarNode> Scalars(string name) => (this[name] as ListNode)?.Items.OfType<ScalarNode>() ?? [];

    /// <summary>The texts of a list field; empty where it is absent.</summary>
    public IReadOnlyList<string> Texts(string name) => [.. Scalars(name).Select(scalar => scalar.Value.Trim())];
}
