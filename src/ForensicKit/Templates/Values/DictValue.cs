using System.Diagnostics.CodeAnalysis;

namespace ForensicKit.Templates.Values;

/// <summary>A dictionary in the order of insertion; the sandbox makes it immutable.</summary>
internal sealed class DictValue : Value
{
    public static readonly DictValue Empty = new([]);

    private readonly Dictionary<Value, int> _positions;
    private readonly List<KeyValuePair<Value, Value>> _entries;

    /// <param name="entries">Keys and values; of equal keys the first keeps its place and takes the last value.</param>
    /// <exception cref="TemplateException">A key cannot be one: a list or a dictionary.</exception>
    public DictValue(IEnumerable<KeyValuePair<Value, Value>> entries)
    {
        _entries = [];
        _positions = new(Equality.Instance);
        foreach (var (key, value) in entries)
        {
            Equality.EnsureHashable(key);
            if (_positions.TryGetValue(key, out var position))
            {
                _entries[position] = new(_entries[position].Key, value);
            }
            else
            {
                _positions.Add(key, _entries.Count);
                _entries.Add(new(key, value));
            }
        }

        (Depth, Weight) = Measure(_entries.SelectMany(e => new[] { e.Key, e.Value }));
    }

    public override string TypeName => "dict";

    public override bool IsTrue => _entries.Count > 0;

    public override int Depth { get; }

    public override long Weight { get; }

    public IReadOnlyList<KeyValuePair<Value, Value>> Entries => _entries;

    public int Count => _entries.Count;

    /// <summary>The value of a key; false where it is not there.</summary>
    /// <exception cref="TemplateException">The key cannot be one.</exception>
    public bool TryGet(Value key, [NotNullWhen(true)] out Value? value)
    {
        Equality.EnsureHashable(key);
        var found = _positions.TryGetValue(key, out var position);
        value = found ? _entries[position].Value : null;
        return found;
    }
}

/// <summary>What <c>keys()</c>, <c>values()</c> and <c>items()</c> of a dictionary give.</summary>
internal sealed class DictViewValue(DictValue dictionary, DictViewKind kind) : Value
{
    public override string TypeName => $"dict_{Kind.ToString().ToLowerInvariant()}";

    public override bool IsTrue => Dictionary.Count > 0;

    public override int Depth => Dictionary.Depth;

    public override long Weight => Dictionary.Weight;

    public DictValue Dictionary { get; } = dictionary;

    public DictViewKind Kind { get; } = kind;

    public IEnumerable<Value> Items() => Dictionary.Entries.Select(e => Kind switch
    {
        DictViewKind.Keys => e.Key,
        DictViewKind.Values => e.Value,
        _ => new TupleValue([e.Key, e.Value]),
    });
}

/// <summary>Which part of a dictionary a view shows.</summary>
internal enum DictViewKind
{
    Keys,
    Values,
    Items,
}
