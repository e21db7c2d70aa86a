using System.IO.Compression;
using System.Text;
using ForensicKit.Models;

namespace ForensicKit.Contamination.Membership;

/// <summary>Scores of how familiar each item is, members against non-members of the same kind.</summary>
public sealed class MembershipScoresTest : IMembershipTest
{
    private const decimal Share = 0.20m;
    private const double DivergenceCap = 0.01;
    private const int PrefixItems = 7;
    private const int FrequencyCharacters = 1 << 20;

    /// <inheritdoc/>
    public string Name => "scores";

    /// <inheritdoc/>
    public string Null => "Within a subject, labels of members and non-members are exchangeable for the model's score.";

    /// <inheritdoc/>
    public string Needs => "log-probabilities of texts; non-members of the same kind; for some a reference model, the whole distribution, or text that frequencies come from";

    /// <inheritdoc/>
    public string CannotSee => "Texts seen once or twice (on pre-training data these scores are near chance); what the items differ in that a bag of words does not show.";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MembershipOutcome>> RunAsync(MembershipContext context, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        context.RequireComparableSets(cancellationToken);
        string[] texts = [.. context.Members.Concat(context.NonMembers).Select(i => i.Text)];
        var read = await ReadAsync().ConfigureAwait(false);
        List<MembershipOutcome> outcomes =
        [
            Told("loss", _ => read.Select(t => MembershipScores.LogLikelihood([.. t.LogProbs]))),
            Told("zlib", _ => read.Zip(texts, (t, text) => MembershipScores.Zlib(MembershipScores.LogLikelihood([.. t.LogProbs]), Compressed(text)))),
            Told("min-k", _ => read.Select(t => MembershipScores.MinK([.. t.LogProbs], Share))),
            Told("min-k++", _ => read.Select(PlusPlus)),
            await ToldAsync("lowercase", async () =>
            {
                var lower = await Likelihoods(context.Model, [.. texts.Select(t => t.ToLowerInvariant())], "Reading them in lower case").ConfigureAwait(false);
                return [.. read.Zip(lower, (t, l) => MembershipScores.LowercaseRatio([.. t.LogProbs], l))];
            }).ConfigureAwait(false),
            await ToldAsync("reference", async () =>
            {
                if (context.Reference is not { } reference)
                    throw new KitException("There is no reference model.");
                var other = await Likelihoods(reference, texts, "Reading them with the reference model").ConfigureAwait(false);
                return [.. read.Zip(other, (t, l) => MembershipScores.ReferenceDifference([.. t.LogProbs], l))];
            }).ConfigureAwait(false),
            await RecallAsync().ConfigureAwait(false),
            await ToldAsync("dc-pdd", DivergencesAsync).ConfigureAwait(false),
        ];
        return outcomes;

        async Task<ScoredText[]> ReadAsync()
        {
            const string step = "Reading members and non-members";
            try
            {
                return await context.Model.ScoreTextsAsync(texts, true, t => t, step, progress, cancellationToken).ConfigureAwait(false);
            }
            catch (KitException) when (context.Model is IServedModel)
            {
                // A server gives single log-probabilities, which is all that the others but Min-K%++ need; where it gives none, it says so again.
                return await context.Model.ScoreTextsAsync(texts, false, t => t, step, progress, cancellationToken).ConfigureAwait(false);
            }
        }

        Task<double[][]> Likelihoods(ILanguageModel model, string[] of, string step) => model.ScoreTextsAsync(of, false, t => t.LogProbs.ToArray(), step, progress, cancellationToken);

        MembershipOutcome Told(string score, Func<int, IEnumerable<double>> scores) => Refusing(score, () => Compare(score, [.. scores(0)], _ => true));

        async Task<MembershipOutcome> ToldAsync(string score, Func<Task<double[]>> scores)
        {
            try
            {
                return Compare(score, await scores().ConfigureAwait(false), _ => true);
            }
            catch (KitException e)
            {
                return this.Refuse(e.Message, score);
            }
        }

        MembershipOutcome Refusing(string score, Func<MembershipOutcome> run)
        {
            try
            {
                return run();
            }
            catch (KitException e)
            {
                return this.Refuse(e.Message, score);
            }
        }

        MembershipOutcome Compare(string score, double[] scores, Func<int, bool> isUsed)
        {
            var members = context.Members.Count;
            return this.Compare(
                context, $"{Name}/{score}", context.Members.Select((m, i) => (m, scores[i])),
                context.NonMembers.Select((m, i) => (Item: m, Score: scores[members + i], Index: i)).Where(x => isUsed(x.Index)).Select(x => (x.Item, x.Score)), score, cancellationToken);
        }

        // The prefix is made of non-members, which are then no longer compared.
        async Task<MembershipOutcome> RecallAsync()
        {
            try
            {
                var room = context.Model.Description.ContextLength - read.Max(t => t.TokenIds.Count) - 8;
                var prefix = new List<int>();
                foreach (var i in context.Random("prefix").SampleIndices(context.NonMembers.Count, Math.Min(PrefixItems, context.NonMembers.Count)))
                {
                    var tokens = read[context.Members.Count + i].TokenIds.Count + 2;
                    if (tokens > room)
                        continue;
                    room -= tokens;
                    prefix.Add(i);
                }

                if (prefix.Count == 0)
                    throw new KitException("The model's context has no room for a prefix of non-members before the longest item.");
                var before = string.Concat(prefix.Select(i => context.NonMembers[i].Text + "\n\n"));
                var after = await context.Model.ScoreContinuationsAsync([.. texts.Select(t => (before, t))], s => s.LogProbs.ToArray(), "Reading them after non-members", progress, cancellationToken).ConfigureAwait(false);
                var outcome = Compare("recall", [.. read.Zip(after, (t, l) => MembershipScores.Recall([.. t.LogProbs], l))], i => !prefix.Contains(i));
                return outcome with { Numbers = new Dictionary<string, double>(outcome.Numbers, StringComparer.Ordinal) { ["prefix_items"] = prefix.Count } };
            }
            catch (KitException e)
            {
                return this.Refuse(e.Message, "recall");
            }
        }

        async Task<double[]> DivergencesAsync()
        {
            if (context.FrequencyText is not { Length: > 0 } text)
                throw new KitException("There is no text that token frequencies come from.");
            string[] parts = [.. text[..Math.Min(text.Length, FrequencyCharacters)].Chunk(1000).Select(c => new string(c)).Where(c => !string.IsNullOrWhiteSpace(c))];
            var ids = await context.Model.ScoreTextsAsync(parts, false, t => t.TokenIds, "Counting tokens", progress, cancellationToken).ConfigureAwait(false);
            var counts = ids.SelectMany(i => i).GroupBy(i => i).ToDictionary(g => g.Key, g => g.LongCount());
            if (ids.Concat(read.Select(t => t.TokenIds)).SelectMany(i => i).Any(i => i < 0))
                throw new KitException("The model does not say which tokens its texts have.");
            var vocabulary = counts.Keys.Concat(read.SelectMany(t => t.TokenIds)).Max() + 1L;
            return [.. read.Select(t => MembershipScores.CalibratedDivergence(t.TokenIds, t.LogProbs, counts, counts.Values.Sum(), vocabulary, DivergenceCap).Score)];
        }
    }

    // Positions whose distribution leaves no choice have no z and are passed over.
    private static double PlusPlus(ScoredText text)
    {
        if (text.Details.Count != text.LogProbs.Count || text.Details.Any(d => double.IsNaN(d.MeanLogProb)))
            throw new KitException("The model does not give the whole distribution of each token.");
        TokenPosition[] positions = [.. text.LogProbs.Zip(text.Details, (l, d) => new TokenPosition(l, d.MeanLogProb, Math.Sqrt(Math.Max(0, d.VarianceLogProb)))).Where(p => p.Z is not null)];
        return positions.Length > 0 ? MembershipScores.MinKPlusPlus(positions, Share) : throw new KitException("Every token of an item is certain: Min-K%++ is undefined.");
    }

    private static int Compressed(string text)
    {
        using var stream = new MemoryStream();
        using (var zlib = new ZLibStream(stream, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(Encoding.UTF8.GetBytes(text));
        return (int)stream.Length;
    }
}
