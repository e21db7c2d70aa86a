using System.Globalization;
using ForensicKit.Inference.Decoders;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Checkpoints.Families;

/// <summary>A tensor of a checkpoint and the decoder's weights that it holds.</summary>
/// <param name="Name">Its name in the checkpoint.</param>
/// <param name="Shape">The shape it must have.</param>
/// <param name="Targets">Names of the decoder's weights.</param>
/// <param name="Split">Makes them of it, in that order; null where it is the one weight itself.</param>
internal sealed record WeightSource(string Name, long[] Shape, IReadOnlyList<string> Targets, Func<Tensor, IReadOnlyList<Tensor>>? Split);

/// <summary>Where the weights of a decoder lie in a checkpoint: every weight exactly once.</summary>
internal sealed class WeightLayout(DecoderConfig config)
{
    private readonly Dictionary<string, long[]> _open = TransformerDecoder.WeightShapes(config).ToDictionary(w => w.Name, w => w.Shape, StringComparer.Ordinal);
    private readonly List<WeightSource> _sources = [];
    private readonly List<string> _ignored = ["rotary_emb.inv_freq"];

    /// <summary>The checkpoint's tensors, in the order of the forward pass.</summary>
    public IReadOnlyList<WeightSource> Sources => _sources;

    /// <summary>Name of the output head where it has a tensor of its own.</summary>
    public string Head { get; set; } = "lm_head.weight";

    /// <summary>A prefix that names may have in a checkpoint or not.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>Name of a layer's weights in the decoder, up to the point.</summary>
    public static string Layer(int layer) => Numbered("model.layers", layer);

    /// <summary>A name with a number, up to the second point.</summary>
    public static string Numbered(string name, int number) => string.Create(CultureInfo.InvariantCulture, $"{name}.{number}.");

    /// <summary>Whether a tensor may be there that no weight is made of.</summary>
    public bool IsIgnored(string name) => _ignored.Exists(end => name.EndsWith(end, StringComparison.Ordinal));

    /// <summary>Tensors whose names end so are not read.</summary>
    public void Ignore(params ReadOnlySpan<string> ends)
    {
        foreach (var end in ends)
            _ignored.Add(end);
    }

    /// <summary>A weight under another name.</summary>
    public void Copy(string source, string target) => _sources.Add(new(source, Take(target), [target], null));

    /// <summary>A weight and its bias under another name.</summary>
    public void CopyBoth(string source, string target)
    {
        Copy(source + ".weight", target + ".weight");
        Copy(source + ".bias", target + ".bias");
    }

    /// <summary>Weights one below the other in one tensor.</summary>
    public void Rows(string source, params string[] targets)
    {
        var shapes = Array.ConvertAll(targets, Take);
        _sources.Add(new(source, [shapes.Sum(s => s[0]), .. shapes[0].Skip(1)], targets, joined => joined.split([.. shapes.Select(s => s[0])])));
    }

    /// <summary>Weights side by side in one tensor, each [inputs, outputs] instead of [outputs, inputs].</summary>
    public void Columns(string source, params string[] targets)
    {
        var shapes = Array.ConvertAll(targets, Take);
        _sources.Add(new(source, [shapes[0][1], shapes.Sum(s => s[0])], targets, joined => [.. joined.split([.. shapes.Select(s => s[0])], 1).Select(part => part.t().contiguous())]));
    }

    /// <summary>Weights in one tensor that has as many rows as they have together, in an order of its own.</summary>
    public void Split(string source, Func<Tensor, IReadOnlyList<Tensor>> split, params string[] targets)
    {
        var shapes = Array.ConvertAll(targets, Take);
        _sources.Add(new(source, [shapes.Sum(s => s[0]), .. shapes[0].Skip(1)], targets, split));
    }

    /// <summary>Every weight that was not named lies under its own name.</summary>
    public void CopyRest()
    {
        foreach (var (name, _) in TransformerDecoder.WeightShapes(config).Where(w => _open.ContainsKey(w.Name)))
            Copy(name, name);
    }

    private long[] Take(string target) => _open.Remove(target, out var shape) ? shape : throw new InvalidOperationException($"'{target}' is no weight of this decoder, or lies in two places.");
}
