using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Membership;

/// <summary>Differences of two scores of the same items.</summary>
/// <param name="Items">Items.</param>
/// <param name="Mean">Mean difference.</param>
/// <param name="Interval">Its 95% t interval.</param>
/// <param name="P">(1 + number of sign assignments with a sum at least as large)/(drawn + 1): valid for any sample size if either order is as likely.</param>
/// <param name="BootstrapP">(1 + number of resamples with a mean of at most 0)/(drawn + 1): as published for time travel; not exact.</param>
public sealed record PairedComparison(int Items, double Mean, Interval Interval, Probability P, double BootstrapP)
{
    /// <summary>The fewest items.</summary>
    public const int MinimumItems = 10;

    /// <summary>Compares.</summary>
    /// <param name="differences">One per item.</param>
    /// <param name="random">Draws signs and resamples.</param>
    /// <param name="permutations">How many of each.</param>
    /// <param name="cancellationToken">Stops between draws.</param>
    /// <exception cref="KitException">Too few items.</exception>
    public static PairedComparison Of(IReadOnlyList<double> differences, PythonRandom random, int permutations, CancellationToken cancellationToken)
    {
        var n = differences.Count;
        if (n < MinimumItems)
            throw new KitException(FormattableString.Invariant($"There are {n} items that can be compared; at least {MinimumItems} are needed."));
        var total = differences.Sum();
        var (reached, atMostZero) = (0, 0);
        for (var k = 0; k < permutations; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (flipped, drawn) = (0.0, 0.0);
            foreach (var d in differences)
            {
                flipped += random.Below(2) == 0 ? d : -d;
                drawn += differences[(int)random.Below(n)];
            }

            // Sums in another order: equal ones must stay equal.
            reached += flipped >= total - 1e-9 ? 1 : 0;
            atMostZero += drawn <= 1e-9 ? 1 : 0;
        }

        var half = StudentT.UpperQuantile(0.025, n - 1) * Moments.StandardDeviation([.. differences]) / Math.Sqrt(n);
        return new(n, total / n, new(total / n - half, total / n + half), Probability.FromValue((1.0 + reached) / (permutations + 1.0)), (1.0 + atMostZero) / (permutations + 1.0));
    }
}
