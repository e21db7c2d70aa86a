using System.Numerics;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Evaluation;

/// <summary>Python's <c>value[start:stop:step]</c>.</summary>
internal static class Slicing
{
    /// <summary>The slice of a text, list, tuple or range; bounds that are <c>none</c> are the ends.</summary>
    /// <exception cref="TemplateException">The value has no slices, or a bound is no whole number.</exception>
    public static Value Take(Budget budget, Value value, Value start, Value stop, Value step)
    {
        if (value is UndefinedValue undefined)
            throw undefined.Failure;
        if (value is not (StringValue or SequenceValue or RangeValue))
            throw TemplateException.Failed($"'{value.TypeName}' object cannot be sliced");
        var by = Expect.IndexOrNone(step, 1);
        if (by == 0)
            throw TemplateException.Failed("slice step cannot be zero");
        var length = Iteration.Length(value)!.Value;
        var (first, end) = by > 0
            ? (Bound(start, length, 0, length, 0), Bound(stop, length, 0, length, length))
            : (Bound(start, length, -1, length - 1, length - 1), Bound(stop, length, -1, length - 1, -1));
        var count = by > 0 ? Math.Max(0, ((long)end - first + by - 1) / by) : Math.Max(0, ((long)first - end - by - 1) / -by);
        var indexes = Enumerable.Range(0, (int)count).Select(i => (int)(first + ((long)i * by)));
        switch (value)
        {
            case StringValue text:
                budget.Characters(text.Length == text.Text.Length ? count : text.Text.Length);
                return by == 1 ? text.Part(first, end) : text.Pick(indexes);
            case SequenceValue sequence:
                budget.Step(count);
                return sequence.With([.. indexes.Select(i => sequence.Items[i])]);
            default:
                var range = (RangeValue)value;
                return new RangeValue(range.Start + ((BigInteger)first * range.Increment), range.Start + ((BigInteger)end * range.Increment), range.Increment * by, (int)count);
        }
    }

    private static int Bound(Value bound, int length, int least, int most, int otherwise)
    {
        if (bound is NoneValue)
            return otherwise;
        var index = (long)Expect.Index(bound);
        return (int)Math.Clamp(index < 0 ? index + length : index, least, most);
    }
}
