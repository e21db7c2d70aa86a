using System.Globalization;
using ForensicKit.Inference.Torch;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>Where a GGUF file has a weight of the original checkpoint.</summary>
/// <param name="Source">The tensor in the file.</param>
/// <param name="Slice">Which of the things stacked in it, say which expert; null for the whole tensor.</param>
/// <param name="Shape">The weight's shape.</param>
/// <param name="Undo">What takes back what conversion did to it; null for nothing.</param>
internal sealed record GgufWeight(string Source, long? Slice, IReadOnlyList<long> Shape, Func<Tensor, Tensor>? Undo);

/// <summary>Finds the weights of the original checkpoint, by its names, in a GGUF file; what llama.cpp's conversion did to them is undone.</summary>
internal sealed class GgufWeights
{
    private readonly GgufFile _file;
    private readonly string _architecture;
    private readonly int _layers;
    private readonly int _heads;
    private readonly int _keyValueHeads;
    private readonly bool _experts;
    private readonly Dictionary<string, GgufWeight> _weights = new(StringComparer.Ordinal);

    private GgufWeights(GgufFile file, SortedDictionary<string, object?> config)
    {
        _file = file;
        _architecture = file.Metadata.OptionalText("general.architecture")!;
        _layers = (int)(config.GetValueOrDefault("num_hidden_layers") ?? config["n_layer"])!;
        _heads = (int)(config.GetValueOrDefault("num_attention_heads") ?? config["n_head"])!;
        _keyValueHeads = (int?)config.GetValueOrDefault("num_key_value_heads") ?? _heads;
        _experts = (string)config["model_type"]! is "mixtral" or "qwen3_moe";
    }

    /// <summary>The weights by the original checkpoint's names.</summary>
    /// <exception cref="KitException">The file has a tensor that its architecture has no place for, or one of another shape.</exception>
    public static IReadOnlyDictionary<string, GgufWeight> Find(GgufFile file, SortedDictionary<string, object?> config)
    {
        var weights = new GgufWeights(file, config);
        foreach (var tensor in file.Tensors.Values)
            weights.Add(tensor);
        return weights._weights;
    }

    private void Add(GgufTensor tensor)
    {
        // Told by the configuration.
        if (tensor.Name is GgufRotaryFactors.Llama3Name && _architecture == "llama")
            return;
        if (tensor.Name is "rope_factors_long.weight" or "rope_factors_short.weight" && _architecture == "phi3")
            return;
        var parts = tensor.Name.Split('.');
        if (parts is ["blk", var number, .. var rest] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var layer) && layer < _layers)
        {
            if (AddExperts(tensor, layer, rest) || (rest is [var name, var kind] && InLayer(name) is { } inLayer && Add(tensor, $"{LayerPrefix(layer)}{inLayer}.{kind}", name, kind)))
                return;
        }
        else if (parts is [var name, var kind] && Global(name) is { } global && Add(tensor, $"{global}.{kind}", name, kind))
        {
            return;
        }

        throw new KitException($"The file holds '{tensor.Name}', which the architecture '{_architecture}' has no place for.", _file.Path);
    }

    private bool Add(GgufTensor tensor, string name, string part, string kind)
    {
        if (kind is not ("weight" or "bias"))
            return false;
        Func<Tensor, Tensor>? undo = null;
        IReadOnlyList<long> shape = tensor.Shape;
        switch (_architecture, part)
        {
            case ("llama", "attn_q"):
                undo = Interleaved(tensor, _heads);
                break;
            case ("llama", "attn_k"):
                undo = Interleaved(tensor, _keyValueHeads);
                break;
            case ("gemma2" or "gemma3", _) when part.EndsWith("_norm", StringComparison.Ordinal):
                undo = weight => Scalars.With(1, weight.sub_);
                break;
            case ("gptneox", "attn_qkv"):
                undo = PerHead(tensor);
                break;
            case ("gpt2", "attn_qkv" or "attn_output" or "ffn_up" or "ffn_down") when kind == "weight":
                if (shape is not [var rows, var columns])
                    throw Misshapen(tensor);
                shape = [columns, rows];
                undo = weight => weight.t().contiguous();
                break;
            default:
                break;
        }

        return _weights.TryAdd(name, new(tensor.Name, null, shape, undo));
    }

    // Stacked as ffn_gate_exps.weight, or as older files have them one by one, ffn_gate.NUMBER.weight.
    private bool AddExperts(GgufTensor tensor, int layer, string[] rest)
    {
        if (!_experts)
            return false;
        var (matrix, number) = rest switch
        {
            [var name, "weight"] when name.EndsWith("_exps", StringComparison.Ordinal) => (name[..^"_exps".Length], null),
            [var name, var expert, "weight"] => (name, expert),
            _ => ("", null),
        };
        var (block, part) = (_architecture, matrix) switch
        {
            ("llama", "ffn_gate") => ("block_sparse_moe", "w1"),
            ("llama", "ffn_down") => ("block_sparse_moe", "w2"),
            ("llama", "ffn_up") => ("block_sparse_moe", "w3"),
            ("qwen3moe", "ffn_gate") => ("mlp", "gate_proj"),
            ("qwen3moe", "ffn_down") => ("mlp", "down_proj"),
            ("qwen3moe", "ffn_up") => ("mlp", "up_proj"),
            _ => ("", ""),
        };
        if (part.Length == 0)
            return false;
        if (number is not null)
        {
            return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var one)
                && _weights.TryAdd(Name(one), new(tensor.Name, null, tensor.Shape, null));
        }

        if (tensor.Shape is not [var experts and <= 1 << 16, ..] || tensor.Shape.Count != 3)
            throw Misshapen(tensor);
        for (var expert = 0L; expert < experts; expert++)
        {
            if (!_weights.TryAdd(Name(expert), new(tensor.Name, expert, [.. tensor.Shape.Skip(1)], null)))
                return false;
        }

        return true;

        string Name(long expert) => string.Create(CultureInfo.InvariantCulture, $"{LayerPrefix(layer)}{block}.experts.{expert}.{part}.weight");
    }

    private string LayerPrefix(int layer) => string.Create(
        CultureInfo.InvariantCulture, $"{_architecture switch { "gpt2" => "h.", "gptneox" => "gpt_neox.layers.", _ => "model.layers." }}{layer}.");

    private string? Global(string name) => (_architecture, name) switch
    {
        ("gpt2", "token_embd") => "wte",
        ("gpt2", "position_embd") => "wpe",
        ("gpt2", "output_norm") => "ln_f",
        ("gptneox", "token_embd") => "gpt_neox.embed_in",
        ("gptneox", "output_norm") => "gpt_neox.final_layer_norm",
        ("gptneox", "output") => "embed_out",
        (_, "token_embd") => "model.embed_tokens",
        (_, "output_norm") => "model.norm",
        (_, "output") => "lm_head",
        _ => null,
    };

    private string? InLayer(string name) => _architecture switch
    {
        "gpt2" => name switch
        {
            "attn_norm" => "ln_1",
            "attn_qkv" => "attn.c_attn",
            "attn_output" => "attn.c_proj",
            "ffn_norm" => "ln_2",
            "ffn_up" => "mlp.c_fc",
            "ffn_down" => "mlp.c_proj",
            _ => null,
        },
        "gptneox" => name switch
        {
            "attn_norm" => "input_layernorm",
            "attn_qkv" => "attention.query_key_value",
            "attn_output" => "attention.dense",
            "ffn_norm" => "post_attention_layernorm",
            "ffn_up" => "mlp.dense_h_to_4h",
            "ffn_down" => "mlp.dense_4h_to_h",
            _ => null,
        },
        _ => name switch
        {
            "attn_norm" when _architecture != "olmo2" => "input_layernorm",
            "attn_qkv" when _architecture == "phi3" => "self_attn.qkv_proj",
            "attn_q" or "attn_k" or "attn_v" when _architecture != "phi3" => $"self_attn.{name[^1]}_proj",
            "attn_output" => "self_attn.o_proj",
            "attn_q_norm" or "attn_k_norm" when _architecture is "qwen3" or "qwen3moe" or "gemma3" or "olmo2" => $"self_attn.{name[5]}_norm",
            "post_attention_norm" when _architecture is "gemma2" or "gemma3" or "olmo2" => "post_attention_layernorm",
            "post_ffw_norm" when _architecture is "gemma2" or "gemma3" or "olmo2" => "post_feedforward_layernorm",
            "ffn_norm" => _architecture is "gemma2" or "gemma3" ? "pre_feedforward_layernorm" : _architecture == "olmo2" ? null : "post_attention_layernorm",
            "ffn_gate_inp" when _experts => _architecture == "llama" ? "block_sparse_moe.gate" : "mlp.gate",
            "ffn_up" when _architecture == "phi3" => "mlp.gate_up_proj",
            "ffn_gate" or "ffn_up" or "ffn_down" when !_experts && (_architecture, name) is not ("phi3", "ffn_gate") => $"mlp.{name[4..]}_proj",
            _ => null,
        },
    };

    // Conversion puts the two numbers that a rotary position turns beside each other; originally they are half a head apart.
    private Func<Tensor, Tensor> Interleaved(GgufTensor tensor, int heads)
    {
        if (tensor.Shape is not [var rows, ..] || rows % (2L * heads) != 0)
            throw Misshapen(tensor);
        return weight => weight.view([heads, rows / heads / 2, 2, .. tensor.Shape.Skip(1)]).transpose(1, 2).reshape(weight.shape);
    }

    // Conversion puts all queries before all keys before all values; originally each head has its own three.
    private Func<Tensor, Tensor> PerHead(GgufTensor tensor)
    {
        if (tensor.Shape is not [var rows, ..] || rows % (3L * _heads) != 0)
            throw Misshapen(tensor);
        return weight => weight.view([3, _heads, rows / _heads / 3, .. tensor.Shape.Skip(1)]).transpose(0, 1).reshape(weight.shape);
    }

    private KitException Misshapen(GgufTensor tensor) =>
        new($"The tensor '{tensor.Name}' has the shape [{string.Join(", ", tensor.Shape)}], which does not fit its architecture.", _file.Path, "Fetch it again.");
}
