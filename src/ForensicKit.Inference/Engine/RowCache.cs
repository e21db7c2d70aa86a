using ForensicKit.Inference.Decoders;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Engine;

/// <summary>
/// Keys and values of texts that go on token by token, all at once: one slot per token, the same number for every row, so that shorter prompts have
/// a hole between their own end and the first slot after all of them. A mask hides the holes; positions are each row's own.
/// </summary>
internal sealed class RowCache : IDisposable
{
    private const int Block = 64;
    private readonly TransformerDecoder _decoder;
    private readonly int _promptSlots;
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;
    private int[] _lengths;

    /// <summary>Makes a cache for prompts that are filled by <see cref="Write"/>.</summary>
    /// <param name="decoder">The model.</param>
    /// <param name="lengths">Tokens of each prompt.</param>
    public RowCache(TransformerDecoder decoder, int[] lengths)
    {
        (_decoder, _lengths) = (decoder, lengths);
        var config = decoder.Config;
        Slots = _promptSlots = lengths.Max();
        // Zeros, not whatever lies in memory: a masked infinity would still spoil the sums.
        Tensor[] Make() => [.. Enumerable.Range(0, config.Layers).Select(_ => zeros(lengths.Length, config.KeyValueHeads, Slots, config.HeadSize, device: decoder.Device).DetachFromDisposeScope())];
        (_keys, _values) = (Make(), Make());
    }

    /// <summary>Slots in use.</summary>
    public int Slots { get; private set; }

    /// <summary>Tokens that a row holds.</summary>
    public int Tokens(int row) => _lengths[row] + Slots - _promptSlots;

    /// <summary>Puts keys and values in their places.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="row">The row.</param>
    /// <param name="start">Position of the first token.</param>
    /// <param name="keys">[tokens, key heads, head size].</param>
    /// <param name="values">[tokens, key heads, head size].</param>
    public void Write(int layer, int row, int start, Tensor keys, Tensor values)
    {
        // Those of the prompt lie at its beginning, the others behind the hole.
        var inPrompt = (int)Math.Clamp(_lengths[row] - start, 0, keys.size(0));
        Put(0, inPrompt, start);
        Put(inPrompt, (int)keys.size(0) - inPrompt, _promptSlots + Math.Max(0, start - _lengths[row]));

        void Put(int from, int count, int slot)
        {
            if (count == 0)
                return;
            _keys[layer].select(0, row).narrow(1, slot, count).copy_(keys.narrow(0, from, count).transpose(0, 1));
            _values[layer].select(0, row).narrow(1, slot, count).copy_(values.narrow(0, from, count).transpose(0, 1));
        }
    }

    /// <summary>Keeps some rows and drops the others.</summary>
    public void Keep(int[] rows)
    {
        using var scope = NewDisposeScope();
        var index = tensor(rows, ScalarType.Int64, _decoder.Device);
        foreach (var tensors in (Tensor[][])[_keys, _values])
        {
            for (var layer = 0; layer < tensors.Length; layer++)
            {
                var kept = tensors[layer].index_select(0, index).DetachFromDisposeScope();
                tensors[layer].Dispose();
                tensors[layer] = kept;
            }
        }

        _lengths = [.. rows.Select(row => _lengths[row])];
    }

    /// <summary>Runs one token of each row and keeps it.</summary>
    /// <param name="ids">[rows], int64.</param>
    /// <returns>The residual stream after the final norm [rows, hidden size].</returns>
    public Tensor Step(Tensor ids)
    {
        using var scope = NewDisposeScope();
        Reserve();
        var config = _decoder.Config;
        var (rows, slot) = (_lengths.Length, Slots);
        int[] positions = [.. Enumerable.Range(0, rows).Select(Tokens)];
        Slots++;
        int[]? regimes = config.RopeScaling is { } scaling ? Array.ConvertAll(positions, p => scaling.Regime(p + 1, config.ContextLength)) : null;
        var few = rows <= FewTokens.Most && FewTokens.CanRead(_keys[0]);
        var masks = new Dictionary<int, Tensor?>();
        var seen = new Dictionary<int, SeenSlots[]>();
        foreach (var window in config.SlidingLayers.Contains(true) ? (int?[])[null, config.Window] : [null])
        {
            if (few)
                seen.Add(window ?? 0, [.. positions.Select((position, row) => Seen(row, position, window))]);
            else
                masks.Add(window ?? 0, Mask(positions, window));
        }

        return _decoder.Run(new(ids, positions, regimes), (layer, queries, keys, values) =>
        {
            _keys[layer].narrow(2, slot, 1).copy_(keys.unsqueeze(2));
            _values[layer].narrow(2, slot, 1).copy_(values.unsqueeze(2));
            if (few)
                return FewTokensAttention.Attend(config, queries, _keys[layer], _values[layer], seen[config.WindowOf(layer) ?? 0]);
            return _decoder.Form.Masked(queries.unsqueeze(2), _keys[layer].narrow(2, 0, Slots), _values[layer].narrow(2, 0, Slots), masks[config.WindowOf(layer) ?? 0])
                .reshape(rows, config.Heads * config.HeadSize);
        }).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var tensor in _keys.Concat(_values))
            tensor.Dispose();
    }

    private SeenSlots Seen(int row, int position, int? window)
    {
        var first = window is { } w ? Math.Max(0, position - w + 1) : 0;
        return new(Math.Min(first, _lengths[row]), _lengths[row], _promptSlots + Math.Max(0, first - _lengths[row]), Slots);
    }

    // [rows, 1, 1, slots]: minus infinity in holes and before the window; null where every row sees everything.
    private Tensor? Mask(int[] positions, int? window)
    {
        var hidden = false;
        var mask = new float[positions.Length * Slots];
        for (var row = 0; row < positions.Length; row++)
        {
            var line = mask.AsSpan(row * Slots, Slots);
            line[_lengths[row].._promptSlots].Fill(float.NegativeInfinity);
            hidden |= _lengths[row] < _promptSlots;
            if (window is not { } w || positions[row] - w + 1 is not (> 0 and var first))
                continue;
            line[..Math.Min(first, _lengths[row])].Fill(float.NegativeInfinity);
            if (first > _lengths[row])
                line.Slice(_promptSlots, first - _lengths[row]).Fill(float.NegativeInfinity);
            hidden = true;
        }

        return hidden ? tensor(mask, device: _decoder.Device).view(positions.Length, 1, 1, Slots) : null;
    }

    // Room is added a block at a time, or more where much is there: most answers end long before they must.
    private void Reserve()
    {
        if (Slots < _keys[0].size(2))
            return;
        var config = _decoder.Config;
        using var more = zeros(_lengths.Length, config.KeyValueHeads, Math.Max(Block, Slots / 4), config.HeadSize, device: _decoder.Device);
        foreach (var tensors in (Tensor[][])[_keys, _values])
        {
            for (var layer = 0; layer < tensors.Length; layer++)
            {
                var larger = cat([tensors[layer], more], 2).DetachFromDisposeScope();
                tensors[layer].Dispose();
                tensors[layer] = larger;
            }
        }
    }
}
