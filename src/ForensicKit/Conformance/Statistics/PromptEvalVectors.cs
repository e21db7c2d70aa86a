using System.Globalization;
using System.Text.Json;
using ForensicKit.Sensitivity;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="PromptEval"/>.</summary>
public sealed class PromptEvalVectors : IStatisticsVectorFile
{
    private const string Quantiles = "quantiles_";

    /// <inheritdoc/>
    public string Name => "prompteval";

    /// <inheritdoc/>
    public (double Relative, double Absolute) Tolerance => (1e-7, 1e-8);

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var (y, seen) = (comparison.Input("y_templates_by_items"), comparison.Input("seen"));
        if (y.GetArrayLength() != seen.GetArrayLength())
            throw new ArgumentException("Each template has responses and marks which of them are seen.", nameof(comparison));
        bool?[][] responses = [.. y.EnumerateArray().Zip(seen.EnumerateArray(), Row)];
        var fit = PromptEval.Fit(responses, VectorComparison.ReadNumber(comparison.Input("C")));
        comparison.Numbers("theta", fit.Theta);
        comparison.Numbers("beta", fit.Beta);
        comparison.Number("objective", fit.Objective);
        // The reference's own distance to the optimum. The parameters are as near to it as the gradient is small (the penalty's curvature is 1).
        _ = comparison.OptionalInput("max_gradient");
        if (!(fit.MaximumGradient <= 1e-9))
            comparison.Differs("max_gradient", "at most 1e-9", fit.MaximumGradient.ToString("R", CultureInfo.InvariantCulture));
        JsonLists.Compare(comparison, "p_hat", fit.Probabilities);
        JsonLists.Compare(comparison, "y_hat", fit.Estimates);
        comparison.Numbers("template_scores", fit.TemplateScores);
        foreach (var name in comparison.Case.EnumerateObject().Select(p => p.Name).Where(n => n.StartsWith(Quantiles, StringComparison.Ordinal)).ToArray())
        {
            comparison.Numbers(
                name, [.. name[Quantiles.Length..].Split('_').Select(percent => fit.Percentile(double.Parse(percent, CultureInfo.InvariantCulture)))]);
        }
    }

    private static bool?[] Row(JsonElement y, JsonElement seen)
    {
        if (y.GetArrayLength() != seen.GetArrayLength())
            throw new ArgumentException("Each response is marked as seen or not.", nameof(seen));
        return [.. y.EnumerateArray().Zip(seen.EnumerateArray(), (value, mark) => Flag(mark) ? Flag(value) : (bool?)null)];
    }

    private static bool Flag(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when element.GetDouble() is 0 or 1 => element.GetDouble() == 1,
        _ => throw new ArgumentException("A response is 0 or 1.", nameof(element)),
    };
}
