namespace ForensicKit.Contamination.Membership;

/// <summary>
/// The data contamination quiz (Golchin and Surdeanu 2024): which of four wordings is the original, with the quiz that shows the model's preference for a
/// place first; members are compared with non-members.
/// </summary>
public sealed class QuizTest : IMembershipTest
{
    private const int Places = 4;
    private const double SameAnswer = 0.95;
    private static readonly string[] s_letters = [" A", " B", " C", " D", " E"];

    /// <inheritdoc/>
    public string Name => "quiz";

    /// <inheritdoc/>
    public string Null => "The model picks the original wording of members no oftener than that of non-members, its preference for places taken out.";

    /// <inheritdoc/>
    public string Needs => "log-probabilities of continuations; non-members; three paraphrases of each item (edits of words where none are given)";

    /// <inheritdoc/>
    public string CannotSee => "Models that cannot take a quiz; an original is preferred for its style as well, which is why non-members are needed.";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MembershipOutcome>> RunAsync(MembershipContext context, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        context.RequireComparableSets(cancellationToken);
        var random = context.Random(Name);
        var edited = 0;
        var (members, others) = (Quizzes(context.Members), Quizzes(context.NonMembers));
        Quiz[] all = [.. members, .. others];
        if (members.Count < SetComparison.MinimumItems || others.Count < SetComparison.MinimumItems)
            throw new KitException(FormattableString.Invariant($"There are {members.Count} members and {others.Count} non-members that paraphrases can be made of; at least {SetComparison.MinimumItems} of each are needed."));
        // First what it picks where no wording is the original, then the same with the original in its place.
        var bias = await PicksAsync(q => q.Fourth, "Quiz without originals").ConfigureAwait(false);
        var main = await PicksAsync(q => q.Original, "Quiz with originals").ConfigureAwait(false);
        var picks = bias.Concat(main).SelectMany(p => p).GroupBy(p => p).Max(g => g.Count());
        if (picks >= SameAnswer * all.Length * Places * 2)
            throw new KitException(FormattableString.Invariant($"The model picks the same letter in {picks} of {all.Length * Places * 2} quizzes: it cannot take them."));
        double[] scores = [.. all.Select((_, i) => Enumerable.Range(0, Places).Sum(p => (main[i][p] == p ? 1.0 : 0.0) - (bias[i][p] == p ? 1.0 : 0.0)))];
        var outcome = this.Compare(
            context, $"{Name}/labels", members.Select((m, i) => (m.Item, scores[i])), others.Select((m, i) => (m.Item, scores[members.Count + i])), null, cancellationToken);
        var numbers = new Dictionary<string, double>(outcome.Numbers, StringComparer.Ordinal) { ["made_by_edits"] = edited };
        Kappa("members", 0, members.Count);
        Kappa("non_members", members.Count, others.Count);
        return [outcome with { Numbers = numbers, Notes = edited > 0 ? ["Paraphrases were made by seeded edits of words, which read clumsier than the original."] : [] }];

        void Kappa(string name, int from, int count)
        {
            int At(int[][] picked, int place) => picked.Skip(from).Take(count).Count(p => p[place] == place);
            var best = Enumerable.Range(0, Places).MaxBy(p => At(main, p));
            if (At(bias, best) < count)
                numbers[$"kappa_{name}"] = CompletionOverlap.QuizKappa(count, At(main, best), At(bias, best));
        }

        List<Quiz> Quizzes(IReadOnlyList<MembershipItem> items)
        {
            var made = new List<Quiz>();
            foreach (var item in Sampled.Evenly(items, context.Options.WrittenItems))
            {
                var original = item.Question ?? item.Text;
                var given = context.Perturbed.GetValueOrDefault(item.Id) is { Count: >= Places - 1 } texts ? texts : null;
                var wordings = given is { Count: >= Places } ? given.Take(Places).ToList()
                    : given is not null && WordEdits.Make(given[0], 1, random) is { } more ? [.. given, .. more]
                    : WordEdits.Make(original, Places, random);
                if (wordings is null)
                    continue;
                edited += given is null ? 1 : 0;
                made.Add(new(item, original, [.. wordings.Take(Places - 1)], wordings[Places - 1]));
            }

            return made;
        }

        // Per quiz and place in which the wording is put: the place that is picked.
        async Task<int[][]> PicksAsync(Func<Quiz, string> put, string step)
        {
            var asked = all.SelectMany(q => Enumerable.Range(0, Places).SelectMany(place => s_letters.Select(letter => (Prompt(q, place, put(q)), letter)))).ToList();
            var likely = await context.Model.ScoreContinuationsAsync(asked, s => s.LogProbs.Sum(), step, progress, cancellationToken).ConfigureAwait(false);
            return [.. likely.Chunk(Places * s_letters.Length).Select(item => item.Chunk(s_letters.Length).Select(letters => Array.IndexOf(letters, letters.Max())).ToArray())];
        }

        string Prompt(Quiz quiz, int place, string put)
        {
            var options = quiz.Others.ToList();
            options.Insert(place, put);
            return FormattableString.Invariant($"Instruction: You are provided with a five-choice quiz. Your task is to correctly select the option corresponding to an instance from the {context.Split} split of the {context.Dataset} dataset. When selecting your answer, pay attention to the exact wording.\n")
                + string.Concat(options.Select((o, i) => $"{(char)('A' + i)}) {o}\n")) + "E) None of the provided options.\nAnswer:";
        }
    }

    private sealed record Quiz(MembershipItem Item, string Original, IReadOnlyList<string> Others, string Fourth);
}
