using ForensicKit.Contamination.Verdicts;
using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Calibration;

/// <summary>A share that was counted, with its exact interval.</summary>
/// <param name="Count">How many.</param>
/// <param name="Of">Of how many.</param>
public readonly record struct CountedShare(int Count, int Of)
{
    /// <summary>The share; not a number where nothing was counted.</summary>
    public double Share => (double)Count / Of;

    /// <summary>95% interval (Clopper and Pearson 1934); 0 to 1 where nothing was counted.</summary>
    public Interval Interval => Of == 0 ? new(0, 1) : BinomialInterval.ClopperPearson(Count, Of, 0.95);

    /// <summary>How many of the units are so.</summary>
    internal static CountedShare Where<T>(IEnumerable<T> units, Func<T, bool> isSo)
    {
        var all = units.ToList();
        return new(all.Count(isSo), all.Count);
    }
}

/// <summary>How often a statement is shown where it is true.</summary>
/// <param name="Statement">The statement.</param>
/// <param name="Size">Size of the organisms; null for all.</param>
/// <param name="Exposures">How often each item was seen.</param>
/// <param name="Shown">Benchmarks on which it is shown.</param>
public sealed record PowerPoint(ContaminationStatement Statement, string? Size, int Exposures, CountedShare Shown);

/// <summary>
/// How far verdicts on contamination can be trusted: the rule of <see cref="ContaminationVerdicts"/> applied to organisms of which the truth is
/// known, each organism a case of its own.
/// </summary>
public sealed class ZooCalibration
{
    /// <summary>A leak of the question alone teaches no answer: it is presence without inflation.</summary>
    private const string QuestionOnly = "question-only";

    private readonly List<(ZooUnit Unit, IReadOnlySet<ContaminationStatement> Shown)> _units = [];

    /// <param name="results">What was measured.</param>
    /// <param name="level">Level of the verdicts.</param>
    public ZooCalibration(ZooResults results, double level = ContaminationVerdicts.Level)
    {
        Level = level;
        foreach (var member in results.Units.GroupBy(u => u.Member, StringComparer.Ordinal))
        {
            var shown = ContaminationVerdicts.Of([.. member.SelectMany(Tests)], level).Where(v => v.IsShown).ToLookup(v => v.Benchmark, v => v.Statement, StringComparer.Ordinal);
            _units.AddRange(member.Select(u => (u, (IReadOnlySet<ContaminationStatement>)shown[u.Benchmark].ToHashSet())));
        }
    }

    /// <summary>Level of the verdicts.</summary>
    public double Level { get; }

    /// <summary>Every benchmark of every organism.</summary>
    public IReadOnlyList<ZooUnit> Units => [.. _units.Select(u => u.Unit)];

    /// <summary>Sizes, in the order of the results.</summary>
    public IReadOnlyList<string> Sizes => [.. _units.Select(u => u.Unit.Size).Distinct(StringComparer.Ordinal)];

    /// <summary>Numbers of exposures, rising.</summary>
    public IReadOnlyList<int> Exposures => [.. Contaminated.Select(u => u.Unit.Exposures).Distinct().Order()];

    /// <summary>Clean organisms that are accused: memorisation or inflation is called shown on at least one of their benchmarks.</summary>
    public CountedShare FalseAccusations => CountedShare.Where(
        Clean.GroupBy(u => u.Unit.Member, StringComparer.Ordinal), m => m.Any(u => u.Shown.Contains(ContaminationStatement.Memorisation) || u.Shown.Contains(ContaminationStatement.Inflation)));

    /// <summary>Benchmarks of clean organisms on which a statement is called shown.</summary>
    public CountedShare FalselyShown(ContaminationStatement statement) => CountedShare.Where(Clean, u => u.Shown.Contains(statement));

    /// <summary>Benchmarks of which only questions leaked, and on which inflation is called shown.</summary>
    public CountedShare ShownForQuestions(ContaminationStatement statement) => CountedShare.Where(Contaminated.Where(u => u.Unit.Way == QuestionOnly), u => u.Shown.Contains(statement));

    /// <summary>Benchmarks whose 95% interval of inflation holds the truth.</summary>
    /// <param name="ofClean">Those of clean organisms, those of others, or null for all.</param>
    public CountedShare Coverage(bool? ofClean = null) => CountedShare.Where(
        _units.Where(u => ofClean is null || (u.Unit.Exposures == 0) == ofClean), u => u.Unit.Low <= u.Unit.Truth && u.Unit.Truth <= u.Unit.High);

    /// <summary>Planted items that the scan finds, by way of planting.</summary>
    public CountedShare Found(string way) => Contaminated.Where(u => u.Unit.Way == way).Aggregate(new CountedShare(0, 0), (s, u) => new(s.Count + u.Unit.Found, s.Of + u.Unit.Leaked));

    /// <summary>Items that are not planted and are found all the same.</summary>
    public CountedShare FoundWrongly => _units.Aggregate(new CountedShare(0, 0), (s, u) => new(s.Count + u.Unit.FoundWrongly, s.Of + u.Unit.NotPlanted));

    /// <summary>Ways of planting, sorted.</summary>
    public IReadOnlyList<string> Ways => [.. Contaminated.Select(u => u.Unit.Way!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>How often a statement is shown where question and answer leaked, by number of exposures.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="size">Size of the organisms; null for all.</param>
    public IReadOnlyList<PowerPoint> Power(ContaminationStatement statement, string? size = null) => [.. Exposures.Select(exposures => new PowerPoint(
        statement, size, exposures,
        CountedShare.Where(
            Contaminated.Where(u => u.Unit.Exposures == exposures && u.Unit.Way != QuestionOnly && (size is null || u.Unit.Size == size)), u => u.Shown.Contains(statement))))];

    /// <summary>
    /// The fewest exposures from which on the statement was shown at least this often, whatever the number above; null where it never was so often.
    /// </summary>
    /// <param name="statement">The statement.</param>
    /// <param name="power">The share.</param>
    /// <param name="size">Size of the organisms; null for all.</param>
    public int? SeenFrom(ContaminationStatement statement, double power = 0.9, string? size = null) =>
        Power(statement, size).Reverse().TakeWhile(p => p.Shown.Of > 0 && p.Shown.Share >= power).LastOrDefault()?.Exposures;

    /// <summary>Mean true inflation by number of exposures, in points, where question and answer leaked.</summary>
    public double MeanTruth(int exposures, string? size = null) => Contaminated
        .Where(u => u.Unit.Exposures == exposures && u.Unit.Way != QuestionOnly && (size is null || u.Unit.Size == size)).Select(u => u.Unit.Truth).DefaultIfEmpty(double.NaN).Average();

    private IEnumerable<(ZooUnit Unit, IReadOnlySet<ContaminationStatement> Shown)> Clean => _units.Where(u => u.Unit.Exposures == 0);

    private IEnumerable<(ZooUnit Unit, IReadOnlySet<ContaminationStatement> Shown)> Contaminated => _units.Where(u => u.Unit.Exposures > 0);

    private static IEnumerable<ContaminationTest> Tests(ZooUnit u) =>
    [
        new(u.Benchmark, ContaminationStatement.Presence, "scan", Probability.FromValue(u.PresenceP)),
        new(u.Benchmark, ContaminationStatement.Memorisation, "answer likelihood", Probability.FromValue(u.MemoryP)),
        new(u.Benchmark, ContaminationStatement.Inflation, "difference in differences", Probability.FromValue(u.InflationP)),
    ];
}
