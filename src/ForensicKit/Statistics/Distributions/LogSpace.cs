namespace ForensicKit.Statistics;

/// <summary>Arithmetic on natural logarithms of non-negative numbers, without leaving the range of a double.</summary>
public static class LogSpace
{
    /// <summary>ln(e^a + e^b).</summary>
    public static double Add(double a, double b)
    {
        var (high, low) = a >= b ? (a, b) : (b, a);
        return double.IsNegativeInfinity(low) || double.IsPositiveInfinity(high) ? high : high + LogOnePlus(Math.Exp(low - high));
    }

    /// <summary>ln(Σ e^aᵢ); negative infinity for an empty list.</summary>
    public static double Sum(IEnumerable<double> logs)
    {
        var list = logs as IReadOnlyCollection<double> ?? [.. logs];
        var max = double.NegativeInfinity;
        foreach (var a in list)
            max = Math.Max(max, a);
        if (double.IsInfinity(max) || double.IsNaN(max))
            return max;
        var sum = 0.0;
        foreach (var a in list)
            sum += Math.Exp(a - max);
        return max + Math.Log(sum);
    }

    /// <summary>ln(e^a − e^b), for a ≥ b.</summary>
    public static double Subtract(double a, double b)
    {
        if (b > a)
            throw new ArgumentOutOfRangeException(nameof(b), b, "The number to take away is larger than what is there.");
        return double.IsNegativeInfinity(b) ? a : a + Complement(b - a);
    }

    /// <summary>ln(1 − e^a), for a ≤ 0, accurate at both ends (Mächler 2012).</summary>
    public static double Complement(double a)
    {
        if (a > 0 || double.IsNaN(a))
            throw new ArgumentOutOfRangeException(nameof(a), a, "The logarithm of a probability is at most 0.");
        return a > -Math.Log(2) ? Math.Log(-ExpMinusOne(a)) : LogOnePlus(-Math.Exp(a));
    }

    /// <summary>ln(1 + x) without loss for small x.</summary>
    public static double LogOnePlus(double x)
    {
        var u = 1 + x;
        // Kahan: the rounding of 1 + x is the same in both factors of the correction.
        return u == 1 ? x : double.IsInfinity(u) ? u : Math.Log(u) * (x / (u - 1));
    }

    /// <summary>e^x − 1 without loss for small x.</summary>
    public static double ExpMinusOne(double x)
    {
        if (Math.Abs(x) > 0.5)
            return Math.Exp(x) - 1;
        var u = Math.Exp(x);
        if (u == 1)
            return x;
        var v = u - 1;
        return v == -1 ? -1 : v * (x / Math.Log(u));
    }
}
