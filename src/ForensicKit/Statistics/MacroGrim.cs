using System.Numerics;

namespace ForensicKit.Statistics;

/// <summary>What a printed unweighted mean over subsets says about the counts behind it.</summary>
/// <param name="Possible">Whether some counts print as the claim; null where the search ended without an answer.</param>
/// <param name="Solutions">How many vectors of counts print as the claim; null where they are too many to count.</param>
/// <param name="Micro">The same claim read as the score of all items pooled.</param>
public sealed record MacroGrimResult(bool? Possible, BigInteger? Solutions, GrimResult Micro);

/// <summary>The GRIM test for macro averages (MMLU over subjects): is the claim an unweighted mean of subset scores, a pooled score, both or neither?</summary>
public static class MacroGrim
{
    // Distinct partial sums kept, and steps made, before counting gives way to the search for one example.
    private const int MaximumSums = 200_000;
    private const long MaximumSteps = 4_000_000;

    /// <summary>Tests a printed macro average. A vector of counts prints as the claim where rounding half up or half to even gives it.</summary>
    /// <param name="claim">The score as printed.</param>
    /// <param name="sizes">Items of each subset.</param>
    /// <param name="scale">100 for percentages, 1 for fractions.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <remarks>
    /// Counted exactly where the subsets have at most 200,000 distinct partial sums. Beyond, printable steps are so many counts wide that an
    /// example is found almost at once: all subsets but two are set near the claim and the two finest are solved for.
    /// </remarks>
    /// <exception cref="ArgumentException">The claim is not a number from 0 to the scale, there is no subset, or one is empty.</exception>
    public static MacroGrimResult Check(string claim, IReadOnlyList<long> sizes, int scale = 100, CancellationToken cancellationToken = default)
    {
        if (sizes.Count is 0 or > 100_000 || sizes.Any(s => s is < 1 or > 1_000_000_000))
            throw new ArgumentException("There is at least one subset, and each has 1 to 1,000,000,000 items.", nameof(sizes));
        var micro = Grim.Check(claim, sizes.Sum(), scale: scale);
        var (value, decimals) = Grim.Parse(claim, scale);

        // In units of 1/lcm a correct answer of subset i weighs lcm/sizeᵢ, and the macro average is (Σ xᵢ·weightᵢ)/(lcm·subsets).
        var ordered = sizes.Order().Select(s => (BigInteger)s).ToArray();
        var unit = ordered.Distinct().Aggregate(BigInteger.One, (a, b) => a / BigInteger.GreatestCommonDivisor(a, b) * b);
        var weights = ordered.Select(s => unit / s).ToArray();
        BigInteger twiceSteps = 2 * (Grim.PrintableValues(decimals, scale) - 1), whole = unit * ordered.Length;
        var low = Grim.Ceiling(((2 * value) - 1) * whole, twiceSteps);
        // The upper tie goes to an even last digit under half-to-even, the lower tie to every digit under half up.
        var high = value.IsEven ? Grim.Floor(((2 * value) + 1) * whole, twiceSteps) : Grim.Ceiling(((2 * value) + 1) * whole, twiceSteps) - 1;

        if (Count(ordered, weights, low, high, cancellationToken) is { } solutions)
            return new MacroGrimResult(!solutions.IsZero, solutions, micro);
        return new MacroGrimResult(HasExample(ordered, weights, low, high, cancellationToken) ? true : null, null, micro);
    }

    private static BigInteger? Count(BigInteger[] sizes, BigInteger[] weights, BigInteger low, BigInteger high, CancellationToken cancellationToken)
    {
        var ways = new Dictionary<BigInteger, BigInteger> { [BigInteger.Zero] = BigInteger.One };
        var steps = 0L;
        for (var i = 0; i < sizes.Length - 1; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            steps += ways.Count * ((long)sizes[i] + 1);
            if (steps > MaximumSteps)
                return null;
            var next = new Dictionary<BigInteger, BigInteger>();
            foreach (var (sum, number) in ways)
            {
                for (var x = BigInteger.Zero; x <= sizes[i]; x++)
                {
                    var key = sum + (x * weights[i]);
                    next[key] = next.GetValueOrDefault(key) + number;
                }
            }

            if (next.Count > MaximumSums)
                return null;
            ways = next;
        }

        return ways.Aggregate(BigInteger.Zero, (total, w) => total + (w.Value * Fitting(sizes[^1], weights[^1], low - w.Key, high - w.Key)));
    }

    // How many counts of one subset add up to something between low and high.
    private static BigInteger Fitting(BigInteger size, BigInteger weight, BigInteger low, BigInteger high)
    {
        var first = BigInteger.Max(0, Grim.Ceiling(low, weight));
        var last = BigInteger.Min(size, Grim.Floor(high, weight));
        return BigInteger.Max(0, last - first + 1);
    }

    private static bool HasExample(BigInteger[] sizes, BigInteger[] weights, BigInteger low, BigInteger high, CancellationToken cancellationToken)
    {
        if (sizes.Length == 1)
            return !Fitting(sizes[0], weights[0], low, high).IsZero;
        var whole = sizes[0] * weights[0] * sizes.Length;
        var target = BigInteger.Max(0, BigInteger.Min(whole, (low + high) / 2));
        var others = sizes.Length - 2;
        var counts = sizes.Take(others).Select(s => ((2 * s * target) + whole) / (2 * whole)).ToArray();
        var sum = counts.Select((x, i) => x * weights[i]).Aggregate(BigInteger.Zero, (a, b) => a + b);
        if (Solvable(sum))
            return true;
        for (var i = 0; i < others; i++)
        {
            if ((counts[i] < sizes[i] && Solvable(sum + weights[i])) || (counts[i] > 0 && Solvable(sum - weights[i])))
                return true;
        }

        return false;

        bool Solvable(BigInteger rest)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Counts of the second-finest subset near its share first; a few thousand of them cover every remainder of the finest.
            var near = sizes[^2] * target / whole;
            for (BigInteger step = 0; step <= BigInteger.Min(sizes[^2], 2000); step++)
            {
                foreach (var x in new[] { near - step, near + step })
                {
                    var taken = rest + (x * weights[^2]);
                    if (x >= 0 && x <= sizes[^2] && !Fitting(sizes[^1], weights[^1], low - taken, high - taken).IsZero)
                        return true;
                }
            }

            return false;
        }
    }
}
