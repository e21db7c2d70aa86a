using System.Numerics;

namespace ForensicKit.Statistics;

/// <summary>The Landau distribution with density (1/π)∫₀^∞ exp(−tu − (2/π)t ln t) sin 2t dt: the stable law with α = 1, β = 1.</summary>
/// <remarks>Relative error of tails about 1e-12.</remarks>
public static class Landau
{
    /// <summary>P(U ≥ u).</summary>
    public static Probability Upper(double u)
    {
        if (double.IsNaN(u))
            throw new ArgumentOutOfRangeException(nameof(u), u, "u is not a number.");
        // In the standard form exp(s ln s + λs) the scale π/2 moves the location by ln(π/2).
        var lambda = (u * Math.PI / 2) + Math.Log(Math.PI / 2);
        if (double.IsPositiveInfinity(lambda))
            return Probability.Zero;
        return lambda < 0.5 ? Probability.FromValue(1 - LowerBySaddle(lambda)) : Probability.FromValue(UpperIntegral(lambda));
    }

    // P(Λ ≤ λ) = (1/2πi)∫ exp(s ln s + λs)/s ds along the vertical line through the saddle point s = e^(−λ−1), where nothing oscillates
    // against the peak. The trapezoid rule converges geometrically.
    private static double LowerBySaddle(double lambda)
    {
        // Beyond, P(Λ ≤ λ) < exp(−e⁴) is nothing beside 1.
        if (lambda < -5)
            return 0;
        var saddle = Math.Exp(-lambda - 1);
        var step = saddle / 16;
        var sum = 0.5 * Value(0);
        for (var y = step; ; y += step)
        {
            var value = Value(y);
            sum += value;
            // |exp(s ln s)| falls at least as exp(−πy/4) once y exceeds the saddle.
            if (y > saddle && Math.PI * y / 4 > 45 + saddle)
                break;
        }

        return sum * step / Math.PI;

        double Value(double y)
        {
            var s = new Complex(saddle, y);
            return (Complex.Exp((s * Complex.Log(s)) + (lambda * s)) / s).Real;
        }
    }

    // P(Λ ≥ λ) = (1/π)∫₀^∞ exp(−t ln t − λt) sin(πt)/t dt with t = v/scale, by the double-exponential rule v = exp(π/2·sinh x).
    private static double UpperIntegral(double lambda)
    {
        var scale = Math.Max(1, lambda);
        var previous = double.NaN;
        for (var step = 1.0 / 16; ; step /= 2)
        {
            var sum = 0.0;
            for (var x = -4.0; x <= 3; x += step)
            {
                var v = Math.Exp(Math.PI / 2 * Math.Sinh(x));
                var t = v / scale;
                // dv = v·π/2·cosh x dx, and v cancels against 1/t up to the scale.
                sum += Math.Exp(-(t * Math.Log(t)) - (lambda * t)) * double.SinPi(t) * Math.PI / 2 * Math.Cosh(x);
            }

            sum *= step / Math.PI;
            if (Math.Abs(sum - previous) <= 1e-13 * Math.Abs(sum) || step < 1.0 / 4096)
                return sum;
            previous = sum;
        }
    }
}
