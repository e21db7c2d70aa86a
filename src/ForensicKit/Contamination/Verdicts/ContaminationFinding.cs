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

    /// <summary>The findings, in the order of the benchmarks.</summary>
    /// <param name="evidence">What the contamination step stored.</param>
    /// <param name="calibration">How far verdicts can be trusted; null where that is not known.</param>
    /// <param name="seed">Seed of the permutations.</param>
    public static IReadOnlyList<Finding> CreateAll(ContaminationEvidence evidence, ZooCalibration? calibration, uint seed)
    {
        var measured = evidence.Benchmarks.Select(b => Measured.Of(b, evidence.Settings, seed)).ToList();
        var verdicts = ContaminationVerdicts.Of([.. measured.SelectMany(m => m.Tests)]);
        return
        [
            .. measured.Select(m => Create(m, [.. verdicts.Where(v => v.Benchmark == m.Benchmark.Name)])),
            .. calibration is null ? (Finding[])[] : [CalibrationFinding.Create(calibration)],
        ];
    }

    private static Finding Create(Measured m, IReadOnlyList<StatementVerdict> verdicts) => new()
    {
        Id = $"{Kind}/{m.Benchmark.ClaimId ?? m.Benchmark.Name}",
        Kind = Kind,
        ClaimId = m.Benchmark.ClaimId,
        Question = $"What can be said of {m.Benchmark.Name}: presence, memorisation, inflation?",
        Answer = Answer(m, verdicts),
        Rule = "Tests of one statement about one benchmark are combined: two by Bonferroni’s method, three or more by the harmonic mean with the factor that makes it valid under any dependence. The combined p-values of all benchmarks and statements are corrected for false discoveries; "
            + "a statement is shown where its corrected p is at most the level, and not shown otherwise. Memorisation is not tested where leaked and fresh items can be told apart without any model.",
        Source = "Vovk and Wang 2020; Benjamini and Hochberg 1995; presence: Fisher 1935; memorisation: reference-model scores (Carlini et al. 2021) against fresh twins by permutation within strata (Phipson and Smyth 2010); "
            + "inflation: difference in differences by exact exchange of labels.",
        Query = $"SELECT p.kind, p.is_fresh, count(*) AS items FROM item_presence p WHERE p.benchmark = '{m.Benchmark.Name.Replace("'", "''", StringComparison.Ordinal)}' GROUP BY ALL ORDER BY ALL",
        CannotShow = "That a statement which is not shown is false. Presence says nothing of memory, and memory nothing of a score.",
        Values = [.. Values(m, verdicts)],
    };

    private static string Answer(Measured m, IReadOnlyList<StatementVerdict> verdicts)
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
        if (m.NotTested is { } why)
            parts.Add($"Memorisation was not tested: {why}.");
        parts.Add("The three are separate statements: none follows from another.");

        return $"{headline}\n{string.Join(' ', parts)}";
    }

    private static IEnumerable<FindingValue> Values(Measured m, IReadOnlyList<StatementVerdict> verdicts)
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
    }

    private static string Name(ContaminationStatement statement) => statement.ToString().ToLower(CultureInfo.InvariantCulture);

    /// <summary>What was measured of a benchmark.</summary>
    private sealed record Measured(BenchmarkPresence Benchmark, IReadOnlyList<ContaminationTest> Tests, MemorisationResult? Memory, BlindResult? Blind, string? NotTested)
    {
        public static Measured Of(BenchmarkPresence b, ScanSettings settings, uint seed)
        {
            var tests = new List<ContaminationTest>();
            var counts = PresenceCounts.Of(b.Name, b.Presence);
            if (PresenceFinding.BeyondFresh(counts) is { } presence)
                tests.Add(new(b.Name, ContaminationStatement.Presence, "scan against fresh twins", presence));
            var blind = settings.Blind.GetValueOrDefault(b.Name);
            var reason = !b.Items.Any(i => i.IsLeaked) ? "no item is known to have leaked with its answer"
                : !b.Items.Any(i => !i.IsLeaked) ? "there are no fresh items to compare with"
                : !b.Likelihoods.Any(l => l.IsLeaked) || !b.Likelihoods.Any(l => !l.IsLeaked) ? "its protocol does not ask how likely the right answers are"
                : blind is null ? "there are too few leaked items to rule out that they differ from fresh ones without any model"
                : blind.Objection is not null ? "leaked and fresh items can be told apart without any model, or are too few to rule it out" : null;
            var memory = reason is null ? MemorisationTest.Run(b.Likelihoods, seed) : null;
            if (memory is not null)
                tests.Add(new(b.Name, ContaminationStatement.Memorisation, "likelihood of the right answer", memory.P));
            if (b.Items.Any(i => i.IsLeaked) && b.Items.Any(i => !i.IsLeaked))
                tests.Add(new(b.Name, ContaminationStatement.Inflation, "difference in differences", InflationTest.Run(b.Items).Overall.P));
            return new(b, tests, memory, blind, reason);
        }
    }
}
