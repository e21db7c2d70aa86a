using CsCheck;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Statistics;

public class SmoothingSplineTests
{
    // Abscissas with gaps between 0.01 and 1, ordinates and weights.
    private static readonly Gen<(double[] X, double[] Y, double[] W)> Data =
        Gen.Select(Gen.Double[0.01, 1], Gen.Double[-1, 1], Gen.Double[0.1, 5]).Array[5, 25].Select(points =>
        {
            var x = new double[points.Length];
            for (var i = 1; i < x.Length; i++)
                x[i] = x[i - 1] + points[i].Item1;
            return (x, points.Select(p => p.Item2).ToArray(), points.Select(p => p.Item3).ToArray());
        });

    private static readonly Gen<double> Lambdas = Gen.Double[-5, 1].Select(e => Math.Pow(10, e));

    [Fact]
    public void Lambda_zero_interpolates() => Data.Sample(d =>
    {
        var fit = new SmoothingSplineProblem(d.X, d.Y, d.W).Fit(0);
        for (var i = 0; i < d.X.Length; i++)
            Assert.Equal(d.Y[i], fit.At(d.X[i]), 1e-9);
    });

    [Fact]
    public void A_huge_lambda_gives_the_weighted_least_squares_line() => Data.Sample(d =>
    {
        var fit = new SmoothingSplineProblem(d.X, d.Y, d.W).Fit(1e9);
        double sum = d.W.Sum(), mx = Weighted(d.X) / sum, my = Weighted(d.Y) / sum;
        var slope = Enumerable.Range(0, d.X.Length).Sum(i => d.W[i] * (d.X[i] - mx) * (d.Y[i] - my))
            / Enumerable.Range(0, d.X.Length).Sum(i => d.W[i] * (d.X[i] - mx) * (d.X[i] - mx));
        for (var i = 0; i < d.X.Length; i++)
            Assert.Equal(my + (slope * (d.X[i] - mx)), fit.Values[i], 1e-5);

        double Weighted(double[] v) => v.Zip(d.W, (a, w) => a * w).Sum();
    });

    [Fact]
    public void Cross_validation_is_its_definition() => Gen.Select(Data, Lambdas).Sample((d, lambda) =>
    {
        // The smoother is linear: its trace is what each ordinate contributes to its own fitted value.
        var n = d.X.Length;
        var trace = Enumerable.Range(0, n).Sum(i =>
            new SmoothingSplineProblem(d.X, [.. Enumerable.Range(0, n).Select(j => i == j ? 1.0 : 0.0)], d.W).Fit(lambda).Values[i]);
        var problem = new SmoothingSplineProblem(d.X, d.Y, d.W);
        var residuals = problem.Fit(lambda).Values.Zip(d.Y, (g, y) => (y - g) * (y - g)).Sum();
        var expected = residuals / n / Math.Pow(1 - (trace / n), 2);
        Assert.Equal(expected, problem.CrossValidation(lambda), 1e-12 + (1e-5 * expected));
    });

    [Fact]
    public void The_fit_is_the_minimum() => Gen.Select(Data, Lambdas, Gen.Int[0, 24], Gen.Double[-0.5, 0.5]).Sample((d, lambda, at, by) =>
    {
        // No natural spline through moved values does better: interpolation by λ = 0 gives the smoothest curve through them.
        var fit = new SmoothingSplineProblem(d.X, d.Y, d.W).Fit(lambda);
        double[] moved = [.. fit.Values];
        moved[at % moved.Length] += by;
        Assert.True(Loss(fit) <= Loss(new SmoothingSplineProblem(d.X, moved, d.W).Fit(0)) + 1e-9);

        double Loss(SmoothingSpline s)
        {
            var roughness = 0.0;
            for (var i = 0; i + 1 < d.X.Length; i++)
            {
                // f″ is linear between knots.
                var (a, b) = (s.SecondDerivatives[i], s.SecondDerivatives[i + 1]);
                roughness += (d.X[i + 1] - d.X[i]) * ((a * a) + (a * b) + (b * b)) / 3;
            }

            return s.Values.Zip(d.Y, (g, y) => (y - g) * (y - g)).Zip(d.W, (r, w) => r * w).Sum() + (lambda * roughness);
        }
    });

    [Fact]
    public void The_curve_is_smooth_at_knots_and_straight_outside() => Gen.Select(Data, Lambdas).Sample((d, lambda) =>
    {
        var fit = new SmoothingSplineProblem(d.X, d.Y, d.W).Fit(lambda);
        const double h = 1e-6;
        foreach (var x in d.X)
        {
            Assert.Equal(fit.At(x), fit.At(x - 1e-12), 1e-9);
            var bend = Math.Abs(fit.At(x + h) - (2 * fit.At(x)) + fit.At(x - h)) / h;
            Assert.True(bend < 1e-2, "The slope jumps at a knot.");
        }

        Assert.Equal(fit.At(-2) - fit.At(-1), fit.At(-1) - fit.At(0), 1e-9);
        var end = d.X[^1];
        Assert.Equal(fit.At(end + 1) - fit.At(end), fit.At(end + 2) - fit.At(end + 1), 1e-9);
    });

    [Fact]
    public void The_grid_search_is_never_worse_than_a_point_of_its_range() => Gen.Select(Data, Lambdas).Sample((d, lambda) =>
    {
        var problem = new SmoothingSplineProblem(d.X, d.Y, d.W);
        var best = problem.GridSearch();
        // The range ends at the number of points.
        Assert.True(best.Score <= problem.CrossValidation(Math.Min(lambda, d.X.Length)) * (1 + 1e-3));
        Assert.Equal(best.Score, problem.CrossValidation(best.Lambda));
    }, iter: 20);

    [Fact]
    public void Bad_data_are_rejected()
    {
        double[] five = [0, 1, 2, 3, 4];
        Assert.ThrowsAny<ArgumentException>(() => new SmoothingSplineProblem([0, 1, 2, 3], [0, 1, 2, 3]));
        Assert.ThrowsAny<ArgumentException>(() => new SmoothingSplineProblem([0, 1, 1, 3, 4], five));
        Assert.ThrowsAny<ArgumentException>(() => new SmoothingSplineProblem(five, [0, 1, 2, 3]));
        Assert.ThrowsAny<ArgumentException>(() => new SmoothingSplineProblem(five, five, [1, 1, 0, 1, 1]));
        Assert.ThrowsAny<ArgumentException>(() => new SmoothingSplineProblem(five, [0, 1, double.NaN, 3, 4]));
        Assert.ThrowsAny<ArgumentException>(() => new SmoothingSplineProblem(five, five).Fit(-1));
    }

    /// <summary>The example of scipy's documentation of minimize_scalar: (x − 2)·x·(x + 2)² on [−3, −1].</summary>
    [Fact]
    public void Bounded_search_stops_where_scipys_does()
    {
        var found = BoundedMinimum.Find(x => (x - 2) * x * (x + 2) * (x + 2), -3, -1);
        Assert.True(found.Converged);
        Assert.Equal(-2.0000002026, found.Argument, 1e-9);
        Assert.Equal(3.28365179850e-13, found.Value, 1e-18);
    }

    [Fact]
    public void Bounded_search_finds_the_minimum_of_a_parabola_or_the_nearer_end() =>
        Gen.Double[-3, 3].Sample(minimum => Assert.Equal(
            Math.Clamp(minimum, -1, 2), BoundedMinimum.Find(x => (x - minimum) * (x - minimum), -1, 2).Argument, 2e-5));

    [Fact]
    public void Bounded_search_gives_up_in_time() =>
        Assert.False(BoundedMinimum.Find(x => Math.Sin(1e6 * x), 0, 1, 1e-300, maximumEvaluations: 20).Converged);
}
