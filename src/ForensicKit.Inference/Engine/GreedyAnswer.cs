namespace ForensicKit.Inference.Engine;

/// <summary>The most probable tokens, so many of them: no token and no text ends it.</summary>
/// <param name="prompt">What comes before; at least one token.</param>
/// <param name="limit">How many tokens.</param>
internal sealed class GreedyAnswer(int[] prompt, int limit) : IAnswer
{
    private readonly List<int> _tokens = [];

    public int[] Prompt => prompt;

    public IReadOnlyList<int> Tokens => _tokens;

    public int Limit => limit;

    public bool IsFinished => _tokens.Count >= limit;

    public void Add(ReadOnlySpan<float> logits, RowSummary summary) => _tokens.Add(summary.Best);
}
