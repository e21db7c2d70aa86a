namespace ForensicKit.Templates.Values;

/// <summary>A value inside a template. The set of values is closed: no .NET object is ever reachable from a template.</summary>
internal abstract class Value
{
    /// <summary>Deepest nesting of lists and dictionaries; above it, walking over a value could use up the stack.</summary>
    public const int MaxDepth = 200;

    /// <summary>Most items a value may hold when written out: lists can hold the same list many times.</summary>
    public const long MaxWeight = 16 << 20;

    /// <summary>The type's name in Python.</summary>
    public abstract string TypeName { get; }

    /// <summary>What <c>bool(value)</c> gives.</summary>
    public virtual bool IsTrue => true;

    /// <summary>How deep containers are nested in it; 0 for what is no container.</summary>
    public virtual int Depth => 0;

    /// <summary>How many values are visited when it is compared or written out.</summary>
    public virtual long Weight => 1;

    /// <summary>Depth and weight of a container, refused beyond the limits.</summary>
    protected static (int Depth, long Weight) Measure(IEnumerable<Value> items)
    {
        var depth = 0;
        var weight = 1L;
        foreach (var item in items)
        {
            depth = Math.Max(depth, item.Depth);
            weight += item.Weight;
        }

        if (depth >= MaxDepth)
            throw TemplateException.Exceeded($"Lists and dictionaries are nested more than {MaxDepth} deep.");
        if (weight > MaxWeight)
            throw TemplateException.Exceeded($"A list or dictionary holds more than {MaxWeight} values.");
        return (depth + 1, weight);
    }
}

/// <summary>Python's <c>None</c>.</summary>
internal sealed class NoneValue : Value
{
    public static readonly NoneValue Instance = new();

    public override string TypeName => "NoneType";

    public override bool IsTrue => false;
}

/// <summary>What a name or attribute that does not exist gives: prints as nothing, is false, has no items; all else fails.</summary>
/// <param name="message">What to say when it is used.</param>
internal sealed class UndefinedValue(string message) : Value
{
    public override string TypeName => "Undefined";

    public override bool IsTrue => false;

    /// <summary>The failure of using it.</summary>
    public TemplateException Failure => TemplateException.Failed(message);

    public static UndefinedValue Name(string name) => new($"'{name}' is undefined");

    public static UndefinedValue Attribute(Value owner, string name) => new($"'{owner.TypeName}' object has no attribute '{name}'");

    public static UndefinedValue Item(Value owner, Value key) => new($"'{owner.TypeName}' object has no element of type '{key.TypeName}' that was asked for");

    public static UndefinedValue Forbidden(Value owner, string name) => new($"access to attribute '{name}' of '{owner.TypeName}' object is unsafe.");
}
