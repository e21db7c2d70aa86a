namespace ForensicKit.Statistics;

/// <summary>
/// The spread between the best and the worst of K prompt formats that comes from sampling noise alone: K independent Binomial(n, p) counts.
/// </summary>
/// <remarks>
/// E[max − min] = Σₓ [1 − F(x)^K − (1−F(x))^K] and P(max − min ≤ r) = Σₓ [(F(x+r) − F(x−1))^K − (F(x+r) − F(x))^K] (David and Nagaraja, Order
/// Statistics, 2.3 and 3.1). Formats that answer the same items are positively correlated and spread less; the independent null is
/// conservative. Sums have only positive terms, so that small probabilities keep their digits.
/// </remarks>
public sealed class NullSpread
{
    private readonly int _formats;
    private readonly int _items;
    private readonly double _rate;
    private readonly int _first;
    private readonly double[] _mass;
    private readonly double[] _lower;
    private readonly double[] _upper;

    /// <param name="formats">K, at least 2.</param>
    /// <param name="items">n, 1 to 10,000,000.</param>
    /// <param name="rate">p, the common accuracy, 0 to 1.</param>
    /// <exception cref="ArgumentException">A number lies outside its range.</exception>
    public NullSpread(int formats, int items, double rate)
    {
        CheckFormats(formats);
        if (items is < 1 or > 10_000_000)
            throw new ArgumentOutOfRangeException(nameof(items), items, "There is at least one item, and at most 10,000,000.");
        if (!(rate >= 0 && rate <= 1))
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "A rate lies between 0 and 1.");
        (_formats, _items, _rate) = (formats, items, rate);
        (_first, _mass) = Masses(items, rate);
        _lower = new double[_mass.Length];
        _upper = new double[_mass.Length];
        for (var i = 0; i < _mass.Length; i++)
            _lower[i] = Math.Min(1, _mass[i] + (i > 0 ? _lower[i - 1] : 0));
        for (var i = _mass.Length - 2; i >= 0; i--)
            _upper[i] = Math.Min(1, _mass[i + 1] + _upper[i + 1]);
    }

    /// <summary>E[max − min] as a rate (multiply by 100 for points).</summary>
    public double ExpectedRange
    {
        get
        {
            DoubleDouble sum = 0;
            for (var i = 0; i < _mass.Length; i++)
            {
                var small = Math.Min(_lower[i], _upper[i]);
                sum += -LogSpace.ExpMinusOne(_formats * LogSpace.LogOnePlus(-small)) - Math.Pow(small, _formats);
            }

            return (sum / _items).Hi;
        }
    }

    /// <summary>E[max − min] where the counts are taken as normal: d₂(K)·√(p(1−p)/n), times √(1−ρ) for items correlated ρ across formats.</summary>
    /// <exception cref="ArgumentException">The correlation lies outside 0…1.</exception>
    public double NormalApproximation(double itemCorrelation = 0)
    {
        if (!(itemCorrelation >= 0 && itemCorrelation <= 1))
            throw new ArgumentOutOfRangeException(nameof(itemCorrelation), itemCorrelation, "The correlation lies between 0 and 1.");
        return ExpectedNormalRange(_formats) * Math.Sqrt(_rate * (1 - _rate) / _items * (1 - itemCorrelation));
    }

    /// <summary>P(max − min ≤ r) in counts.</summary>
    public double RangeAtMost(int range)
    {
        if (range < 0)
            return 0;
        if (range >= _items)
            return 1;
        DoubleDouble sum = 0;
        for (var i = 0; i < _mass.Length; i++)
        {
            var window = Window(i, Math.Min(_mass.Length - 1, i + range));
            if (_mass[i] > 0 && window > 0)
                sum += -Math.Exp(_formats * Math.Log(window)) * LogSpace.ExpMinusOne(_formats * LogSpace.LogOnePlus(-Math.Min(1, _mass[i] / window)));
        }

        return Math.Min(1, sum.Hi);
    }

    /// <summary>P(max − min ≥ r) in counts: the p-value of an observed spread.</summary>
    public double RangeAtLeast(int range)
    {
        if (range <= 0)
            return 1;
        if (range > _items)
            return 0;
        // The complement of a number far from 1 loses nothing and is K times cheaper.
        var below = RangeAtMost(range - 1);
        return below < 0.9 ? 1 - below : Tail(range);
    }

    /// <summary>The smallest r with P(max − min ≤ r) ≥ level.</summary>
    /// <exception cref="ArgumentException">The level lies outside (0, 1).</exception>
    public int RangeQuantile(double level)
    {
        if (!(level > 0 && level < 1))
            throw new ArgumentOutOfRangeException(nameof(level), level, "A level lies strictly between 0 and 1.");
        return (int)Monotone.First(0, _items, r => RangeAtMost((int)r) >= level);
    }

    /// <summary>d₂(K) = ∫ 1 − Φ(x)^K − (1−Φ(x))^K dx: the expected range of K standard normals (Tippett 1925).</summary>
    /// <exception cref="ArgumentException">There are fewer than two.</exception>
    public static double ExpectedNormalRange(int count)
    {
        CheckFormats(count);
        // The integrand is even, smooth and falls off like a Gaussian, so the trapezoidal rule converges faster than any power of the step.
        const double step = 1.0 / 64;
        var sum = 0.5 * Integrand(0);
        for (var i = 1; i * step < 40; i++)
            sum += Integrand(i * step);
        return 2 * step * sum;

        double Integrand(double x)
        {
            var tail = Normal.Upper(x).Value;
            return -LogSpace.ExpMinusOne(count * LogSpace.LogOnePlus(-tail)) - Math.Pow(tail, count);
        }
    }

    // P(max − min ≥ r) = Σₓ f(a) − f(b) with a = P(B ≥ x), b = P(B > x), t = P(B ≥ x + r), f(y) = y^K − (y − t)^K: the smallest count is x, and
    // not all of the others lie below x + r. a^K − b^K = (a − b) Σ aⁱ b^(K−1−i) keeps every term positive.
    private double Tail(int range)
    {
        double sum = 0, k = _formats;
        for (var i = 0; i + range < _mass.Length; i++)
        {
            double a = i == 0 ? 1 : _upper[i - 1], b = _upper[i], t = _upper[i + range - 1];
            if (_mass[i] == 0 || t == 0)
                continue;
            // f(a) − f(b) ≤ (a − b)·K(K−1)·t: leave out what cannot show in the sum.
            if (_mass[i] * t * k * (k - 1) < 1e-18 * sum / _mass.Length)
                continue;
            var logA = Math.Log(a);
            var logB = Math.Log(b);
            // ln((a − t)/a): where little is left, from what is left.
            var cutA = t < 0.5 * a ? LogSpace.LogOnePlus(-t / a) : Math.Log(Window(i, i + range - 1)) - logA;
            var cutB = t < 0.5 * b ? LogSpace.LogOnePlus(-t / b) : range == 1 ? double.NegativeInfinity : Math.Log(Window(i + 1, i + range - 1)) - logB;
            var inner = 0.0;
            for (var j = 0; j < _formats; j++)
                inner -= Math.Exp(Times(j, logA) + Times(_formats - 1 - j, logB)) * LogSpace.ExpMinusOne(Times(j, cutA) + Times(_formats - 1 - j, cutB));

            sum += _mass[i] * inner;
        }

        return Math.Min(1, sum);

        // The logarithm of a power: 0⁰ = 1.
        static double Times(int power, double log) => power == 0 ? 0 : power * log;
    }

    // P(first + from ≤ B ≤ first + to), from the tails that are small.
    private double Window(int from, int to)
    {
        var below = from == 0 ? 0 : _lower[from - 1];
        var above = _upper[to];
        if (below > 0.5)
            return _upper[from - 1] - above;
        return above > 0.5 ? _lower[to] - below : 1 - below - above;
    }

    // From the mode outwards, as far as a mass is above the range of a double.
    private static (int First, double[] Mass) Masses(int n, double p)
    {
        var mode = (int)Math.Min(n, Math.Floor((n + 1.0) * p));
        var peak = Binomial.Mass(mode, n, p).Value;
        var odds = p / (1 - p);
        var down = new List<double>();
        var mass = peak;
        for (var k = mode; k > 0 && mass > 0; k--)
            down.Add(mass = mass * k / ((n - k + 1) * odds));
        var up = new List<double>();
        mass = peak;
        for (var k = mode; k < n && mass > 0; k++)
            up.Add(mass = mass * ((n - k) * odds) / (k + 1));
        down.Reverse();
        return (mode - down.Count, [.. down, peak, .. up]);
    }

    private static void CheckFormats(int formats)
    {
        if (formats is < 2 or > 1_000_000)
            throw new ArgumentOutOfRangeException(nameof(formats), formats, "A spread needs at least two formats (and at most 1,000,000).");
    }
}
