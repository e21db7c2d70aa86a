using System.Numerics;

namespace ForensicKit.Statistics;

/// <summary>
/// The numbers that numpy's legacy generator (<c>np.random.seed</c>, <c>RandomState</c>) gives for a seed, so that a published resample can be
/// drawn again.
/// </summary>
/// <remarks>
/// The stream of <c>RandomState</c> is frozen (NEP 19): Mersenne Twister seeded by one word, bounded integers by masking and rejection, normal
/// variates by Marsaglia's polar method in pairs. Not thread-safe, not for secrets.
/// </remarks>
public sealed class NumpyRandomState
{
    private readonly Mt19937 _generator;
    private double? _spareNormal;

    /// <summary><c>RandomState(seed)</c>.</summary>
    /// <param name="seed">0 to 2³²−1.</param>
    public NumpyRandomState(uint seed) => _generator = new Mt19937(seed);

    /// <summary><c>random_sample()</c>: 53 random bits in [0, 1).</summary>
    public double Random()
    {
        var a = _generator.NextUInt32() >> 5;
        var b = _generator.NextUInt32() >> 6;
        return ((a * 67108864.0) + b) / 9007199254740992.0;
    }

    /// <summary><c>normal(mean, standardDeviation)</c>: variates are made in pairs and the second is kept for the next call.</summary>
    /// <exception cref="ArgumentException">The standard deviation is negative or not a number.</exception>
    public double Normal(double mean = 0, double standardDeviation = 1)
    {
        if (!(standardDeviation >= 0))
            throw new ArgumentOutOfRangeException(nameof(standardDeviation), standardDeviation, "A standard deviation is not negative.");
        return mean + (standardDeviation * StandardNormal());
    }

    /// <summary><c>randint(0, bound)</c>.</summary>
    /// <exception cref="ArgumentException">The bound is below 1.</exception>
    public int Below(int bound)
    {
        if (bound < 1)
            throw new ArgumentOutOfRangeException(nameof(bound), bound, "There is nothing to choose from.");
        // A single possible value draws nothing.
        if (bound == 1)
            return 0;
        var largest = (uint)bound - 1;
        var mask = uint.MaxValue >> BitOperations.LeadingZeroCount(largest);
        uint drawn;
        do
        {
            drawn = _generator.NextUInt32() & mask;
        }
        while (drawn > largest);
        return (int)drawn;
    }

    /// <summary><c>choice(bound, count, replace=True)</c>: <paramref name="count"/> numbers below <paramref name="bound"/>.</summary>
    /// <exception cref="ArgumentException">The bound is below 1 or the count negative.</exception>
    public int[] Choices(int bound, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var drawn = new int[count];
        for (var i = 0; i < count; i++)
            drawn[i] = Below(bound);
        return drawn;
    }

    private double StandardNormal()
    {
        if (_spareNormal is { } kept)
        {
            _spareNormal = null;
            return kept;
        }

        double x, y, square;
        do
        {
            x = (2 * Random()) - 1;
            y = (2 * Random()) - 1;
            square = (x * x) + (y * y);
        }
        while (square >= 1 || square == 0);
        var factor = Math.Sqrt(-2 * Math.Log(square) / square);
        _spareNormal = factor * x;
        return factor * y;
    }
}
