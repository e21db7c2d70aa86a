namespace ForensicKit.Contamination.Membership;

/// <summary>Scores of other models on the items of both sets.</summary>
/// <param name="Members">By model, then by the id of a member: a score from 0 to 1.</param>
/// <param name="NonMembers">By model, then by the id of a non-member.</param>
public sealed record ReferenceScores(
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Members, IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> NonMembers)
{
    /// <summary>Models that have scores on both sets, in the order of their names.</summary>
    public IReadOnlyList<string> Models => [.. Members.Keys.Where(NonMembers.ContainsKey).Order(StringComparer.Ordinal)];

    /// <summary>Scores of one model in the order of items.</summary>
    /// <exception cref="KitException">The model has no score for an item.</exception>
    public ItemScores Of(string model, IReadOnlyList<MembershipItem> members, IReadOnlyList<MembershipItem> nonMembers) => new(Row(Members[model], members), Row(NonMembers[model], nonMembers));

    private static double[] Row(IReadOnlyDictionary<string, double> scores, IReadOnlyList<MembershipItem> items) =>
        [.. items.Select(i => scores.TryGetValue(i.Id, out var score) ? score : throw new KitException("A reference model has no score for this item.", i.Id))];
}
