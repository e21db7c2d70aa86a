namespace ForensicKit.Contamination.Membership;

/// <summary>One item's score in a comparison of two sets.</summary>
/// <param name="ItemId">The item; an id is unique within its set.</param>
/// <param name="IsMember">Whether it is under suspicion; otherwise it cannot have been trained on.</param>
/// <param name="Subject">Labels are exchanged within a subject; empty where there is one.</param>
/// <param name="Score">The larger, the likelier a member.</param>
public sealed record ComparedItem(string ItemId, bool IsMember, string Subject, double Score);

/// <summary>What a test compared, so that its p-value can be computed again without the model.</summary>
/// <param name="Draws">Purpose of the draws: with the seed it gives the same exchanges of labels again.</param>
/// <param name="Items">The items with their scores, members first.</param>
public sealed record ComparedSets(string Draws, IReadOnlyList<ComparedItem> Items)
{
    /// <summary>Compares them.</summary>
    /// <param name="seed">Seed of the battery.</param>
    /// <param name="permutations">Exchanges of labels.</param>
    /// <param name="cancellationToken">Stops between exchanges.</param>
    /// <exception cref="KitException">As of <see cref="SetComparison.Of"/>.</exception>
    public SetComparison Compare(long seed, int permutations, CancellationToken cancellationToken) => SetComparison.Of(
        [.. Items.Where(i => i.IsMember).Select(i => (i.Score, i.Subject))], [.. Items.Where(i => !i.IsMember).Select(i => (i.Score, i.Subject))],
        MembershipContext.Random(seed, Draws), permutations, cancellationToken);
}
