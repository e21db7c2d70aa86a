namespace ForensicKit.Statistics;

/// <summary>The Shapley shares of a game.</summary>
/// <param name="LinearExtensions">How many orders of the factors respect the precedence.</param>
/// <param name="Shares">φ of each factor; they add up to the value of all minus the value of none.</param>
/// <param name="Sum">Σφ.</param>
/// <param name="Gap">v(all) − v(none).</param>
public sealed record ShapleyShares(long LinearExtensions, IReadOnlyList<double> Shares, double Sum, double Gap);

/// <summary>A mean over items with its standard errors.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="StandardError">From the spread between items (n − 1); null with one item.</param>
/// <param name="Clustered">From the spread between clusters (Miller 2024): √(Σ_c (Σ_{i∈c} (xᵢ − x̄))²)/n.</param>
/// <param name="ClusteredCorrected">Times √(C/(C−1)) for C clusters; null with one cluster.</param>
public sealed record ItemMean(double Mean, double? StandardError, double Clustered, double? ClusteredCorrected);

/// <summary>Shapley shares computed item by item, so that each has a standard error.</summary>
/// <param name="LinearExtensions">How many orders of the factors respect the precedence.</param>
/// <param name="Factors">Mean share of each factor.</param>
/// <param name="Gap">Mean score with all factors on minus mean score with none.</param>
public sealed record ShapleyItemShares(long LinearExtensions, IReadOnlyList<ItemMean> Factors, ItemMean Gap);

/// <summary>
/// Splits the gap between two protocols among the factors in which they differ (format, shots, chain of thought, k, extractor).
/// </summary>
/// <remarks>
/// φᵢ is the mean over all admissible orders of v(S ∪ {i}) − v(S), S being the factors before i (Shapley 1953; with precedence Faigle and
/// Kern 1992). Orders are counted by dynamic programming over the admissible coalitions, as bitmasks: bit i is factor i.
/// </remarks>
public sealed class ShapleyAttribution
{
    /// <summary>The most factors: 20! orders still fit 64 bits.</summary>
    public const int MaximumFactors = 20;

    private readonly int _factors;
    private readonly int _full;
    private readonly int[] _before;
    private readonly Dictionary<int, long> _ordersTo = [];
    private readonly Dictionary<int, long> _ordersFrom = [];

    /// <param name="factors">Number of factors, 1 to 20.</param>
    /// <param name="precedence">Pairs (a, b): a must be switched on before b.</param>
    /// <exception cref="ArgumentException">A number lies outside its range, or the precedence is cyclic.</exception>
    public ShapleyAttribution(int factors, IEnumerable<(int First, int Then)>? precedence = null)
    {
        if (factors is < 1 or > MaximumFactors)
            throw new ArgumentOutOfRangeException(nameof(factors), factors, "There are 1 to 20 factors.");
        _factors = factors;
        _full = (1 << factors) - 1;
        _before = new int[factors];
        foreach (var (first, then) in precedence ?? [])
        {
            if (first < 0 || first >= factors || then < 0 || then >= factors)
                throw new ArgumentOutOfRangeException(nameof(precedence), "The precedence names a factor that does not exist.");
            _before[then] |= 1 << first;
        }

        CountOrders();
        if (!_ordersTo.ContainsKey(_full))
            throw new ArgumentException("The precedence is cyclic: no order respects it.", nameof(precedence));
    }

    /// <summary>The coalitions whose values are needed: those closed under the precedence.</summary>
    public IEnumerable<int> Coalitions => _ordersTo.Keys.Where(_ordersFrom.ContainsKey).Order();

    /// <summary>How many orders respect the precedence.</summary>
    public long LinearExtensions => _ordersTo[_full];

    /// <summary>Shares of one game.</summary>
    /// <param name="values">The value of each coalition in <see cref="Coalitions"/>; others are not looked at.</param>
    /// <exception cref="ArgumentException">A value is missing or not a finite number.</exception>
    public ShapleyShares Shares(IReadOnlyDictionary<int, double> values)
    {
        foreach (var coalition in Coalitions)
        {
            if (!values.TryGetValue(coalition, out var value) || !double.IsFinite(value))
                throw new ArgumentException(FormattableString.Invariant($"The value of coalition {coalition} is missing or not finite."), nameof(values));
        }

        var shares = Weights().Select(weights => Weighted(weights, c => values[c])).ToArray();
        return new ShapleyShares(
            LinearExtensions, [.. shares.Select(s => s.Hi)], SampleMoments.Sum(shares).Hi, ((DoubleDouble)values[_full] - values[0]).Hi);
    }

    /// <summary>Shares item by item.</summary>
    /// <param name="masks">The coalition of each column of <paramref name="scores"/>.</param>
    /// <param name="scores">One row per item: its score under each coalition.</param>
    /// <param name="clusters">The cluster of each item (subject, document); null where items are independent, each its own cluster.</param>
    /// <exception cref="ArgumentException">A coalition is missing, a row has the wrong length, or a score is not finite.</exception>
    public ShapleyItemShares ItemShares(IReadOnlyList<int> masks, IReadOnlyList<IReadOnlyList<double>> scores, IReadOnlyList<int>? clusters = null)
    {
        if (scores.Count == 0)
            throw new ArgumentException("There are no items.", nameof(scores));
        if (clusters is not null && clusters.Count != scores.Count)
            throw new ArgumentException("There is one cluster for each item.", nameof(clusters));
        if (scores.Any(row => row.Count != masks.Count || row.Any(s => !double.IsFinite(s))))
            throw new ArgumentException("Each item has one finite score for each coalition.", nameof(scores));
        var column = new Dictionary<int, int>();
        for (var j = 0; j < masks.Count; j++)
        {
            if (!column.TryAdd(masks[j], j))
                throw new ArgumentException(FormattableString.Invariant($"Coalition {masks[j]} is listed twice."), nameof(masks));
        }

        if (Coalitions.FirstOrDefault(c => !column.ContainsKey(c), -1) is >= 0 and var missing)
            throw new ArgumentException(FormattableString.Invariant($"The scores of coalition {missing} are missing."), nameof(masks));
        var factors = Weights().Select(weights => Mean([.. scores.Select(row => Weighted(weights, c => row[column[c]]))], clusters));
        return new ShapleyItemShares(
            LinearExtensions, [.. factors], Mean([.. scores.Select(row => (DoubleDouble)row[column[_full]] - row[column[0]])], clusters));
    }

    private void CountOrders()
    {
        // Numerically larger masks are supersets of smaller ones or unrelated, so one pass each way suffices.
        _ordersTo[0] = 1;
        for (var coalition = 0; coalition <= _full; coalition++)
        {
            if (!_ordersTo.TryGetValue(coalition, out var orders))
                continue;
            foreach (var i in Next(coalition))
                _ordersTo[coalition | (1 << i)] = _ordersTo.GetValueOrDefault(coalition | (1 << i)) + orders;
        }

        _ordersFrom[_full] = 1;
        for (var coalition = _full - 1; coalition >= 0; coalition--)
        {
            if (!_ordersTo.ContainsKey(coalition))
                continue;
            var orders = Next(coalition).Sum(i => _ordersFrom.GetValueOrDefault(coalition | (1 << i)));
            if (orders > 0)
                _ordersFrom[coalition] = orders;
        }
    }

    private IEnumerable<int> Next(int coalition)
    {
        for (var i = 0; i < _factors; i++)
        {
            if ((coalition & (1 << i)) == 0 && (_before[i] & ~coalition) == 0)
                yield return i;
        }
    }

    // For each factor the weight of each coalition's value: how many orders pass through the step, out of all.
    private Dictionary<int, DoubleDouble>[] Weights()
    {
        var weights = new Dictionary<int, DoubleDouble>[_factors];
        for (var i = 0; i < _factors; i++)
            weights[i] = [];
        foreach (var coalition in Coalitions)
        {
            foreach (var i in Next(coalition))
            {
                var with = coalition | (1 << i);
                var weight = DoubleDouble.Ratio(_ordersTo[coalition] * _ordersFrom[with], LinearExtensions);
                weights[i][with] = weights[i].GetValueOrDefault(with) + weight;
                weights[i][coalition] = weights[i].GetValueOrDefault(coalition) - weight;
            }
        }

        return weights;
    }

    private static DoubleDouble Weighted(Dictionary<int, DoubleDouble> weights, Func<int, double> value) =>
        SampleMoments.Sum(weights.Select(w => w.Value * value(w.Key)));

    private static ItemMean Mean(DoubleDouble[] values, IReadOnlyList<int>? clusters)
    {
        var mean = SampleMoments.Mean(values);
        var sums = new Dictionary<int, DoubleDouble>();
        for (var i = 0; i < values.Length; i++)
        {
            var cluster = clusters?[i] ?? i;
            sums[cluster] = sums.GetValueOrDefault(cluster) + (values[i] - mean);
        }

        var clustered = (DoubleDouble.Sqrt(SampleMoments.SquaresAbout(sums.Values, 0)) / values.Length).Hi;
        return new ItemMean(
            mean.Hi,
            SampleMoments.StandardError(values)?.Hi,
            clustered,
            sums.Count == 1 ? null : clustered * Math.Sqrt(sums.Count / (sums.Count - 1.0)));
    }
}
