using ForensicKit.Sensitivity;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="PromptSensitivity"/>, <see cref="OptionBias"/> and <see cref="OptionPrior"/>.</summary>
public sealed class SensitivityIndicesVectors : IStatisticsVectorFile
{
    private const string Recall = "recall_percent_";

    /// <inheritdoc/>
    public string Name => "sensitivity-indices";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        switch (comparison.Input("kind").GetString())
        {
            case "posix":
                comparison.Number("psi", PromptSensitivity.Posix(
                    JsonLists.Matrix(comparison.Input("log_prob_response_j_given_prompt_i")), JsonLists.Int32s(comparison.Input("response_lengths"))));
                break;
            case "prosa_pss":
                var sensitivity = PromptSensitivity.ProSA(JsonLists.Matrix(comparison.Input("scores_item_by_prompt")));
                comparison.Numbers("per_item", sensitivity.PerItem);
                comparison.Number("pss", sensitivity.Mean);
                break;
            case "cps":
                var combined = PromptSensitivity.Combined(VectorComparison.ReadNumbers(comparison.Input("scores")));
                comparison.Number("max", combined.Maximum);
                comparison.Number("average", combined.Average);
                comparison.Number("cps", combined.Combined);
                comparison.Number("spread", combined.Spread);
                break;
            case "rstd":
                CheckRecall(comparison);
                break;
            case "pride":
                CheckPrior(comparison);
                break;
            case var other:
                throw new FormatException($"There is no index '{other}'.");
        }
    }

    private static void CheckRecall(VectorComparison comparison)
    {
        // Where the letters are not given they stand in the name of the expected recalls.
        var expected = comparison.Case.EnumerateObject().Select(p => p.Name).FirstOrDefault(n => n.StartsWith(Recall, StringComparison.Ordinal));
        var labels = comparison.OptionalInput("labels")?.GetString() ?? expected?[Recall.Length..] ?? "ABCD";
        var recall = OptionBias.Recall(comparison.Input("gold").GetString()!, comparison.Input("predicted").GetString()!, labels);
        if (expected is not null)
            comparison.Numbers(expected, recall.RecallPercent);
        comparison.Number("rstd", recall.StandardDeviation);
        comparison.Number("rstd_ddof1", recall.StandardDeviationUnbiased);
    }

    private static void CheckPrior(VectorComparison comparison)
    {
        var prior = OptionPrior.Estimate(
            [.. comparison.Input("estimation_items_observed_by_shift_and_letter").EnumerateArray().Select(JsonLists.Matrix)]);
        JsonLists.Compare(comparison, "per_item_prior", [.. prior.Items.Select(i => i.Prior)]);
        comparison.Numbers("global_prior", prior.Prior);
        JsonLists.Compare(comparison, "estimation_items_mean_log_prob_by_content", [.. prior.Items.Select(i => i.MeanLogProbability)]);
        comparison.Integers("estimation_items_argmax_content", [.. prior.Items.Select(i => (long)i.Choice)]);
        JsonLists.CompareObjects(comparison, "new_items", item =>
        {
            var observed = item.Inputs("observed");
            var debiased = prior.Debias(observed);
            item.Numbers("debiased", debiased);
            item.Integer("argmax_observed", OptionPrior.Choice(observed));
            item.Integer("argmax_debiased", OptionPrior.Choice(debiased));
        });
    }
}
