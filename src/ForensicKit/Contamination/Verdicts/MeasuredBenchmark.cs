using ForensicKit.Claims;

namespace ForensicKit.Contamination.Verdicts;

/// <summary>Every test of a benchmark, for the verdict.</summary>
/// <param name="Name">The benchmark.</param>
/// <param name="ClaimId">The claim about it; null for none.</param>
/// <param name="Query">SQL over the evidence that shows the rows.</param>
/// <param name="Tests">The tests that gave a p-value.</param>
internal sealed record MeasuredBenchmark(string Name, string? ClaimId, string Query, IReadOnlyList<ContaminationTest> Tests)
{
    /// <summary>Name of the tests that ask the model itself, as one.</summary>
    public const string Battery = "tests that ask the model itself";

    /// <summary>Likelihoods of right answers compared; null where they were not.</summary>
    public MemorisationResult? Likelihood { get; private init; }

    /// <summary>Why they were not; null where they were, or where there is no training text.</summary>
    public string? NotCompared { get; private init; }

    /// <summary>Whether leaked and fresh items differ without any model; null where that was not looked at.</summary>
    public BlindResult? Blind { get; private init; }

    /// <summary>What the model itself shows of memory; null where it was not asked, or every test refused.</summary>
    public BatteryVerdict? Memory { get; private init; }

    /// <summary>The tests of a benchmark that was looked for in training text.</summary>
    public static MeasuredBenchmark Of(BenchmarkPresence b, BenchmarkMembership? asked, ScanSettings settings, uint seed)
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
        var likelihood = reason is null ? MemorisationTest.Run(b.Likelihoods, seed) : null;
        if (likelihood is not null)
            tests.Add(new(b.Name, ContaminationStatement.Memorisation, "likelihood of the right answer", likelihood.P));
        if (b.Items.Any(i => i.IsLeaked) && b.Items.Any(i => !i.IsLeaked))
            tests.Add(new(b.Name, ContaminationStatement.Inflation, "difference in differences", InflationTest.Run(b.Items).Overall.P));
        tests.AddRange(asked is null ? [] : Asked(asked));
        return new(b.Name, b.ClaimId, $"SELECT p.kind, p.is_fresh, count(*) AS items FROM item_presence p WHERE p.benchmark = '{b.Name.Replace("'", "''", StringComparison.Ordinal)}' GROUP BY ALL ORDER BY ALL", tests)
        {
            Likelihood = likelihood,
            NotCompared = reason,
            Blind = blind,
            Memory = asked is null ? null : BatteryVerdict.Of(asked, ContaminationStatement.Memorisation),
        };
    }

    /// <summary>The tests of a benchmark for which only the model is at hand.</summary>
    public static MeasuredBenchmark Of(BenchmarkMembership asked) =>
        new(asked.Name, asked.ClaimId, $"SELECT test, p, refused FROM membership_tests WHERE battery_id = '{asked.Suspect.Id}' ORDER BY test_index", [.. Asked(asked)])
        {
            Memory = BatteryVerdict.Of(asked, ContaminationStatement.Memorisation),
        };

    private static IEnumerable<ContaminationTest> Asked(BenchmarkMembership asked) =>
        from statement in new[] { ContaminationStatement.Memorisation, ContaminationStatement.Inflation }
        let verdict = BatteryVerdict.Of(asked, statement)
        where verdict is { IsUsable: true }
        select new ContaminationTest(asked.Name, statement, Battery, verdict.P);
}
