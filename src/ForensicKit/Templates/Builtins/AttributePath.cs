using System.Numerics;
using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary>An attribute by name, with dots for attributes of attributes and numbers for items, as filters take it.</summary>
internal sealed class AttributePath
{
    private readonly IReadOnlyList<Value> _parts;

    private AttributePath(IReadOnlyList<Value> parts) => _parts = parts;

    /// <summary>The path of <c>none</c>, a name, or a number.</summary>
    public static AttributePath Parse(Value? attribute) => attribute switch
    {
        null or NoneValue => new([]),
        StringValue text => new([.. text.Text.Split('.').Select(Part)]),
        _ => new([attribute]),
    };

    /// <summary>Several paths with commas between them.</summary>
    public static IReadOnlyList<AttributePath> ParseAll(Value? attribute) =>
        attribute is StringValue text ? [.. text.Text.Split(',').Select(part => Parse(new StringValue(part)))] : [Parse(attribute)];

    /// <summary>The value at the path; <paramref name="otherwise"/> where a part is undefined.</summary>
    public Value Get(Interpreter it, Value item, Value? otherwise = null)
    {
        foreach (var part in _parts)
        {
            item = Members.Item(it, item, part);
            if (item is UndefinedValue && otherwise is not (null or NoneValue))
                item = otherwise;
        }

        return item;
    }

    private static Value Part(string text) => text.Length is > 0 and < 1000 && text.All(char.IsAsciiDigit) ? new IntValue(BigInteger.Parse(text, System.Globalization.CultureInfo.InvariantCulture)) : new StringValue(text);
}
