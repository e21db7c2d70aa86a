using System.Globalization;
using ForensicKit.Inference.Tokenizers;
using ForensicKit.Models;

namespace ForensicKit.Inference.Engine;

/// <summary>Tokens that a generator makes.</summary>
internal interface IAnswer
{
    /// <summary>What comes before; at least one token.</summary>
    int[] Prompt { get; }

    /// <summary>The tokens so far.</summary>
    IReadOnlyList<int> Tokens { get; }

    /// <summary>Most tokens the answer can have.</summary>
    int Limit { get; }

    /// <summary>Whether the answer is finished.</summary>
    bool IsFinished { get; }

    /// <summary>Draws the next token.</summary>
    void Add(ReadOnlySpan<float> logits, RowSummary summary);
}

/// <summary>The answer to a request while it is made.</summary>
internal sealed class Answer : IAnswer
{
    private readonly IReadOnlySet<int> _ends;
    private readonly TokenSampler _sampler;
    private readonly TokenStream _stream;
    private readonly StopTexts _text;
    private readonly List<int> _tokens = [];
    private readonly List<double> _logProbs = [];
    private readonly List<double> _margins = [];
    private int _given;

    /// <param name="request">The request.</param>
    /// <param name="prompt">Its prompt, or the prompt that its conversation becomes.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="ends">Tokens that end a text.</param>
    /// <param name="emptyPrompt">The token that stands for no prompt.</param>
    /// <param name="begin">The token that begins texts; null where the model names none.</param>
    /// <param name="contextLength">Most tokens of prompt and answer.</param>
    /// <exception cref="KitException">The request cannot be answered.</exception>
    public Answer(GenerationRequest request, string prompt, Tokenizer tokenizer, IReadOnlySet<int> ends, int emptyPrompt, int? begin, int contextLength)
    {
        Request = request;
        var where = string.Create(CultureInfo.InvariantCulture, $"request {request.Id}");
        if (request.MaxTokens < 1)
            throw new KitException("At least one token must be asked for.", where);
        TokenSampler.Check(request.Sampling, where);
        if (request.Stop.Any(string.IsNullOrEmpty))
            throw new KitException("A stop text is empty.", where);
        Prompt = [.. tokenizer.Encode(prompt, addSpecialTokens: false).Ids];
        if (Prompt.Length == 0)
            Prompt = [emptyPrompt];
        else if (request.AddsBeginToken)
            Prompt = ContinuationSplit.WithBegin(Prompt, begin, where);
        if (Prompt.Length >= contextLength)
            throw new KitException(string.Create(CultureInfo.InvariantCulture, $"A prompt has {Prompt.Length} tokens; the model's context holds {contextLength} with the answer."), where);
        Limit = Math.Min(request.MaxTokens, contextLength - Prompt.Length);
        _ends = ends;
        _sampler = new(request.Sampling, request.Seed, Prompt);
        _stream = tokenizer.Stream(skipSpecialTokens: true);
        _text = new(request.Stop);
    }

    public GenerationRequest Request { get; }

    public int[] Prompt { get; }

    public IReadOnlyList<int> Tokens => _tokens;

    public int Limit { get; }

    public bool IsFinished => FinishReason is not null;

    /// <summary>Why the answer is finished; null while it is not.</summary>
    public string? FinishReason { get; private set; }

    public void Add(ReadOnlySpan<float> logits, RowSummary summary)
    {
        var token = _sampler.Draw(logits, summary, _tokens.Count);
        _tokens.Add(token);
        _logProbs.Add(logits[token] - summary.LogSum);
        _margins.Add(summary.Margin);
        if (_ends.Contains(token))
            FinishReason = "stop";
        else if (_text.Add(_stream.Add(token)))
            FinishReason = "stop";
        else if (_tokens.Count == Limit)
            FinishReason = "length";
        if (FinishReason is null)
            return;
        // An unfinished character shows as U+FFFD, unless a stop text came before it.
        if (FinishReason == "length" || _ends.Contains(token))
            _text.Add(_stream.Finish());
        _text.End();
    }

    /// <summary>The piece that the last token made.</summary>
    public GeneratedPiece Piece(TimeSpan at)
    {
        var from = _given;
        _given = _text.Settled;
        return new(_tokens[^1], _text.Part(from, _given), FinishReason) { At = at };
    }

    /// <summary>The finished answer.</summary>
    public GeneratedText Result() => new(Request.Id, _text.Text, _tokens, _logProbs, FinishReason!) { Margins = _margins };
}
