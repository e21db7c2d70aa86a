namespace ForensicKit.Contamination;

/// <summary>How many n-grams of an item a model completes word for word.</summary>
/// <param name="Hits">Per start whether all predicted tokens equal the original.</param>
/// <param name="Accuracy">Share of hits.</param>
public sealed record NGramAccuracy(IReadOnlyList<bool> Hits, double Accuracy);

/// <summary>How alike a model's samples are to its greedy answer.</summary>
/// <param name="Distances">Token edit distance of each sample to the greedy answer.</param>
/// <param name="Longest">Length of the longest answer after the cut.</param>
/// <param name="Peakedness">Share of samples within α times that length.</param>
/// <param name="Contaminated">Whether the share exceeds ξ.</param>
public sealed record OutputPeakedness(IReadOnlyList<int> Distances, int Longest, double Peakedness, bool Contaminated);

/// <summary>Tests that let the model write: what it reproduces although it was only shown part of it.</summary>
public static class CompletionOverlap
{
    /// <summary>
    /// Where the n-grams of an item start (Xu et al. 2024): ⌊linspace(2, T − n, k)⌋, the j-th of k being 2 + ⌊j(T − n − 2)/(k − 1)⌋.
    /// </summary>
    /// <param name="tokens">T, tokens of the item.</param>
    /// <param name="n">Length of the n-grams.</param>
    /// <param name="starts">k, how many.</param>
    /// <returns>The starts, counted from 0; empty where the item is too short (T − n − 1 ≤ 0) and is skipped.</returns>
    public static IReadOnlyList<int> NGramStarts(int tokens, int n, int starts)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(starts);
        if (tokens - n - 1 <= 0)
            return [];
        long room = tokens - n - 2;
        return [.. Enumerable.Range(0, starts).Select(j => starts == 1 ? 2 : (int)(2 + (j * room / (starts - 1))))];
    }

    /// <summary>N-gram accuracy of one item (Xu et al. 2024).</summary>
    /// <param name="tokens">The item.</param>
    /// <param name="n">Length of the n-grams.</param>
    /// <param name="predictions">What the model wrote after the tokens before each of <see cref="NGramStarts"/>; one that ends early is a miss.</param>
    /// <returns>Null where the item is too short and is skipped.</returns>
    /// <exception cref="ArgumentException">There are no predictions, or one has more than n tokens.</exception>
    public static NGramAccuracy? NGrams(IReadOnlyList<int> tokens, int n, IReadOnlyList<IReadOnlyList<int>> predictions)
    {
        if (predictions.Count == 0)
            throw new ArgumentException("There are no predictions.", nameof(predictions));
        var starts = NGramStarts(tokens.Count, n, predictions.Count);
        if (starts.Count == 0)
            return null;
        if (predictions.Any(p => p.Count > n))
            throw new ArgumentException("A prediction has at most n tokens.", nameof(predictions));
        bool[] hits = [.. starts.Zip(predictions, (start, prediction) => prediction.SequenceEqual(tokens.Skip(start).Take(n)))];
        return new NGramAccuracy(hits, (double)hits.Count(h => h) / hits.Length);
    }

    /// <summary>CDD (Dong et al. 2024): peakedness of the output distribution around the greedy answer.</summary>
    /// <param name="greedy">The greedy answer.</param>
    /// <param name="samples">Sampled answers.</param>
    /// <param name="alpha">α: a sample counts if its distance is at most α times the longest answer. Compared exactly, hence a decimal.</param>
    /// <param name="xi">ξ: contaminated if the share exceeds this.</param>
    /// <param name="truncate">Answers are cut to this many tokens first.</param>
    /// <exception cref="ArgumentException">No samples, a share outside 0…1, or a cut below 1.</exception>
    public static OutputPeakedness Peakedness(
        IReadOnlyList<int> greedy, IReadOnlyList<IReadOnlyList<int>> samples, decimal alpha = 0.05m, decimal xi = 0.01m, int truncate = 100)
    {
        if (samples.Count == 0)
            throw new ArgumentException("There are no samples.", nameof(samples));
        if (alpha is < 0 or > 1)
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "α lies between 0 and 1.");
        if (xi is < 0 or > 1)
            throw new ArgumentOutOfRangeException(nameof(xi), xi, "ξ lies between 0 and 1.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(truncate);
        int[] reference = [.. greedy.Take(truncate)];
        int[][] cut = [.. samples.Select(s => s.Take(truncate).ToArray())];
        int[] distances = [.. cut.Select(s => EditDistance(reference, s))];
        var longest = Math.Max(reference.Length, cut.Max(s => s.Length));
        var near = distances.Count(d => d <= alpha * longest);
        return new OutputPeakedness(distances, longest, (double)near / cut.Length, near > xi * cut.Length);
    }

    /// <summary>
    /// DCQ (Golchin and Surdeanu 2024): the share of items whose original wording the model picks among paraphrases, corrected for its
    /// position bias as Cohen's κ is for chance: (best − bias)/(n − bias).
    /// </summary>
    /// <param name="items">n.</param>
    /// <param name="best">Originals picked with the original at the position where that happens most.</param>
    /// <param name="bias">Picks of that position when no original is there.</param>
    /// <exception cref="ArgumentException">A count lies outside 0…n, or bias equals n, where κ is undefined.</exception>
    public static double QuizKappa(int items, int best, int bias)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(items);
        if (best < 0 || best > items)
            throw new ArgumentOutOfRangeException(nameof(best), best, "A count lies between 0 and the number of items.");
        if (bias < 0 || bias >= items)
            throw new ArgumentOutOfRangeException(nameof(bias), bias, "The bias count lies between 0 and less than the number of items.");
        return (double)(best - bias) / (items - bias);
    }

    private static int EditDistance(int[] a, int[] b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
