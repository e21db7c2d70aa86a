using System.Numerics;
using ForensicKit.Templates.Builtins;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Evaluation;

/// <summary>Python's arithmetic. Results are bounded before they are computed.</summary>
internal static class Operators
{
    /// <summary>Applies <c>+ - * / // % **</c>.</summary>
    public static Value Binary(Budget budget, string op, Value left, Value right, Interpreter interpreter)
    {
        // A text on the left formats anything, undefined values too.
        if (op == "%" && left is StringValue format)
            return PercentFormat.Apply(interpreter, format, right);
        if (left is UndefinedValue || right is UndefinedValue)
            throw (left as UndefinedValue ?? (UndefinedValue)right).Failure;
        if (Equality.Number(left) is { } a && Equality.Number(right) is { } b)
            return a is BigInteger x && b is BigInteger y ? Whole(budget, op, x, y) : new FloatValue(Float(op, ToFloat(a), ToFloat(b)));
        return (op, left, right) switch
        {
            ("+", StringValue s, StringValue t) => Joined(budget, s, t),
            ("+", ListValue s, ListValue t) => Joined(budget, s, t),
            ("+", TupleValue s, TupleValue t) => Joined(budget, s, t),
            ("*", StringValue or SequenceValue, IntValue or BoolValue) => Repeated(budget, left, (BigInteger)Equality.Number(right)!),
            ("*", IntValue or BoolValue, StringValue or SequenceValue) => Repeated(budget, right, (BigInteger)Equality.Number(left)!),
            _ => throw TemplateException.Failed($"unsupported operand type(s) for {op}: '{left.TypeName}' and '{right.TypeName}'"),
        };
    }

    /// <summary>Applies a sign.</summary>
    public static Value Unary(string op, Value operand) => (op, Equality.Number(operand)) switch
    {
        ("-", BigInteger number) => new IntValue(-number),
        ("+", BigInteger number) => new IntValue(number),
        ("-", double number) => new FloatValue(-number),
        ("+", double number) => new FloatValue(number),
        _ => throw (operand is UndefinedValue undefined ? undefined.Failure : TemplateException.Failed($"bad operand type for unary {op}: '{operand.TypeName}'")),
    };

    /// <summary>A whole number, refused where it is larger than Python writes out.</summary>
    public static IntValue Bounded(BigInteger number) => number.GetBitLength() <= Budget.MaxIntegerBits
        ? new(number)
        : throw TemplateException.Exceeded("A number has more than 4300 digits.");

    /// <summary>A whole number as a float.</summary>
    public static double ToFloat(BigInteger number)
    {
        var magnitude = BigInteger.Abs(number);
        var shift = (int)magnitude.GetBitLength() - 55;
        if (shift <= -2)
            return (double)number;
        // 53 bits, the first that is cut, and whether any after it is set: halves go to the even neighbour.
        var bits = (long)(shift >= 0 ? magnitude >> shift : magnitude << -shift);
        var isCut = shift > 0 && !(magnitude & ((BigInteger.One << shift) - 1)).IsZero;
        var kept = bits >> 2;
        var rest = (bits & 3) | (isCut ? 1L : 0L);
        var result = Math.ScaleB(rest > 2 || (rest == 2 && (kept & 1) == 1) ? kept + 1 : kept, shift + 2);
        return double.IsInfinity(result) ? throw TemplateException.Failed("int too large to convert to float") : number.Sign * result;
    }

    private static double ToFloat(object number) => number is double d ? d : ToFloat((BigInteger)number);

    private static Value Whole(Budget budget, string op, BigInteger x, BigInteger y)
    {
        budget.Step(1 + ((x.GetByteCount() + y.GetByteCount()) / 32));
        if (y.IsZero && op is "/" or "//" or "%")
            throw TemplateException.Failed(op == "/" ? "division by zero" : "integer division or modulo by zero");
        return op switch
        {
            "+" => Bounded(x + y),
            "-" => Bounded(x - y),
            "*" => Bounded(x * y),
            "/" => new FloatValue(Quotient(x, y)),
            "//" => new IntValue(FloorDivide(x, y)),
            "%" => new IntValue(x - (y * FloorDivide(x, y))),
            _ => Power(budget, x, y),
        };
    }

    private static BigInteger FloorDivide(BigInteger x, BigInteger y)
    {
        var quotient = BigInteger.DivRem(x, y, out var remainder);
        return !remainder.IsZero && remainder.Sign != y.Sign ? quotient - 1 : quotient;
    }

    // Correctly rounded: 64 bits of quotient and whether a remainder is left.
    private static double Quotient(BigInteger x, BigInteger y)
    {
        if (x.GetBitLength() <= 53 && y.GetBitLength() <= 53)
            return (double)x / (double)y;
        var (a, b) = (BigInteger.Abs(x), BigInteger.Abs(y));
        var shift = 64 - (int)(a.GetBitLength() - b.GetBitLength());
        var quotient = BigInteger.DivRem(shift >= 0 ? a << shift : a, shift >= 0 ? b : b << -shift, out var remainder);
        var magnitude = Math.ScaleB(ToFloat(remainder.IsZero ? quotient : quotient | 1), -shift);
        return double.IsInfinity(magnitude) ? throw TemplateException.Failed("integer division result too large for a float") : x.Sign * y.Sign * magnitude;
    }

    private static Value Power(Budget budget, BigInteger x, BigInteger y)
    {
        if (y.Sign < 0)
        {
            return x.IsZero ? throw TemplateException.Failed("0.0 cannot be raised to a negative power") : new FloatValue(Math.Pow(ToFloat(x), ToFloat(y)));
        }

        if (x.IsZero || BigInteger.Abs(x).IsOne)
            return new IntValue(y.IsZero ? BigInteger.One : x.Sign < 0 && y.IsEven ? BigInteger.One : x);
        if (y * (x.GetBitLength() - 1) > Budget.MaxIntegerBits)
            throw TemplateException.Exceeded("A number has more than 4300 digits.");
        budget.Step((long)y * x.GetBitLength() / 64);
        return Bounded(BigInteger.Pow(x, (int)y));
    }

    private static double Float(string op, double x, double y)
    {
        if (y == 0 && op is "/" or "//" or "%")
            throw TemplateException.Failed("float division by zero");
        switch (op)
        {
            case "+":
                return x + y;
            case "-":
                return x - y;
            case "*":
                return x * y;
            case "/":
                return x / y;
            case "//":
                return FloorDivide(x, y);
            case "%":
                return Modulo(x, y);
            default:
                if (x == 0 && y < 0)
                    throw TemplateException.Failed("0.0 cannot be raised to a negative power");
                if (x < 0 && double.IsFinite(x) && double.IsFinite(y) && !double.IsInteger(y))
                    throw TemplateException.Failed("a negative number cannot be raised to a fraction");
                var power = Math.Pow(x, y);
                return double.IsInfinity(power) && double.IsFinite(x) && double.IsFinite(y) ? throw TemplateException.Failed("Result too large") : power;
        }
    }

    private static double Modulo(double x, double y)
    {
        var remainder = x % y;
        if (remainder == 0)
            return double.CopySign(0, y);
        return (remainder < 0) != (y < 0) ? remainder + y : remainder;
    }

    private static double FloorDivide(double x, double y)
    {
        var remainder = x % y;
        var quotient = (x - remainder) / y;
        if (remainder != 0 && (remainder < 0) != (y < 0))
            quotient -= 1;
        if (quotient == 0)
            return double.CopySign(0, x / y);
        var floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static StringValue Joined(Budget budget, StringValue left, StringValue right)
    {
        if (left.IsMarkup != right.IsMarkup)
            (left, right) = (Markup.Escape(left), Markup.Escape(right));
        budget.Characters((long)left.Text.Length + right.Text.Length);
        return left.With(left.Text + right.Text);
    }

    private static SequenceValue Joined(Budget budget, SequenceValue left, SequenceValue right)
    {
        budget.Step((long)left.Items.Count + right.Items.Count);
        return left.With([.. left.Items, .. right.Items]);
    }

    private static Value Repeated(Budget budget, Value value, BigInteger times)
    {
        var count = times.Sign < 0 ? 0 : times > int.MaxValue ? int.MaxValue : (int)times;
        if (value is StringValue text)
        {
            budget.Characters((long)text.Text.Length * count);
            return text.With(text.Text.Length == 0 ? "" : string.Create(text.Text.Length * count, text.Text, (span, part) =>
            {
                for (var start = 0; start < span.Length; start += part.Length)
                    part.CopyTo(span[start..]);
            }));
        }

        var sequence = (SequenceValue)value;
        budget.Step((long)sequence.Items.Count * count);
        return sequence.With(sequence.Items.Count == 0 ? [] : [.. Enumerable.Repeat(sequence.Items, count).SelectMany(items => items)]);
    }
}
