using ForensicKit.Statistics;

namespace ForensicKit.Contamination;

/// <summary>The parts of a DC-PDD score.</summary>
/// <param name="FirstOccurrences">Positions that count: where a token occurs for the first time.</param>
/// <param name="Uncapped">−p·ln q at each of them.</param>
/// <param name="Score">Their mean after capping.</param>
/// <param name="ScoreUncapped">Their mean without.</param>
public sealed record DivergenceScore(IReadOnlyList<int> FirstOccurrences, IReadOnlyList<double> Uncapped, double Score, double ScoreUncapped);

/// <summary>
/// Scores of how familiar a text is to a model. Larger means more likely seen in training, except <see cref="LowercaseRatio"/>.
/// </summary>
/// <remarks>
/// On pre-training data these are close to chance (Duan et al. 2024): a score proves nothing without a null sample
/// (<see cref="ConformalNull"/>) and a classifier that is blind to the model. Log-probabilities are natural logarithms, one per token.
/// </remarks>
public static class MembershipScores
{
    /// <summary>The mean log-probability.</summary>
    /// <exception cref="ArgumentException">No tokens, or a value that is NaN or above 0.</exception>
    public static double LogLikelihood(IReadOnlyCollection<double> logProbabilities)
    {
        if (logProbabilities.Count == 0)
            throw new ArgumentException("There are no tokens.", nameof(logProbabilities));
        if (logProbabilities.Any(l => !(l <= 0)))
            throw new ArgumentException("A log-probability is a number of at most 0.", nameof(logProbabilities));
        return Moments.Mean(logProbabilities);
    }

    /// <summary>e to the negative mean log-probability.</summary>
    /// <inheritdoc cref="LogLikelihood"/>
    public static double Perplexity(IReadOnlyCollection<double> logProbabilities) => Math.Exp(-LogLikelihood(logProbabilities));

    /// <summary>How many tokens Min-K% averages: max(1, ⌊T·k⌋). Published code gives NaN where ⌊T·k⌋ is 0.</summary>
    /// <param name="tokens">T.</param>
    /// <param name="fraction">k above 0 and at most 1; a decimal, because 100 · 0.29 is 28.99… in binary.</param>
    public static int MinKCount(int tokens, decimal fraction)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tokens);
        if (fraction is <= 0 or > 1)
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "The fraction lies above 0 and at most at 1.");
        return Math.Max(1, (int)decimal.Floor(tokens * fraction));
    }

    /// <summary>Min-K% (Shi et al. 2024): the mean of the smallest log-probabilities.</summary>
    /// <exception cref="ArgumentException">No tokens, a value that is NaN or above 0, or a fraction outside (0, 1].</exception>
    public static double MinK(IReadOnlyCollection<double> logProbabilities, decimal fraction)
    {
        _ = LogLikelihood(logProbabilities);
        return MeanOfSmallest(logProbabilities, fraction);
    }

    /// <summary>Min-K%++ (Zhang et al. 2024): the mean of the smallest standardised log-probabilities.</summary>
    /// <exception cref="ArgumentException">No tokens, a fraction outside (0, 1], or a position whose σ is 0, where z is undefined.</exception>
    public static double MinKPlusPlus(IReadOnlyCollection<TokenPosition> positions, decimal fraction)
    {
        if (positions.Count == 0)
            throw new ArgumentException("There are no tokens.", nameof(positions));
        return MeanOfSmallest(
            [.. positions.Select(p => p.Z ?? throw new ArgumentException("The distribution at a position has no spread: Min-K%++ is undefined.", nameof(positions)))],
            fraction);
    }

    /// <summary>Loss of the lower-cased text over loss of the text (Carlini et al. 2021). Larger means likelier a member: lower case surprises a model that knows the text as it stands.</summary>
    /// <exception cref="ArgumentException">No tokens, a value that is NaN or above 0, or a text of certain tokens (log-likelihood 0).</exception>
    public static double LowercaseRatio(IReadOnlyCollection<double> logProbabilities, IReadOnlyCollection<double> lowercase) =>
        LogLikelihood(lowercase) / NonZero(logProbabilities);

    /// <summary>Mean log-probability minus that of a reference model (Carlini et al. 2021).</summary>
    /// <exception cref="ArgumentException">No tokens, or a value that is NaN or above 0.</exception>
    public static double ReferenceDifference(IReadOnlyCollection<double> logProbabilities, IReadOnlyCollection<double> reference) =>
        LogLikelihood(logProbabilities) - LogLikelihood(reference);

    /// <summary>ReCaLL (Xie et al. 2024): mean log-probability after a prefix of known non-members over that without.</summary>
    /// <exception cref="ArgumentException">No tokens, a value that is NaN or above 0, or a text of certain tokens (log-likelihood 0).</exception>
    public static double Recall(IReadOnlyCollection<double> logProbabilities, IReadOnlyCollection<double> afterPrefix) =>
        LogLikelihood(afterPrefix) / NonZero(logProbabilities);

    /// <summary>Mean log-probability per byte of the compressed text (Carlini et al. 2021).</summary>
    /// <param name="logLikelihood">The mean log-probability.</param>
    /// <param name="compressedBytes">
    /// Length of the compressed UTF-8 text. Deflate implementations differ by a few bytes: state which one and compare within one only.
    /// </param>
    /// <exception cref="ArgumentException">The length is below 1.</exception>
    public static double Zlib(double logLikelihood, int compressedBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(compressedBytes);
        return logLikelihood / compressedBytes;
    }

    /// <summary>
    /// DC-PDD (Zhang et al. 2024): mean over tokens at their first occurrence of min(a, −p·ln q), q = (count + 1)/(N + V) being the token's
    /// frequency in a reference corpus.
    /// </summary>
    /// <param name="tokens">Token ids.</param>
    /// <param name="logProbabilities">Their log-probabilities.</param>
    /// <param name="corpusCounts">Counts in the reference corpus; a token that is absent has count 0.</param>
    /// <param name="corpusTokens">N, tokens in the reference corpus.</param>
    /// <param name="vocabulary">V, entries of the vocabulary.</param>
    /// <param name="cap">a.</param>
    /// <exception cref="ArgumentException">No tokens, unequal lengths, or a count, size or cap that makes no sense.</exception>
    public static DivergenceScore CalibratedDivergence(
        IReadOnlyList<int> tokens,
        IReadOnlyList<double> logProbabilities,
        IReadOnlyDictionary<int, long> corpusCounts,
        long corpusTokens,
        long vocabulary,
        double cap)
    {
        _ = LogLikelihood(logProbabilities);
        if (tokens.Count != logProbabilities.Count)
            throw new ArgumentException("There is one log-probability for each token.", nameof(tokens));
        ArgumentOutOfRangeException.ThrowIfNegative(corpusTokens);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vocabulary);
        if (!(cap > 0))
            throw new ArgumentOutOfRangeException(nameof(cap), cap, "The cap is positive.");
        var (seen, first, uncapped) = (new HashSet<int>(), new List<int>(), new List<double>());
        for (var i = 0; i < tokens.Count; i++)
        {
            if (!seen.Add(tokens[i]))
                continue;
            var count = corpusCounts.GetValueOrDefault(tokens[i]);
            if (count < 0 || count > corpusTokens)
                throw new ArgumentException("A count lies between 0 and the number of tokens of the corpus.", nameof(corpusCounts));
            first.Add(i);
            uncapped.Add(-Math.Exp(logProbabilities[i]) * Math.Log((count + 1.0) / ((double)corpusTokens + vocabulary)));
        }

        return new DivergenceScore(first, uncapped, Moments.Mean([.. uncapped.Select(u => Math.Min(u, cap))]), Moments.Mean(uncapped));
    }

    private static double MeanOfSmallest(IReadOnlyCollection<double> values, decimal fraction) =>
        Moments.Mean([.. values.Order().Take(MinKCount(values.Count, fraction))]);

    private static double NonZero(IReadOnlyCollection<double> logProbabilities) => LogLikelihood(logProbabilities) is < 0 and var value
        ? value : throw new ArgumentException("Every token is certain: the ratio is undefined.", nameof(logProbabilities));
}
