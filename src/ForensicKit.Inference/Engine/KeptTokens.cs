using static TorchSharp.torch;

namespace ForensicKit.Inference.Engine;

/// <summary>Keys and values of tokens that others will follow, layer by layer.</summary>
/// <param name="above">Those that come before these; null at the beginning.</param>
/// <param name="layers">How many layers the model has.</param>
/// <param name="nodes">Whose they are, in the order in which they are laid end to end.</param>
internal sealed class KeptKeys(KeptKeys? above, int layers, IReadOnlyList<TokenNode> nodes) : IDisposable
{
    /// <summary>Whose they are, in the order in which they are laid end to end.</summary>
    public IReadOnlyList<TokenNode> Nodes { get; } = nodes;

    /// <summary>How many tokens they are of.</summary>
    public int Tokens { get; } = nodes.Sum(n => n.Tokens.Length);

    /// <summary>Those that come before these; null at the beginning.</summary>
    public KeptKeys? Above { get; } = above;

    /// <summary>[tokens, key heads, head size] of each layer.</summary>
    public Tensor[] Keys { get; } = new Tensor[layers];

    /// <summary>[tokens, key heads, head size] of each layer.</summary>
    public Tensor[] Values { get; } = new Tensor[layers];

    /// <summary>Bytes that one token takes.</summary>
    public static long BytesPerToken(Checkpoints.DecoderConfig config) => 2L * config.Layers * config.KeyValueHeads * config.HeadSize * sizeof(float);

    /// <summary>Those before and these, the first ones first.</summary>
    public IEnumerable<KeptKeys> Chain => (Above?.Chain ?? []).Append(this);

    /// <summary>Those of several packs after the same beginnings as one. The parts are taken over: their list is empty afterwards.</summary>
    public static KeptKeys Join(List<KeptKeys> parts)
    {
        if (parts.Count == 1)
        {
            var only = parts[0];
            parts.Clear();
            return only;
        }

        var joined = new KeptKeys(parts[0].Above, parts[0].Keys.Length, [.. parts.SelectMany(p => p.Nodes)]);
        try
        {
            // Layer by layer, so that only one of them is there twice.
            for (var layer = 0; layer < joined.Keys.Length; layer++)
            {
                joined.Keys[layer] = Join(parts, p => p.Keys[layer]);
                joined.Values[layer] = Join(parts, p => p.Values[layer]);
            }
        }
        catch
        {
            joined.Dispose();
            throw;
        }

        var before = 0;
        foreach (var part in parts)
        {
            foreach (var node in part.Nodes)
                node.Kept = new(joined, before + node.Kept!.Offset);
            before += part.Tokens;
        }

        parts.Clear();
        return joined;
    }

    private static Tensor Join(List<KeptKeys> parts, Func<KeptKeys, Tensor> tensor)
    {
        var joined = cat([.. parts.Select(tensor)], 0).DetachFromDisposeScope();
        parts.ForEach(p => tensor(p).Dispose());
        return joined;
    }

    public void Dispose()
    {
        foreach (var tensor in Keys.Concat(Values))
            tensor?.Dispose();
    }
}

/// <summary>Where a node's tokens lie among those that were kept with them.</summary>
/// <param name="Keys">The keys and values.</param>
/// <param name="Offset">Its first token.</param>
internal sealed record KeptTokens(KeptKeys Keys, int Offset);
