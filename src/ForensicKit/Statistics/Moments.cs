namespace ForensicKit.Statistics;

/// <summary>Mean and standard deviation, summed with some 30 digits so that the order of the data does not matter.</summary>
public static class Moments
{
    /// <summary>The mean.</summary>
    /// <exception cref="ArgumentException">There are no observations.</exception>
    public static double Mean(IReadOnlyCollection<double> data) => MeanExtended(data).Hi;

    /// <summary>√(Σ(x − x̄)²/(n − ddof)).</summary>
    /// <param name="data">Observations.</param>
    /// <param name="ddof">Delta degrees of freedom: 0 as RStd, ConStat and vLLM report it, 1 for the unbiased variance.</param>
    /// <returns>NaN where n ≤ ddof.</returns>
    /// <exception cref="ArgumentException">There are no observations, or ddof is negative.</exception>
    public static double StandardDeviation(IReadOnlyCollection<double> data, int ddof = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ddof);
        var mean = MeanExtended(data);
        if (data.Count <= ddof)
            return double.NaN;
        return DoubleDouble.Sqrt(SampleMoments.SquaresAbout(data.Select(x => (DoubleDouble)x), mean) / (data.Count - ddof)).Hi;
    }

    internal static DoubleDouble MeanExtended(IReadOnlyCollection<double> data)
    {
        if (data.Count == 0)
            throw new ArgumentException("There are no observations.", nameof(data));
        return SampleMoments.Mean([.. data.Select(x => (DoubleDouble)x)]);
    }
}
