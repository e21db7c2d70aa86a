using System.Globalization;
using ForensicKit.Claims;
using ForensicKit.Contamination.Calibration;
using ForensicKit.Findings;
using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Verdicts;

/// <summary>Findings that say of each benchmark, apart from each other, whether presence, memorisation and inflation are shown.</summary>
public static class ContaminationFinding
{
    /// <summary>Kind of the findings.</summary>
    public const string Kind = "contamination";

    private const double Power = 0.9;

    /// <summary>The findings, in the order of the benchmarks.</summary>
    /// <param name="evidence">What the contamination step stored.</param>
    /// <param name="calibration">How far verdicts can be trusted; null where that is not known.</param>
    /// <param name="seed">Seed of the permutations.</param>
    public static IReadOnlyList<Finding> CreateAll(ContaminationEvidence evidence, ZooCalibration? calibration, uint seed)
    {
        var measured = evidence.Benchmarks.Select(b => Measured.Of(b, evidence.Settings, seed)).ToList();
        var verdicts = ContaminationVerdicts.Of([.. measured.SelectMany(m => m.Tests)]);
        return [.. measured.Select(m => Create(m, [.. verdicts.Where(v => v.Benchmark == m.Benchmark.Name)], calibration))];
    }

    private static Finding Create(Measured m, IReadOnlyList<StatementVerdict> verdicts, ZooCalibration? calibration) => new()
    {
        Id = $"{Kind}/{m.Benchmark.ClaimId ?? m.Benchmark.Name}",
        Kind = Kind,
        ClaimId = m.Benchmark.ClaimId,
        Question = $"What can be said of {m.Benchmark.Name}: presence, memorisation, inflation?",
        Answer = Answer(m, verdicts, calibration),
        Rule = "Tests of one statement about one benchmark are combined: two by Bonferroni’s method, three or more by the harmonic mean with the factor that makes it valid under any dependence. The combined p-values of all benchmarks and statements are corrected for false discoveries; "
            + "a statement is shown where its corrected p is at most the level, and not shown otherwise. Memorisation is not tested where leaked and fresh items can be told apart without any model.",
        Source = "Vovk and Wang 2020; Benjamini and Hochberg 1995; presence: Fisher 1935; memorisation: reference-model scores (Carlini et al. 2021) against fresh twins by permutation within strata (Phipson and Smyth 2010); "
            + "inflation: difference in differences by exact exchange of labels; calibration: data-manifests/zoos/default.results.json.",
        Query = $"SELECT p.kind, p.is_fresh, count(*) AS items FROM item_presence p WHERE p.benchmark = '{m.Benchmark.Name.Replace("'", "''", StringComparison.Ordinal)}' GROUP BY ALL ORDER BY ALL",
        CannotShow = "That a statement which is not shown is false. Presence says nothing of memory, and memory nothing of a score.",
        Values = [.. Values(m, verdicts, calibration)],
    };

    private static string Answer(Measured m, IReadOnlyList<StatementVerdict> verdicts, ZooCalibration? calibration)
    {
        var headline = "Presence is {{presence}}, memorisation {{memorisation}}, inflation {{inflation}}.";
        var parts = new List<string>();
        foreach (var verdict in verdicts)
        {
            var name = Name(verdict.Statement);
            parts.Add($"{char.ToUpperInvariant(name[0])}{name[1..]}: p = {{{{p_{name}}}}}, and p = {{{{q_{name}}}}} after correction over the case.");
        }

        if (m.Memory?.Interval is not null)
            parts.Add("The right answers of leaked items gained {{memory}} ({{memory|interval}}) over what the reference model and fresh items account for.");
        if (m.Refused is { } why)
            parts.Add($"Memorisation was not tested: {why}");
        parts.Add("The three are separate statements: none follows from another.");
        if (calibration is not null)
        {
            parts.Add("On small models trained with known leaks, this rule accused clean ones in {{zoo_accused|bare}} of {{zoo_trials}} ({{zoo_false}}; {{zoo_false|interval}}), and {{zoo_coverage}} of its intervals of inflation held the truth ({{zoo_coverage|interval}}).");
            if (calibration.SeenFrom(ContaminationStatement.Memorisation, Power) is not null)
                parts.Add("Memorisation was shown in at least {{zoo_power}} of those that had seen questions with their answers {{zoo_memorisation}} or more" + (calibration.SeenFrom(ContaminationStatement.Inflation, Power) is null ? "; inflation was not, at any number of exposures that was tried." : ", inflation at {{zoo_inflation}} or more."));
        }

        return $"{headline}\n{string.Join(' ', parts)}";
    }

    private static IEnumerable<FindingValue> Values(Measured m, IReadOnlyList<StatementVerdict> verdicts, ZooCalibration? calibration)
    {
        foreach (var statement in Enum.GetValues<ContaminationStatement>())
        {
            var verdict = verdicts.FirstOrDefault(v => v.Statement == statement);
            var name = Name(statement);
            yield return FindingValue.Word(name, char.ToUpperInvariant(name[0]) + name[1..], verdict is null ? "not tested" : verdict.IsShown ? "shown" : "not shown");
            if (verdict is null)
                continue;
            yield return FindingValue.P($"p_{name}", $"Combined p of no {name} ({string.Join(", ", verdict.Tests.Select(t => t.Name))})", verdict.Combined);
            yield return FindingValue.P($"q_{name}", "The same, corrected over the case", verdict.Adjusted);
        }

        if (m.Memory is { } memory)
        {
            yield return FindingValue.Number("memory", "Gain in log-likelihood of the right answer on leaked items", memory.Nats, 3, "nats per token") with
            {
                Interval = memory.Interval is { } i ? (i.Lower, i.Upper, 0.95) : null,
            };
            yield return FindingValue.Count("permutations", "Permutations drawn", memory.Permutations, "permutations");
        }

        if (m.Blind is { } blind)
        {
            yield return FindingValue.Number("blind", "Area under the curve of a classifier without any model, leaked against fresh items", blind.Area, 3, "") with { Interval = (blind.Low, blind.High, 0.95) };
            yield return FindingValue.P("blind_p", "p of no difference without any model", Probability.FromValue(blind.P));
        }

        yield return FindingValue.Number("level", "Rate of false discoveries among statements that are shown", 100 * ContaminationVerdicts.Level, 1, "%");
        if (calibration is null)
            yield break;
        var (accused, coverage) = (calibration.FalseAccusations, calibration.Coverage());
        yield return FindingValue.Count("zoo_accused", "Trials of the calibration in which a clean model is accused", accused.Accused, "trials");
        yield return FindingValue.Count("zoo_trials", "Trials: pairs of a clean suspect and a clean reference", accused.Trials, "trials");
        yield return FindingValue.Count("zoo_clean", "Clean models of which they are made", accused.Organisms, "models");
        yield return FindingValue.Number("zoo_false", "Share of trials in which a clean model is accused", 100 * accused.Share, 2, "%") with { Interval = (100 * accused.Interval.Lower, 100 * accused.Interval.Upper, 0.95) };
        yield return FindingValue.Number("zoo_coverage", "Share of intervals of inflation that hold the truth", 100 * coverage.Share, 1, "%") with { Interval = (100 * coverage.Interval.Lower, 100 * coverage.Interval.Upper, 0.95) };
        yield return FindingValue.Number("zoo_power", "Share of leaky models in which it is shown", 100 * Power, 0, "%");
        foreach (var statement in new[] { ContaminationStatement.Memorisation, ContaminationStatement.Inflation })
        {
            if (calibration.SeenFrom(statement, Power) is { } from)
                yield return FindingValue.Count($"zoo_{Name(statement)}", $"Exposures from which on {Name(statement)} is shown so often", from, from == 1 ? "time" : "times");
        }
    }

    private static string Name(ContaminationStatement statement) => statement.ToString().ToLower(CultureInfo.InvariantCulture);

    /// <summary>What was measured of a benchmark.</summary>
    private sealed record Measured(BenchmarkPresence Benchmark, IReadOnlyList<ContaminationTest> Tests, MemorisationResult? Memory, BlindResult? Blind, string? Refused)
    {
        public static Measured Of(BenchmarkPresence b, ScanSettings settings, uint seed)
        {
            var tests = new List<ContaminationTest>();
            var counts = PresenceCounts.Of(b.Name, b.Presence);
            if (PresenceFinding.BeyondFresh(counts) is { } presence)
                tests.Add(new(b.Name, ContaminationStatement.Presence, "scan against fresh twins", presence));
            var blind = settings.Blind.GetValueOrDefault(b.Name);
            var (memory, refused) = (default(MemorisationResult), default(string));
            if (b.Likelihoods.Any(l => l.IsLeaked) && b.Likelihoods.Any(l => !l.IsLeaked))
            {
                refused = blind is null ? "there are too few leaked items to rule out that they differ from fresh ones without any model."
                    : blind.Objection is not null ? "leaked and fresh items can be told apart without any model, or are too few to rule it out." : null;
                memory = refused is null ? MemorisationTest.Run(b.Likelihoods, seed) : null;
            }

            if (memory is not null)
                tests.Add(new(b.Name, ContaminationStatement.Memorisation, "likelihood of the right answer", memory.P));
            if (b.Items.Any(i => i.IsLeaked) && b.Items.Any(i => !i.IsLeaked))
                tests.Add(new(b.Name, ContaminationStatement.Inflation, "difference in differences", InflationTest.Run(b.Items).Overall.P));
            return new(b, tests, memory, blind, refused);
        }
    }
}
