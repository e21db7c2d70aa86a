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

/// <summary>How often clean organisms are accused.</summary>
/// <param name="Accused">Trials in which one is.</param>
/// <param name="Trials">Ordered pairs of a clean suspect and a clean reference.</param>
/// <param name="Organisms">Clean organisms, of which the pairs are made.</param>
/// <param name="Interval">95% interval of the share: organisms drawn again with replacement, since pairs that share one are not independent.</param>
public sealed record FalseAccusationRate(int Accused, int Trials, int Organisms, Interval Interval)
{
    /// <summary>The share.</summary>
    public double Share => (double)Accused / Trials;
}

/// <summary>How often a statement is shown where it is true.</summary>
/// <param name="Statement">The statement.</param>
/// <param name="Size">Size of the organisms; null for all.</param>
/// <param name="Exposures">How often each item was seen.</param>
/// <param name="Shown">Benchmarks on which it is shown.</param>
public sealed record PowerPoint(ContaminationStatement Statement, string? Size, int Exposures, CountedShare Shown);

/// <summary>How often inflation is shown where it is so large.</summary>
/// <param name="Points">Least true inflation, in points.</param>
/// <param name="Shown">Benchmarks on which it is shown.</param>
public sealed record GainPower(int Points, CountedShare Shown);

/// <summary>
/// How far verdicts on contamination can be trusted: the rule of <see cref="ContaminationVerdicts"/> applied to organisms of which the truth is
/// known, each organism a case of its own.
/// </summary>
public sealed class ZooCalibration
{
    /// <summary>A leak of the question alone teaches no answer: it is presence without inflation.</summary>
    private const string QuestionOnly = "question-only";

    private const string AsAsked = "question-answer";
    private const int Resamples = 2_000;

    private readonly List<(ZooUnit Unit, IReadOnlySet<ContaminationStatement> Shown)> _units = [];

    /// <param name="results">What was measured.</param>
    /// <param name="level">Level of the verdicts.</param>
    public ZooCalibration(ZooResults results, double level = ContaminationVerdicts.Level)
    {
        Level = level;
        FalseAccusations = Accusations(results.Clean);
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
    public FalseAccusationRate FalseAccusations { get; }

    /// <summary>Benchmarks of clean organisms on which a statement is called shown.</summary>
    public CountedShare FalselyShown(ContaminationStatement statement) => CountedShare.Where(Clean, u => u.Shown.Contains(statement));

    /// <summary>Benchmarks of which only questions leaked, and on which inflation is called shown.</summary>
    public CountedShare ShownForQuestions(ContaminationStatement statement) => CountedShare.Where(Contaminated.Where(u => u.Unit.Way == QuestionOnly), u => u.Shown.Contains(statement));

    /// <summary>Benchmarks whose 95% interval of inflation holds the truth.</summary>
    /// <param name="ofClean">Those of clean organisms, those of others, or null for all.</param>
    public CountedShare Coverage(bool? ofClean = null) => CountedShare.Where(
        _units.Where(u => ofClean is null || (u.Unit.Exposures == 0) == ofClean), u => u.Unit.Low <= u.Unit.Truth && u.Unit.Truth <= u.Unit.High);

    /// <summary>Benchmarks whose 95% interval of the gain over items of the same difficulty holds the truth.</summary>
    public CountedShare MatchedCoverage => CountedShare.Where(_units.Where(u => u.Unit.MatchedLow is not null), u => u.Unit.MatchedLow <= u.Unit.Truth && u.Unit.Truth <= u.Unit.MatchedHigh);

    /// <summary>Mean width of those intervals over that of the estimates' own.</summary>
    public double MatchedWidth => _units.Where(u => u.Unit.MatchedLow is not null).Select(u => (u.Unit.MatchedHigh!.Value - u.Unit.MatchedLow!.Value) / (u.Unit.High - u.Unit.Low)).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Planted items that the scan finds, by way of planting.</summary>
    public CountedShare Found(string way) => Contaminated.Where(u => u.Unit.Way == way).Aggregate(new CountedShare(0, 0), (s, u) => new(s.Count + u.Unit.Found, s.Of + u.Unit.Leaked));

    /// <summary>Items that are not planted and are found all the same.</summary>
    public CountedShare FoundWrongly => _units.Aggregate(new CountedShare(0, 0), (s, u) => new(s.Count + u.Unit.FoundWrongly, s.Of + u.Unit.NotPlanted));

    /// <summary>Ways of planting, sorted.</summary>
    public IReadOnlyList<string> Ways => [.. Contaminated.Select(u => u.Unit.Way!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>How often a statement is shown, by number of exposures.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="size">Size of the organisms; null for all.</param>
    /// <param name="way">How the items are planted; question and answer as they are asked where it is left out.</param>
    public IReadOnlyList<PowerPoint> Power(ContaminationStatement statement, string? size = null, string way = AsAsked) => [.. Exposures.Select(exposures => new PowerPoint(
        statement, size, exposures,
        CountedShare.Where(
            Contaminated.Where(u => u.Unit.Exposures == exposures && u.Unit.Way == way && (size is null || u.Unit.Size == size)), u => u.Shown.Contains(statement))))];

    /// <summary>
    /// The fewest exposures of question and answer as they are asked from which on the statement was shown at least this often, whatever the number
    /// above; null where it never was so often.
    /// </summary>
    /// <param name="statement">The statement.</param>
    /// <param name="power">The share.</param>
    /// <param name="size">Size of the organisms; null for all.</param>
    public int? SeenFrom(ContaminationStatement statement, double power = 0.9, string? size = null) =>
        Power(statement, size).Reverse().TakeWhile(p => p.Shown.Of > 0 && p.Shown.Share >= power).LastOrDefault()?.Exposures;

    /// <summary>
    /// How often inflation is called shown of benchmarks whose true inflation is at least so large, in steps of five points: however items were
    /// planted, since a leak that is worth nothing has nothing to be seen.
    /// </summary>
    public IReadOnlyList<GainPower> PowerByGain => [.. Enumerable.Range(1, 20).Select(i => new GainPower(5 * i, CountedShare.Where(
        Contaminated.Where(u => u.Unit.Truth >= 5 * i), u => u.Shown.Contains(ContaminationStatement.Inflation)))).TakeWhile(p => p.Shown.Of > 0)];

    /// <summary>The least true inflation, in points, from which on it was shown at least this often; null where it never was.</summary>
    /// <param name="power">The share.</param>
    public int? SeenFromGain(double power = 0.9) => PowerByGain.Reverse().TakeWhile(p => p.Shown.Share >= power).LastOrDefault()?.Points;

    /// <summary>Mean true inflation by number of exposures, in points.</summary>
    public double MeanTruth(int exposures, string? size = null, string way = AsAsked) => Contaminated
        .Where(u => u.Unit.Exposures == exposures && u.Unit.Way == way && (size is null || u.Unit.Size == size)).Select(u => u.Unit.Truth).DefaultIfEmpty(double.NaN).Average();

    private IEnumerable<(ZooUnit Unit, IReadOnlySet<ContaminationStatement> Shown)> Clean => _units.Where(u => u.Unit.Exposures == 0);

    private IEnumerable<(ZooUnit Unit, IReadOnlySet<ContaminationStatement> Shown)> Contaminated => _units.Where(u => u.Unit.Exposures > 0);

    // Organisms are drawn again, not pairs: every pair of two that are drawn counts.
    private static FalseAccusationRate Accusations(IReadOnlyList<CleanTrials> sizes)
    {
        var trials = sizes.Sum(s => s.Organisms * (s.Organisms - 1));
        var random = new NumpyRandomState(1);
        var accused = sizes.Select(s => s.Accused.Select(p => (p[0], p[1])).ToHashSet()).ToList();
        var rates = new double[Resamples];
        for (var k = 0; k < Resamples; k++)
        {
            var (found, of) = (0, 0);
            for (var s = 0; s < sizes.Count; s++)
            {
                var drawn = random.Choices(sizes[s].Organisms, sizes[s].Organisms);
                foreach (var suspect in drawn)
                {
                    foreach (var reference in drawn.Where(r => r != suspect))
                        (found, of) = (found + (accused[s].Contains((suspect, reference)) ? 1 : 0), of + 1);
                }
            }

            rates[k] = of == 0 ? 0 : (double)found / of;
        }

        Array.Sort(rates);
        var all = accused.Sum(a => a.Count);
        var organisms = sizes.Sum(s => s.Organisms);
        // Where nothing was accused, drawing again shows nothing: as many organisms as there are, none of them accused.
        var interval = all == 0 ? new CountedShare(0, organisms).Interval : new Interval(rates[(int)(0.025 * Resamples)], rates[(int)(0.975 * Resamples)]);
        return new(all, trials, organisms, interval);
    }

    /// <summary>The tests of a benchmark of an organism.</summary>
    internal static IEnumerable<ContaminationTest> Tests(ZooUnit u) =>
    [
        new(u.Benchmark, ContaminationStatement.Presence, "scan", Probability.FromValue(u.PresenceP)),
        new(u.Benchmark, ContaminationStatement.Memorisation, "answer likelihood", Probability.FromValue(u.MemoryP)),
        new(u.Benchmark, ContaminationStatement.Inflation, "difference in differences", Probability.FromValue(u.InflationP)),
    ];
}
