using System.Globalization;
using System.Text.Json;
using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="ConfidenceSequence"/>.</summary>
public sealed class ConfidenceSequenceVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "confidence-sequences";

    /// <inheritdoc/>
    public (double Relative, double Absolute) Tolerance => (1e-10, 1e-10);

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var prior = VectorComparison.ReadNumbers(comparison.Input("beta_prior"));
        var sequence = new ConfidenceSequence(comparison.Input("alpha").GetDouble(), prior[0], prior[1]);
        bool[] outcomes = [.. comparison.Input("outcomes").GetString()!.Select(c => c == '1')];
        var steps = sequence.Run(outcomes, comparison.Input("p0").GetDouble());
        comparison.Integer("first_n_with_e_at_least_1_over_alpha", sequence.FirstRejection(steps));
        var rho = comparison.Input("normal_mixture_rho").GetDouble();
        foreach (var row in comparison.Input("running").EnumerateArray())
        {
            var n = row.GetProperty("n").GetInt32();
            if (n < 1 || n > steps.Count)
                comparison.Differs("running.n", n.ToString(CultureInfo.InvariantCulture), "no such step");
            else
                CheckRow(comparison, row, steps[n - 1], sequence.NormalMixtureRadius(n, rho));
        }
    }

    private static void CheckRow(VectorComparison comparison, JsonElement row, ConfidenceSequenceStep step, double radius)
    {
        foreach (var field in row.EnumerateObject())
        {
            var label = string.Create(CultureInfo.InvariantCulture, $"running[n={step.N}].{field.Name}");
            switch (field.Name)
            {
                case "n":
                    comparison.Integer(label, field.Value, step.N);
                    break;
                case "successes":
                    comparison.Integer(label, field.Value, step.Successes);
                    break;
                case "log_e":
                    comparison.Number(label, field.Value, step.LogE);
                    break;
                case "p_anytime":
                    comparison.Number(label, field.Value, step.AnytimeP);
                    break;
                case "log_e_less":
                    comparison.Number(label, field.Value, step.LogELess);
                    break;
                case "log_e_greater":
                    comparison.Number(label, field.Value, step.LogEGreater);
                    break;
                case "lower":
                    comparison.Number(label, field.Value, step.Lower);
                    break;
                case "upper":
                    comparison.Number(label, field.Value, step.Upper);
                    break;
                case "normal_mixture_radius":
                    comparison.Number(label, field.Value, radius);
                    break;
                default:
                    comparison.Differs(label, field.Value.ToString(), "nothing: not checked by this build");
                    break;
            }
        }
    }
}
