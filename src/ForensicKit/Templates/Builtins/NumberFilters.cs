using System.Globalization;
using System.Numerics;
using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary>Filters on numbers.</summary>
internal static class NumberFilters
{
    public static IReadOnlyList<(string Name, string Parameters, BuiltinBody Body)> All { get; } =
    [
        ("abs", "", (_, v, _) => Equality.Number(v) switch
        {
            BigInteger whole => new IntValue(BigInteger.Abs(whole)),
            double number => new FloatValue(Math.Abs(number)),
            _ => throw (v is UndefinedValue undefined ? undefined.Failure : TemplateException.Failed($"bad operand type for abs(): '{v.TypeName}'")),
        }),
        ("int", "default? base?", (it, v, a) => ToInt(it, v, a[1] is null ? 10 : a[1] is IntValue or BoolValue ? Expect.Index(a.Required(1)) : -1) ?? a[0] ?? new IntValue(BigInteger.Zero)),
        ("float", "default?", (it, v, a) => ToFloat(it, v) is { } number ? new FloatValue(number) : a[0] ?? new FloatValue(0)),
        ("round", "precision? method?", (_, v, a) => Round(v, Expect.Index(a[0], 0), a[1] is null ? "common" : Expect.Text(a.Required(1)).Text)),
        ("filesizeformat", "binary?", (it, v, a) => FileSize(ToFloat(it, v) ?? throw TemplateException.Failed("could not convert to float"), a[0]?.IsTrue ?? false)),
    ];

    private static IntValue? ToInt(Interpreter it, Value value, int radix)
    {
        switch (value)
        {
            case UndefinedValue undefined:
                throw undefined.Failure;
            case StringValue text:
                it.Budget.Step(text.Text.Length / 8);
                if (ParseInt(text.Text, radix) is { } whole)
                    return new(whole);
                break;
            case IntValue or BoolValue:
                return new((BigInteger)Equality.Number(value)!);
        }

        // As in Jinja: "42.23" gives 42.
        return ToFloat(it, value) is { } number && double.IsFinite(number) ? new(new BigInteger(number))
            : value is FloatValue { Number: var infinite } && double.IsInfinity(infinite) ? throw TemplateException.Failed("cannot convert float infinity to integer")
            : null;
    }

    private static double? ToFloat(Interpreter it, Value value)
    {
        if (value is not StringValue text)
            return value is UndefinedValue or IntValue or BoolValue or FloatValue ? Expect.Float(value) : null;
        it.Budget.Step(text.Text.Length / 8);
        var bare = PythonText.Strip(text.Text, null, left: true, right: true);
        var sign = bare.StartsWith('-') ? -1 : 1;
        var name = bare.TrimStart('-', '+').ToLowerInvariant();
        if (name is "inf" or "infinity" or "nan" && bare.Length - name.Length <= 1)
            return name == "nan" ? double.NaN : sign * double.PositiveInfinity;
        if (WithoutUnderscores(bare) is not { } plain || !plain.All(c => char.IsAsciiDigit(c) || c is '.' or '-' or '+' or 'e' or 'E'))
            return null;
        return double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static BigInteger? ParseInt(string text, int radix)
    {
        if (radix is not (0 or (>= 2 and <= 36)))
            return null;
        var bare = PythonText.Strip(text, null, left: true, right: true);
        var isNegative = bare.StartsWith('-');
        if (bare.StartsWith('-') || bare.StartsWith('+'))
            bare = bare[1..];
        var prefix = bare.Length > 2 && bare[0] == '0' ? char.ToLowerInvariant(bare[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        if (prefix != 0 && (radix == 0 || radix == prefix))
        {
            radix = prefix;
            bare = bare[2] == '_' ? bare[3..] : bare[2..];
        }
        else if (radix == 0)
        {
            if (bare.Length > 1 && bare[0] == '0' && bare.Any(c => c is not ('0' or '_')))
                return null;
            radix = 10;
        }

        if (WithoutUnderscores(bare) is not { Length: > 0 and <= 4300 } digits)
            return null;
        var number = BigInteger.Zero;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : char.IsDigit(c) ? (int)char.GetNumericValue(c) : 99;
            if (digit >= radix)
                return null;
            number = (number * radix) + digit;
        }

        return isNegative ? -number : number;
    }

    // One between two digits is allowed, anywhere else none.
    private static string? WithoutUnderscores(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '_' && (i == 0 || i + 1 == text.Length || !char.IsLetterOrDigit(text[i - 1]) || !char.IsLetterOrDigit(text[i + 1])))
                return null;
        }

        return text.Replace("_", "", StringComparison.Ordinal);
    }

    private static Value Round(Value value, int precision, string method)
    {
        if (method is not ("common" or "ceil" or "floor"))
            throw TemplateException.Failed("method must be common, ceil or floor");
        if (method == "common")
        {
            if (value is FloatValue number)
                return new FloatValue(FloatText.Round(number.Number, precision));
            if (Equality.Number(value) is not BigInteger whole)
                throw (value is UndefinedValue undefined ? undefined.Failure : TemplateException.Failed($"type {value.TypeName} doesn't define __round__ method"));
            if (precision >= 0 || whole.IsZero)
                return new IntValue(whole);
            if (-(long)precision > 4400)
                return new IntValue(BigInteger.Zero);
            var unit = BigInteger.Pow(10, -precision);
            return Operators.Bounded(whole.Sign * FloatText.DivideHalfEven(BigInteger.Abs(whole), unit) * unit);
        }

        if (Math.Abs((long)precision) > 300)
            throw TemplateException.Failed("the precision is too large");
        var factor = Math.Pow(10, precision);
        var scaled = Expect.Float(value) * factor;
        if (!double.IsFinite(scaled))
            throw TemplateException.Failed("cannot convert float infinity or NaN to integer");
        var rounded = (method == "ceil" ? Math.Ceiling(scaled) : Math.Floor(scaled)) / factor;
        return new FloatValue(rounded == 0 ? 0 : rounded);
    }

    private static StringValue FileSize(double bytes, bool binary)
    {
        var @base = binary ? 1024 : 1000;
        if (bytes == 1)
            return new("1 Byte");
        if (bytes < @base)
            return new($"{new BigInteger(bytes).ToString(CultureInfo.InvariantCulture)} Bytes");
        if (!double.IsFinite(bytes))
            throw TemplateException.Failed("the size is not a number");
        string[] prefixes = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
        var power = 2;
        while (power < prefixes.Length + 1 && bytes >= Math.Pow(@base, power))
            power++;
        var prefix = prefixes[power - 2];
        return new($"{FloatText.Fixed(@base * bytes / Math.Pow(@base, power), 1)} {(binary ? prefix.ToUpperInvariant() + "i" : prefix)}B");
    }
}
