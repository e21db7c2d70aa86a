namespace ForensicKit.Statistics;

/// <summary>A combined p-value with the statistic it comes from.</summary>
/// <param name="Statistic">The statistic on its own scale.</param>
/// <param name="P">The combined p-value.</param>
public sealed record CombinedP(double Statistic, Probability P);

/// <summary>
/// One-sided p-values of one question combined into one. An empty list and p = 0 are rejected (<see cref="ArgumentException"/>).
/// </summary>
public static class PCombination
{
    // 1 − γ − ln(2/π): Wilson 2019 (PNAS 116:1195), equation 4.
    private const double LandauShift = 0.874367040387922;

    /// <summary>Fisher: −2Σ ln p against the upper tail of χ² with 2m degrees of freedom; independent tests.</summary>
    public static CombinedP Fisher(IReadOnlyList<Probability> p)
    {
        Check(p);
        var statistic = p.Aggregate((DoubleDouble)0, static (sum, x) => sum + x.Log) * -2;
        return new(statistic.Hi, ChiSquared.Upper(statistic, 2.0 * p.Count));
    }

    /// <summary>Stouffer: Σz/√m, z = Φ⁻¹(1 − p); independent tests.</summary>
    public static CombinedP Stouffer(IReadOnlyList<Probability> p) => Stouffer(p, [.. p.Select(static _ => 1.0)]);

    /// <summary>Stouffer with weights: Σwz/√Σw².</summary>
    /// <exception cref="ArgumentException">There is not one finite weight for each p, or all are 0.</exception>
    public static CombinedP Stouffer(IReadOnlyList<Probability> p, IReadOnlyList<double> weights)
    {
        Check(p);
        if (weights.Count != p.Count)
            throw new ArgumentException("Each p-value needs one weight.", nameof(weights));
        if (weights.Any(w => !double.IsFinite(w)) || weights.All(w => w == 0))
            throw new ArgumentException("Weights are finite and not all 0.", nameof(weights));
        DoubleDouble sum = 0, squares = 0;
        for (var i = 0; i < p.Count; i++)
        {
            sum += (DoubleDouble)weights[i] * UpperQuantile(p[i]);
            squares += (DoubleDouble)weights[i] * weights[i];
        }

        var z = sum / DoubleDouble.Sqrt(squares);
        return new(z.Hi, Normal.Upper(z));
    }

    /// <summary>Simes: min m·p(i)/i; independent or positively dependent tests.</summary>
    public static Probability Simes(IReadOnlyList<Probability> p)
    {
        Check(p);
        var sorted = p.Order().ToList();
        return Enumerable.Range(0, p.Count).Select(i => sorted[i].TimesCapped((double)p.Count / (i + 1))).Min();
    }

    /// <summary>Bonferroni: min(1, m·min p); any dependence.</summary>
    public static Probability Bonferroni(IReadOnlyList<Probability> p)
    {
        Check(p);
        return p.Min().TimesCapped(p.Count);
    }

    /// <summary>Valid under any dependence: Bonferroni's bound for one or two, the harmonic mean from three on, where its factor is defined and it is never much worse.</summary>
    public static Probability AnyDependence(IReadOnlyList<Probability> p) => p.Count < 3 ? Bonferroni(p) : HarmonicMeanAnyDependence(p);

    /// <summary>Cauchy combination (Liu and Xie 2020): T = mean cot(πp), p = ½ − arctan(T)/π; nearly valid under any dependence.</summary>
    public static CombinedP Cauchy(IReadOnlyList<Probability> p)
    {
        Check(p);
        if (p.Any(x => x.Log < -690))
        {
            // cot(πp) = 1/(πp) leaves the range of a double; the others are nothing beside it.
            var log = LogSpace.Sum(p.Select(x => -x.Log)) - Math.Log(p.Count);
            var statistic = p.Any(x => x.Log == 0) ? double.NegativeInfinity : Math.Exp(log) / Math.PI;
            return new(statistic, double.IsNegativeInfinity(statistic) ? Probability.One : Probability.FromLog(Math.Min(0, -log)));
        }

        var mean = p.Average(Cotangent);
        return new(mean, Probability.FromValue(Math.Atan2(1, mean) / Math.PI));
    }

    /// <summary>m/Σ(1/p): a number on the scale of p, not a valid p-value.</summary>
    public static Probability HarmonicMean(IReadOnlyList<Probability> p)
    {
        Check(p);
        return Probability.FromLog(Math.Min(0, Math.Log(p.Count) - LogSpace.Sum(p.Select(x => -x.Log))));
    }

    /// <summary>
    /// The harmonic mean p as a p-value by its Landau limit (Wilson 2019): P(L &gt; 1/HMP), location ln m + 0.8744, scale π/2; m ≥ 2.
    /// </summary>
    public static Probability HarmonicMeanLandau(IReadOnlyList<Probability> p)
    {
        if (p.Count < 2)
            throw new ArgumentException("The Landau limit needs at least two p-values.", nameof(p));
        var inverse = -HarmonicMean(p).Log;
        // Far out the tail is σ·2/π/x = HMP; the location no longer shows in a double.
        if (inverse > 600)
            return Probability.FromLog(-inverse);
        return Landau.Upper((Math.Exp(inverse) - (Math.Log(p.Count) + LandauShift)) / (Math.PI / 2));
    }

    /// <summary>min(1, e·ln m·HMP): valid under any dependence (Vovk and Wang 2020, m ≥ 3).</summary>
    public static Probability HarmonicMeanAnyDependence(IReadOnlyList<Probability> p)
    {
        if (p.Count < 3)
            throw new ArgumentException("The bound needs at least three p-values.", nameof(p));
        return HarmonicMean(p).TimesCapped(Math.E * Math.Log(p.Count));
    }

    private static double Cotangent(Probability p)
    {
        // Near 1 the complement has the digits: cot(πp) = −cot(π(1 − p)).
        var complement = -LogSpace.ExpMinusOne(p.Log);
        return p.Log < -Math.Log(2) ? double.CosPi(p.Value) / double.SinPi(p.Value) : -double.CosPi(complement) / double.SinPi(complement);
    }

    private static double UpperQuantile(Probability p) =>
        p.Log < -Math.Log(2) ? Normal.UpperQuantile(p) : -Normal.UpperQuantile(Probability.FromLog(LogSpace.Complement(p.Log)));

    private static void Check(IReadOnlyList<Probability> p)
    {
        if (p.Count == 0)
            throw new ArgumentException("There are no p-values.", nameof(p));
        if (p.Any(x => double.IsNegativeInfinity(x.Log)))
            throw new ArgumentException("p-values must be positive.", nameof(p));
    }
}
