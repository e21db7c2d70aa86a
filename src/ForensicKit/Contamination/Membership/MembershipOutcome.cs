using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Membership;

/// <summary>What one test says: a p-value, or why there is none.</summary>
public sealed record MembershipOutcome
{
    /// <summary>The test; after a slash the statistic where it has several.</summary>
    public required string Test { get; init; }

    /// <summary>The null hypothesis that <see cref="P"/> speaks of.</summary>
    public required string Null { get; init; }

    /// <summary>What the test needs.</summary>
    public required string Needs { get; init; }

    /// <summary>What the test cannot see.</summary>
    public required string CannotSee { get; init; }

    /// <summary>Why there is no p-value; null where there is one.</summary>
    public string? Refused { get; init; }

    /// <summary>One-sided, small where the model knows the members; null where refused.</summary>
    public Probability? P { get; init; }

    /// <summary>P after Benjamini and Hochberg over the tests of the battery (<see cref="Adjust"/>); null where refused, or where the test ran by itself.</summary>
    public Probability? Adjusted { get; init; }

    /// <summary>What <see cref="Effect"/> measures, with its unit.</summary>
    public string? EffectName { get; init; }

    /// <summary>The size of the effect.</summary>
    public double? Effect { get; init; }

    /// <summary>Its 95% interval.</summary>
    public Interval? Interval { get; init; }

    /// <summary>Items of the set under suspicion that the test used.</summary>
    public int Members { get; init; }

    /// <summary>Items that cannot have been trained on that the test used.</summary>
    public int NonMembers { get; init; }

    /// <summary>What was compared, item by item; null where the test compares no two sets.</summary>
    public ComparedSets? Compared { get; init; }

    /// <summary>Every further number, by name.</summary>
    public IReadOnlyDictionary<string, double> Numbers { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>What must be said with the numbers.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>
    /// Outcomes with <see cref="Adjusted"/>. Statistics of one test say nearly the same and must not count as so many findings: each test's p-values are
    /// put together (Simes 1986), tests are adjusted by Benjamini and Hochberg, and a statistic is no surer than its test nor than it is among its test's
    /// own (Yekutieli 2008, hierarchical testing).
    /// </summary>
    public static IReadOnlyList<MembershipOutcome> Adjust(IReadOnlyList<MembershipOutcome> outcomes)
    {
        var tests = outcomes.Where(o => o.P is not null).GroupBy(o => o.Test.Split('/')[0], StringComparer.Ordinal).ToList();
        if (tests.Count == 0)
            return outcomes;
        var inside = tests.Select(t => MultipleTesting.BenjaminiHochberg([.. t.Select(o => o.P!.Value)])).ToList();
        // Simes' p-value is the smallest of those that Benjamini and Hochberg adjust.
        var outside = MultipleTesting.BenjaminiHochberg([.. inside.Select(i => i.Min())]);
        var adjusted = new Dictionary<string, Probability>(StringComparer.Ordinal);
        for (var t = 0; t < tests.Count; t++)
        {
            foreach (var (outcome, own) in tests[t].Zip(inside[t]))
                adjusted[outcome.Test] = Probability.Max(outside[t], own);
        }

        return [.. outcomes.Select(o => o.P is null ? o : o with { Adjusted = adjusted[o.Test] })];
    }
}
