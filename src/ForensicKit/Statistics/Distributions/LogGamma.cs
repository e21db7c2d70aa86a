namespace ForensicKit.Statistics;

/// <summary>Logarithms of the gamma function, of factorials and of binomial coefficients.</summary>
/// <remarks>
/// Computed with some 30 digits from Stirling's series (Abramowitz and Stegun 6.1.40) at arguments ≥ 30, shifted up from smaller ones,
/// so that differences of large logarithms, of which probabilities are made, lose nothing.
/// </remarks>
public static class LogGamma
{
    private const int ShiftTo = 30;

    // B₂ₖ / (2k(2k−1)), k = 1…12.
    private static readonly DoubleDouble[] Stirling =
    [
        DoubleDouble.Ratio(1, 12), DoubleDouble.Ratio(-1, 360), DoubleDouble.Ratio(1, 1260), DoubleDouble.Ratio(-1, 1680),
        DoubleDouble.Ratio(1, 1188), DoubleDouble.Ratio(-691, 360360), DoubleDouble.Ratio(1, 156), DoubleDouble.Ratio(-3617, 122400),
        DoubleDouble.Ratio(43867, 244188), DoubleDouble.Ratio(-174611, 125400), DoubleDouble.Ratio(77683, 5796),
        DoubleDouble.Ratio(-236364091, 1506960),
    ];

    /// <summary>ln Γ(x), x &gt; 0.</summary>
    public static double Of(double x) => OfExtended(x).Hi;

    /// <summary>ln Γ(x) with about 30 digits, x &gt; 0.</summary>
    public static DoubleDouble OfExtended(DoubleDouble x)
    {
        if (!(x.Hi > 0))
            throw new ArgumentOutOfRangeException(nameof(x), x.Hi, "The argument of ln Γ must be positive.");
        if (x == 1 || x == 2)
            return 0;
        DoubleDouble shift = 1;
        while (x.Hi < ShiftTo)
        {
            shift *= x;
            x += 1;
        }

        var inverse = 1 / x;
        var square = inverse * inverse;
        DoubleDouble series = 0;
        for (var k = Stirling.Length - 1; k >= 0; k--)
            series = (series * square) + Stirling[k];
        var value = ((x - 0.5) * DoubleDouble.Log(x)) - x + DoubleDouble.LogSqrtTwoPi + (series * inverse);
        return shift == 1 ? value : value - DoubleDouble.Log(shift);
    }

    /// <summary>ln n!, n ≥ 0.</summary>
    public static double Factorial(long n) => FactorialExtended(n).Hi;

    /// <summary>ln n! with about 30 digits, n ≥ 0.</summary>
    public static DoubleDouble FactorialExtended(long n)
    {
        if (n < 0)
            throw new ArgumentOutOfRangeException(nameof(n), n, "A factorial needs a non-negative number.");
        return OfExtended(DoubleDouble.FromInteger(n) + 1);
    }

    /// <summary>ln of the binomial coefficient, 0 ≤ k ≤ n; negative infinity outside.</summary>
    public static double Choose(long n, long k) => k < 0 || k > n ? double.NegativeInfinity : ChooseExtended(n, k).Hi;

    /// <summary>ln of the binomial coefficient with about 30 digits, 0 ≤ k ≤ n.</summary>
    public static DoubleDouble ChooseExtended(long n, long k) =>
        FactorialExtended(n) - FactorialExtended(k) - FactorialExtended(n - k);

    /// <summary>ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b) with about 30 digits.</summary>
    public static DoubleDouble BetaExtended(double a, double b) => OfExtended(a) + OfExtended(b) - OfExtended((DoubleDouble)a + b);
}
