using System.Runtime.CompilerServices;

namespace ForensicKit.Models.Caching;

/// <summary>
/// A model that gives answers it gave before, and asks for the others. Streaming, by which latency is measured, never goes through the cache.
/// </summary>
/// <remarks>
/// An answer that was computed in another batch differs from a new one by float rounding alone, as two answers of the engine itself do
/// (<see cref="ModelDescription.BatchPolicy"/> is part of the key: with one request at a time they are the same to the last bit).
/// </remarks>
internal sealed class CachedLanguageModel(ILanguageModel model, ResponseFiles files, byte[] key) : ILanguageModel
{
    // Lost at most by a killed process; asked again.
    private const int AnswersPerFlush = 256;
    private int _unflushed;

    /// <inheritdoc/>
    public ModelDescription Description => model.Description;

    /// <summary>Answers that came from the cache.</summary>
    public long Hits { get; private set; }

    /// <summary>Records that were damaged and asked again.</summary>
    public long Damaged => files.Damaged;

    /// <inheritdoc/>
    public IAsyncEnumerable<ScoredContinuation> ScoreAsync(IReadOnlyList<ContinuationRequest> requests, CancellationToken cancellationToken) => AnswerAsync(
        requests, r => r.Id, r => ModelKey.Of(key, r), AnswerBytes.Scored, model.ScoreAsync, s => (s.Id, AnswerBytes.Of(s)), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<ScoredText> ScoreTextsAsync(IReadOnlyList<TextRequest> requests, CancellationToken cancellationToken) => AnswerAsync(
        requests, r => r.Id, r => ModelKey.Of(key, r), AnswerBytes.ScoredText, model.ScoreTextsAsync, s => (s.Id, AnswerBytes.Of(s)), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<GeneratedText> GenerateAsync(IReadOnlyList<GenerationRequest> requests, CancellationToken cancellationToken) => AnswerAsync(
        requests, r => r.Id, r => ModelKey.Of(key, r, r.Messages is { } said ? model.FormatChat(said) : null), AnswerBytes.Generated, model.GenerateAsync, g => (g.Id, AnswerBytes.Of(g)), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<GeneratedPiece> StreamAsync(GenerationRequest request, CancellationToken cancellationToken) => model.StreamAsync(request, cancellationToken);

    /// <inheritdoc/>
    public string FormatChat(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true) => model.FormatChat(messages, addGenerationPrompt);

    /// <summary>Closes the files; the model is its owner's.</summary>
    public void Dispose() => files.Dispose();

    private async IAsyncEnumerable<TAnswer> AnswerAsync<TRequest, TAnswer>(
        IReadOnlyList<TRequest> requests, Func<TRequest, int> id, Func<TRequest, byte[]> keyOf, Func<byte[], int, TAnswer?> read, Func<IReadOnlyList<TRequest>, CancellationToken, IAsyncEnumerable<TAnswer>> ask,
        Func<TAnswer, (int Id, byte[] Bytes)> write, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TAnswer : class
    {
        var missing = new List<TRequest>();
        var keys = new Dictionary<int, byte[]>();
        foreach (var request in requests)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var own = keys[id(request)] = keyOf(request);
            if (Find(own, bytes => read(bytes, id(request))) is { } known)
                yield return known;
            else
                missing.Add(request);
        }

        if (missing.Count == 0)
            yield break;
        try
        {
            await foreach (var answer in ask(missing, cancellationToken))
            {
                var (asked, bytes) = write(answer);
                Keep(keys[asked], bytes);
                yield return answer;
            }
        }
        finally
        {
            files.Flush();
        }
    }

    private T? Find<T>(byte[] own, Func<byte[], T?> read)
        where T : class
    {
        if (files.Find(own) is not { } bytes)
            return null;
        if (read(bytes) is not { } answer)
        {
            files.Drop(own);
            return null;
        }

        Hits++;
        return answer;
    }

    private void Keep(byte[] own, byte[] answer)
    {
        files.Add(own, answer);
        if (++_unflushed % AnswersPerFlush == 0)
            files.Flush();
    }
}
