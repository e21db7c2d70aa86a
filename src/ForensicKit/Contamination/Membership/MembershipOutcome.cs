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

    /// <summary>P after Benjamini and Hochberg over all p-values of the battery; null where refused, or where the test ran by itself.</summary>
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

    /// <summary>Every further number, by name.</summary>
    public IReadOnlyDictionary<string, double> Numbers { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>What must be said with the numbers.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Outcomes with <see cref="Adjusted"/>: Benjamini and Hochberg over all p-values there are.</summary>
    public static IReadOnlyList<MembershipOutcome> Adjust(IReadOnlyList<MembershipOutcome> outcomes)
    {
        List<Probability> p = [.. outcomes.Where(o => o.P is not null).Select(o => o.P!.Value)];
        if (p.Count == 0)
            return outcomes;
        var adjusted = new Queue<Probability>(MultipleTesting.BenjaminiHochberg(p));
        return [.. outcomes.Select(o => o.P is null ? o : o with { Adjusted = adjusted.Dequeue() })];
    }
}
