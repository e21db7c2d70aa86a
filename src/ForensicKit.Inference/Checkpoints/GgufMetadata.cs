using System.Collections;
using System.Globalization;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>The keys and values at the head of a GGUF file, read with messages that name file and key.</summary>
/// <remarks>
/// A value is a <see cref="bool"/>, a number of the width the file gives it, a <see cref="string"/>, or an array of one of these; arrays of arrays
/// are <see cref="Array"/>s of arrays.
/// </remarks>
public sealed class GgufMetadata
{
    private readonly Dictionary<string, object> _values;

    internal GgufMetadata(Dictionary<string, object> values, string file)
    {
        _values = values;
        File = file;
    }

    /// <summary>The file, for messages.</summary>
    public string File { get; }

    /// <summary>The keys, in the file's order.</summary>
    public IReadOnlyCollection<string> Keys => _values.Keys;

    /// <summary>The value as the file has it; null where the key is absent.</summary>
    public object? Value(string key) => _values.GetValueOrDefault(key);

    /// <summary>A required whole number in [<paramref name="least"/>, <paramref name="most"/>].</summary>
    /// <exception cref="KitException">It is absent, or something else.</exception>
    public int Int(string key, int least, int most) => OptionalInt(key, least, most) ?? throw Bad(key, "is missing");

    /// <summary>A whole number, or null where the key is absent.</summary>
    /// <exception cref="KitException">The value is something else.</exception>
    public int? OptionalInt(string key, int least, int most)
    {
        if (Value(key) is not { } value)
            return null;
        return Whole(value) is { } number && number >= least && number <= most
            ? (int)number
            : throw Bad(key, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {least} to {most}"));
    }

    /// <summary>A whole number that may be given once or, equal each time, for every layer; null where the key is absent.</summary>
    /// <exception cref="KitException">The value is something else, or differs from layer to layer.</exception>
    public int? OptionalUniformInt(string key, int least, int most)
    {
        if (Value(key) is not Array { Length: > 0 } layers)
            return OptionalInt(key, least, most);
        var numbers = layers.Cast<object>().Select(Whole).Distinct().ToList();
        return numbers is [{ } number] && number >= least && number <= most
            ? (int)number
            : throw Bad(key, "differs from layer to layer or is out of bounds, which is not supported");
    }

    /// <summary>A finite number, or null where the key is absent. A float32 is taken as the decimal number it stands for.</summary>
    /// <exception cref="KitException">The value is something else.</exception>
    public double? OptionalNumber(string key)
    {
        if (Value(key) is not { } value)
            return null;
        double? number = value switch
        {
            // 1e-5 was written as a float32: what was meant is 1e-5, not 9.9999997e-6.
            float single => double.Parse(single.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
            double wide => wide,
            _ => Whole(value),
        };
        return number is { } finite && double.IsFinite(finite) ? finite : throw Bad(key, "must be a finite number");
    }

    /// <summary>A truth value, or null where the key is absent.</summary>
    /// <exception cref="KitException">The value is something else.</exception>
    public bool? OptionalBool(string key) => Value(key) is not { } value ? null : value is bool truth ? truth : throw Bad(key, "must be true or false");

    /// <summary>A text, or null where the key is absent.</summary>
    /// <exception cref="KitException">The value is something else.</exception>
    public string? OptionalText(string key) => Value(key) is not { } value ? null : value as string ?? throw Bad(key, "must be a text");

    /// <summary>Texts, or null where the key is absent.</summary>
    /// <exception cref="KitException">The value is something else.</exception>
    public IReadOnlyList<string>? OptionalTexts(string key) => Value(key) is not { } value ? null : value as string[] ?? throw Bad(key, "must be a list of texts");

    /// <summary>Float32 numbers, or null where the key is absent.</summary>
    /// <exception cref="KitException">The value is something else.</exception>
    public IReadOnlyList<float>? OptionalFloats(string key) => Value(key) is not { } value ? null : value as float[] ?? throw Bad(key, "must be a list of float32 numbers");

    /// <summary>Whole numbers, or null where the key is absent.</summary>
    /// <exception cref="KitException">The value is something else.</exception>
    public IReadOnlyList<long>? OptionalInts(string key) => Value(key) is not { } value ? null
        : value is IList list and (sbyte[] or byte[] or short[] or ushort[] or int[] or uint[] or long[])
            ? [.. list.Cast<object>().Select(item => Whole(item)!.Value)]
            : throw Bad(key, "must be a list of whole numbers");

    /// <summary>An error about a key.</summary>
    public KitException Bad(string key, string problem) => new($"The metadata '{key}' {problem}.", File);

    private static long? Whole(object value) => value switch
    {
        sbyte number => number,
        byte number => number,
        short number => number,
        ushort number => number,
        int number => number,
        uint number => number,
        long number => number,
        ulong number and <= long.MaxValue => (long)number,
        _ => null,
    };
}
