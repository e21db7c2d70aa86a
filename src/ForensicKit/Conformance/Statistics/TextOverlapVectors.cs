using ForensicKit.Contamination;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="RougeL"/> and <see cref="CompletionOverlap"/>.</summary>
public sealed class TextOverlapVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "text-overlap-scores";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        switch (comparison.Input("kind").GetString())
        {
            case "rouge_l":
                var (reference, hypothesis) = (comparison.Input("reference").GetString()!, comparison.Input("hypothesis").GetString()!);
                ExpectedObject.Compare(comparison, "plain", RougeL.Score(reference, hypothesis), CheckRouge);
                ExpectedObject.Compare(comparison, "stemmed", RougeL.Score(reference, hypothesis, stem: true), CheckRouge);
                break;
            case "ngram_accuracy":
                CheckNGrams(comparison);
                break;
            case "cdd":
                var peakedness = CompletionOverlap.Peakedness(
                    JsonLists.Int32s(comparison.Input("greedy")),
                    JsonLists.Int32Matrix(comparison.Input("samples")),
                    comparison.Input("alpha").GetDecimal(),
                    comparison.Input("xi").GetDecimal(),
                    comparison.Input("truncate").GetInt32());
                comparison.Integers("distances", [.. peakedness.Distances.Select(d => (long)d)]);
                comparison.Integer("l", peakedness.Longest);
                comparison.Number("peakedness", peakedness.Peakedness);
                comparison.Boolean("contaminated", peakedness.Contaminated);
                break;
            case "dcq_kappa":
                comparison.Number("kappa", CompletionOverlap.QuizKappa(
                    comparison.Input("n").GetInt32(), comparison.Input("best").GetInt32(), comparison.Input("bias").GetInt32()));
                break;
            case var other:
                throw new FormatException($"There is no score '{other}'.");
        }
    }

    private static void CheckRouge(ExpectedObject expected, RougeScore score)
    {
        expected.Number("precision", score.Precision);
        expected.Number("recall", score.Recall);
        expected.Number("f1", score.F1);
    }

    private static void CheckNGrams(VectorComparison comparison)
    {
        var tokens = JsonLists.Int32s(comparison.Input("tokens"));
        var (n, k) = (comparison.Input("n").GetInt32(), comparison.Input("k").GetInt32());
        var starts = CompletionOverlap.NGramStarts(tokens.Length, n, k);
        comparison.Boolean("skipped", starts.Count == 0);
        if (comparison.Has("starts"))
            comparison.Integers("starts", [.. starts.Select(s => (long)s)]);
        if (comparison.OptionalInput("predictions") is not { } predictions)
            return;
        var accuracy = CompletionOverlap.NGrams(tokens, n, JsonLists.Int32Matrix(predictions));
        JsonLists.Compare(comparison, "hits", accuracy?.Hits ?? []);
        comparison.Number("accuracy", accuracy?.Accuracy);
    }
}
