using System.Globalization;
using System.Text.Json;
using ForensicKit.Conformance;
using ForensicKit.Models;

namespace ForensicKit.Inference.Conformance.LmEval;

/// <summary>Asks the model everything that a run recorded once more and compares the answers.</summary>
internal sealed class LmEvalRerun(ILanguageModel model, string shown)
{
    /// <summary>Most that a log-likelihood of up to 100 tokens may differ, in nats: float32 noise between batch sizes and threads.</summary>
    public const double Tolerance = 2e-3;

    /// <summary>The same for longer texts.</summary>
    public const double LongTolerance = 1e-2;

    /// <summary>
    /// What each token may add to that. torch sums the exponentials of a row in float32 and there loses the smallest of a vocabulary of 49,152: its
    /// log-softmax comes out 8e-6 nats too high, token after token. On the kit's own logits it gives the recorded sums within 5e-4; the kit sums in double.
    /// </summary>
    public const double PerToken = 1e-5;

    /// <summary>Where the two best logits are closer than this, another machine may go on otherwise.</summary>
    public const double Tie = 1e-3;

    private const int LongText = 100;

    /// <summary>Scores all continuations of the tasks at once, so that what prompts have in common is read once.</summary>
    public async Task<IReadOnlyList<VectorResult>> ScoreAsync(IReadOnlyList<LmEvalTaskRun> tasks, CancellationToken cancellationToken)
    {
        var asked = tasks.Where(t => t.OutputType == "multiple_choice").SelectMany(t => t.Documents.Select(d => (Task: t, Sample: d[0])))
            .SelectMany(d => d.Sample.Arguments.Select((a, i) => (d.Task, d.Sample, Choice: i, Context: a[0].GetString()!, Continuation: a[1].GetString()!))).ToList();
        var answers = new ScoredContinuation[asked.Count];
        await foreach (var answer in model.ScoreAsync([.. asked.Select((a, i) => new ContinuationRequest(i, a.Context, a.Continuation))], cancellationToken))
            answers[answer.Id] = answer;
        return [.. asked.Zip(answers).GroupBy(a => (a.First.Task, a.First.Sample.DocId)).Select(g => Compare(g.Key.Task, g.First().First.Sample, [.. g.Select(a => a.Second)]))];
    }

    /// <summary>Scores the texts of rolling tasks.</summary>
    public async Task<IReadOnlyList<VectorResult>> ScoreTextsAsync(IReadOnlyList<LmEvalTaskRun> tasks, CancellationToken cancellationToken)
    {
        var asked = tasks.Where(t => t.OutputType == "loglikelihood_rolling").SelectMany(t => t.Documents.Select(d => (Task: t, Sample: d[0]))).ToList();
        var answers = new ScoredText[asked.Count];
        await foreach (var answer in model.ScoreTextsAsync([.. asked.Select((a, i) => new TextRequest(i, a.Sample.Arguments[0][0].GetString()!))], cancellationToken))
            answers[answer.Id] = answer;
        return [.. asked.Zip(answers, (a, text) =>
        {
            var differences = new List<string>();
            CompareSum("log-likelihood", text.LogProbs.Sum(), text.LogProbs.Count, Number(a.Sample.Responses[0][0]), differences);
            return Result(a.Task, a.Sample, differences);
        })];
    }

    /// <summary>Generates the answers of greedy tasks.</summary>
    public async Task<IReadOnlyList<VectorResult>> GenerateAsync(IReadOnlyList<LmEvalTaskRun> tasks, CancellationToken cancellationToken)
    {
        var asked = tasks.Where(t => t.OutputType == "generate_until").SelectMany(t => t.Documents.Select(d => (Task: t, Sample: d[0]))).Where(a => IsGreedy(a.Sample.Arguments[0][1])).ToList();
        var requests = asked.Select((a, i) => Request(i, a.Sample)).ToList();
        var answers = new GeneratedText[asked.Count];
        await foreach (var answer in model.GenerateAsync(requests, cancellationToken))
            answers[answer.Id] = answer;
        var results = new List<VectorResult>();
        foreach (var (a, answer) in asked.Zip(answers))
        {
            var recorded = a.Sample.Responses[0][0].GetString()!;
            var differences = new List<string>();
            if (answer.Text != recorded && !await PartsAtATieAsync(requests[answer.Id], answer, recorded, cancellationToken))
                differences.Add(string.Create(CultureInfo.InvariantCulture, $"generated text: from character {answer.Text.AsSpan().CommonPrefixLength(recorded)} on {VectorLines.Shown(answer.Text[answer.Text.AsSpan().CommonPrefixLength(recorded)..])} instead of {VectorLines.Shown(recorded[answer.Text.AsSpan().CommonPrefixLength(recorded)..])}"));
            results.Add(Result(a.Task, a.Sample, differences));
        }

        return results;
    }

    // Whether the texts part at or after a token that was a near-tie: what came before it is then a beginning of both.
    private async Task<bool> PartsAtATieAsync(GenerationRequest request, GeneratedText answer, string recorded, CancellationToken cancellationToken)
    {
        var tie = answer.Margins.ToList().FindIndex(m => m < Tie);
        if (tie < 0)
            return false;
        if (tie == 0)
            return true;
        await foreach (var beginning in model.GenerateAsync([request with { MaxTokens = tie, Stop = [] }], cancellationToken))
            return recorded.StartsWith(beginning.Text.TrimEnd('\uFFFD'), StringComparison.Ordinal);
        return false;
    }

    private VectorResult Compare(LmEvalTaskRun task, LmEvalSample sample, ScoredContinuation[] answers)
    {
        var differences = new List<string>();
        var sums = answers.Select(a => a.LogProbs.Sum()).ToList();
        for (var i = 0; i < answers.Length; i++)
        {
            CompareSum(FormattableString.Invariant($"log-likelihood {i}"), sums[i], answers[i].LogProbs.Count, Number(sample.Responses[i][0][0]), differences);
            var isGreedy = sample.Responses[i][0][1].GetString() == "True";
            if (answers[i].IsGreedy != isGreedy && answers[i].Details.Min(d => Math.Abs(d.Margin)) > Tolerance)
                differences.Add(FormattableString.Invariant($"is-greedy {i}: {answers[i].IsGreedy} instead of {isGreedy}"));
        }

        CompareAccuracies(task, sample, sums, differences);
        return Result(task, sample, differences);
    }

    // The same choice as recorded, unless the two best are within what log-likelihoods may differ.
    private static void CompareAccuracies(LmEvalTaskRun task, LmEvalSample sample, List<double> sums, List<string> differences)
    {
        // Requests that ask for the choices without the question come behind the others.
        var context = sample.Arguments[0][0].GetString();
        var texts = sample.Arguments.TakeWhile(a => a[0].GetString() == context).Select(a => a[1].GetString()!.TrimStart(' ')).ToList();
        var recorded = sample.Responses.Take(texts.Count).Select(r => Number(r[0][0])).ToList();
        sums = sums[..texts.Count];
        foreach (var name in task.Config.GetProperty("metric_list").EnumerateArray().Select(m => m.GetProperty("metric").GetString()!))
        {
            if (LmEvalMetrics.Ranking(name, sums, texts) is not { } own || LmEvalMetrics.Ranking(name, recorded, texts) is not { } theirs)
                continue;
            var (mine, other) = (LmEvalMetrics.ArgMax(own), LmEvalMetrics.ArgMax(theirs));
            var allowed = 2 * Tolerance * Math.Max(own[mine] / Math.Min(sums[mine], -1e-9), own[other] / Math.Min(sums[other], -1e-9));
            if (mine != other && own[mine] - own[other] > allowed)
                differences.Add(FormattableString.Invariant($"{name}: choice {mine} instead of {other}"));
        }
    }

    private static void CompareSum(string what, double actual, int tokens, double expected, List<string> differences)
    {
        var tolerance = tokens <= LongText ? Tolerance : LongTolerance + (PerToken * tokens);
        if (!(Math.Abs(actual - expected) <= tolerance))
            differences.Add(FormattableString.Invariant($"{what}: {actual:g9} instead of {expected:g9}, a difference of more than {tolerance:g3}"));
    }

    private static bool IsGreedy(JsonElement settings) => !(settings.TryGetProperty("do_sample", out var sample) && sample.ValueKind == JsonValueKind.True);

    private GenerationRequest Request(int id, LmEvalSample sample)
    {
        var settings = sample.Arguments[0][1];
        var most = settings.TryGetProperty("max_gen_toks", out var tokens) ? tokens.GetInt32() : 256;
        IReadOnlyList<string> stop = !settings.TryGetProperty("until", out var until) ? []
            : until.ValueKind == JsonValueKind.String ? [until.GetString()!] : [.. until.EnumerateArray().Select(u => u.GetString()!)];
        return new(id, sample.Arguments[0][0].GetString()!, most, [.. stop.Where(s => s.Length > 0)], Sampling.Greedy);
    }

    private VectorResult Result(LmEvalTaskRun task, LmEvalSample sample, List<string> differences) => new(shown, FormattableString.Invariant($"{task.Name} {sample.DocId} asked again"), differences);

    private static double Number(JsonElement text) => double.Parse(text.GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture);
}
