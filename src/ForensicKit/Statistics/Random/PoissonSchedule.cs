namespace ForensicKit.Statistics;

/// <summary>
/// The arrival times of MLPerf LoadGen's server scenario, regenerated from the seed: an edited schedule no longer matches.
/// </summary>
/// <remarks>
/// u is made of two consecutive outputs of mt19937 as libstdc++'s <c>generate_canonical&lt;double, 53&gt;</c> does, and a gap is
/// ⌊(−ln(1−u)/qps)·10⁹⌋ ns, evaluated from left to right in double.
/// </remarks>
public static class PoissonSchedule
{
    /// <summary>Gaps between consecutive arrivals, in nanoseconds, without end.</summary>
    /// <param name="seed">The schedule seed; only its low 32 bits count.</param>
    /// <param name="queriesPerSecond">The target rate in queries per second, at least 1e-8 (below, a gap would not fit 64 bits).</param>
    /// <exception cref="ArgumentException">The rate is not a usable number.</exception>
    public static IEnumerable<long> Gaps(ulong seed, double queriesPerSecond)
    {
        if (!(queriesPerSecond >= 1e-8) || double.IsInfinity(queriesPerSecond))
            throw new ArgumentOutOfRangeException(nameof(queriesPerSecond), queriesPerSecond, "The rate is a finite number of at least 1e-8 queries per second.");
        return Draw((uint)(seed & 0xffffffff), queriesPerSecond);
    }

    /// <summary>A uniform number in [0, 1) from the next two outputs.</summary>
    public static double Canonical(Mt19937 generator)
    {
        double low = generator.NextUInt32();
        var u = (low + (generator.NextUInt32() * 4294967296.0)) / 18446744073709551616.0;
        return u < 1 ? u : Math.BitDecrement(1.0);
    }

    // The generator belongs to one enumeration, so that enumerating twice gives the same gaps twice.
    private static IEnumerable<long> Draw(uint seed, double queriesPerSecond)
    {
        var generator = new Mt19937(seed);
        while (true)
            yield return (long)(-Math.Log(1 - Canonical(generator)) / queriesPerSecond * 1e9);
    }
}
