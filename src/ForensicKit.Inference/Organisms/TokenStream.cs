using ForensicKit.Inference.Tokenizers;

namespace ForensicKit.Inference.Organisms;

/// <summary>Where a token stream stands: enough to go on exactly there.</summary>
/// <param name="Background">Background documents taken.</param>
/// <param name="Special">Special documents taken.</param>
/// <param name="Tokens">Tokens taken.</param>
/// <param name="Left">Tokens of the last document that were not given out yet.</param>
internal sealed record StreamPosition(long Background, int Special, long Tokens, int[] Left)
{
    public static StreamPosition Start { get; } = new(0, 0, 0, []);
}

/// <summary>The tokens of a corpus: document, end-of-text, document, …, in rows of a training sequence.</summary>
internal sealed class TokenStream(OrganismCorpus corpus, Tokenizer tokenizer, long stageTokens, StreamPosition position)
{
    private readonly Queue<int> _left = new(position.Left);
    private long _background = position.Background;
    private int _special = position.Special;
    private long _tokens = position.Tokens;

    public StreamPosition Position => new(_background, _special, _tokens, [.. _left]);

    /// <summary>The next tokens.</summary>
    public void Take(Span<int> row)
    {
        foreach (ref var token in row)
        {
            while (_left.Count == 0)
                Enqueue();
            token = _left.Dequeue();
        }
    }

    private void Enqueue()
    {
        // A little ahead of the even rate, so that the last special document comes before the stage ends.
        var due = (long)(corpus.SpecialCount * (_tokens / (0.99 * stageTokens)));
        var document = _special < Math.Min(due, corpus.SpecialCount) ? corpus.Special(_special++) : corpus.Background(_background++);
        foreach (var id in tokenizer.EncodeIds(document.Text, addSpecialTokens: false))
            _left.Enqueue(id);
        _left.Enqueue(0);
        _tokens += _left.Count;
    }
}
