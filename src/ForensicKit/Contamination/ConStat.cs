using ForensicKit.Statistics;

namespace ForensicKit.Contamination;

/// <summary>
/// ConStat (Dekoninck, Müller and Vechev 2024): contamination as a score that reference models of the same strength on a reference benchmark
/// do not reach. It measures inflation, not presence.
/// </summary>
/// <remarks>
/// A smoothing spline maps reference-benchmark scores to benchmark scores over the reference models; δ is the model's score minus the curve at
/// its reference score. Items and reference models are resampled; the p-value is that of the basic bootstrap for δ ≤ 0.
/// </remarks>
public static class ConStat
{
    /// <summary>The fewest reference models, and the fewest distinct points of a fit.</summary>
    public const int MinimumModels = 5;

    private const double EndWeight = 1e-8;

    /// <summary>The curve through reference models' scores; null where fewer than five distinct points remain.</summary>
    /// <param name="points">Score on the benchmark and on the reference benchmark, one pair per reference model (and the random model).</param>
    /// <param name="sort">
    /// Whether both lists are sorted independently (as published by default) or together, by the reference score. Where reference scores tie
    /// the last point stays, together in the order of <see cref="NumpyOrder"/>.
    /// </param>
    /// <exception cref="ArgumentException">A score is not finite.</exception>
    public static ConStatCurve? FitCurve(IReadOnlyList<(double Benchmark, double Reference)> points, bool sort = true)
    {
        if (points.Any(p => !double.IsFinite(p.Benchmark) || !double.IsFinite(p.Reference)))
            throw new ArgumentException("A score is not finite.", nameof(points));
        (double Benchmark, double Reference)[] ordered = sort
            ? [.. points.Select(p => p.Benchmark).Order().Zip(points.Select(p => p.Reference).Order())]
            : [.. NumpyOrder.Argsort([.. points.Select(p => p.Reference)]).Select(i => points[i])];
        // Where reference scores tie, the last point stays.
        (double Benchmark, double Reference)[] kept =
            [.. ordered.Where((p, i) => i + 1 == ordered.Length || ordered[i + 1].Reference != p.Reference)];
        if (kept.Length < MinimumModels)
            return null;
        double[] x = [.. kept.Select(p => p.Reference)], y = [.. kept.Select(p => p.Benchmark)];
        var problem = new SmoothingSplineProblem(x, y);
        var choice = problem.BoundedSearch();
        // The ends of the scale hold the curve where there are no models. A random point below 0 or above 1 already does.
        bool low = x[0] > 0, high = x[^1] < 1;
        double[] weights = [.. Ends(low, EndWeight), .. x.Select(_ => 1.0), .. Ends(high, EndWeight)];
        var curve = new SmoothingSplineProblem([.. Ends(low, 0), .. x, .. Ends(high, 1)], [.. Ends(low, 0), .. y, .. Ends(high, 1)], weights)
            .Fit(choice.Lambda);
        return new ConStatCurve(x, y, choice, problem, curve);

        static double[] Ends(bool added, double value) => added ? [value] : [];
    }

    /// <summary>The fit to the scores as they are, without resampling.</summary>
    /// <exception cref="ArgumentException">Fewer than five of the reference models' points are distinct.</exception>
    public static ConStatFit Point(ConStatScores scores, ConStatOptions options)
    {
        ConStatOptions.Check(options);
        IEnumerable<(double, double)> random = options.AddRandomModel ? [options.RandomPerformance] : [];
        return Fit([.. random, .. scores.Models.Select(m => (m.Benchmark.Average(), m.Reference.Average()))], scores.Model.Benchmark.Average(),
            scores.Model.Reference.Average(), options) ?? throw TooFewPoints(nameof(scores));
    }

    /// <summary>One bootstrap replicate; null where it is discarded because fewer than five distinct points remain.</summary>
    /// <exception cref="ArgumentException">An index lies outside the data, or a list of indices is empty.</exception>
    public static ConStatFit? Replicate(ConStatScores scores, ConStatOptions options, ConStatResample resample)
    {
        CheckIndices(resample.Items, scores.Items);
        CheckIndices(resample.ReferenceItems, scores.ReferenceItems);
        CheckIndices(resample.Models, scores.Models.Count);
        IEnumerable<(double, double)> random = resample.RandomPoint is { } point ? [point] : [];
        // A model drawn twice has the same means twice.
        var means = new (double, double)?[scores.Models.Count];
        foreach (var m in resample.Models)
            means[m] ??= (Mean(scores.Models[m].Benchmark, resample.Items), Mean(scores.Models[m].Reference, resample.ReferenceItems));
        return Fit([.. random, .. resample.Models.Select(m => means[m]!.Value)], Mean(scores.Model.Benchmark, resample.Items),
            Mean(scores.Model.Reference, resample.ReferenceItems), options);
    }

    /// <summary>Draws one resample in the order of the published program.</summary>
    public static ConStatResample Draw(ConStatScores scores, ConStatOptions options, NumpyRandomState random)
    {
        ConStatOptions.Check(options);
        var items = random.Choices(scores.Items, scores.Items);
        var referenceItems = random.Choices(scores.ReferenceItems, scores.ReferenceItems);
        int[] models = [.. Enumerable.Range(0, scores.Models.Count)];
        if (options.ResampleModels && scores.Models.Count > MinimumModels)
        {
            do
                models = random.Choices(scores.Models.Count, scores.Models.Count);
            while (models.Distinct().Count() < MinimumModels);
        }

        return new ConStatResample(items, referenceItems, models, options.AddRandomModel
            ? (Guess(options.RandomPerformance.Benchmark, items.Length), Guess(options.RandomPerformance.Reference, referenceItems.Length)) : null);

        double Guess(double rate, int n) => rate + random.Normal(0, Math.Sqrt(rate * (1 - rate) / n));
    }

    /// <summary>The bootstrap test.</summary>
    /// <param name="scores">Per-item scores.</param>
    /// <param name="options">How it is done.</param>
    /// <param name="random">Its state after <c>seed(42)</c> repeats the published program.</param>
    /// <param name="cancellationToken">Stops between replicates.</param>
    /// <exception cref="ArgumentException">Nearly all replicates are discarded: the reference models' scores are not distinct enough.</exception>
    public static ConStatResult Test(ConStatScores scores, ConStatOptions options, NumpyRandomState random, CancellationToken cancellationToken = default)
    {
        ConStatOptions.Check(options);
        var (deltas, estimates, discarded) = (new List<double>(), new List<double>(), 0);
        while (deltas.Count < options.Replicates)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Replicate(scores, options, Draw(scores, options, random)) is { } fit)
            {
                deltas.Add(fit.Delta);
                estimates.Add(fit.Estimate);
            }
            else if (++discarded > 20 * (50 + options.Replicates))
            {
                throw TooFewPoints(nameof(scores));
            }
        }

        return ConStatResult.From(deltas, estimates, discarded);
    }

    private static ConStatFit? Fit(IReadOnlyList<(double, double)> points, double actual, double referenceScore, ConStatOptions options)
    {
        if (FitCurve(points, options.Sort) is not { } curve)
            return null;
        var estimate = curve.Estimate(referenceScore);
        return new ConStatFit(curve, referenceScore, estimate, actual, actual - estimate);
    }

    private static double Mean(IReadOnlyList<double> scores, IReadOnlyList<int> items)
    {
        var sum = 0.0;
        foreach (var i in items)
            sum += scores[i];
        return sum / items.Count;
    }

    private static void CheckIndices(IReadOnlyList<int> indices, int bound)
    {
        if (indices.Count == 0 || indices.Any(i => i < 0 || i >= bound))
            throw new ArgumentException("A resample names items and models that exist, at least one.", nameof(indices));
    }

    private static ArgumentException TooFewPoints(string name) =>
        new("Fewer than five distinct scores of reference models remain: add reference models of different strength.", name);
}
