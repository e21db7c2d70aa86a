using ForensicKit.Contamination.Verdicts;

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

    /// <summary>What a small p-value speaks for.</summary>
    ContaminationStatement Statement => ContaminationStatement.Memorisation;

    /// <summary>Asks.</summary>
    /// <returns>One outcome, or one for each statistic.</returns>
    /// <exception cref="KitException">The test refuses as a whole: <see cref="MembershipBattery"/> makes an outcome of it.</exception>
    Task<IReadOnlyList<MembershipOutcome>> RunAsync(MembershipContext context, IProgress<StepProgress>? progress, CancellationToken cancellationToken);
}

/// <summary>Outcomes of a test.</summary>
internal static class MembershipTestOutcomes
{
    /// <summary>Name of the effect of tests that compare two sets.</summary>
    public const string Area = "AUC within subjects";

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
    /// <param name="test">The test.</param>
    /// <param name="context">Gives seed and permutations.</param>
    /// <param name="draws">Purpose of the draws.</param>
    /// <param name="members">Members with their scores.</param>
    /// <param name="others">Non-members with theirs.</param>
    /// <param name="statistic">Its statistic; null where it has one.</param>
    /// <param name="cancellationToken">Stops between exchanges of labels.</param>
    /// <exception cref="KitException">As of <see cref="SetComparison.Of"/>.</exception>
    public static MembershipOutcome Compare(
        this IMembershipTest test, MembershipContext context, string draws, IEnumerable<(MembershipItem Item, double Score)> members, IEnumerable<(MembershipItem Item, double Score)> others, string? statistic,
        CancellationToken cancellationToken)
    {
        var sets = new ComparedSets(draws, [.. members.Select(m => Scored(m, true)), .. others.Select(m => Scored(m, false))]);
        var comparison = sets.Compare(context.Seed, context.Options.Permutations, cancellationToken);
        return test.Outcome(statistic) with
        {
            P = comparison.P,
            EffectName = Area,
            Effect = comparison.Area,
            Interval = comparison.Interval,
            Members = comparison.Members,
            NonMembers = comparison.NonMembers,
            Compared = sets,
            Numbers = new Dictionary<string, double>(StringComparer.Ordinal)
            {
                ["true_positive_rate_at_1_percent"] = comparison.TruePositiveRate,
                ["mean_members"] = comparison.MeanMembers,
                ["mean_non_members"] = comparison.MeanNonMembers,
                ["permutations"] = comparison.Permutations,
            },
        };

        static ComparedItem Scored((MembershipItem Item, double Score) item, bool isMember) => new(item.Item.Id, isMember, item.Item.Subject, item.Score);
    }
}
