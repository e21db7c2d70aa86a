using System.Text.Json;

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
internal sealed class TokenStream(OrganismCorpus corpus, BpeEncoder encoder, long stageTokens, StreamPosition position)
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
        foreach (var id in encoder.Encode(document.Text))
            _left.Enqueue(id);
        _left.Enqueue(0);
        _tokens += _left.Count;
    }
}

/// <summary>Encodes training documents with a vocabulary of <see cref="BpeTrainer"/>.</summary>
internal sealed class BpeEncoder
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, string), int> _ranks = [];
    private readonly Dictionary<string, int[]> _known = new(StringComparer.Ordinal);

    public BpeEncoder(string tokenizerJson)
    {
        using var json = JsonDocument.Parse(tokenizerJson);
        var model = json.RootElement.GetProperty("model");
        foreach (var token in model.GetProperty("vocab").EnumerateObject())
            _ids.Add(token.Name, token.Value.GetInt32());
        foreach (var merge in model.GetProperty("merges").EnumerateArray())
            _ranks.Add((merge[0].GetString()!, merge[1].GetString()!), _ranks.Count);
    }

    public int Size => _ids.Count;

    public IEnumerable<int> Encode(string text)
    {
        foreach (var word in BpeTrainer.PreTokens(text))
        {
            if (!_known.TryGetValue(word, out var ids))
                _known.Add(word, ids = EncodeWord(word));
            foreach (var id in ids)
                yield return id;
        }
    }

    private int[] EncodeWord(string word)
    {
        var symbols = word.Select(c => c.ToString()).ToList();
        while (symbols.Count > 1)
        {
            var (best, rank) = (-1, int.MaxValue);
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                if (_ranks.TryGetValue((symbols[i], symbols[i + 1]), out var found) && found < rank)
                    (best, rank) = (i, found);
            }

            if (best < 0)
                break;
            symbols[best] += symbols[best + 1];
            symbols.RemoveAt(best + 1);
        }

        return [.. symbols.Select(s => _ids[s])];
    }
}
