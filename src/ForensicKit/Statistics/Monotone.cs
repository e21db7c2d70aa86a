namespace ForensicKit.Statistics;

/// <summary>Bisection on whole numbers.</summary>
internal static class Monotone
{
    /// <summary>The first number in low…high from which on <paramref name="holds"/>; high where it holds nowhere before (high itself is not asked).</summary>
    public static long First(long low, long high, Func<long, bool> holds)
    {
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (holds(middle))
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }

    /// <summary>As <see cref="First"/>, with the upper end found by doubling.</summary>
    /// <exception cref="ArgumentException">It does not hold up to <paramref name="limit"/>.</exception>
    public static long FirstFrom(long low, long limit, Func<long, bool> holds)
    {
        for (long step = 1; ; step *= 2)
        {
            var high = Math.Min(limit, low + step);
            if (holds(high))
                return First(low, high, holds);
            if (high == limit)
                throw new ArgumentOutOfRangeException(nameof(limit), limit, "No number of observations that can be taken is enough.");
            low = high + 1;
        }
    }
}
