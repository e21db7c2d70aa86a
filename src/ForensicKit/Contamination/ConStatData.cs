using ForensicKit.Statistics;

namespace ForensicKit.Contamination;

/// <summary>Scores of one model, item by item, each in 0…1.</summary>
/// <param name="Benchmark">On the benchmark under suspicion.</param>
/// <param name="Reference">On the reference benchmark (rephrased, synthetic, or another benchmark of the same skill).</param>
public sealed record ItemScores(IReadOnlyList<double> Benchmark, IReadOnlyList<double> Reference);

/// <summary>What ConStat looks at.</summary>
public sealed record ConStatScores
{
    /// <param name="models">Reference models, at least five.</param>
    /// <param name="model">The model under scrutiny.</param>
    /// <exception cref="ArgumentException">Fewer than five reference models, no items, unequal numbers of items, or a score outside 0…1.</exception>
    public ConStatScores(IReadOnlyList<ItemScores> models, ItemScores model)
    {
        if (models.Count < ConStat.MinimumModels)
            throw new ArgumentException("At least five reference models are needed.", nameof(models));
        if (model.Benchmark.Count == 0 || model.Reference.Count == 0)
            throw new ArgumentException("There are no items.", nameof(model));
        if (models.Any(m => m.Benchmark.Count != model.Benchmark.Count || m.Reference.Count != model.Reference.Count))
            throw new ArgumentException("Every model has a score for every item.", nameof(models));
        if (models.Append(model).Any(m => m.Benchmark.Concat(m.Reference).Any(s => !(s >= 0 && s <= 1))))
            throw new ArgumentException("Scores lie between 0 and 1.", nameof(models));
        (Models, Model) = (models, model);
    }

    /// <summary>Reference models.</summary>
    public IReadOnlyList<ItemScores> Models { get; }

    /// <summary>The model under scrutiny.</summary>
    public ItemScores Model { get; }

    /// <summary>Items of the benchmark.</summary>
    public int Items => Model.Benchmark.Count;

    /// <summary>Items of the reference benchmark.</summary>
    public int ReferenceItems => Model.Reference.Count;
}

/// <summary>How ConStat is done; the defaults are those of the published program.</summary>
public sealed record ConStatOptions
{
    /// <summary>Bootstrap replicates.</summary>
    public int Replicates { get; init; } = 1000;

    /// <summary>Whether reference models are resampled too (only with more than five).</summary>
    public bool ResampleModels { get; init; } = true;

    /// <summary>Whether the performance of guessing is added as a reference model.</summary>
    public bool AddRandomModel { get; init; } = true;

    /// <summary>Whether both score lists are sorted independently before the fit.</summary>
    public bool Sort { get; init; } = true;

    /// <summary>Expected score of guessing on the benchmark and on the reference benchmark.</summary>
    public (double Benchmark, double Reference) RandomPerformance { get; init; }

    internal static void Check(ConStatOptions options)
    {
        if (options.Replicates < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.Replicates, "At least one replicate is needed.");
        if (options.RandomPerformance is not { Benchmark: >= 0 and <= 1, Reference: >= 0 and <= 1 })
            throw new ArgumentException("The score of guessing lies between 0 and 1.", nameof(options));
    }
}

/// <summary>One resample.</summary>
/// <param name="Items">Indices of benchmark items.</param>
/// <param name="ReferenceItems">Indices of reference items.</param>
/// <param name="Models">Indices of reference models.</param>
/// <param name="RandomPoint">Score of a guesser on both, if one is added.</param>
public sealed record ConStatResample(
    IReadOnlyList<int> Items, IReadOnlyList<int> ReferenceItems, IReadOnlyList<int> Models, (double Benchmark, double Reference)? RandomPoint);

/// <summary>The curve from reference score to benchmark score.</summary>
public sealed class ConStatCurve
{
    private readonly SmoothingSplineProblem _problem;

    internal ConStatCurve(double[] x, double[] y, LambdaChoice choice, SmoothingSplineProblem problem, SmoothingSpline spline)
    {
        (X, Y, Choice, Spline, _problem) = (x, y, choice, spline, problem);
    }

    /// <summary>Reference scores of the points, ascending and distinct.</summary>
    public IReadOnlyList<double> X { get; }

    /// <summary>Their benchmark scores.</summary>
    public IReadOnlyList<double> Y { get; }

    /// <summary>The penalty weight the published search finds for these points.</summary>
    public LambdaChoice Choice { get; }

    /// <summary>The spline, held at (0, 0) and (1, 1) with weight 1e-8.</summary>
    public SmoothingSpline Spline { get; }

    /// <summary>The best penalty weight on a grid. Where it is far from <see cref="Choice"/> the published search stopped at a local minimum.</summary>
    public LambdaChoice BestChoice() => _problem.GridSearch();

    /// <summary>The benchmark score expected at a reference score, clipped to 0…1.</summary>
    public double Estimate(double referenceScore) => Math.Clamp(Spline.At(referenceScore), 0, 1);
}

/// <summary>One fit and what it says about the model.</summary>
/// <param name="Curve">The curve.</param>
/// <param name="ReferenceScore">The model's reference score.</param>
/// <param name="Estimate">The benchmark score expected of it.</param>
/// <param name="Actual">Its benchmark score.</param>
/// <param name="Delta">Actual − estimate.</param>
public sealed record ConStatFit(ConStatCurve Curve, double ReferenceScore, double Estimate, double Actual, double Delta);

/// <summary>The outcome of the bootstrap.</summary>
/// <param name="PValue">Smallest p/B with 2·mean(δ) − quantile(δ, 1 − p/B) ≥ 0; 1 if there is none.</param>
/// <param name="Delta">Mean of δ over replicates.</param>
/// <param name="DeltaDeviation">Their standard deviation (with B, as published).</param>
/// <param name="DeltaLower95">2·mean(δ) − quantile(δ, 0.95): a one-sided 95% lower bound.</param>
/// <param name="Estimate">Mean of the expected score.</param>
/// <param name="EstimateDeviation">Its standard deviation (with B).</param>
/// <param name="EstimateInterval">2·mean − quantile at 0.975 and at 0.025: its 95% interval.</param>
/// <param name="Discarded">Replicates drawn again because too few distinct points remained.</param>
public sealed record ConStatResult(
    double PValue, double Delta, double DeltaDeviation, double DeltaLower95, double Estimate, double EstimateDeviation, Interval EstimateInterval, int Discarded)
{
    internal static ConStatResult From(List<double> deltas, List<double> estimates, int discarded)
    {
        double mean = Moments.Mean(deltas), estimate = Moments.Mean(estimates);
        double[] sortedDeltas = [.. deltas.Order()], sortedEstimates = [.. estimates.Order()];
        var replicates = deltas.Count;
        var pValue = 1.0;
        for (var p = 0; p < replicates; p++)
        {
            if (Basic(mean, sortedDeltas, 1 - ((double)p / replicates)) >= 0)
            {
                pValue = (double)p / replicates;
                break;
            }
        }

        return new ConStatResult(
            pValue, mean, Moments.StandardDeviation(deltas, 0), Basic(mean, sortedDeltas, 0.95), estimate, Moments.StandardDeviation(estimates, 0),
            new Interval(Basic(estimate, sortedEstimates, 0.975), Basic(estimate, sortedEstimates, 0.025)), discarded);
    }

    // The basic bootstrap: the quantile mirrored at the mean.
    private static double Basic(double mean, double[] sorted, double quantile) => (2 * mean) - Percentile.OfSorted(sorted, 100 * quantile);
}
