using System.Numerics;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Evaluation;

/// <summary>What a built-in function demands of its arguments.</summary>
internal static class Expect
{
    /// <summary>A whole number (or a boolean), cut to what fits: nothing is that long.</summary>
    public static int Index(Value value) => value switch
    {
        UndefinedValue undefined => throw undefined.Failure,
        _ when value is IntValue or BoolValue && Equality.Number(value) is BigInteger number =>
            number > int.MaxValue ? int.MaxValue : number < -int.MaxValue ? -int.MaxValue : (int)number,
        _ => throw TemplateException.Failed($"'{value.TypeName}' object cannot be interpreted as an integer"),
    };

    public static int Index(Value? value, int fallback) => value is null ? fallback : Index(value);

    /// <summary>As <see cref="Index(Value)"/>, where <c>none</c> stands for the fallback too.</summary>
    public static int IndexOrNone(Value? value, int fallback) => value is null or NoneValue ? fallback : Index(value);

    public static StringValue Text(Value value) => value switch
    {
        StringValue text => text,
        UndefinedValue undefined => throw undefined.Failure,
        _ => throw TemplateException.Failed($"expected a string, not '{value.TypeName}'"),
    };

    public static string? TextOrNone(Value? value) => value is null or NoneValue ? null : Text(value).Text;

    /// <summary>Text as it is, everything else as <c>str</c> gives it.</summary>
    public static StringValue Soft(Interpreter interpreter, Value value) => value as StringValue ?? new(interpreter.Text(value));

    public static DictValue Dictionary(Value value) => value switch
    {
        DictValue dict => dict,
        UndefinedValue undefined => throw undefined.Failure,
        _ => throw TemplateException.Failed($"expected a mapping, not '{value.TypeName}'"),
    };

    /// <summary>A number as a float.</summary>
    public static double Float(Value value) => Equality.Number(value) switch
    {
        double number => number,
        BigInteger number => Operators.ToFloat(number),
        _ => throw (value is UndefinedValue undefined ? undefined.Failure : TemplateException.Failed($"must be real number, not {value.TypeName}")),
    };
}
