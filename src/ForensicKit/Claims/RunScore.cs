using ForensicKit.Manifests;
using ForensicKit.Statistics;

namespace ForensicKit.Claims;

/// <summary>The score of a model that this case asked itself, item by item.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Model">Id of the model in the case.</param>
/// <param name="Benchmark">Name of the benchmark's manifest.</param>
/// <param name="Protocol">The protocol.</param>
/// <param name="Rule">Id of the scoring rule.</param>
/// <param name="Title">The rule's name.</param>
/// <param name="ItemIds">The items, in the order of the split.</param>
/// <param name="Credits">Of each item 1 where it is right and 0 where it is not, or the expected share of a rule that averages over samples. An item
/// that the rule cannot be applied to counts as wrong.</param>
public sealed record RunScore(
    string RunId, string Model, string Benchmark, RunProtocol Protocol, string Rule, string Title, IReadOnlyList<string> ItemIds, IReadOnlyList<double> Credits)
{
    // Of a confidence sequence for shares: tightest after some hundred items.
    private const double SequenceRho = 0.25;

    private readonly IReadOnlyList<string>? _planned;

    /// <summary>The items that the run asks unless it stops early, in the order of the split; those it asked where nothing else is said.</summary>
    public IReadOnlyList<string> PlannedIds
    {
        get => _planned ?? ItemIds;
        init => _planned = value;
    }

    /// <summary>
    /// Whether the run stopped before it had asked everything, since the claim was refuted: its score is then that of a sequence that ended where it
    /// looked worst, not of a fixed number of items.
    /// </summary>
    public bool IsStopped => Protocol.StopsWhenRefuted && Items < PlannedIds.Count;

    /// <summary>The subject of each item, null where it has none; empty where that is not known.</summary>
    public IReadOnlyList<string?> Subjects { get; init; } = [];

    /// <summary>Items.</summary>
    public int Items => Credits.Count;

    /// <summary>Of each item 1 where it is right and 0 where it is not, or the expected share of a rule that averages over samples.</summary>
    public IReadOnlyList<double> Credits
    {
        get;
        init => (field, Correct) = (value, IsRight(value));
    } = Credits;

    /// <summary>Whether every item is right or wrong as a whole, so that the score is a count.</summary>
    public bool IsCount => Credits.All(c => c is 0 or 1);

    /// <summary>Whether each item is right. Of a rule that averages, whether it is right more often than not.</summary>
    public IReadOnlyList<bool> Correct { get; private init; } = IsRight(Credits);

    private static IReadOnlyList<bool> IsRight(IReadOnlyList<double> credits) => [.. credits.Select(c => c > 0.5)];

    /// <summary>The mean of the subjects' own scores in percent (macro average); null where items have no subjects.</summary>
    public double? MacroPercent => Subjects.Count == Items && Subjects.All(s => s is not null)
        ? 100 * Credits.Zip(Subjects).GroupBy(p => p.Second, StringComparer.Ordinal).Average(g => g.Average(p => p.First))
        : null;

    /// <summary>Right answers.</summary>
    public int Right => Correct.Count(right => right);

    /// <summary>The score in percent (micro average).</summary>
    public double Percent => IsCount ? 100.0 * Right / Items : 100 * Credits.Average();

    /// <summary>The credits by item.</summary>
    public Dictionary<string, double> ByItem() => ItemIds.Zip(Credits).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);

    /// <summary>
    /// 95% interval of the score in percent: Wilson's where it is a count, Student's over the items where a rule gives shares. Of a run that stopped
    /// early <see cref="AnytimeInterval"/>.
    /// </summary>
    public Interval Interval95
    {
        get
        {
            if (IsStopped)
                return AnytimeInterval(0.95);
            if (IsCount)
            {
                var wilson = BinomialInterval.Wilson(Right, Items, 0.95);
                return new(100 * wilson.Lower, 100 * wilson.Upper);
            }

            var half = Items > 1 ? StudentT.Quantile(0.975, Items - 1) * SampleMoments.StandardError([.. Credits.Select(c => (DoubleDouble)c)])!.Value.Hi : 1;
            return new(Math.Max(0, Percent - (100 * half)), Math.Min(100, Percent + (100 * half)));
        }
    }

    /// <summary>
    /// Interval of the score in percent that holds whenever one stops: the confidence sequence of the beta-binomial mixture where it is a count,
    /// Robbins' normal mixture where a rule gives shares.
    /// </summary>
    /// <param name="level">Its level, strictly between 0 and 1.</param>
    public Interval AnytimeInterval(double level)
    {
        var sequence = new ConfidenceSequence(1 - level);
        if (IsCount)
        {
            var (lower, upper) = sequence.Limits(Right, Items - Right);
            return new(100 * lower, 100 * upper);
        }

        var radius = 100 * sequence.NormalMixtureRadius(Items, SequenceRho);
        return new(Math.Max(0, Percent - radius), Math.Min(100, Percent + radius));
    }

    /// <summary>Whether this is the protocol's own rule: the first it names.</summary>
    public bool IsOwnRule => Protocol.Rules[0] == Rule;
}
