namespace ForensicKit.Contamination.Membership;

/// <summary>
/// One way of asking a model whether it was trained on a set of items. A test refuses, with the reason, where its assumptions fail or it lacks what it
/// needs: it never gives a number then.
/// </summary>
public interface IMembershipTest
{
    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>Its null hypothesis.</summary>
    string Null { get; }

    /// <summary>What it needs.</summary>
    string Needs { get; }

    /// <summary>What it cannot see, and what else can make it speak.</summary>
    string CannotSee { get; }

    /// <summary>Asks.</summary>
    /// <returns>One outcome, or one for each statistic.</returns>
    /// <exception cref="KitException">The test refuses as a whole: <see cref="MembershipBattery"/> makes an outcome of it.</exception>
    Task<IReadOnlyList<MembershipOutcome>> RunAsync(MembershipContext context, IProgress<StepProgress>? progress, CancellationToken cancellationToken);
}

/// <summary>Outcomes of a test.</summary>
internal static class MembershipTestOutcomes
{
    /// <summary>An outcome that has everything but numbers.</summary>
    public static MembershipOutcome Outcome(this IMembershipTest test, string? statistic = null) => new()
    {
        Test = statistic is null ? test.Name : $"{test.Name}/{statistic}",
        Null = test.Null,
        Needs = test.Needs,
        CannotSee = test.CannotSee,
    };

    /// <summary>An outcome without a number.</summary>
    public static MembershipOutcome Refuse(this IMembershipTest test, string reason, string? statistic = null) => test.Outcome(statistic) with { Refused = reason };

    /// <summary>A test that compares two sets, with what the comparison says.</summary>
    public static MembershipOutcome Compared(this IMembershipTest test, SetComparison comparison, string? statistic = null) => test.Outcome(statistic) with
    {
        P = comparison.P,
        EffectName = "AUC within subjects",
        Effect = comparison.Area,
        Interval = comparison.Interval,
        Members = comparison.Members,
        NonMembers = comparison.NonMembers,
        Numbers = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["true_positive_rate_at_1_percent"] = comparison.TruePositiveRate,
            ["mean_members"] = comparison.MeanMembers,
            ["mean_non_members"] = comparison.MeanNonMembers,
            ["permutations"] = comparison.Permutations,
        },
    };
}
