using System.Numerics;

namespace ForensicKit.Templates.Values;

/// <summary><c>True</c> or <c>False</c>.</summary>
internal sealed class BoolValue : Value
{
    public static readonly BoolValue True = new(true);
    public static readonly BoolValue False = new(false);

    private BoolValue(bool value) => IsTrue = value;

    public override string TypeName => "bool";

    public override bool IsTrue { get; }

    public static BoolValue Of(bool value) => value ? True : False;
}

/// <summary>A whole number of any size; results of operations are bounded where they are computed.</summary>
internal sealed class IntValue(BigInteger number) : Value
{
    public override string TypeName => "int";

    public override bool IsTrue => !Number.IsZero;

    public override long Weight { get; } = 1 + (number.GetByteCount() >> 4);

    public BigInteger Number { get; } = number;
}

/// <summary>A floating-point number.</summary>
internal sealed class FloatValue(double number) : Value
{
    public override string TypeName => "float";

    public override bool IsTrue => Number != 0;

    public double Number { get; } = number;
}
