using System.Numerics;
using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary>Python's <c>sorted</c>: stable, by <c>&lt;</c> alone.</summary>
internal static class Sorting
{
    /// <summary>Items in the order of their keys; reversed keeps equal ones in place too.</summary>
    /// <exception cref="TemplateException">Two keys have no order.</exception>
    public static List<T> Sort<T>(Budget budget, IReadOnlyList<T> items, Func<T, Value> key, bool isReversed)
    {
        var keyed = items.Select(item => (Key: key(item), Item: item)).ToArray();
        budget.Step((long)keyed.Length * BitOperations.Log2((uint)keyed.Length + 1));
        Merge(keyed, new (Value, T)[keyed.Length], 0, keyed.Length, (left, right) => isReversed ? Comparison.Order(budget, left, right) < 0 : Comparison.Order(budget, right, left) < 0);
        return [.. keyed.Select(k => k.Item)];
    }

    private static void Merge<T>((Value Key, T Item)[] items, (Value Key, T Item)[] spare, int start, int end, Func<Value, Value, bool> isAfter)
    {
        if (end - start < 2)
            return;
        var middle = (start + end) / 2;
        Merge(items, spare, start, middle, isAfter);
        Merge(items, spare, middle, end, isAfter);
        var (left, right) = (start, middle);
        for (var i = start; i < end; i++)
        {
            // Equal ones stay in place: the right goes first only where it must.
            var takesRight = right < end && (left >= middle || isAfter(items[left].Key, items[right].Key));
            spare[i] = items[takesRight ? right++ : left++];
        }

        Array.Copy(spare, start, items, start, end - start);
    }
}
