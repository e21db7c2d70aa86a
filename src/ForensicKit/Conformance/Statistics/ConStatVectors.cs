using System.Globalization;
using System.Text.Json;
using ForensicKit.Contamination;
using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="SmoothingSplineProblem"/> and <see cref="ConStat"/>.</summary>
public sealed class ConStatVectors : IStatisticsVectorFile
{
    // Replicates, curves and summaries depend on λ, which the search leaves open within its tolerance.
    private const double Estimated = 1e-6;

    /// <inheritdoc/>
    public string Name => "constat";

    /// <inheritdoc/>
    public (double Relative, double Absolute) Tolerance => (1e-8, 1e-9);

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        switch (comparison.Input("kind").GetString())
        {
            case "smoothing_spline":
                CheckSpline(comparison);
                break;
            case "constat":
                CheckTest(comparison);
                break;
            case "published_table":
                CheckTable(comparison);
                break;
            case var other:
                throw new FormatException($"There is no kind '{other}'.");
        }
    }

    private static void CheckSpline(VectorComparison comparison)
    {
        var x = VectorComparison.ReadNumbers(comparison.Input("x"));
        var weights = comparison.OptionalInput("w") is { } w ? VectorComparison.ReadNumbers(w) : null;
        var problem = new SmoothingSplineProblem(x, VectorComparison.ReadNumbers(comparison.Input("y")), weights);
        var search = problem.BoundedSearch();
        Lambda(comparison, "lambda_bounded_search", comparison.Expected("lambda_bounded_search"), search.Lambda);
        // Scores at the reference's λ, so that the open last digits of λ do not matter.
        if (comparison.Expected("lambda_bounded_search") is { } lambda)
            comparison.Number("gcv_at_lambda", problem.CrossValidation(lambda.GetDouble()));
        foreach (var pair in comparison.OptionalInput("gcv_at")?.EnumerateArray().ToArray() ?? [])
            comparison.Number($"gcv_at {pair[0]}", pair[1], problem.CrossValidation(pair[0].GetDouble()));
        if (comparison.Has("lambda_global_on_grid"))
        {
            var best = problem.GridSearch();
            comparison.Number("lambda_global_on_grid", best.Lambda);
            comparison.Number("gcv_global", best.Score);
        }

        foreach (var fixedFit in comparison.OptionalInput("fixed_lambda")?.EnumerateArray().ToArray() ?? [])
        {
            ExpectedObject.Compare(comparison, $"fixed_lambda {fixedFit.GetProperty("lambda")}", fixedFit, problem, static (expected, problem) =>
            {
                var fit = problem.Fit(expected.Input("lambda"));
                expected.Numbers("at_knots", fit.Values);
                expected.Numbers("second_derivatives", fit.SecondDerivatives);
            });
        }

        // Of the points asked for those within the data are evaluated.
        double[] inside = [.. VectorComparison.ReadNumbers(comparison.Input("at")).Where(a => a >= x[0] && a <= x[^1])];
        comparison.Numbers("evaluated_at", inside);
        Close(comparison, "values_at_lambda", comparison.Expected("values_at_lambda"), [.. inside.Select(problem.Fit(search.Lambda).At)]);
    }

    private static void CheckTest(VectorComparison comparison)
    {
        double[][] Matrix(string name) => JsonLists.Matrix(comparison.Input(name));
        double[] Row(string name) => VectorComparison.ReadNumbers(comparison.Input(name));
        var (benchmark, reference) = (Matrix("refs"), Matrix("refs_ref"));
        if (benchmark.Length != reference.Length)
            throw new ArgumentException("Each reference model has scores on both benchmarks.", nameof(comparison));
        var scores = new ConStatScores([.. benchmark.Zip(reference, (b, r) => new ItemScores(b, r))], new ItemScores(Row("model"), Row("model_ref")));
        var guessing = comparison.OptionalInput("random_performance") is { } r ? VectorComparison.ReadNumbers(r) : [0, 0];
        var options = new ConStatOptions
        {
            Replicates = comparison.Input("n_bootstrap").GetInt32(),
            ResampleModels = comparison.Input("bootstrap_models").GetBoolean(),
            AddRandomModel = comparison.Input("add_random_model").GetBoolean(),
            Sort = comparison.Input("sort").GetBoolean(),
            RandomPerformance = (guessing[0], guessing[1]),
        };
        ExpectedObject.Compare(comparison, "point", ConStat.Point(scores, options), (expected, fit) => CheckFit(comparison, expected, "point", fit));
        var index = 0;
        foreach (var replicate in comparison.OptionalInput("replicates")?.EnumerateArray().ToArray() ?? [])
            CheckReplicate(comparison, string.Create(CultureInfo.InvariantCulture, $"replicates[{index++}]"), replicate, scores, options);
        var result = ConStat.Test(scores, options, new NumpyRandomState(42));
        foreach (var name in (string[])["seed_42", "published_program_seed_42"])
            ExpectedObject.Compare(comparison, name, result, (expected, actual) => CheckSummary(comparison, name, expected, actual, options.Replicates));
    }

    private static void CheckReplicate(VectorComparison comparison, string label, JsonElement replicate, ConStatScores scores, ConStatOptions options)
    {
        var point = replicate.TryGetProperty("random_point", out var random) && random.ValueKind == JsonValueKind.Array
            ? VectorComparison.ReadNumbers(random) : null;
        var resample = new ConStatResample(
            JsonLists.Int32s(replicate.GetProperty("items")),
            JsonLists.Int32s(replicate.GetProperty("reference_items")),
            JsonLists.Int32s(replicate.GetProperty("models")),
            point is null ? null : (point[0], point[1]));
        ExpectedObject.Compare(comparison, label, replicate, ConStat.Replicate(scores, options, resample), (expected, fit) =>
        {
            expected.Ignore("items", "reference_items", "models", "random_point");
            CheckFit(comparison, expected, label, fit);
            expected.Number("model_reference_score", fit.ReferenceScore);
            if (expected.OptionalInput("lambda") is { ValueKind: JsonValueKind.Number } && expected.OptionalInput("gcv") is { } gcv)
                comparison.Number($"{label}.gcv", gcv, fit.Curve.Choice.Score, relative: 1e-6);
            Close(comparison, label + ".curve", expected.OptionalInput("curve_at_0_0.1_to_1"), [.. Enumerable.Range(0, 11).Select(i => fit.Curve.Spline.At(i / 10.0))]);
        });
    }

    private static void CheckFit(VectorComparison comparison, ExpectedObject expected, string label, ConStatFit fit)
    {
        expected.Numbers("x", fit.Curve.X);
        expected.Numbers("y", fit.Curve.Y);
        Lambda(comparison, label + ".lambda", expected.OptionalInput("lambda"), fit.Curve.Choice.Lambda);
        Close(comparison, label + ".estimate", expected.OptionalInput("estimate"), fit.Estimate);
        expected.Number("actual", fit.Actual);
        Close(comparison, label + ".delta", expected.OptionalInput("delta"), fit.Delta);
    }

    private static void CheckSummary(VectorComparison comparison, string label, ExpectedObject expected, ConStatResult actual, int replicates)
    {
        (string Name, double Actual)[] values =
        [
            ("delta", actual.Delta), ("delta_std", actual.DeltaDeviation), ("min_delta_095", actual.DeltaLower95),
            ("estimated_contamination", actual.Estimate), ("estimated_contamination_std", actual.EstimateDeviation),
            ("estimated_contamination_025", actual.EstimateInterval.Lower), ("estimated_contamination_975", actual.EstimateInterval.Upper),
        ];
        foreach (var (name, value) in values)
            Close(comparison, $"{label}.{name}", expected.OptionalInput(name), value);
        // One replicate on the other side of the quantile moves p by 1/B.
        Close(comparison, label + ".p_value", expected.OptionalInput("p_value"), actual.PValue, (1.0 / replicates) + 1e-12);
    }

    private static void CheckTable(VectorComparison comparison)
    {
        // The distance to the published δ is that of the whole table, of which the case lists the first models only.
        comparison.Ignore("table", "rms_difference_to_published_delta");
        var models = comparison.Input("models").EnumerateArray().ToDictionary(m => m.GetProperty("model").GetString()!, StringComparer.Ordinal);
        var guessing = VectorComparison.ReadNumbers(comparison.Input("random_performance"));
        (double, double)[] references = [.. comparison.Input("reference_models").EnumerateArray().Select(m => Scores(models[m.GetString()!]))];
        var curve = ConStat.FitCurve([(guessing[0], guessing[1]), .. references]) ?? throw new FormatException("The table has too few distinct points.");
        comparison.Numbers("x", curve.X);
        comparison.Numbers("y", curve.Y);
        Lambda(comparison, "lambda", comparison.Expected("lambda"), curve.Choice.Lambda);
        foreach (var (name, model) in models)
        {
            ExpectedObject.Compare(comparison, name, model, curve, (expected, _) =>
            {
                expected.Ignore("model");
                var (benchmark, reference) = (expected.Input("benchmark"), expected.Input("reference"));
                Close(comparison, name + ".estimate", expected.OptionalInput("estimate"), curve.Estimate(reference));
                Close(comparison, name + ".delta", expected.OptionalInput("delta"), benchmark - curve.Estimate(reference));
                // What the published bootstrap gave needs the per-item scores, which are not public.
                expected.Ignore("published_delta", "published_delta_std", "published_p");
            });
        }

        static (double, double) Scores(JsonElement model) => (model.GetProperty("benchmark").GetDouble(), model.GetProperty("reference").GetDouble());
    }

    // The search for λ stops within 1e-5: relative 2e-3 or absolute 2e-5, whichever is wider.
    private static void Lambda(VectorComparison comparison, string label, JsonElement? expected, double actual)
    {
        if (expected is { } wanted && !(Math.Abs(wanted.GetDouble() - actual) <= 2e-5))
            comparison.Number(label, wanted, actual, relative: 2e-3);
    }

    private static void Close(VectorComparison comparison, string label, JsonElement? expected, double actual, double tolerance = Estimated)
    {
        if (expected is { } wanted && !(Math.Abs(VectorComparison.ReadNumber(wanted) - actual) <= tolerance))
            comparison.Number(label, wanted, actual, relative: 0, absolute: 0);
    }

    private static void Close(VectorComparison comparison, string label, JsonElement? expected, IReadOnlyList<double> actual)
    {
        if (expected is not { } list)
            return;
        if (list.GetArrayLength() != actual.Count)
            comparison.Differs(label, list.ToString(), string.Create(CultureInfo.InvariantCulture, $"{actual.Count} values"));
        foreach (var (wanted, i) in list.EnumerateArray().Take(actual.Count).Select((e, i) => (e, i)))
            Close(comparison, string.Create(CultureInfo.InvariantCulture, $"{label}[{i}]"), wanted, actual[i]);
    }
}
