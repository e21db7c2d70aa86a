using ForensicKit.Claims;
using ForensicKit.Statistics;

namespace ForensicKit.Findings.Judgement;

/// <summary>Intervals of scores over items.</summary>
internal static class ScoreIntervals
{
    /// <summary>Level of the intervals.</summary>
    public const double Level = 0.95;

    /// <summary>Mean and interval in percent: Wilson's where items are right or wrong, Student's t where credits are shares.</summary>
    /// <param name="credits">Credits, 0 to 1; at least one.</param>
    public static (double Percent, double Lower, double Upper) Of(IReadOnlyList<double> credits)
    {
        var (n, mean) = (credits.Count, credits.Average());
        if (credits.All(c => c is 0 or 1))
        {
            var wilson = BinomialInterval.Wilson((long)credits.Sum(), n, Level);
            return (100 * mean, 100 * wilson.Lower, 100 * wilson.Upper);
        }

        if (n < 2)
            return (100 * mean, 0, 100);
        var half = StudentT.UpperQuantile((1 - Level) / 2, n - 1) * Math.Sqrt(credits.Sum(c => (c - mean) * (c - mean)) / (n - 1) / n);
        return (100 * mean, 100 * Math.Max(0, mean - half), 100 * Math.Min(1, mean + half));
    }

    /// <summary>Whether a run on all of the claim's items gives the claim's printed digits.</summary>
    /// <param name="printed">The printed score.</param>
    /// <param name="items">Items that it is over.</param>
    /// <param name="run">The run.</param>
    public static bool GivesTheDigits(PrintedScore printed, long items, RunScore run)
    {
        if (!run.IsCount || run.Items != items || run.IsStopped)
            return false;
        var grim = Grim.Check(printed.Text, items);
        return grim.HalfUp.Values.Concat(grim.HalfEven.Values).Contains(run.Right);
    }
}
