using ForensicKit.Inference.Decoders;
using ForensicKit.Inference.Torch;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Engine;

/// <summary>Takes the results of a pack: the residual stream where something is wanted [places, hidden size], and for every target its place there.</summary>
internal delegate void ReadPlaces(Tensor hidden, IReadOnlyList<(int Place, ScoringTarget Target)> targets);

/// <summary>Takes the keys and values of a node in a layer, each [tokens, key heads, head size].</summary>
internal delegate void KeepKeys(int layer, TokenNode node, Tensor keys, Tensor values);

/// <summary>Runs a tree of tokens: each node once, in packs of nodes that have what is before them behind them.</summary>
/// <param name="decoder">The model.</param>
/// <param name="maxTokens">Most tokens of a pack; one node may have more. Halved where memory does not suffice.</param>
internal sealed class TreeRunner(TransformerDecoder decoder, int maxTokens)
{
    // Keys and values that are kept for what follows: those of several packs, so that what follows fills packs too.
    private const long MostKept = 96L << 20;

    // A long node after a long beginning is cut: its mask has a place for each of its tokens and each before.
    private const long MostSeen = 1 << 22;
    private const int LeastCut = 512;

    private readonly long _weights = TransformerDecoder.WeightShapes(decoder.Config).Sum(w => w.Shape.Aggregate(1L, (product, size) => product * size));
    private int _maxTokens = maxTokens;

    /// <summary>Called before each pack with its tokens; tests let it fail.</summary>
    internal Action<int>? BeforePack { get; set; }

    /// <summary>Runs the nodes and all that follow them.</summary>
    /// <param name="roots">The beginnings.</param>
    /// <param name="read">Takes what is wanted. May be called again for the same targets where memory ran out meanwhile.</param>
    /// <param name="keep">Takes keys and values; null where nobody wants them.</param>
    /// <param name="cancellationToken">Ends the work between two packs.</param>
    /// <returns>After each pack, the targets that it answered.</returns>
    public IEnumerable<IReadOnlyList<(int Place, ScoringTarget Target)>> Run(
        IEnumerable<TokenNode> roots, ReadPlaces read, KeepKeys? keep, CancellationToken cancellationToken) => Run(roots, null, read, keep, cancellationToken);

    private IEnumerable<IReadOnlyList<(int Place, ScoringTarget Target)>> Run(
        IEnumerable<TokenNode> nodes, KeptKeys? above, ReadPlaces read, KeepKeys? keep, CancellationToken cancellationToken)
    {
        // Those that are followed come first, so that their keys are kept and no others; then the longest, with their like.
        var left = nodes.OrderBy(n => n.Children.Count == 0).ThenByDescending(n => n.Tokens.Length).ToList();
        if (above is not null)
            left = [.. left.GroupBy(n => (n.Children.Count == 0, n.Parent)).SelectMany(g => g)];
        var followed = new List<KeptKeys>();
        var mostKept = MostKept / KeptKeys.BytesPerToken(decoder.Config);
        try
        {
            for (var at = 0; at < left.Count;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                while (above is not null && left[at].Tokens.Length > LeastCut && (long)left[at].Tokens.Length * (left[at].Start + left[at].Tokens.Length) > MostSeen)
                    left[at] = left[at].Halve();
                var pack = Pack(left, at);
                List<(int Place, ScoringTarget Target)> targets;
                KeptKeys? kept = null;
                try
                {
                    (targets, kept) = RunPack(pack, above, read, keep);
                }
                catch (Exception e) when (IsOutOfMemory(e))
                {
                    var tokens = pack.Sum(n => n.Tokens.Length);
                    if (tokens < 2)
                        throw new KitException("The memory does not suffice to run a single token.", null, "Choose a smaller model, or a device with more memory.", ExitCode.EnvironmentLacks, e);
                    _maxTokens = tokens / 2;
                    if (pack.Count == 1)
                        left[at] = pack[0].Halve();
                    continue;
                }

                NativeAllocator.GiveFreedMemoryBackAfter(_weights * pack.Sum(n => n.Tokens.Length));
                at += pack.Count;
                if (kept is not null)
                    followed.Add(kept);
                yield return targets;
                if (followed.Count == 0 || (at < left.Count && left[at].Children.Count > 0 && followed.Sum(k => k.Tokens) + left[at].Tokens.Length <= mostKept))
                    continue;
                using var joined = KeptKeys.Join(followed);
                NativeAllocator.GiveFreedMemoryBackAfter(_weights * joined.Tokens);
                foreach (var more in Run(joined.Nodes.SelectMany(n => n.Children), joined, read, keep, cancellationToken))
                    yield return more;
            }
        }
        finally
        {
            followed.ForEach(k => k.Dispose());
        }
    }

    private List<TokenNode> Pack(List<TokenNode> left, int at)
    {
        var keeps = left[at].Children.Count > 0;
        var most = keeps ? Math.Min(_maxTokens, MostKept / KeptKeys.BytesPerToken(decoder.Config)) : _maxTokens;
        var pack = new List<TokenNode> { left[at] };
        long tokens = left[at].Tokens.Length;
        for (var i = at + 1; i < left.Count && tokens + left[i].Tokens.Length <= most && left[i].Children.Count > 0 == keeps; i++)
        {
            pack.Add(left[i]);
            tokens += left[i].Tokens.Length;
        }

        return pack;
    }

    private (List<(int Place, ScoringTarget Target)> Targets, KeptKeys? Kept) RunPack(List<TokenNode> pack, KeptKeys? above, ReadPlaces read, KeepKeys? keep)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        BeforePack?.Invoke(pack.Sum(n => n.Tokens.Length));
        var attention = new PackedAttention(decoder, pack, above);
        var kept = pack[0].Children.Count > 0 ? new KeptKeys(above, decoder.Config.Layers, attention.Nodes) : null;
        try
        {
            var (batch, places, targets) = Lay(attention.Nodes, kept);
            var hidden = decoder.Run(batch, (layer, queries, keys, values) =>
            {
                if (kept is not null)
                    (kept.Keys[layer], kept.Values[layer]) = (Copy(keys), Copy(values));
                if (keep is not null)
                    Hand(keep, attention.Nodes, layer, keys, values);
                return attention.Attend(layer, queries, keys, values);
            }, tensor(places.ToArray(), device: decoder.Device));
            if (targets.Count > 0)
                read(hidden, targets);
            return (targets, kept);
        }
        catch
        {
            kept?.Dispose();
            throw;
        }
    }

    private (TokenBatch Batch, List<long> Places, List<(int Place, ScoringTarget Target)> Targets) Lay(IReadOnlyList<TokenNode> nodes, KeptKeys? kept)
    {
        var tokens = nodes.Sum(n => n.Tokens.Length);
        var (ids, positions, regimes) = (new long[tokens], new int[tokens], new int[tokens]);
        var places = new List<long>();
        var targets = new List<(int, ScoringTarget)>();
        var at = 0;
        foreach (var node in nodes)
        {
            if (kept is not null)
                node.Kept = new(kept, at);
            for (var i = 0; i < node.Tokens.Length; i++)
                (ids[at + i], positions[at + i], regimes[at + i]) = (node.Tokens[i], node.Start + i, node.Regime);
            var last = -1;
            foreach (var target in node.Targets)
            {
                if (target.Position != last)
                    places.Add(at + target.Position - node.Start);
                last = target.Position;
                targets.Add((places.Count - 1, target));
            }

            at += node.Tokens.Length;
        }

        return (new(tensor(ids, device: decoder.Device), positions, Array.Exists(regimes, r => r != 0) ? regimes : null), places, targets);
    }

    private static void Hand(KeepKeys keep, IReadOnlyList<TokenNode> nodes, int layer, Tensor keys, Tensor values)
    {
        var at = 0;
        foreach (var node in nodes)
        {
            keep(layer, node, keys.narrow(0, at, node.Tokens.Length), values.narrow(0, at, node.Tokens.Length));
            at += node.Tokens.Length;
        }
    }

    // A view would keep all that was computed with it.
    private static Tensor Copy(Tensor x) => x.clone().DetachFromDisposeScope();

    // What libtorch says of the CPU's memory and of CUDA's; TorchSharp has no exception of its own for it.
    private static bool IsOutOfMemory(Exception e) => e is OutOfMemoryException
        || (e is System.Runtime.InteropServices.ExternalException && (e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) || e.Message.Contains("not enough memory", StringComparison.OrdinalIgnoreCase)));
}
