using ForensicKit.Claims;
using ForensicKit.Statistics;

namespace ForensicKit.Findings.Judgement;

/// <summary>Two runs on the items that both asked.</summary>
/// <param name="Items">Items.</param>
/// <param name="First">Mean credit of the first run, 0 to 1.</param>
/// <param name="Second">Mean credit of the second.</param>
/// <param name="Wins">Items on which the first has more credit.</param>
/// <param name="Losses">Items on which the second has more.</param>
/// <param name="Lower">Lower end of the difference's interval.</param>
/// <param name="Upper">Upper end.</param>
/// <param name="StandardError">Standard error of the difference over items; null for one item.</param>
/// <param name="Clustered">Its errors over subjects; null where items have none, or one each.</param>
/// <param name="P">Two-sided p of no difference.</param>
internal sealed record PairedScores(
    int Items, double First, double Second, long Wins, long Losses, double Lower, double Upper, double? StandardError, ClusteredError? Clustered, Probability P)
{
    /// <summary>Level of the interval.</summary>
    public const double Level = 0.95;

    /// <summary>First minus second.</summary>
    public double Difference => First - Second;

    /// <summary>Pairs two runs by their items' ids; null where they share none.</summary>
    public static PairedScores? Of(RunScore first, RunScore second)
    {
        var other = second.ByItem();
        var shared = Enumerable.Range(0, first.Items).Where(i => other.ContainsKey(first.ItemIds[i])).ToList();
        if (shared.Count == 0)
            return null;
        double[] a = [.. shared.Select(i => first.Credits[i])], b = [.. shared.Select(i => other[first.ItemIds[i]])];
        var result = PairedDifference.Compare(a, b);
        var (wins, losses) = (a.Zip(b).LongCount(p => p.First > p.Second), a.Zip(b).LongCount(p => p.First < p.Second));
        var subjects = shared.ConvertAll(i => first.Subjects.Count == first.Items ? first.Subjects[i] : null);
        var groups = subjects.Exists(s => s is null) ? 0 : subjects.Distinct(StringComparer.Ordinal).Count();
        var clustered = groups > 1 && groups < shared.Count ? ClusteredErrors.Of<string>([.. a.Zip(b, (x, y) => x - y)], [.. subjects.Select(s => s!)]) : null;
        var isCount = first.IsCount && second.IsCount;
        var (lower, upper) = isCount && PairedBootstrap.Exact(a, b) is { } bootstrap
            ? (bootstrap.Quantile((1 - Level) / 2), bootstrap.Quantile((1 + Level) / 2))
            : Student(result, shared.Count);
        return new(shared.Count, result.MeanA, result.MeanB, wins, losses, lower, upper, result.StandardError, clustered,
            isCount ? McNemar.Exact(wins, losses) : result.PTwoSided ?? Probability.One);
    }

    private static (double Lower, double Upper) Student(PairedDifferenceResult result, int n)
    {
        if (result.StandardError is not { } error)
            return (-1, 1);
        var half = StudentT.UpperQuantile((1 - Level) / 2, n - 1) * error;
        return (result.Difference - half, result.Difference + half);
    }
}
