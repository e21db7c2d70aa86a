namespace ForensicKit.Statistics;

/// <summary>The checks every statistic of "x of n" shares.</summary>
internal static class SuccessCount
{
    public static void Check(long x, long n, string xName = "x", string nName = "n")
    {
        if (n < 1)
            throw new ArgumentOutOfRangeException(nName, n, "At least one trial is needed.");
        if (x < 0)
            throw new ArgumentOutOfRangeException(xName, x, "A count of successes is negative.");
        if (x > n)
            throw new ArgumentOutOfRangeException(xName, x, "More successes than trials.");
    }

    public static void CheckRate(DoubleDouble p, string name)
    {
        if (!(p >= 0 && p <= 1))
            throw new ArgumentOutOfRangeException(name, p.Hi, "A rate lies between 0 and 1.");
    }

    public static void CheckOpen(double value, string name)
    {
        if (!(value > 0 && value < 1))
            throw new ArgumentOutOfRangeException(name, value, "The value lies strictly between 0 and 1.");
    }
}
