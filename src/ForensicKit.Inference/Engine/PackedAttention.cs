using ForensicKit.Inference.Decoders;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Engine;

/// <summary>Nodes that follow the same parent: their tokens see its chain and, each for itself, what is before them in their own node.</summary>
/// <param name="Nodes">The nodes.</param>
internal sealed record NodeGroup(IReadOnlyList<TokenNode> Nodes)
{
    /// <summary>Tokens of the nodes.</summary>
    public int Own { get; } = Nodes.Sum(n => n.Tokens.Length);

    /// <summary>Tokens before them.</summary>
    public int Before => Nodes[0].Start;

    /// <summary>Keys that are looked at.</summary>
    public int Keys => Before + Own;
}

/// <summary>
/// Attention of the nodes of a pack. Groups of like size are padded to one size and computed together; everything but attention runs on the tokens
/// without padding.
/// </summary>
internal sealed class PackedAttention
{
    // Padding may make the work of a bucket that much more.
    private const double MostWaste = 1.3;

    // Logical size of a mask, in places.
    private const long MostMask = 1 << 21;

    // Below this many own tokens it pays to let nodes share one look at their parent's keys.
    private const int LeastTogether = 256;

    private readonly TransformerDecoder _decoder;
    private readonly KeptKeys? _above;
    private readonly List<Bucket> _buckets = [];

    /// <param name="decoder">The model.</param>
    /// <param name="nodes">The nodes of the pack.</param>
    /// <param name="above">Keys and values of what comes before them; null where they are beginnings.</param>
    public PackedAttention(TransformerDecoder decoder, IReadOnlyList<TokenNode> nodes, KeptKeys? above)
    {
        (_decoder, _above) = (decoder, above);
        var groups = Grouped(nodes).OrderByDescending(g => g.Keys).ThenByDescending(g => g.Own).ToList();
        var ordered = new List<TokenNode>();
        var start = 0;
        foreach (var bucket in Bucketed(groups))
        {
            _buckets.Add(new(decoder, bucket, start, above));
            start += bucket.Sum(g => g.Own);
            ordered.AddRange(bucket.SelectMany(g => g.Nodes));
        }

        Nodes = ordered;
    }

    /// <summary>The nodes in the order in which their tokens must be laid end to end.</summary>
    public IReadOnlyList<TokenNode> Nodes { get; }

    /// <summary>Computes one layer; made to be handed to the decoder.</summary>
    public Tensor Attend(int layer, Tensor queries, Tensor keys, Tensor values)
    {
        if (_above is null)
            return cat([.. _buckets.Select(b => Beginnings(b, layer, queries, keys, values))], 0);
        var chain = _above.Chain.ToList();
        keys = cat([.. chain.Select(k => k.Keys[layer]), keys], 0);
        values = cat([.. chain.Select(k => k.Values[layer]), values], 0);
        return cat([.. _buckets.Select(b => Followers(b, layer, queries, keys, values))], 0);
    }

    private static IEnumerable<NodeGroup> Grouped(IReadOnlyList<TokenNode> nodes)
    {
        foreach (var family in nodes.GroupBy(n => n.Parent))
        {
            if (family.Key is null)
            {
                foreach (var node in family)
                    yield return new([node]);
                continue;
            }

            var most = Math.Max(family.First().Start, LeastTogether);
            var together = new List<TokenNode>();
            var own = 0;
            foreach (var node in family)
            {
                if (together.Count > 0 && own + node.Tokens.Length > most)
                {
                    yield return new(together);
                    (together, own) = ([], 0);
                }

                together.Add(node);
                own += node.Tokens.Length;
            }

            yield return new(together);
        }
    }

    private static IEnumerable<List<NodeGroup>> Bucketed(List<NodeGroup> groups)
    {
        var bucket = new List<NodeGroup>();
        var (work, most) = (0L, 0);
        foreach (var group in groups)
        {
            var wide = Math.Max(most, group.Own);
            long padded = (long)(bucket.Count + 1) * wide * (bucket.Count == 0 ? group.Keys : bucket[0].Keys);
            if (bucket.Count > 0 && (padded > MostWaste * (work + ((long)group.Own * group.Keys)) || padded > MostMask))
            {
                yield return bucket;
                (bucket, work, wide) = ([], 0, group.Own);
            }

            bucket.Add(group);
            work += (long)group.Own * group.Keys;
            most = wide;
        }

        if (bucket.Count > 0)
            yield return bucket;
    }

    private Tensor Beginnings(Bucket bucket, int layer, Tensor queries, Tensor keys, Tensor values)
    {
        var own = bucket.Groups.Sum(g => g.Own);
        if (bucket.Places is not { } places)
            return _decoder.CausalRows(bucket.Groups.Count, bucket.Width)(layer, queries.narrow(0, bucket.Start, own), keys.narrow(0, bucket.Start, own), values.narrow(0, bucket.Start, own));
        return _decoder.CausalRows(bucket.Groups.Count, bucket.Width)(layer, queries.index_select(0, places), keys.index_select(0, places), values.index_select(0, places)).index_select(0, bucket.Back!);
    }

    private Tensor Followers(Bucket bucket, int layer, Tensor queries, Tensor keys, Tensor values)
    {
        var (rows, width, many) = (bucket.Groups.Count, bucket.Width, bucket.Groups[0].Keys);
        var asked = bucket.Places is { } places ? queries.index_select(0, places) : queries.narrow(0, bucket.Start, bucket.Padded);
        var mask = bucket.Masks[_decoder.Form.WindowOf(layer) ?? 0];
        Tensor Divided(Tensor x, long length) => x.view(rows, length, x.size(1), x.size(2)).transpose(1, 2);
        var result = _decoder.Form.Masked(Divided(asked, width), Divided(keys.index_select(0, bucket.KeyPlaces!), many), Divided(values.index_select(0, bucket.KeyPlaces!), many), mask)
            .transpose(1, 2).reshape((long)rows * width, _decoder.Config.Heads * _decoder.Config.HeadSize);
        return bucket.Back is null ? result : result.index_select(0, bucket.Back);
    }

    /// <summary>Groups that are computed together, with what is the same in every layer.</summary>
    private sealed class Bucket
    {
        public Bucket(TransformerDecoder decoder, List<NodeGroup> groups, int start, KeptKeys? above)
        {
            (Groups, Start, Width) = (groups, start, groups.Max(g => g.Own));
            if (groups.Exists(g => g.Own != Width))
                (Places, Back) = Padding(decoder.Device);
            if (above is null)
                return;
            KeyPlaces = ChainAndOwn(decoder.Device, above.Chain.Sum(k => k.Keys[0].size(0)));
            Masks.Add(0, Mask(decoder.Device, null));
            if (decoder.Config is { Window: { } window, SlidingLayers: var sliding } && sliding.Contains(true))
                Masks.Add(window, Mask(decoder.Device, window));
        }

        public List<NodeGroup> Groups { get; }

        // Of the pack's tokens, the first of these.
        public int Start { get; }

        public int Width { get; }

        public int Padded => Groups.Count * Width;

        // Where the padded rows take their tokens from; null where nothing is padded.
        public Tensor? Places { get; }

        // Where the tokens are found again; null where nothing is padded.
        public Tensor? Back { get; }

        // Where rows take their keys from.
        public Tensor? KeyPlaces { get; }

        // By window; 0 for none.
        public Dictionary<int, Tensor> Masks { get; } = [];

        // Padding repeats a row's last token.
        private (Tensor Places, Tensor Back) Padding(Device device)
        {
            var (places, back) = (new long[Padded], new List<long>());
            var at = Start;
            for (var row = 0; row < Groups.Count; row++)
            {
                for (var i = 0; i < Width; i++)
                    places[(row * Width) + i] = at + Math.Min(i, Groups[row].Own - 1);
                back.AddRange(Enumerable.Range(row * Width, Groups[row].Own).Select(i => (long)i));
                at += Groups[row].Own;
            }

            return (tensor(places, device: device), tensor(back.ToArray(), device: device));
        }

        // Of kept tokens and the pack's own laid end to end: a group's chain, then its own.
        private Tensor ChainAndOwn(Device device, long firstOwn)
        {
            var many = Groups[0].Keys;
            var places = new long[Groups.Count * many];
            var at = Start;
            for (var row = 0; row < Groups.Count; row++)
            {
                var (group, i) = (Groups[row], row * many);
                foreach (var ancestor in group.Nodes[0].Ancestors)
                {
                    var kept = ancestor.Kept!;
                    var first = (kept.Keys.Above?.Chain ?? []).Sum(k => k.Keys[0].size(0)) + kept.Offset;
                    for (var token = 0; token < ancestor.Tokens.Length; token++)
                        places[i++] = first + token;
                }

                for (var token = 0; token < group.Own; token++)
                    places[i++] = firstOwn + at + token;
                at += group.Own;
            }

            return tensor(places, device: device);
        }

        // [groups, 1, tokens, keys]: 0 where a key is seen, minus infinity elsewhere.
        private Tensor Mask(Device device, int? window)
        {
            var many = Groups[0].Keys;
            var mask = new float[(long)Padded * many];
            Array.Fill(mask, float.NegativeInfinity);
            for (var row = 0; row < Groups.Count; row++)
            {
                var (before, at) = (Groups[row].Before, 0);
                foreach (var node in Groups[row].Nodes)
                {
                    for (var i = 0; i < node.Tokens.Length; i++)
                    {
                        var line = mask.AsSpan(checked(((row * Width) + at + i) * many), many);
                        var first = window is { } w ? Math.Max(0, node.Start + i - w + 1) : 0;
                        if (first < before)
                            line[first..before].Clear();
                        var ownFirst = Math.Max(0, first - before);
                        line[(before + at + ownFirst)..(before + at + i + 1)].Clear();
                    }

                    at += node.Tokens.Length;
                }

                // Padding sees something, so that no sum is empty; what it gives is not used.
                for (; at < Width; at++)
                    mask[((long)((row * Width) + at)) * many] = 0;
            }

            return tensor(mask, device: device).view(Groups.Count, 1, Width, many);
        }
    }
}
