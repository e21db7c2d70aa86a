namespace ForensicKit.Statistics;

/// <summary>
/// How well scores tell members from non-members, ties included: a larger score means more likely a member.
/// </summary>
/// <remarks>
/// The points are those of the rule "score ≥ t" at every distinct score t, and (0, 0): equal scores move together, nothing is interpolated.
/// </remarks>
public sealed class RocCurve
{
    // After each distinct score, from the largest down: members and non-members at or above it.
    private readonly List<(long Members, long NonMembers)> _points = [(0, 0)];

    /// <param name="members">Scores of members, without NaN.</param>
    /// <param name="nonMembers">Scores of non-members, without NaN.</param>
    /// <exception cref="ArgumentException">A list is empty or holds a NaN.</exception>
    public RocCurve(IReadOnlyCollection<double> members, IReadOnlyCollection<double> nonMembers)
    {
        double[] m = Sorted(members, nameof(members)), n = Sorted(nonMembers, nameof(nonMembers));
        (Members, NonMembers) = (m.Length, n.Length);
        long twiceU = 0;
        int i = m.Length, j = n.Length;
        while (i > 0 || j > 0)
        {
            var (from, below) = (i, j);
            var score = Math.Max(i > 0 ? m[i - 1] : double.NegativeInfinity, j > 0 ? n[j - 1] : double.NegativeInfinity);
            while (i > 0 && m[i - 1] == score)
                i--;
            while (j > 0 && n[j - 1] == score)
                j--;
            // Each of these members beats the non-members below the score and halves with those at it.
            twiceU += (long)(from - i) * (j + below);
            _points.Add((m.Length - i, n.Length - j));
        }

        U = twiceU / 2.0;
        AreaUnderCurve = twiceU / (2.0 * m.Length * n.Length);
    }

    /// <summary>Number of members.</summary>
    public int Members { get; }

    /// <summary>Number of non-members.</summary>
    public int NonMembers { get; }

    /// <summary>P(member &gt; non-member) + ½P(equal).</summary>
    public double AreaUnderCurve { get; }

    /// <summary>The Mann–Whitney statistic of the members: the area times the number of pairs.</summary>
    public double U { get; }

    /// <summary>The points (false-positive rate, true-positive rate) from (0, 0) to (1, 1).</summary>
    public IEnumerable<(double FalsePositiveRate, double TruePositiveRate)> Points =>
        _points.Select(p => ((double)p.NonMembers / NonMembers, (double)p.Members / Members));

    /// <summary>The largest true-positive rate among points within a false-positive rate.</summary>
    /// <param name="falsePositiveRate">The limit. A decimal, because 2 of 200 is exactly 0.01 but not exactly the double 0.01.</param>
    /// <param name="strictly">Whether the rate must stay below the limit (some published code) instead of at most at it.</param>
    public double TruePositiveRateAt(decimal falsePositiveRate, bool strictly = false)
    {
        if (falsePositiveRate is < 0 or > 1)
            throw new ArgumentOutOfRangeException(nameof(falsePositiveRate), falsePositiveRate, "A rate lies between 0 and 1.");
        var limit = falsePositiveRate * NonMembers;
        // Both counts grow along the curve. Below a limit of 0 there is no point at all: nothing is detected.
        return (double)_points.Where(p => strictly ? p.NonMembers < limit : p.NonMembers <= limit).Select(p => p.Members).DefaultIfEmpty(0).Max() / Members;
    }

    private static double[] Sorted(IReadOnlyCollection<double> scores, string name)
    {
        if (scores.Count == 0)
            throw new ArgumentException("There are no scores.", name);
        if (scores.Any(double.IsNaN))
            throw new ArgumentException("A score is not a number.", name);
        double[] sorted = [.. scores];
        Array.Sort(sorted);
        return sorted;
    }
}

/// <summary>
/// Conformal p-values against scores known to be null: valid whatever the score's distribution, if the tested item is exchangeable with
/// the null sample (Vovk, Gammerman and Shafer 2005).
/// </summary>
public sealed class ConformalNull
{
    private readonly double[] _sorted;

    /// <param name="nullScores">Scores of items known not to be members, without NaN.</param>
    /// <exception cref="ArgumentException">The list is empty or holds a NaN.</exception>
    public ConformalNull(IReadOnlyCollection<double> nullScores)
    {
        if (nullScores.Count == 0 || nullScores.Any(double.IsNaN))
            throw new ArgumentException("Null scores are numbers, and there is at least one.", nameof(nullScores));
        _sorted = [.. nullScores];
        Array.Sort(_sorted);
    }

    /// <summary>(1 + number of null scores at least as large) / (n + 1).</summary>
    /// <exception cref="ArgumentException">The score is NaN.</exception>
    public double PValue(double score)
    {
        if (double.IsNaN(score))
            throw new ArgumentException("The score is not a number.", nameof(score));
        int low = 0, high = _sorted.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_sorted[middle] < score)
                low = middle + 1;
            else
                high = middle;
        }

        return (1.0 + _sorted.Length - low) / (_sorted.Length + 1.0);
    }
}
