using ForensicKit.Models;

namespace ForensicKit.Contamination.Membership;

/// <summary>Questions put to a model in batches, answers in the order of the questions.</summary>
internal static class ModelQuestions
{
    // What is kept of an answer is small; what is asked at once stays bounded.
    private const int Batch = 1024;

    /// <summary>Scores whole texts and keeps something of each.</summary>
    public static Task<T[]> ScoreTextsAsync<T>(
        this ILanguageModel model, IReadOnlyList<string> texts, bool moments, Func<ScoredText, T> keep, string step, IProgress<StepProgress>? progress, CancellationToken cancellationToken) =>
        AskAsync(
            texts.Count, (ids, stop) => model.ScoreTextsAsync([.. ids.Select(i => new TextRequest(i, texts[i]) { Moments = moments })], stop), s => s.Id, keep, step, progress, cancellationToken);

    /// <summary>Scores continuations and keeps something of each.</summary>
    public static Task<T[]> ScoreContinuationsAsync<T>(
        this ILanguageModel model, IReadOnlyList<(string Context, string Continuation)> asked, Func<ScoredContinuation, T> keep, string step, IProgress<StepProgress>? progress, CancellationToken cancellationToken) =>
        AskAsync(
            asked.Count, (ids, stop) => model.ScoreAsync([.. ids.Select(i => new ContinuationRequest(i, asked[i].Context, asked[i].Continuation))], stop), s => s.Id, keep, step, progress, cancellationToken);

    /// <summary>Lets the model write.</summary>
    public static Task<GeneratedText[]> WriteAsync(
        this ILanguageModel model, IReadOnlyList<GenerationRequest> requests, string step, IProgress<StepProgress>? progress, CancellationToken cancellationToken) =>
        AskAsync(requests.Count, (ids, stop) => model.GenerateAsync([.. ids.Select(i => requests[i] with { Id = i })], stop), g => g.Id, g => g, step, progress, cancellationToken);

    private static async Task<T[]> AskAsync<TAnswer, T>(
        int count, Func<IEnumerable<int>, CancellationToken, IAsyncEnumerable<TAnswer>> ask, Func<TAnswer, int> id, Func<TAnswer, T> keep, string step, IProgress<StepProgress>? progress,
        CancellationToken cancellationToken)
    {
        var kept = new T[count];
        var isThere = new bool[count];
        var done = 0;
        progress?.Report(new(step, 0, count, "answers"));
        for (var from = 0; from < count; from += Batch)
        {
            await foreach (var answer in ask(Enumerable.Range(from, Math.Min(Batch, count - from)), cancellationToken).WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                kept[id(answer)] = keep(answer);
                isThere[id(answer)] = true;
                progress?.Report(new(step, ++done, count, "answers"));
            }
        }

        return isThere.All(i => i) ? kept : throw new KitException(FormattableString.Invariant($"The model left {isThere.Count(i => !i)} of {count} questions without an answer."));
    }
}
