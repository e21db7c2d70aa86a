using System.Text;
using System.Text.Json;
using ForensicKit.Evidence;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>The shape of a Llama-style model, read from and written to Hugging Face's <c>config.json</c>.</summary>
/// <param name="VocabularySize">Rows of the embedding (<c>vocab_size</c>).</param>
/// <param name="HiddenSize">Width of the residual stream (<c>hidden_size</c>).</param>
/// <param name="IntermediateSize">Width inside the feed-forward blocks (<c>intermediate_size</c>).</param>
/// <param name="Layers">Decoder layers (<c>num_hidden_layers</c>).</param>
/// <param name="Heads">Query heads (<c>num_attention_heads</c>).</param>
/// <param name="KeyValueHeads">Key and value heads (<c>num_key_value_heads</c>); divides <paramref name="Heads"/>.</param>
/// <param name="HeadSize">Width of a head (<c>head_dim</c>); even.</param>
/// <param name="ContextLength">Most tokens in a sequence (<c>max_position_embeddings</c>).</param>
public sealed record LlamaConfig(
    int VocabularySize, int HiddenSize, int IntermediateSize, int Layers, int Heads, int KeyValueHeads, int HeadSize, int ContextLength)
{
    /// <summary>Added to the mean square in RMSNorm (<c>rms_norm_eps</c>).</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Base of the rotary frequencies (<c>rope_theta</c>).</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>Stretch of the rotary frequencies; null for none.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Whether the query, key, value and output projections have biases.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Whether the gate, up and down projections have biases.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Whether the output head is the embedding (<c>tie_word_embeddings</c>): the file then has no <c>lm_head.weight</c>.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Token that begins a text (<c>bos_token_id</c>); null where the model has none.</summary>
    public int? BeginToken { get; init; }

    /// <summary>Tokens that end a text (<c>eos_token_id</c>, one or a list).</summary>
    public IReadOnlyList<int> EndTokens { get; init; } = [];

    /// <summary>Reads <c>config.json</c>, in the layout of transformers 4 (<c>rope_theta</c>, <c>rope_scaling</c>) or 5 (<c>rope_parameters</c>).</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="KitException">The file is not a Llama-style model's, or has an option that is not known: named in the message.</exception>
    public static LlamaConfig Read(string file) => From(ConfigObject.Read(file));

    /// <summary>Parses the content of <c>config.json</c>.</summary>
    /// <param name="json">UTF-8 JSON.</param>
    /// <param name="file">The file, for messages.</param>
    /// <exception cref="KitException">As <see cref="Read"/>.</exception>
    public static LlamaConfig Parse(ReadOnlyMemory<byte> json, string file) => From(ConfigObject.Parse(json, file));

    /// <summary>Refuses a shape that no model can have.</summary>
    /// <param name="where">The file or setting, for the message.</param>
    /// <returns>The same configuration.</returns>
    /// <exception cref="KitException">Heads do not divide, a head's width is odd, or a size is not positive.</exception>
    public LlamaConfig Validate(string? where = null)
    {
        if (VocabularySize < 1 || HiddenSize < 1 || IntermediateSize < 1 || Layers < 1 || Heads < 1 || KeyValueHeads < 1 || HeadSize < 1 || ContextLength < 1)
            throw new KitException("Every size of a model must be positive.", where);
        if (Heads % KeyValueHeads != 0)
            throw new KitException("num_attention_heads must be a multiple of num_key_value_heads.", where);
        if (HeadSize % 2 != 0)
            throw new KitException("head_dim must be even: rotary positions turn pairs.", where);
        return this;
    }

    /// <summary>The content of <c>config.json</c> in the layout of transformers 4, which every later version reads too; keys in ordinal order.</summary>
    /// <param name="weights">How the weights are stored (<c>torch_dtype</c>).</param>
    public string ToJson(WeightStorage weights = WeightStorage.Float32)
    {
        var keys = new SortedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["architectures"] = (string[])["LlamaForCausalLM"],
            ["attention_bias"] = AttentionBias,
            ["bos_token_id"] = BeginToken,
            ["eos_token_id"] = EndTokens.Count switch { 0 => null, 1 => EndTokens[0], _ => EndTokens },
            ["head_dim"] = HeadSize,
            ["hidden_act"] = "silu",
            ["hidden_size"] = HiddenSize,
            ["intermediate_size"] = IntermediateSize,
            ["max_position_embeddings"] = ContextLength,
            ["mlp_bias"] = MlpBias,
            ["model_type"] = "llama",
            ["num_attention_heads"] = Heads,
            ["num_hidden_layers"] = Layers,
            ["num_key_value_heads"] = KeyValueHeads,
            ["rms_norm_eps"] = NormEpsilon,
            ["rope_scaling"] = RopeScaling?.ToKeys(),
            ["rope_theta"] = RopeTheta,
            ["tie_word_embeddings"] = TiedEmbeddings,
            ["torch_dtype"] = weights switch { WeightStorage.Float16 => "float16", WeightStorage.BFloat16 => "bfloat16", _ => "float32" },
            ["vocab_size"] = VocabularySize,
        };
        return JsonSerializer.Serialize(keys, s_json).ReplaceLineEndings("\n") + "\n";
    }

    /// <summary>Writes <c>config.json</c> whole or not at all.</summary>
    /// <param name="file">The file.</param>
    /// <param name="weights">How the weights are stored.</param>
    /// <exception cref="KitException">The file cannot be written.</exception>
    public void Write(string file, WeightStorage weights = WeightStorage.Float32) => AtomicFile.Write(file, Encoding.UTF8.GetBytes(ToJson(weights)));

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    private static LlamaConfig From(ConfigObject config)
    {
        if (config.OptionalText("model_type") is not "llama" and var type)
            throw config.Bad("model_type", type is null ? "is missing" : $"is '{type}', which is not supported yet (supported: llama)");
        if (config.OptionalText("hidden_act") is { } activation && activation != "silu")
            throw config.Bad("hidden_act", $"is '{activation}', which is not supported (supported: silu)");
        if (config.Bool("rope_interleaved", absent: false))
            throw config.Bad("rope_interleaved", "is true, which is not supported");
        if (config.OptionalTexts("layer_types") is { } layers && layers.FirstOrDefault(layer => layer != "full_attention") is { } layerType)
            throw config.Bad("layer_types", $"holds '{layerType}', which Llama models do not have");
        // Slices the projections, as the first Llama release did on several devices: the same numbers, another rounding.
        _ = config.OptionalInt("pretraining_tp", 1, 1 << 10);
        config.Ignore(
            "architectures", "attention_dropout", "initializer_range", "use_cache", "torch_dtype", "dtype", "transformers_version", "is_llama_config",
            "pad_token_id", "_name_or_path", "unsloth_version", "unsloth_fixed", "transformers.js_config", "name_or_path");

        var heads = config.Int("num_attention_heads", 1, 1 << 12);
        var hidden = config.Int("hidden_size", 1, 1 << 20);
        var parameters = config.OptionalObject("rope_parameters") ?? config.OptionalObject("rope_scaling");
        var headSize = config.OptionalInt("head_dim", 1, 1 << 12);
        if (headSize is null && hidden % heads != 0)
            throw config.Bad("hidden_size", "must be a multiple of num_attention_heads where there is no head_dim");
        var read = new LlamaConfig(
            config.Int("vocab_size", 1, 1 << 24),
            hidden,
            config.Int("intermediate_size", 1, 1 << 22),
            config.Int("num_hidden_layers", 1, 1 << 10),
            heads,
            config.OptionalInt("num_key_value_heads", 1, 1 << 12) ?? heads,
            headSize ?? hidden / heads,
            config.OptionalInt("max_position_embeddings", 1, 1 << 27) ?? 2048)
        {
            NormEpsilon = config.OptionalPositive("rms_norm_eps") ?? 1e-6,
            RopeTheta = config.OptionalPositive("rope_theta") ?? parameters?.OptionalPositive("rope_theta") ?? 10000,
            RopeScaling = parameters is null ? null : RopeScaling.Read(parameters),
            AttentionBias = config.Bool("attention_bias", absent: false),
            MlpBias = config.Bool("mlp_bias", absent: false),
            TiedEmbeddings = config.Bool("tie_word_embeddings", absent: false),
            BeginToken = config.OptionalInt("bos_token_id", -1, 1 << 24) is { } begin and >= 0 ? begin : null,
            EndTokens = [.. config.Ints("eos_token_id").Where(id => id >= 0)],
        };
        config.Ignore("rope_scaling", "rope_parameters");
        config.RefuseOthers();
        return read.Validate(config.File);
    }
}
