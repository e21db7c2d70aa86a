using System.Text.Json;
using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="MajorityVote"/>.</summary>
public sealed class MajorityVoteVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "majority-at-k";

    /// <inheritdoc/>
    public (double Relative, double Absolute) Tolerance => (1e-13, 1e-13);

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var k = comparison.Input("k").GetInt32();
        var correct = comparison.Input("correct").GetString()!;
        switch (comparison.Input("kind").GetString())
        {
            case "item":
                CheckItem(comparison, correct, k);
                break;
            case "counts":
                CheckExpectation(comparison, MajorityVote.Uniform(Counts(comparison.Input("counts"), correct), k));
                break;
            default:
                var items = comparison.Input("counts").EnumerateArray().Select(c => Counts(c, correct)).ToList();
                var benchmark = MajorityVote.Benchmark(items, k);
                comparison.Numbers("per_item", benchmark.PerItem);
                comparison.Number("accuracy", benchmark.Accuracy);
                comparison.Number("var_decoding", benchmark.DecodingVariance);
                comparison.Number("var_items_of_expectation", benchmark.ItemVariance);
                comparison.Number("var_single_run_total", benchmark.SingleRunVariance);
                comparison.Number("se_expected_accuracy", benchmark.StandardError);
                break;
        }
    }

    private static void CheckItem(VectorComparison comparison, string correct, int k)
    {
        var invalid = comparison.OptionalInput("invalid")?.GetString();
        string?[] answers = [.. comparison.Input("answers").GetString()!.Select(c => c.ToString()).Select(a => a == invalid ? null : a)];
        CheckExpectation(comparison, MajorityVote.Uniform(MajorityVote.Count(answers, correct), k));
        comparison.Number(
            "uniform_invalid_dropped",
            MajorityVote.Uniform(MajorityVote.Count(answers, correct, InvalidAnswers.Dropped), k).Expected.ToDouble());
        var stored = MajorityVote.StoredOrder(answers, correct, k);
        comparison.Number("stored_order", stored.ToDouble());
        comparison.Text("stored_order_exact", stored.ToString());
        comparison.Number("stored_order_invalid_dropped", MajorityVote.StoredOrder(answers, correct, k, InvalidAnswers.Dropped).ToDouble());
        comparison.Number("first_k_stored", MajorityVote.FirstStored(answers, correct, k) ? 1 : 0);
    }

    private static void CheckExpectation(VectorComparison comparison, MajorityExpectation uniform)
    {
        comparison.Number("uniform", uniform.Expected.ToDouble());
        comparison.Text("uniform_exact", uniform.Expected.ToString());
        comparison.Number("variance_bernoulli", uniform.VarianceOfOneRun.ToDouble());
        comparison.Number("variance_split_credit", uniform.VarianceOfSplitCredit.ToDouble());
    }

    private static AnswerCounts Counts(JsonElement counts, string correct) => new(
        counts.TryGetProperty(correct, out var right) ? right.GetInt32() : 0,
        [.. counts.EnumerateObject().Where(c => c.Name != correct).Select(c => c.Value.GetInt32())]);
}
