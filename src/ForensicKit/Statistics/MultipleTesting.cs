namespace ForensicKit.Statistics;

/// <summary>
/// Adjusted p-values of a family of tests, in the order of the input and at most 1; ties share values.
/// An empty family is rejected (<see cref="ArgumentException"/>).
/// </summary>
public static class MultipleTesting
{
    /// <summary>Bonferroni: m·p. Controls the family-wise error under any dependence.</summary>
    public static IReadOnlyList<Probability> Bonferroni(IReadOnlyList<Probability> p)
    {
        Check(p);
        return [.. p.Select(x => x.TimesCapped(p.Count))];
    }

    /// <summary>Šidák: 1 − (1 − p)^m, for independent tests.</summary>
    public static IReadOnlyList<Probability> Sidak(IReadOnlyList<Probability> p)
    {
        Check(p);
        return [.. p.Select(x => Sidak(x, p.Count))];
    }

    /// <summary>Holm 1979: step-down Bonferroni. Controls the family-wise error under any dependence.</summary>
    public static IReadOnlyList<Probability> Holm(IReadOnlyList<Probability> p) =>
        StepDown(p, static (x, remaining) => x.TimesCapped(remaining));

    /// <summary>Step-down Šidák, for independent tests.</summary>
    public static IReadOnlyList<Probability> HolmSidak(IReadOnlyList<Probability> p) => StepDown(p, Sidak);

    /// <summary>Hochberg 1988: step-up, for independent or positively dependent tests.</summary>
    public static IReadOnlyList<Probability> Hochberg(IReadOnlyList<Probability> p) =>
        StepUp(p, static (rank, m) => m - rank + 1);

    /// <summary>Benjamini and Hochberg 1995: false discovery rate under independence or positive dependence.</summary>
    public static IReadOnlyList<Probability> BenjaminiHochberg(IReadOnlyList<Probability> p) =>
        StepUp(p, static (rank, m) => (double)m / rank);

    /// <summary>Benjamini and Yekutieli 2001: false discovery rate under any dependence (Benjamini–Hochberg times Σ 1/i).</summary>
    public static IReadOnlyList<Probability> BenjaminiYekutieli(IReadOnlyList<Probability> p)
    {
        Check(p);
        var harmonic = Enumerable.Range(1, p.Count).Sum(i => 1.0 / i);
        return StepUp(p, (rank, m) => harmonic * m / rank);
    }

    /// <summary>
    /// Hommel 1988: the closed test whose intersections are tested by Simes. The adjusted p of a hypothesis is the largest Simes p of an
    /// intersection that holds it; for each size j the worst holds the j − 1 largest other p-values. Time m².
    /// </summary>
    public static IReadOnlyList<Probability> Hommel(IReadOnlyList<Probability> p)
    {
        Check(p);
        var m = p.Count;
        var order = Order(p);
        var adjusted = new double[m];
        Array.Fill(adjusted, double.NegativeInfinity);
        for (var j = 1; j <= m; j++)
        {
            // Simes' terms of the j − 1 largest p-values: j·p of rank k within the intersection, divided by k.
            var others = double.PositiveInfinity;
            for (var k = 2; k <= j; k++)
                others = Math.Min(others, p[order[m - j + k - 1]].Log - Math.Log(k));
            var largest = p[order[m - j]].Log;
            for (var i = 0; i < m; i++)
            {
                // A hypothesis among the j − 1 largest sits in the intersection of the j largest.
                var smallest = i <= m - j ? p[order[i]].Log : largest;
                adjusted[i] = Math.Max(adjusted[i], Math.Log(j) + Math.Min(smallest, others));
            }
        }

        var result = new Probability[m];
        for (var i = 0; i < m; i++)
            result[order[i]] = Probability.FromLog(Math.Min(0, adjusted[i]));
        return result;
    }

    private static Probability Sidak(Probability p, int m)
    {
        // Below 1e-17/m the exact value is m·p to the last digit, also where 1 − p is 1.
        return p.Log + Math.Log(m) < -40 ? p.TimesCapped(m) : Probability.FromLog(LogSpace.Complement(m * LogSpace.Complement(p.Log)));
    }

    private static Probability[] StepDown(IReadOnlyList<Probability> p, Func<Probability, int, Probability> adjust)
    {
        Check(p);
        var order = Order(p);
        var result = new Probability[p.Count];
        var running = Probability.Zero;
        for (var i = 0; i < p.Count; i++)
        {
            running = Probability.Max(running, adjust(p[order[i]], p.Count - i));
            result[order[i]] = running;
        }

        return result;
    }

    private static Probability[] StepUp(IReadOnlyList<Probability> p, Func<int, int, double> factor)
    {
        Check(p);
        var order = Order(p);
        var result = new Probability[p.Count];
        var running = Probability.One;
        for (var i = p.Count - 1; i >= 0; i--)
        {
            running = Probability.Min(running, p[order[i]].TimesCapped(factor(i + 1, p.Count)));
            result[order[i]] = running;
        }

        return result;
    }

    private static int[] Order(IReadOnlyList<Probability> p) => [.. Enumerable.Range(0, p.Count).OrderBy(i => p[i].Log)];

    private static void Check(IReadOnlyList<Probability> p)
    {
        if (p.Count == 0)
            throw new ArgumentException("There are no p-values.", nameof(p));
    }
}
