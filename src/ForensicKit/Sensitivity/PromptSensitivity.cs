namespace ForensicKit.Sensitivity;

/// <summary>How a score moves over prompts.</summary>
/// <param name="Maximum">The best score.</param>
/// <param name="Average">The mean score.</param>
/// <param name="Spread">Best minus worst.</param>
/// <param name="Combined">(1 − (maximum − average)) · maximum.</param>
public sealed record CombinedPerformance(double Maximum, double Average, double Spread, double Combined);

/// <summary>Sensitivity of items to the prompt.</summary>
/// <param name="PerItem">Mean |difference| over pairs of prompts, item by item.</param>
/// <param name="Mean">The mean over items.</param>
public sealed record PairwiseSensitivity(IReadOnlyList<double> PerItem, double Mean);

/// <summary>Indices of how much a model's results depend on the wording of the prompt.</summary>
public static class PromptSensitivity
{
    /// <summary>
    /// POSIX (Chatterjee et al. 2024, equation 2): ψ = 1/(N(N−1)) Σᵢ Σⱼ (1/Lⱼ) |log P(yⱼ|xᵢ) − log P(yⱼ|xⱼ)| over N prompts of one intent.
    /// </summary>
    /// <remarks>As in the paper. The published code divides by the largest allowed response length instead of Lⱼ.</remarks>
    /// <param name="logProbabilities">Row i, column j: natural log-probability of the response to prompt j, given prompt i.</param>
    /// <param name="responseLengths">Length of each response in tokens.</param>
    /// <exception cref="ArgumentException">Fewer than two prompts, not a square of finite numbers, or a length below 1.</exception>
    public static double Posix(IReadOnlyList<IReadOnlyList<double>> logProbabilities, IReadOnlyList<int> responseLengths)
    {
        var n = logProbabilities.Count;
        if (n < 2)
            throw new ArgumentException("At least two prompts are needed.", nameof(logProbabilities));
        if (logProbabilities.Any(row => row.Count != n || row.Any(l => !double.IsFinite(l))))
            throw new ArgumentException("There is one finite log-probability for each pair of prompts.", nameof(logProbabilities));
        if (responseLengths.Count != n || responseLengths.Any(l => l < 1))
            throw new ArgumentException("Each response has a length of at least one token.", nameof(responseLengths));
        var sum = 0.0;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
                sum += Math.Abs(logProbabilities[i][j] - logProbabilities[j][j]) / responseLengths[j];
        }

        return sum / ((double)n * (n - 1));
    }

    /// <summary>ProSA's PromptSensiScore (Zhuo et al. 2024): per item the mean |difference| over pairs of prompts, then the mean over items.</summary>
    /// <param name="scores">One row per item, one column per prompt.</param>
    /// <exception cref="ArgumentException">No items, fewer than two prompts, rows of unequal length, or a score that is not finite.</exception>
    public static PairwiseSensitivity ProSA(IReadOnlyList<IReadOnlyList<double>> scores)
    {
        if (scores.Count == 0)
            throw new ArgumentException("There are no items.", nameof(scores));
        var prompts = scores[0].Count;
        if (prompts < 2)
            throw new ArgumentException("At least two prompts are needed.", nameof(scores));
        if (scores.Any(row => row.Count != prompts || row.Any(s => !double.IsFinite(s))))
            throw new ArgumentException("Each item has one finite score for each prompt.", nameof(scores));
        double[] perItem = [.. scores.Select(MeanPairwiseDifference)];
        return new PairwiseSensitivity(perItem, perItem.Average());
    }

    /// <summary>The combined performance score of Mizrahi et al. 2024 (section 4.3), with its parts.</summary>
    /// <param name="scores">One score in 0…1 per prompt.</param>
    /// <exception cref="ArgumentException">No scores, or a score outside 0…1.</exception>
    public static CombinedPerformance Combined(IReadOnlyCollection<double> scores)
    {
        if (scores.Count == 0)
            throw new ArgumentException("There are no scores.", nameof(scores));
        if (scores.Any(s => !(s >= 0 && s <= 1)))
            throw new ArgumentException("Scores lie between 0 and 1.", nameof(scores));
        double maximum = scores.Max(), average = Statistics.Moments.Mean(scores);
        return new CombinedPerformance(maximum, average, maximum - scores.Min(), (1 - (maximum - average)) * maximum);
    }

    // Sorted, the k-th of m scores is added k times and taken away m − 1 − k times: no loop over pairs.
    private static double MeanPairwiseDifference(IReadOnlyList<double> scores)
    {
        double[] sorted = [.. scores.Order()];
        var sum = 0.0;
        for (var k = 0; k + 1 < sorted.Length; k++)
            sum += (sorted[k + 1] - sorted[k]) * (k + 1) * (sorted.Length - 1 - k);
        return sum / (sorted.Length * (sorted.Length - 1.0) / 2);
    }
}
