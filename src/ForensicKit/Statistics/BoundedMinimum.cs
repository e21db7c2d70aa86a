namespace ForensicKit.Statistics;

/// <summary>Where a search stopped.</summary>
/// <param name="Argument">The argument.</param>
/// <param name="Value">The function there.</param>
/// <param name="Evaluations">How often the function was evaluated.</param>
/// <param name="Converged">Whether the tolerance was reached within the allowed evaluations.</param>
public sealed record BoundedMinimumResult(double Argument, double Value, int Evaluations, bool Converged);

/// <summary>
/// Brent's minimiser on an interval without derivatives (Brent 1973, chapter 5, <c>localmin</c>; Forsythe, Malcolm and Moler 1977, <c>fmin</c>).
/// </summary>
/// <remarks>
/// Finds a local minimum. Start, step rule and stopping rule are those of <c>scipy.optimize.minimize_scalar(method='bounded')</c>, so that
/// published searches stop at the same place.
/// </remarks>
public static class BoundedMinimum
{
    private const double RelativeTolerance = 1.4832396974191326e-8; // √2.2e-16
    private static readonly double Golden = (3 - Math.Sqrt(5)) / 2;

    /// <summary>Searches between <paramref name="lower"/> and <paramref name="upper"/>, whose own values are never taken.</summary>
    /// <param name="function">The function.</param>
    /// <param name="lower">Lower end.</param>
    /// <param name="upper">Upper end.</param>
    /// <param name="absoluteTolerance">Tolerance of the argument.</param>
    /// <param name="maximumEvaluations">Stops here if not converged.</param>
    /// <exception cref="ArgumentException">The interval is empty or not finite.</exception>
    public static BoundedMinimumResult Find(
        Func<double, double> function, double lower, double upper, double absoluteTolerance = 1e-5, int maximumEvaluations = 500)
    {
        if (!double.IsFinite(lower) || !double.IsFinite(upper) || lower > upper)
            throw new ArgumentException("The interval has finite ends in ascending order.", nameof(upper));
        double a = lower, b = upper, step = 0, previousStep = 0;
        // best, second best, and the second best before that
        var best = Evaluate(a + (Golden * (b - a)));
        var (second, third) = (best, best);
        var evaluations = 1;
        while (true)
        {
            var middle = (a + b) / 2;
            var tolerance = (RelativeTolerance * Math.Abs(best.X)) + (absoluteTolerance / 3);
            if (Math.Abs(best.X - middle) <= (2 * tolerance) - ((b - a) / 2))
                return new BoundedMinimumResult(best.X, best.F, evaluations, Converged: true);
            if (evaluations >= maximumEvaluations)
                return new BoundedMinimumResult(best.X, best.F, evaluations, Converged: false);
            if (Parabola() is { } parabolic)
            {
                previousStep = step;
                step = parabolic;
                var x = best.X + step;
                if (x - a < 2 * tolerance || b - x < 2 * tolerance)
                    step = tolerance * Sign(middle - best.X);
            }
            else
            {
                previousStep = best.X >= middle ? a - best.X : b - best.X;
                step = Golden * previousStep;
            }

            var next = Evaluate(best.X + (Sign(step) * Math.Max(Math.Abs(step), tolerance)));
            evaluations++;
            if (next.F <= best.F)
            {
                if (next.X >= best.X)
                    a = best.X;
                else
                    b = best.X;
                (third, second, best) = (second, best, next);
            }
            else
            {
                if (next.X < best.X)
                    a = next.X;
                else
                    b = next.X;
                if (next.F <= second.F || second.X == best.X)
                    (third, second) = (second, next);
                else if (next.F <= third.F || third.X == best.X || third.X == second.X)
                    third = next;
            }

            // The step to the minimum of the parabola through the three points, if it is short enough and stays inside.
            double? Parabola()
            {
                if (Math.Abs(previousStep) <= tolerance)
                    return null;
                var r = (best.X - second.X) * (best.F - third.F);
                var q = (best.X - third.X) * (best.F - second.F);
                var p = ((best.X - third.X) * q) - ((best.X - second.X) * r);
                q = 2 * (q - r);
                if (q > 0)
                    p = -p;
                q = Math.Abs(q);
                return Math.Abs(p) < Math.Abs(0.5 * q * previousStep) && p > q * (a - best.X) && p < q * (b - best.X) ? p / q : null;
            }
        }

        (double X, double F) Evaluate(double x) => (x, function(x));

        static double Sign(double value) => value >= 0 ? 1 : -1;
    }
}
