namespace ForensicKit.Contamination;

/// <summary>What a model's full distribution says about the token that stands at one position.</summary>
/// <param name="LogProbability">Natural log-probability of the token.</param>
/// <param name="Mean">μ = Σ p·ln p over the vocabulary: the log-probability expected of a token drawn from the distribution.</param>
/// <param name="StandardDeviation">σ = √(Σ p·(ln p)² − μ²); 0 where the distribution leaves no choice or has no preference.</param>
public readonly record struct TokenPosition(double LogProbability, double Mean, double StandardDeviation)
{
    /// <summary>(ln p − μ)/σ; null where σ is 0.</summary>
    public double? Z => StandardDeviation > 0 ? (LogProbability - Mean) / StandardDeviation : null;

    /// <summary>From the logits of one position.</summary>
    /// <param name="logits">One per entry of the vocabulary; negative infinity is a token that cannot follow.</param>
    /// <param name="token">The token that stands there.</param>
    /// <exception cref="ArgumentException">The token lies outside the vocabulary, or a logit is NaN or positive infinity, or all are negative infinity.</exception>
    public static TokenPosition FromLogits(ReadOnlySpan<double> logits, int token)
    {
        if ((uint)token >= (uint)logits.Length)
            throw new ArgumentOutOfRangeException(nameof(token), token, "A token lies outside the vocabulary.");
        var largest = double.NegativeInfinity;
        foreach (var logit in logits)
        {
            if (double.IsNaN(logit) || double.IsPositiveInfinity(logit))
                throw new ArgumentException("A logit is not a number, or infinite.", nameof(logits));
            largest = Math.Max(largest, logit);
        }

        if (double.IsNegativeInfinity(largest))
            throw new ArgumentException("No token can follow: all logits are negative infinity.", nameof(logits));
        // Everything relative to the largest logit d: the normaliser cancels in σ, and equal logits give exactly 0.
        double normaliser = 0, first = 0;
        foreach (var logit in logits)
        {
            var d = logit - largest;
            var weight = Math.Exp(d);
            normaliser += weight;
            if (weight > 0)
                first += weight * d;
        }

        var meanOffset = first / normaliser;
        var second = 0.0;
        foreach (var logit in logits)
        {
            var d = logit - largest;
            var weight = Math.Exp(d);
            if (weight > 0)
                second += weight * (d - meanOffset) * (d - meanOffset);
        }

        var logNormaliser = Math.Log(normaliser);
        return new TokenPosition(logits[token] - largest - logNormaliser, meanOffset - logNormaliser, Math.Sqrt(second / normaliser));
    }
}
