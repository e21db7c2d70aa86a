namespace ForensicKit.Templates.Values;

/// <summary>The one value that can be changed: attributes set anywhere survive the scope.</summary>
internal sealed class NamespaceValue : Value
{
    private readonly OrderedDictionary<string, Value> _attributes = new(StringComparer.Ordinal);

    public override string TypeName => "Namespace";

    public IEnumerable<KeyValuePair<Value, Value>> Entries => _attributes.Select(a => KeyValuePair.Create<Value, Value>(new StringValue(a.Key), a.Value));

    public void Set(string name, Value value) => _attributes[name] = value;

    public Value? Get(string name) => _attributes.GetValueOrDefault(name);
}

/// <summary>What <c>cycler</c> gives: items taken in turn.</summary>
internal sealed class CyclerValue(IReadOnlyList<Value> items) : Value
{
    private int _position;

    public override string TypeName => "Cycler";

    public Value Current => items[_position];

    public Value Next()
    {
        var current = Current;
        _position = (_position + 1) % items.Count;
        return current;
    }

    public void Reset() => _position = 0;
}
