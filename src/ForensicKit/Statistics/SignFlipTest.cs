using System.Globalization;
using System.Numerics;

namespace ForensicKit.Statistics;

/// <summary>The exact sign-flip (permutation) test of a paired difference.</summary>
/// <param name="Greater">Share of sign assignments whose sum is at least the observed one.</param>
/// <param name="Less">Share whose sum is at most the observed one.</param>
/// <param name="TwoSided">Share whose sum is at least as far from 0.</param>
public sealed record SignFlipResult(Probability Greater, Probability Less, Probability TwoSided);

/// <summary>
/// All 2ⁿ sign assignments of the differences a − b, counted over their distinct sums. Scores are taken as the decimals they are written
/// as (0.1 + 0.2 ties with 0.3), so that ties are exact.
/// </summary>
public static class SignFlipTest
{
    /// <summary>The most distinct sums that are tracked: n up to 20 for arbitrary decimals, thousands of items for scores on a grid.</summary>
    public const int MaxDistinctSums = 1 << 20;

    /// <summary>The exact test; null where there are more than <see cref="MaxDistinctSums"/> distinct sums.</summary>
    /// <exception cref="ArgumentException">There are no items, the lengths differ, or a score is not finite.</exception>
    public static SignFlipResult? Exact(IReadOnlyList<double> a, IReadOnlyList<double> b, CancellationToken cancellationToken = default)
    {
        SampleMoments.Differences(a, b);
        var differences = WholeDifferences(a, b);
        // Weights are halved with each item: dyadic, hence exact as long as 53 bits hold them.
        var sums = new Dictionary<BigInteger, double> { [0] = 1 };
        foreach (var size in differences.Select(BigInteger.Abs).Where(d => !d.IsZero))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var next = new Dictionary<BigInteger, double>(2 * sums.Count);
            foreach (var (sum, weight) in sums)
            {
                next[sum + size] = next.GetValueOrDefault(sum + size) + (weight / 2);
                next[sum - size] = next.GetValueOrDefault(sum - size) + (weight / 2);
            }

            if (next.Count > MaxDistinctSums)
                return null;
            sums = next;
        }

        var observed = differences.Aggregate(BigInteger.Zero, static (sum, d) => sum + d);
        var distance = BigInteger.Abs(observed);
        return new(Share(s => s >= observed), Share(s => s <= observed), Share(s => BigInteger.Abs(s) >= distance));

        Probability Share(Func<BigInteger, bool> chosen) => Probability.FromValue(sums.Where(s => chosen(s.Key)).Sum(s => s.Value));
    }

    // All scores times one power of ten, so that the differences are whole numbers.
    private static BigInteger[] WholeDifferences(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        var (first, second) = (a.Select(Decimal).ToList(), b.Select(Decimal).ToList());
        var least = first.Concat(second).Min(d => d.Exponent);
        return [.. first.Zip(second, (x, y) => Scaled(x) - Scaled(y))];

        BigInteger Scaled((BigInteger Digits, int Exponent) d) => d.Digits * BigInteger.Pow(10, d.Exponent - least);
    }

    private static (BigInteger Digits, int Exponent) Decimal(double value)
    {
        // The shortest digits that read back to this double: what was written.
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var e = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? text : text[..e];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            exponent -= mantissa.Length - point - 1;
            mantissa = mantissa.Remove(point, 1);
        }

        return (BigInteger.Parse(mantissa, CultureInfo.InvariantCulture), exponent);
    }
}
