namespace ForensicKit.Statistics;

/// <summary>A natural cubic smoothing spline: a cubic between knots, a straight line beyond the first and last.</summary>
public sealed class SmoothingSpline
{
    internal SmoothingSpline(double[] knots, double[] values, double[] secondDerivatives, double lambda)
    {
        Knots = knots;
        Values = values;
        SecondDerivatives = secondDerivatives;
        Lambda = lambda;
    }

    /// <summary>The abscissas of the data, ascending.</summary>
    public IReadOnlyList<double> Knots { get; }

    /// <summary>The fitted values at the knots.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>The second derivatives at the knots; 0 at both ends.</summary>
    public IReadOnlyList<double> SecondDerivatives { get; }

    /// <summary>The penalty weight the curve was fitted with.</summary>
    public double Lambda { get; }

    /// <summary>The curve at <paramref name="x"/>.</summary>
    public double At(double x)
    {
        var last = Knots.Count - 1;
        if (x <= Knots[0])
            return Values[0] + (Slope(0, atLeft: true) * (x - Knots[0]));
        if (x >= Knots[last])
            return Values[last] + (Slope(last - 1, atLeft: false) * (x - Knots[last]));
        int low = 0, high = last;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (Knots[middle] <= x)
                low = middle;
            else
                high = middle;
        }

        // Green and Silverman 1994, equation 2.22.
        double h = Knots[high] - Knots[low], left = x - Knots[low], right = Knots[high] - x;
        var chord = ((left * Values[high]) + (right * Values[low])) / h;
        var bend = ((1 + (left / h)) * SecondDerivatives[high]) + ((1 + (right / h)) * SecondDerivatives[low]);
        return chord - (left * right * bend / 6);
    }

    private double Slope(int interval, bool atLeft)
    {
        var h = Knots[interval + 1] - Knots[interval];
        var chord = (Values[interval + 1] - Values[interval]) / h;
        // One of the two second derivatives is 0 at the outer intervals.
        return atLeft ? chord - (h * SecondDerivatives[interval + 1] / 6) : chord + (h * SecondDerivatives[interval] / 6);
    }
}

/// <summary>A penalty weight and its generalised cross-validation score.</summary>
/// <param name="Lambda">The penalty weight λ.</param>
/// <param name="Score">GCV(λ).</param>
public sealed record LambdaChoice(double Lambda, double Score);

/// <summary>
/// Data to be smoothed: f minimises Σ wᵢ(yᵢ − f(xᵢ))² + λ∫f″². Time and memory are linear in the number of points.
/// </summary>
/// <remarks>
/// Reinsch 1967 in the notation of Green and Silverman 1994, section 2.3.3: (R + λQᵀW⁻¹Q)γ = Qᵀy, g = y − λW⁻¹Qγ. The trace of the smoother
/// needs only the central bands of an inverse (Hutchinson and de Hoog 1985).
/// </remarks>
public sealed class SmoothingSplineProblem
{
    private const int MinimumPoints = 5;
    private const int GridSteps = 3999;
    private const double SmallestGridLambda = 1e-9;

    private readonly double[] _x;
    private readonly double[] _y;
    private readonly double[] _inverseWeights;
    private readonly double[] _h;
    private readonly SymmetricBands _roughness;
    private readonly SymmetricBands _coupling;
    private readonly double[] _secondDifferences;

    /// <param name="x">Abscissas, strictly ascending, at least five.</param>
    /// <param name="y">Ordinates.</param>
    /// <param name="weights">Positive weights; all 1 where null.</param>
    /// <exception cref="ArgumentException">Fewer than five points, unequal lengths, abscissas not ascending, or a value not finite.</exception>
    public SmoothingSplineProblem(IReadOnlyList<double> x, IReadOnlyList<double> y, IReadOnlyList<double>? weights = null)
    {
        if (x.Count < MinimumPoints)
            throw new ArgumentException("At least five points are needed.", nameof(x));
        if (y.Count != x.Count || (weights is not null && weights.Count != x.Count))
            throw new ArgumentException("There is one ordinate and one weight for each abscissa.", nameof(y));
        if (x.Concat(y).Any(v => !double.IsFinite(v)))
            throw new ArgumentException("A coordinate is not a finite number.", nameof(x));
        if (weights is not null && weights.Any(w => !(w > 0) || double.IsInfinity(w)))
            throw new ArgumentException("Weights are positive and finite.", nameof(weights));
        _x = [.. x];
        _y = [.. y];
        _inverseWeights = weights is null ? [.. x.Select(_ => 1.0)] : [.. weights.Select(w => 1 / w)];
        _h = new double[_x.Length - 1];
        for (var i = 0; i < _h.Length; i++)
        {
            _h[i] = _x[i + 1] - _x[i];
            if (!(_h[i] > 0))
                throw new ArgumentException("The abscissas must be strictly ascending.", nameof(x));
        }

        var m = _x.Length - 2;
        _roughness = new SymmetricBands(m);
        _coupling = new SymmetricBands(m);
        _secondDifferences = new double[m];
        for (var j = 0; j < m; j++)
        {
            var (a, b, c) = Column(j);
            _secondDifferences[j] = (a * _y[j]) + (b * _y[j + 1]) + (c * _y[j + 2]);
            _roughness.Diagonal[j] = (_h[j] + _h[j + 1]) / 3;
            _coupling.Diagonal[j] = (a * a * _inverseWeights[j]) + (b * b * _inverseWeights[j + 1]) + (c * c * _inverseWeights[j + 2]);
            if (j + 1 < m)
            {
                var (a1, b1, _) = Column(j + 1);
                _roughness.First[j] = _h[j + 1] / 6;
                _coupling.First[j] = (b * a1 * _inverseWeights[j + 1]) + (c * b1 * _inverseWeights[j + 2]);
            }

            if (j + 2 < m)
                _coupling.Second[j] = c * Column(j + 2).Left * _inverseWeights[j + 2];
        }
    }

    /// <summary>The smoothing spline for one λ.</summary>
    /// <param name="lambda">Not negative; 0 interpolates.</param>
    /// <exception cref="ArgumentException">λ is negative or not finite.</exception>
    public SmoothingSpline Fit(double lambda)
    {
        var gamma = Factor(lambda).Solve(_secondDifferences);
        var residuals = ResidualsPerLambda(gamma);
        var values = new double[_x.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = _y[i] - (lambda * residuals[i]);
        return new SmoothingSpline([.. _x], values, [0, .. gamma, 0], lambda);
    }

    /// <summary>
    /// The generalised cross-validation score (1/n)Σ(yᵢ − gᵢ)²/(1 − tr A/n)² (Craven and Wahba 1979; residuals unweighted, A the smoother).
    /// </summary>
    /// <exception cref="ArgumentException">λ is negative or not finite.</exception>
    public double CrossValidation(double lambda)
    {
        var factor = Factor(lambda);
        var residuals = ResidualsPerLambda(factor.Solve(_secondDifferences));
        // Both y − g and 1 − tr A/n carry one factor λ. Without it nothing cancels where λ is tiny.
        var trace = factor.TraceOfInverseTimes(_coupling);
        return _x.Length * residuals.Sum(r => r * r) / (trace * trace);
    }

    /// <summary>
    /// The λ of the published programs: Brent's bounded search over 0…n with absolute tolerance 1e-5. It can stop at a local minimum, and a λ
    /// below 1e-5 is not resolved: compare <see cref="GridSearch"/>.
    /// </summary>
    public LambdaChoice BoundedSearch()
    {
        var found = BoundedMinimum.Find(CrossValidation, 0, _x.Length);
        return new LambdaChoice(found.Argument, found.Value);
    }

    /// <summary>The best λ of 4,000 values evenly spaced in the logarithm from 1e-9 to n.</summary>
    public LambdaChoice GridSearch()
    {
        double start = Math.Log(SmallestGridLambda), end = Math.Log(_x.Length);
        var best = new LambdaChoice(double.NaN, double.PositiveInfinity);
        for (var i = 0; i <= GridSteps; i++)
        {
            var lambda = Math.Exp(start + ((end - start) * i / GridSteps));
            var score = CrossValidation(lambda);
            if (score < best.Score)
                best = new LambdaChoice(lambda, score);
        }

        return best;
    }

    // The column of Q that belongs to interior knot j + 1.
    private (double Left, double Middle, double Right) Column(int j) => (1 / _h[j], -(1 / _h[j]) - (1 / _h[j + 1]), 1 / _h[j + 1]);

    private BandFactor Factor(double lambda)
    {
        if (!(lambda >= 0) || double.IsInfinity(lambda))
            throw new ArgumentOutOfRangeException(nameof(lambda), lambda, "λ is finite and not negative.");
        return new BandFactor(_roughness, _coupling, lambda);
    }

    // W⁻¹Qγ: the residuals y − g divided by λ.
    private double[] ResidualsPerLambda(double[] gamma)
    {
        var residuals = new double[_x.Length];
        for (var j = 0; j < gamma.Length; j++)
        {
            var (a, b, c) = Column(j);
            residuals[j] += a * gamma[j];
            residuals[j + 1] += b * gamma[j];
            residuals[j + 2] += c * gamma[j];
        }

        for (var i = 0; i < residuals.Length; i++)
            residuals[i] *= _inverseWeights[i];
        return residuals;
    }

    /// <summary>A symmetric matrix with two bands on each side.</summary>
    private sealed class SymmetricBands(int size)
    {
        public double[] Diagonal { get; } = new double[size];

        public double[] First { get; } = new double[size];

        public double[] Second { get; } = new double[size];
    }

    /// <summary>R + λM = LDLᵀ with unit lower triangular L.</summary>
    private sealed class BandFactor
    {
        private readonly double[] _d;
        private readonly double[] _l1;
        private readonly double[] _l2;

        public BandFactor(SymmetricBands r, SymmetricBands m, double lambda)
        {
            var n = r.Diagonal.Length;
            (_d, _l1, _l2) = (new double[n], new double[n], new double[n]);
            for (var i = 0; i < n; i++)
            {
                _d[i] = r.Diagonal[i] + (lambda * m.Diagonal[i]);
                var first = r.First[i] + (lambda * m.First[i]);
                if (i >= 1)
                {
                    _d[i] -= _l1[i - 1] * _l1[i - 1] * _d[i - 1];
                    first -= _l1[i - 1] * _l2[i - 1] * _d[i - 1];
                }

                if (i >= 2)
                    _d[i] -= _l2[i - 2] * _l2[i - 2] * _d[i - 2];
                // Element (i + 1, i) and (i + 2, i) of L.
                _l1[i] = i + 1 < n ? first / _d[i] : 0;
                _l2[i] = i + 2 < n ? (r.Second[i] + (lambda * m.Second[i])) / _d[i] : 0;
            }
        }

        public double[] Solve(double[] right)
        {
            var n = right.Length;
            double[] z = [.. right];
            for (var i = 1; i < n; i++)
                z[i] -= (_l1[i - 1] * z[i - 1]) + (i >= 2 ? _l2[i - 2] * z[i - 2] : 0);
            for (var i = 0; i < n; i++)
                z[i] /= _d[i];
            for (var i = n - 2; i >= 0; i--)
                z[i] -= (_l1[i] * z[i + 1]) + (i + 2 < n ? _l2[i] * z[i + 2] : 0);
            return z;
        }

        /// <summary>tr[(LDLᵀ)⁻¹ M]: only the bands of the inverse that meet those of M are computed, from the last row up.</summary>
        public double TraceOfInverseTimes(SymmetricBands m)
        {
            // Elements (i, i), (i, i + 1), (i, i + 2) of the inverse for the two rows below row i.
            (double D, double F, double S) next = default, afterNext = default;
            var trace = 0.0;
            for (var i = _d.Length - 1; i >= 0; i--)
            {
                var first = -(_l1[i] * next.D) - (_l2[i] * next.F);
                var second = -(_l1[i] * next.F) - (_l2[i] * afterNext.D);
                var diagonal = (1 / _d[i]) - (_l1[i] * first) - (_l2[i] * second);
                trace += (diagonal * m.Diagonal[i]) + (2 * ((first * m.First[i]) + (second * m.Second[i])));
                (afterNext, next) = (next, (diagonal, first, second));
            }

            return trace;
        }
    }
}
