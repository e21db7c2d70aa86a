using System.Globalization;
using ForensicKit.Statistics;

namespace ForensicKit.Sensitivity;

/// <summary>Recall of each option letter.</summary>
/// <param name="RecallPercent">Recall in percent, in the order of the labels.</param>
/// <param name="StandardDeviation">RStd: the standard deviation of the recalls with n, as published.</param>
/// <param name="StandardDeviationUnbiased">The same with n − 1.</param>
public sealed record LetterRecall(IReadOnlyList<double> RecallPercent, double StandardDeviation, double StandardDeviationUnbiased);

/// <summary>Whether a model prefers a letter whatever stands behind it.</summary>
public static class OptionBias
{
    /// <summary>Recall per gold letter and its standard deviation over letters (RStd; Zheng et al. 2024, section 2).</summary>
    /// <param name="gold">The correct letter of each item.</param>
    /// <param name="predicted">The chosen letter of each item; anything that is no label (no answer found) counts as wrong.</param>
    /// <param name="labels">The letters, at least two.</param>
    /// <exception cref="ArgumentException">The lengths differ, a gold letter is no label, labels repeat, or a label has no gold items.</exception>
    public static LetterRecall Recall(string gold, string predicted, string labels = "ABCD")
    {
        if (gold.Length != predicted.Length)
            throw new ArgumentException("Each item has one gold and one predicted letter.", nameof(predicted));
        if (labels.Length < 2 || labels.Distinct().Count() != labels.Length)
            throw new ArgumentException("There are at least two labels, each once.", nameof(labels));
        var (right, all) = (new int[labels.Length], new int[labels.Length]);
        for (var i = 0; i < gold.Length; i++)
        {
            var label = labels.IndexOf(gold[i], StringComparison.Ordinal);
            if (label < 0)
                throw new ArgumentException($"The gold letter of item {i.ToString(CultureInfo.InvariantCulture)} is not among the labels.", nameof(gold));
            all[label]++;
            if (predicted[i] == gold[i])
                right[label]++;
        }

        if (Array.IndexOf(all, 0) is >= 0 and var empty)
            throw new ArgumentException($"Letter {labels[empty].ToString()} has no gold items: its recall is undefined.", nameof(gold));
        double[] recall = [.. right.Zip(all, (r, n) => 100.0 * r / n)];
        return new LetterRecall(recall, Moments.StandardDeviation(recall, 0), Moments.StandardDeviation(recall, 1));
    }
}
