namespace ForensicKit.Sensitivity;

/// <summary>An item used to estimate the prior, answered once per cyclic shift of its options.</summary>
/// <param name="Prior">The item's own prior over letters.</param>
/// <param name="MeanLogProbability">For each content (option of the original order) the mean over shifts of the log-probability it received.</param>
/// <param name="Choice">The content decided on: the largest mean, the first on a tie.</param>
public sealed record PermutedItem(IReadOnlyList<double> Prior, IReadOnlyList<double> MeanLogProbability, int Choice);

/// <summary>
/// PriDe (Zheng et al. 2024, section 4): the model's prior preference for option letters, estimated on few items and divided out of the rest.
/// </summary>
public sealed class OptionPrior
{
    private OptionPrior(IReadOnlyList<PermutedItem> items, double[] prior)
    {
        Items = items;
        Prior = prior;
    }

    /// <summary>The items the prior was estimated on.</summary>
    public IReadOnlyList<PermutedItem> Items { get; }

    /// <summary>The prior over letters: the mean of the items' priors.</summary>
    public IReadOnlyList<double> Prior { get; }

    /// <summary>Estimates the prior.</summary>
    /// <param name="observed">
    /// Item, shift, letter: the probability observed for the letter. Under shift s the letter at position l shows content (l + s) mod n; there
    /// are as many shifts as letters.
    /// </param>
    /// <exception cref="ArgumentException">No items, unequal shapes, fewer than two letters, or a probability that is not in (0, 1].</exception>
    public static OptionPrior Estimate(IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> observed)
    {
        if (observed.Count == 0)
            throw new ArgumentException("There are no items to estimate the prior on.", nameof(observed));
        var letters = observed[0].Count;
        if (letters < 2 || observed.Any(item => item.Count != letters || item.Any(shift => shift.Count != letters)))
            throw new ArgumentException("Each item has as many shifts as letters, at least two.", nameof(observed));
        foreach (var probabilities in observed.SelectMany(item => item))
            CheckProbabilities(probabilities, nameof(observed));
        PermutedItem[] items = [.. observed.Select(item => Permuted(item, letters))];
        var prior = new double[letters];
        for (var l = 0; l < letters; l++)
            prior[l] = items.Average(item => item.Prior[l]);
        return new OptionPrior(items, prior);
    }

    /// <summary>The probabilities of a new item with the prior divided out, normalised to 1.</summary>
    /// <exception cref="ArgumentException">Not one probability in (0, 1] for each letter.</exception>
    public double[] Debias(IReadOnlyList<double> observed)
    {
        if (observed.Count != Prior.Count)
            throw new ArgumentException("There is one probability for each letter.", nameof(observed));
        CheckProbabilities(observed, nameof(observed));
        double[] ratio = [.. observed.Zip(Prior, (o, p) => o / p)];
        var sum = ratio.Sum();
        return [.. ratio.Select(r => r / sum)];
    }

    /// <summary>The position of the largest value, the first on a tie.</summary>
    public static int Choice(IReadOnlyList<double> values)
    {
        var best = 0;
        for (var i = 1; i < values.Count; i++)
        {
            if (values[i] > values[best])
                best = i;
        }

        return best;
    }

    private static PermutedItem Permuted(IReadOnlyList<IReadOnlyList<double>> shifts, int letters)
    {
        var (byLetter, byContent) = (new double[letters], new double[letters]);
        for (var s = 0; s < letters; s++)
        {
            for (var l = 0; l < letters; l++)
            {
                var log = Math.Log(shifts[s][l]) / letters;
                byLetter[l] += log;
                byContent[(l + s) % letters] += log;
            }
        }

        var largest = byLetter.Max();
        double[] powers = [.. byLetter.Select(log => Math.Exp(log - largest))];
        var sum = powers.Sum();
        return new PermutedItem([.. powers.Select(p => p / sum)], byContent, Choice(byContent));
    }

    private static void CheckProbabilities(IReadOnlyList<double> probabilities, string name)
    {
        if (probabilities.Any(p => !(p > 0 && p <= 1)))
            throw new ArgumentException("A probability lies above 0 and at most at 1: its logarithm is taken.", name);
    }
}
