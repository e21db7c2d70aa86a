namespace ForensicKit.Statistics;

/// <summary>Mean and variance of the replicate mean over all replicates of a bootstrap: no drawing needed.</summary>
/// <param name="Mean">The expected replicate mean.</param>
/// <param name="Variance">The variance of the replicate mean.</param>
public readonly record struct BootstrapMoments(double Mean, double Variance);

/// <summary>
/// Bootstraps for a series whose neighbours depend on each other (request latencies): blocks are drawn instead of single observations.
/// </summary>
/// <remarks>
/// Moving blocks: Künsch 1989. Stationary bootstrap: Politis and Romano 1994. Indices are a function of the random numbers, which the caller
/// gives or draws from a seeded generator.
/// </remarks>
public static class BlockBootstrap
{
    /// <summary>Draws the starts of ⌈n/l⌉ blocks, uniform on 0…n−l.</summary>
    /// <exception cref="ArgumentException">There are no observations, or a block is longer than the series.</exception>
    public static int[] MovingBlockStarts(int n, int blockLength, PythonRandom random)
    {
        CheckBlocks(n, blockLength);
        return [.. Enumerable.Range(0, ((n - 1) / blockLength) + 1).Select(_ => (int)random.Below(n - blockLength + 1))];
    }

    /// <summary>The indices of one replicate: blocks side by side, cut to n.</summary>
    /// <param name="n">Length of the series.</param>
    /// <param name="blockLength">l, 1 to n.</param>
    /// <param name="starts">⌈n/l⌉ starts in 0…n−l.</param>
    /// <exception cref="ArgumentException">A number lies outside its range.</exception>
    public static int[] MovingBlockIndices(int n, int blockLength, IReadOnlyList<int> starts)
    {
        CheckBlocks(n, blockLength);
        if (starts.Count != ((n - 1) / blockLength) + 1 || starts.Any(s => s < 0 || s > n - blockLength))
            throw new ArgumentException("There are ⌈n/l⌉ block starts, each in 0…n−l.", nameof(starts));
        return [.. Enumerable.Range(0, n).Select(i => starts[i / blockLength] + (i % blockLength))];
    }

    /// <summary>Moments of the replicate mean of moving blocks: the block means have the mean, and a variance to divide by n/l.</summary>
    /// <returns>Null where l does not divide n: the cut last block then has its own distribution.</returns>
    /// <exception cref="ArgumentException">There are no observations, or a block is longer than the series.</exception>
    public static BootstrapMoments? MovingBlockMoments(IReadOnlyList<double> data, int blockLength)
    {
        CheckBlocks(data.Count, blockLength);
        if (data.Count % blockLength != 0)
            return null;
        var sums = new DoubleDouble[data.Count - blockLength + 1];
        for (var i = 0; i < blockLength; i++)
            sums[0] += data[i];
        for (var s = 1; s < sums.Length; s++)
            sums[s] = sums[s - 1] + data[s + blockLength - 1] - data[s - 1];
        var mean = SampleMoments.Mean(sums);
        var squares = SampleMoments.SquaresAbout(sums, mean);
        // Sums instead of means: the variance of a sum is l² times as large, and there are n/l blocks.
        return new BootstrapMoments((mean / blockLength).Hi, (squares / sums.Length / blockLength / data.Count).Hi);
    }

    /// <summary>Draws the indices of one replicate of the stationary bootstrap.</summary>
    /// <inheritdoc cref="StationaryIndices(int, double, IReadOnlyList{double}, IReadOnlyList{double})"/>
    public static int[] StationaryIndices(int n, double p, PythonRandom random)
    {
        CheckStationary(n, p);
        var u = new double[n];
        var w = new double[n];
        for (var t = 0; t < n; t++)
        {
            u[t] = random.Random();
            w[t] = random.Random();
        }

        return StationaryIndices(n, p, u, w);
    }

    /// <summary>
    /// The indices of one replicate of the stationary bootstrap: i₀ = ⌊u₀n⌋; then with w_t &lt; p a new start ⌊u_t·n⌋, else the next index, around the end.
    /// </summary>
    /// <param name="n">Length of the series.</param>
    /// <param name="p">Chance of a new block in (0, 1]: blocks are 1/p long on average.</param>
    /// <param name="u">n uniform numbers in [0, 1) that place the starts.</param>
    /// <param name="w">n uniform numbers in [0, 1) that decide whether a block ends.</param>
    /// <exception cref="ArgumentException">There are no observations, or a number lies outside its range.</exception>
    public static int[] StationaryIndices(int n, double p, IReadOnlyList<double> u, IReadOnlyList<double> w)
    {
        CheckStationary(n, p);
        if (u.Count != n || w.Count != n || u.Concat(w).Any(x => !(x >= 0 && x < 1)))
            throw new ArgumentException("There are two uniform numbers in [0, 1) for each observation.", nameof(u));
        var indices = new int[n];
        for (var t = 0; t < n; t++)
            indices[t] = t == 0 || w[t] < p ? (int)Math.Floor(u[t] * n) : (indices[t - 1] + 1) % n;
        return indices;
    }

    /// <summary>
    /// Moments of the replicate mean of the stationary bootstrap: (1/n²) Σ_s Σ_t (1−p)^|s−t| C(|s−t|) with the circular autocovariance C
    /// (Politis and Romano 1994, lemma 1).
    /// </summary>
    /// <remarks>Takes n² steps.</remarks>
    /// <exception cref="ArgumentException">There are no observations, or p lies outside (0, 1].</exception>
    public static BootstrapMoments StationaryMoments(IReadOnlyList<double> data, double p, CancellationToken cancellationToken = default)
    {
        CheckStationary(data.Count, p);
        var n = data.Count;
        var mean = Moments.MeanExtended([.. data]);
        DoubleDouble[] deviations = [.. data.Select(x => x - mean)];
        DoubleDouble sum = 0, decay = 1;
        for (var lag = 0; lag < n && decay != 0; lag++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            DoubleDouble covariance = 0;
            for (var i = 0; i < n; i++)
                covariance += deviations[i] * deviations[(i + lag) % n];
            // Lag 0 occurs n times in the double sum, any other 2(n − lag) times.
            sum += decay * covariance * (lag == 0 ? n : 2.0 * (n - lag));
            decay *= 1 - (DoubleDouble)p;
        }

        return new BootstrapMoments(mean.Hi, Math.Max(0, (sum / n / n / n).Hi));
    }

    private static void CheckBlocks(int n, int blockLength)
    {
        if (n < 1)
            throw new ArgumentOutOfRangeException(nameof(n), n, "There are no observations.");
        if (blockLength < 1 || blockLength > n)
            throw new ArgumentOutOfRangeException(nameof(blockLength), blockLength, "A block has at least one observation and is no longer than the series.");
    }

    private static void CheckStationary(int n, double p)
    {
        if (n < 1)
            throw new ArgumentOutOfRangeException(nameof(n), n, "There are no observations.");
        if (!(p > 0 && p <= 1))
            throw new ArgumentOutOfRangeException(nameof(p), p, "The chance of a new block lies in (0, 1].");
    }
}
