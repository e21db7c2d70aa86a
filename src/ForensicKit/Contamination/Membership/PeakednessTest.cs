using ForensicKit.Models;
using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Membership;

/// <summary>CDD (Dong et al. 2024): how alike sampled answers are to the greedy one, members against non-members instead of a published threshold.</summary>
public sealed class PeakednessTest : IMembershipTest
{
    private const double Temperature = 0.8;

    /// <inheritdoc/>
    public string Name => "peakedness";

    /// <inheritdoc/>
    public string Null => "The model's sampled answers are no more alike on members than on non-members.";

    /// <inheritdoc/>
    public string Needs => "written text, sampled; non-members of the same kind";

    /// <inheritdoc/>
    public string CannotSee => "Items that were not memorised word for word; answers of one token, which are alike anyway.";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MembershipOutcome>> RunAsync(MembershipContext context, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        context.RequireComparableSets(cancellationToken);
        var members = Sampled.Evenly(context.Members, context.Options.WrittenItems);
        var others = Sampled.Evenly(context.NonMembers, context.Options.WrittenItems);
        MembershipItem[] all = [.. members, .. others];
        var (samples, random) = (context.Options.Samples, context.Random(Name));
        var requests = new List<GenerationRequest>();
        foreach (var item in all)
        {
            for (var k = 0; k <= samples; k++)
                requests.Add(new(0, Shown(item), context.Options.AnswerTokens, [], k == 0 ? Sampling.Greedy : new(Temperature), random.Below(int.MaxValue)));
        }

        var written = await context.Model.WriteAsync(requests, "Sampling answers", progress, cancellationToken).ConfigureAwait(false);
        // Where the model does not say its tokens, words are the tokens.
        var words = new Dictionary<string, int>(StringComparer.Ordinal);
        var byTokens = written.All(w => w.TokenIds.Count > 0 || w.Text.Length == 0);
        var peaks = written.Chunk(samples + 1).Select(w => CompletionOverlap.Peakedness(Tokens(w[0]), [.. w.Skip(1).Select(Tokens)])).ToList();
        var outcome = this.Compare(
            context, $"{Name}/labels", members.Select((m, i) => (m, peaks[i].Peakedness)), others.Select((m, i) => (m, peaks[members.Count + i].Peakedness)), null, cancellationToken);
        var (flagged, flaggedOthers) = (peaks.Take(members.Count).Count(p => p.Contaminated), peaks.Skip(members.Count).Count(p => p.Contaminated));
        return
        [
            outcome with
            {
                Numbers = new Dictionary<string, double>(outcome.Numbers, StringComparer.Ordinal)
                {
                    ["samples"] = samples,
                    ["temperature"] = Temperature,
                    ["above_published_threshold_members"] = flagged,
                    ["above_published_threshold_non_members"] = flaggedOthers,
                    ["fisher_p"] = TwoProportions.Fisher(flagged, members.Count, flaggedOthers, others.Count).Greater.Value,
                },
                Notes = byTokens ? [] : ["The model does not give the tokens of what it writes: distances are in words."],
            },
        ];

        int[] Tokens(GeneratedText text)
        {
            if (byTokens)
                return [.. text.TokenIds];
            var ids = new List<int>();
            foreach (var word in text.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                if (!words.TryGetValue(word, out var id))
                    words[word] = id = words.Count;
                ids.Add(id);
            }

            return [.. ids];
        }
    }

    // A question, or the first half of a text.
    private static string Shown(MembershipItem item)
    {
        if (item is { Prompt: { } prompt, Answer: not null })
            return prompt;
        var words = item.Text.Split(' ');
        return string.Join(' ', words[..Math.Max(1, words.Length / 2)]);
    }
}
