using System.Globalization;
using System.Text.Json;
using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="SequentialTest"/>.</summary>
public sealed class SequentialTestVectors : IStatisticsVectorFile
{
    private const double ExactTolerance = 1e-8;

    /// <inheritdoc/>
    public string Name => "sprt";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var test = new SequentialTest(
            comparison.Input("p0").GetDouble(), comparison.Input("p1").GetDouble(), comparison.Input("alpha").GetDouble(), comparison.Input("beta").GetDouble());
        comparison.Number("log_upper", test.LogUpper);
        comparison.Number("log_lower", test.LogLower);
        comparison.Number("increment_success", test.SuccessIncrement);
        comparison.Number("increment_failure", test.FailureIncrement);

        bool[] outcomes = [.. comparison.Input("outcomes").GetString()!.Select(c => c == '1')];
        var running = new List<double>();
        var successes = 0;
        for (var i = 0; i < outcomes.Length; i++)
        {
            successes += outcomes[i] ? 1 : 0;
            running.Add(test.LogLikelihoodRatio(successes, i + 1 - successes));
        }

        if (comparison.Expected("log_likelihood_ratio") is { ValueKind: JsonValueKind.Array } first)
            comparison.Numbers("log_likelihood_ratio", first, [.. running.Take(first.GetArrayLength())]);
        comparison.Number("log_likelihood_ratio_last", running.Count == 0 ? null : running[^1]);
        var (decision, after) = test.Run(outcomes);
        comparison.Text("decision", decision switch
        {
            SequentialDecision.RejectNull => "reject_h0",
            SequentialDecision.AcceptNull => "accept_h0",
            _ => "continue",
        });
        comparison.Integer("decided_after", after);
        if (comparison.Expected("exact") is { ValueKind: JsonValueKind.Object } exact)
            CheckExact(comparison, exact, test);
        if (comparison.Expected("wald_expected_n") is { ValueKind: JsonValueKind.Object } wald)
        {
            comparison.Number("wald_expected_n.at_p0", wald.GetProperty("at_p0"), test.WaldExpectedUnderNull);
            comparison.Number("wald_expected_n.at_p1", wald.GetProperty("at_p1"), test.WaldExpectedUnderAlternative);
        }
    }

    private static void CheckExact(VectorComparison comparison, JsonElement exact, SequentialTest test)
    {
        foreach (var rate in exact.EnumerateObject())
        {
            var actual = test.Exact(double.Parse(rate.Name, CultureInfo.InvariantCulture));
            comparison.Number($"exact.{rate.Name}.p_reject_h0", rate.Value.GetProperty("p_reject_h0"), actual.RejectNull, ExactTolerance);
            comparison.Number($"exact.{rate.Name}.p_accept_h0", rate.Value.GetProperty("p_accept_h0"), actual.AcceptNull, ExactTolerance);
            comparison.Number($"exact.{rate.Name}.expected_n", rate.Value.GetProperty("expected_n"), actual.ExpectedObservations, ExactTolerance);
        }
    }
}
