using System.Globalization;
using ForensicKit.Inference.Decoders;
using ForensicKit.Inference.Tokenizers;
using ForensicKit.Models;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Engine;

/// <summary>An answer while it is made.</summary>
internal sealed class Answer
{
    private readonly Tokenizer _tokenizer;
    private readonly IReadOnlySet<int> _ends;
    private readonly TokenSampler _sampler;
    private readonly TokenStream _stream;
    private readonly StopTexts _text;
    private readonly List<int> _tokens = [];
    private readonly List<double> _logProbs = [];
    private readonly int _limit;
    private int _given;

    /// <exception cref="KitException">The request cannot be answered.</exception>
    public Answer(GenerationRequest request, Tokenizer tokenizer, IReadOnlySet<int> ends, int emptyPrompt, int contextLength)
    {
        Request = request;
        var where = string.Create(CultureInfo.InvariantCulture, $"request {request.Id}");
        if (request.MaxTokens < 1)
            throw new KitException("At least one token must be asked for.", where);
        if (!(request.Sampling.Temperature >= 0) || !double.IsFinite(request.Sampling.Temperature) || !(request.Sampling.TopP > 0) || request.Sampling.TopP > 1)
            throw new KitException("The temperature must be 0 or more, and top-p above 0 and at most 1.", where);
        if (request.Stop.Any(string.IsNullOrEmpty))
            throw new KitException("A stop text is empty.", where);
        Prompt = [.. tokenizer.Encode(request.Prompt, addSpecialTokens: false).Ids];
        if (Prompt.Length == 0)
            Prompt = [emptyPrompt];
        if (Prompt.Length >= contextLength)
            throw new KitException(string.Create(CultureInfo.InvariantCulture, $"A prompt has {Prompt.Length} tokens; the model's context holds {contextLength} with the answer."), where);
        _limit = Math.Min(request.MaxTokens, contextLength - Prompt.Length);
        (_tokenizer, _ends) = (tokenizer, ends);
        _sampler = new(request.Sampling, request.Seed);
        _stream = tokenizer.Stream(skipSpecialTokens: true);
        _text = new(request.Stop);
    }

    public GenerationRequest Request { get; }

    public int[] Prompt { get; }

    /// <summary>Most tokens the answer can have.</summary>
    public int Limit => _limit;

    /// <summary>The last token.</summary>
    public int Last => _tokens[^1];

    /// <summary>Why the answer is finished; null while it is not.</summary>
    public string? FinishReason { get; private set; }

    /// <summary>Draws the next token.</summary>
    public void Add(ReadOnlySpan<float> logits, RowSummary summary)
    {
        var token = _sampler.Draw(logits, summary, _tokens.Count);
        _tokens.Add(token);
        _logProbs.Add(logits[token] - summary.LogSum);
        if (_ends.Contains(token))
            FinishReason = "stop";
        else if (_text.Add(_stream.Add(token)))
            FinishReason = "stop";
        else if (_tokens.Count == _limit)
            FinishReason = "length";
        if (FinishReason is null)
            return;
        // An unfinished character shows as U+FFFD, unless a stop text came before it.
        if (FinishReason == "length" || _ends.Contains(token))
            _text.Add(_stream.Finish());
        _text.End();
    }

    /// <summary>The piece that the last token made.</summary>
    public GeneratedPiece Piece()
    {
        var from = _given;
        _given = _text.Settled;
        return new(Last, _text.Part(from, _given), FinishReason);
    }

    /// <summary>The finished answer.</summary>
    public GeneratedText Result() => new(Request.Id, _text.Text, _tokens, _logProbs, FinishReason!);
}

/// <summary>Generates answers in batches: rows that finish leave, and a prompt that several answers begin with is read once.</summary>
/// <param name="decoder">The model.</param>
/// <param name="threads">Threads that read logits.</param>
internal sealed class TextGenerator(LlamaDecoder decoder, int threads)
{
    // On two cores, 128 rows of a small model take less time than twice 64 or four times 32.
    private readonly int _maxRows = decoder.Device.type == TorchSharp.DeviceType.CUDA ? 256 : 128;

    /// <summary>Puts answers into batches of like length.</summary>
    public IEnumerable<IReadOnlyList<Answer>> Plan(IEnumerable<Answer> answers)
    {
        var perToken = PrefixCache.BytesPerToken(decoder.Config);
        var batch = new List<Answer>();
        long slots = 0;
        // Those of one prompt come together, the longest first.
        foreach (var answer in answers.OrderByDescending(a => a.Prompt.Length).ThenByDescending(a => a.Limit).ThenBy(a => a.Request.Prompt, StringComparer.Ordinal))
        {
            slots = Math.Max(slots, answer.Prompt.Length + answer.Limit);
            if (batch.Count > 0 && (batch.Count == _maxRows || (batch.Count + 1) * slots * perToken > PrefixCache.MaxBytes))
            {
                yield return batch;
                batch = [];
                slots = answer.Prompt.Length + answer.Limit;
            }

            batch.Add(answer);
        }

        if (batch.Count > 0)
            yield return batch;
    }

    /// <summary>Makes the answers of a batch token by token.</summary>
    /// <param name="answers">The answers.</param>
    /// <param name="maxTokens">Most tokens of prompts that are read at once; one prompt may have more.</param>
    /// <returns>After each step, the answers that it added a token to.</returns>
    public IEnumerable<IReadOnlyList<Answer>> Steps(IReadOnlyList<Answer> answers, int maxTokens)
    {
        var active = answers.ToList();
        using var cache = Begin(active, maxTokens);
        yield return active;
        while (true)
        {
            var rows = Enumerable.Range(0, active.Count).Where(row => active[row].FinishReason is null).ToArray();
            if (rows.Length == 0)
                yield break;
            // Leaving costs a copy of the cache: rows leave when enough have finished.
            if (rows.Length <= active.Count * 7 / 8)
            {
                using var none = no_grad();
                cache.Keep(rows);
                active = [.. rows.Select(row => active[row])];
                rows = [.. Enumerable.Range(0, active.Count)];
            }

            Step(cache, active, rows);
            yield return [.. rows.Select(row => active[row])];
        }
    }

    private PrefixCache Begin(List<Answer> answers, int maxTokens)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var prompts = answers.Select(a => a.Prompt).Distinct(TokenSequence.Comparer).OrderByDescending(p => p.Length).ToList();
        var rowOf = new Dictionary<int[], int>(TokenSequence.Comparer);
        foreach (var prompt in prompts)
            rowOf.Add(prompt, rowOf.Count);
        var prefixes = PrefixCache.Create(decoder, [.. prompts.Select(p => p.Length)]);
        try
        {
            for (var start = 0; start < prompts.Count;)
            {
                using var inner = NewDisposeScope();
                var length = prompts[start].Length;
                var count = Math.Clamp(maxTokens / length, 1, prompts.Count - start);
                var ends = Enumerable.Range(0, count).Select(i => ((long)i * length) + prompts[start + i].Length - 1).ToArray();
                var from = start;
                Draw(prefixes.Fill(Ids(prompts.GetRange(start, count), length), start, tensor(ends, device: decoder.Device)),
                    answers.Select(a => (Answer: a, Row: rowOf[a.Prompt] - from)).Where(a => a.Row >= 0 && a.Row < count));
                start += count;
            }

            int[] rows = [.. answers.Select(a => rowOf[a.Prompt])];
            if (rows.SequenceEqual(Enumerable.Range(0, prompts.Count)))
                return prefixes;
            var expanded = prefixes.Select(rows);
            prefixes.Dispose();
            return expanded;
        }
        catch
        {
            prefixes.Dispose();
            throw;
        }
    }

    private void Step(PrefixCache cache, List<Answer> active, int[] rows)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var ids = tensor(active.Select(a => (long)a.Last).ToArray(), device: decoder.Device).view(-1, 1);
        Draw(cache.Step(ids).view(-1, decoder.Config.HiddenSize), rows.Select(row => (active[row], row)));
    }

    private void Draw(Tensor hidden, IEnumerable<(Answer Answer, int Row)> answers)
    {
        var logits = decoder.Logits(hidden).cpu();
        var summaries = LogitRows.Summarise(logits, threads);
        var values = LogitRows.Values(logits);
        var width = decoder.Config.VocabularySize;
        foreach (var (answer, row) in answers)
            answer.Add(values.Slice(row * width, width), summaries[row]);
    }

    private Tensor Ids(List<int[]> prompts, int length)
    {
        var ids = new long[prompts.Count * length];
        for (var row = 0; row < prompts.Count; row++)
        {
            for (var i = 0; i < prompts[row].Length; i++)
                ids[(row * length) + i] = prompts[row][i];
        }

        return tensor(ids, device: decoder.Device).view(prompts.Count, length);
    }
}
