using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Decoders;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ForensicKit.Inference.Engine;

/// <summary>
/// Keys and values of texts that are continued: one slot per token, the same number for every row, so that shorter rows have a hole between their own
/// end and the first slot after all of them. A mask hides the holes; positions are each row's own.
/// </summary>
internal sealed class PrefixCache : IDisposable
{
    /// <summary>Most memory that the keys and values of one batch should take, in bytes.</summary>
    public const long MaxBytes = 1L << 30;

    private const int Block = 64;
    private readonly LlamaDecoder _decoder;
    private Tensor[] _keys;
    private Tensor[] _values;
    private Tensor? _mask;

    private PrefixCache(LlamaDecoder decoder, Tensor[] keys, Tensor[] values, int[] lengths, int slots)
    {
        (_decoder, _keys, _values, Lengths, Slots, PrefixSlots) = (decoder, keys, values, lengths, slots, slots);
    }

    /// <summary>Tokens of each row's prefix.</summary>
    public int[] Lengths { get; private set; }

    /// <summary>Slots in use.</summary>
    public int Slots { get; private set; }

    /// <summary>Slots of the longest prefix: the first of a continuation.</summary>
    public int PrefixSlots { get; }

    /// <summary>Bytes that one token of one row takes.</summary>
    public static long BytesPerToken(LlamaConfig config) => 2L * config.Layers * config.KeyValueHeads * config.HeadSize * sizeof(float);

    /// <summary>Makes a cache for rows that are filled by <see cref="Fill"/>.</summary>
    /// <param name="decoder">The model.</param>
    /// <param name="lengths">Tokens of each prefix.</param>
    public static PrefixCache Create(LlamaDecoder decoder, int[] lengths)
    {
        var config = decoder.Config;
        var slots = lengths.Max();
        // Zeros, not whatever lies in memory: a masked infinity would still spoil the sums.
        Tensor[] Make() => [.. Enumerable.Range(0, config.Layers).Select(_ => zeros(lengths.Length, config.KeyValueHeads, slots, config.HeadSize, device: decoder.Device).DetachFromDisposeScope())];
        return new(decoder, Make(), Make(), lengths, slots);
    }

    /// <summary>Runs prefixes through the model and keeps their keys and values.</summary>
    /// <param name="ids">[rows, tokens], int64, padded on the right.</param>
    /// <param name="row">The cache's first row to fill.</param>
    /// <param name="places">Places in these rows laid end to end whose results are wanted; null for all.</param>
    /// <returns>The residual stream after the final norm [rows, tokens, hidden size], or [places, hidden size].</returns>
    public Tensor Fill(Tensor ids, int row, Tensor? places = null)
    {
        var (rows, tokens) = (ids.size(0), ids.size(1));
        return _decoder.Hidden(ids, (layer, queries, keys, values) =>
        {
            _keys[layer].narrow(0, row, rows).narrow(2, 0, tokens).copy_(keys);
            _values[layer].narrow(0, row, rows).narrow(2, 0, tokens).copy_(values);
            return _decoder.CausalAttention(queries, keys, values);
        }, places);
    }

    /// <summary>A new cache with rows of this one, each as often as it is named; with room for a continuation.</summary>
    public PrefixCache Select(int[] rows)
    {
        using var scope = NewDisposeScope();
        var index = tensor(rows, ScalarType.Int64, _decoder.Device);
        Tensor[] Take(Tensor[] from) => [.. from.Select(t => t.index_select(0, index).DetachFromDisposeScope())];
        return new(_decoder, Take(_keys), Take(_values), [.. rows.Select(row => Lengths[row])], Slots);
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

        var mask = _mask;
        _mask = mask?.index_select(0, index).DetachFromDisposeScope();
        mask?.Dispose();
        Lengths = [.. rows.Select(row => Lengths[row])];
    }

    /// <summary>
    /// Runs several tokens that follow each prefix, without keeping them: for continuations that end here.
    /// </summary>
    /// <param name="ids">[rows, tokens], int64, padded on the right.</param>
    /// <param name="places">Places in the rows laid end to end whose results are wanted.</param>
    /// <returns>The residual stream after the final norm [places, hidden size].</returns>
    public Tensor Continue(Tensor ids, Tensor places)
    {
        using var scope = NewDisposeScope();
        var (rows, tokens) = ((int)ids.size(0), (int)ids.size(1));
        var positions = Positions(tokens);
        // [rows, 1, tokens, slots + tokens]: the prefix without its hole, then what is not later.
        var later = full([tokens, tokens], float.NegativeInfinity, device: _decoder.Device).triu(1).view(1, 1, tokens, tokens).expand(rows, 1, tokens, tokens);
        var mask = cat([Hole().expand(rows, 1, tokens, Slots), later], -1);
        return _decoder.Run(ids, positions, Lengths.Max() + tokens, (layer, queries, keys, values) => functional.scaled_dot_product_attention(
            queries, _decoder.Repeat(cat([_keys[layer], keys], 2)), _decoder.Repeat(cat([_values[layer], values], 2)), mask), places).MoveToOuterDisposeScope();
    }

    /// <summary>Runs one token of each row and keeps it: for continuations that are made as they go.</summary>
    /// <param name="ids">[rows, 1], int64.</param>
    /// <returns>The residual stream after the final norm [rows, 1, hidden size].</returns>
    public Tensor Step(Tensor ids)
    {
        using var scope = NewDisposeScope();
        Reserve();
        var (rows, slot, config) = (ids.size(0), Slots++, _decoder.Config);
        var group = config.Heads / config.KeyValueHeads;
        var offset = slot - PrefixSlots;
        var positions = tensor(Array.ConvertAll(Lengths, length => (long)(length + offset)), device: _decoder.Device).view(-1, 1);
        var mask = _mask is { } all && Ragged ? all.narrow(3, 0, Slots) : null;
        return _decoder.Run(ids, positions, Lengths.Max() + offset + 1, (layer, queries, keys, values) =>
        {
            _keys[layer].narrow(2, slot, 1).copy_(keys);
            _values[layer].narrow(2, slot, 1).copy_(values);
            // One query per head: the heads that share a key head are queries of it, and no key is copied.
            return functional.scaled_dot_product_attention(
                queries.reshape(rows, config.KeyValueHeads, group, config.HeadSize), _keys[layer].narrow(2, 0, Slots), _values[layer].narrow(2, 0, Slots), mask)
                .reshape(rows, config.Heads, 1, config.HeadSize);
        }).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var tensor in _keys.Concat(_values))
            tensor.Dispose();
        _mask?.Dispose();
    }

    private bool Ragged => Array.Exists(Lengths, length => length != PrefixSlots);

    private Tensor Positions(int tokens)
    {
        var first = tensor(Lengths, ScalarType.Int64, _decoder.Device).unsqueeze(1);
        return first + arange(tokens, dtype: ScalarType.Int64, device: _decoder.Device);
    }

    // [rows, 1, 1, slots of the prefix]: minus infinity where a row has ended.
    private Tensor Hole()
    {
        var slots = arange(PrefixSlots, dtype: ScalarType.Int64, device: _decoder.Device);
        var past = slots.unsqueeze(0).ge(tensor(Lengths, ScalarType.Int64, _decoder.Device).unsqueeze(1));
        return zeros(Lengths.Length, PrefixSlots, device: _decoder.Device).masked_fill(past, float.NegativeInfinity).view(Lengths.Length, 1, 1, PrefixSlots);
    }

    // Room is added a block at a time: most answers end long before they must.
    private void Reserve()
    {
        if (Slots < _keys[0].size(2))
            return;
        var config = _decoder.Config;
        var more = zeros(Lengths.Length, config.KeyValueHeads, Block, config.HeadSize, device: _decoder.Device);
        foreach (var tensors in (Tensor[][])[_keys, _values])
        {
            for (var layer = 0; layer < tensors.Length; layer++)
            {
                var larger = cat([tensors[layer], more], 2).DetachFromDisposeScope();
                tensors[layer].Dispose();
                tensors[layer] = larger;
            }
        }

        if (!Ragged)
            return;
        var open = zeros(Lengths.Length, 1, 1, Block, device: _decoder.Device);
        var mask = cat([_mask ?? Hole(), open], 3).DetachFromDisposeScope();
        _mask?.Dispose();
        _mask = mask;
    }
}
