using ForensicKit.Models;

namespace ForensicKit.Contamination.Membership;

/// <summary>
/// A wrong choice, guessed (Deng et al. 2024, TS-guessing): nobody needs to know it, so a model that writes it has seen the item. The question and the
/// choices before a wrong one are shown, the model goes on; members are compared with non-members, since some wrong choices are guessable.
/// </summary>
public sealed class MaskedOptionTest : IMembershipTest
{
    /// <inheritdoc/>
    public string Name => "masked-option";

    /// <inheritdoc/>
    public string Null => "The model's guess at a wrong choice is no nearer on members than on non-members.";

    /// <inheritdoc/>
    public string Needs => "written text; multiple choice; non-members of the same kind";

    /// <inheritdoc/>
    public string CannotSee => "Items that were seen without their choices, or in another order of them.";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MembershipOutcome>> RunAsync(MembershipContext context, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        context.RequireComparableSets(cancellationToken);
        var random = context.Random(Name);
        var (members, others) = (Usable(context.Members), Usable(context.NonMembers));
        if (members.Count < SetComparison.MinimumItems || others.Count < SetComparison.MinimumItems)
            throw new KitException(FormattableString.Invariant($"There are {members.Count} members and {others.Count} non-members with a wrong choice behind another choice; at least {SetComparison.MinimumItems} of each are needed."));
        MembershipItem[] all = [.. members, .. others];
        // A wrong choice behind at least one other, which shows the model that a list is meant.
        int[] masked = [.. all.Select(i => random.Choice([.. Enumerable.Range(1, i.Choices.Count - 1).Where(c => c != i.Gold)]))];
        var written = await context.Model.WriteAsync([.. all.Select((i, k) => new GenerationRequest(k, Shown(i, masked[k]), 40, ["\n"], Sampling.Greedy))], "Guessing wrong choices", progress, cancellationToken).ConfigureAwait(false);
        double[] rouge = [.. written.Select((w, k) => RougeL.Score(all[k].Choices[masked[k]], w.Text).F1)];
        bool[] exact = [.. written.Select((w, k) => string.Equals(Plain(w.Text), Plain(all[k].Choices[masked[k]]), StringComparison.Ordinal))];
        // What is written word for word stands above everything else.
        var outcome = this.Compare(
            context, $"{Name}/labels", members.Select((m, i) => (m, rouge[i] + (exact[i] ? 1 : 0))), others.Select((m, i) => (m, rouge[members.Count + i] + (exact[members.Count + i] ? 1 : 0))), null,
            cancellationToken);
        return
        [
            outcome with
            {
                Numbers = new Dictionary<string, double>(outcome.Numbers, StringComparer.Ordinal)
                {
                    ["rouge_members"] = rouge[..members.Count].Average(),
                    ["rouge_non_members"] = rouge[members.Count..].Average(),
                    ["exact_members"] = exact[..members.Count].Average(e => e ? 1.0 : 0.0),
                    ["exact_non_members"] = exact[members.Count..].Average(e => e ? 1.0 : 0.0),
                },
                Notes = ["The choices before the masked one are shown and the list is continued, which models that follow no instructions can do too."],
            },
        ];

        List<MembershipItem> Usable(IReadOnlyList<MembershipItem> items) => [.. Sampled.Evenly(
            [.. items.Where(i => i.Question is not null && i.Gold is not null && Enumerable.Range(1, Math.Max(0, i.Choices.Count - 1)).Any(c => c != i.Gold))], context.Options.WrittenItems)];
    }

    private static string Shown(MembershipItem item, int masked) =>
        item.Question + string.Concat(item.Choices.Take(masked).Select((c, i) => $"\n{(char)('A' + i)}. {c}")) + $"\n{(char)('A' + masked)}.";

    private static string Plain(string text) => string.Join(' ', Words.Of(text));
}
