namespace ForensicKit.Statistics;

/// <summary>The hypergeometric distribution: X marked items in a draw of <c>draws</c> from a population with <c>marked</c> marked ones.</summary>
public static class Hypergeometric
{
    /// <summary>ln P(X = k).</summary>
    public static double LogMass(long k, long population, long marked, long draws)
    {
        Check(population, marked, draws);
        if (k < Least(population, marked, draws) || k > Math.Min(marked, draws))
            return double.NegativeInfinity;
        return (LogGamma.ChooseExtended(marked, k) + LogGamma.ChooseExtended(population - marked, draws - k)
            - LogGamma.ChooseExtended(population, draws)).Hi;
    }

    /// <summary>P(X ≤ x).</summary>
    public static Probability Lower(long x, long population, long marked, long draws)
    {
        Check(population, marked, draws);
        return Probability.FromLog(LogLower(x, population, marked, draws));
    }

    /// <summary>P(X ≥ x).</summary>
    public static Probability Upper(long x, long population, long marked, long draws)
    {
        Check(population, marked, draws);
        // The unmarked in the draw are hypergeometric too.
        return Probability.FromLog(LogLower(draws - x, population, population - marked, draws));
    }

    private static long Least(long population, long marked, long draws) => Math.Max(0, draws - (population - marked));

    private static double LogLower(long x, long population, long marked, long draws)
    {
        if (x < Least(population, marked, draws))
            return double.NegativeInfinity;
        if (x >= Math.Min(marked, draws))
            return 0;
        // Above the mean the other tail is the small one and its complement loses nothing.
        if (x > (double)draws * marked / population)
            return LogSpace.Complement(LogLowerSum(draws - x - 1, population, population - marked, draws));
        return LogLowerSum(x, population, marked, draws);
    }

    private static double LogLowerSum(long x, long population, long marked, long draws)
    {
        double term = 1, sum = 1;
        for (var k = x; k > Least(population, marked, draws); k--)
        {
            term *= (double)k / (marked - k + 1) * (population - marked - draws + k) / (draws - k + 1);
            sum += term;
            if (term < 1e-18 * sum)
                break;
        }

        return LogMass(x, population, marked, draws) + Math.Log(sum);
    }

    private static void Check(long population, long marked, long draws)
    {
        if (population < 0)
            throw new ArgumentOutOfRangeException(nameof(population), population, "The population is negative.");
        if (marked < 0 || marked > population)
            throw new ArgumentOutOfRangeException(nameof(marked), marked, "The marked items are part of the population.");
        if (draws < 0 || draws > population)
            throw new ArgumentOutOfRangeException(nameof(draws), draws, "The draw is part of the population.");
    }
}
