using System.Runtime.CompilerServices;

namespace ForensicKit.Models.Caching;

/// <summary>
/// A model that gives answers it gave before, and asks for the others. Scoring continuations and generating texts go through the cache; streaming, by
/// which latency is measured, and whole texts never do.
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
    public async IAsyncEnumerable<ScoredContinuation> ScoreAsync(IReadOnlyList<ContinuationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var missing = new List<ContinuationRequest>();
        var keys = new Dictionary<int, byte[]>();
        foreach (var request in requests)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var own = keys[request.Id] = ModelKey.Of(key, request);
            if (Find(own, bytes => AnswerBytes.Scored(bytes, request.Id)) is { } known)
                yield return known;
            else
                missing.Add(request);
        }

        if (missing.Count == 0)
            yield break;
        try
        {
            await foreach (var scored in model.ScoreAsync(missing, cancellationToken))
            {
                Keep(keys[scored.Id], AnswerBytes.Of(scored));
                yield return scored;
            }
        }
        finally
        {
            files.Flush();
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<GeneratedText> GenerateAsync(IReadOnlyList<GenerationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var missing = new List<GenerationRequest>();
        var keys = new Dictionary<int, byte[]>();
        foreach (var request in requests)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var own = keys[request.Id] = ModelKey.Of(key, request, request.Messages is { } said ? model.FormatChat(said) : null);
            if (Find(own, bytes => AnswerBytes.Generated(bytes, request.Id)) is { } known)
                yield return known;
            else
                missing.Add(request);
        }

        if (missing.Count == 0)
            yield break;
        try
        {
            await foreach (var generated in model.GenerateAsync(missing, cancellationToken))
            {
                Keep(keys[generated.Id], AnswerBytes.Of(generated));
                yield return generated;
            }
        }
        finally
        {
            files.Flush();
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ScoredText> ScoreTextsAsync(IReadOnlyList<TextRequest> requests, CancellationToken cancellationToken) => model.ScoreTextsAsync(requests, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<GeneratedPiece> StreamAsync(GenerationRequest request, CancellationToken cancellationToken) => model.StreamAsync(request, cancellationToken);

    /// <inheritdoc/>
    public string FormatChat(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true) => model.FormatChat(messages, addGenerationPrompt);

    /// <summary>Closes the files; the model is its owner's.</summary>
    public void Dispose() => files.Dispose();

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
