namespace ForensicKit.Inference.Checkpoints.Families;

/// <summary>
/// How a family writes itself down: its keys in <c>config.json</c> and the names and layouts of its weights. What a family computes is said in
/// <see cref="DecoderConfig"/> alone.
/// </summary>
internal abstract class ModelFamily
{
    private static readonly ModelFamily[] s_families =
        [new LlamaFamily(), new MistralFamily(), new MixtralFamily(), new QwenFamily(), new Olmo2Family(), new GemmaFamily(), new Phi3Family(), new Gpt2Family(), new GptNeoxFamily()];

    // What concerns training, other software or the storage of the weights, and changes no number here.
    private static readonly string[] s_withoutEffect =
    [
        "architectures", "attention_dropout", "attn_pdrop", "embd_pdrop", "resid_pdrop", "hidden_dropout", "hidden_dropout_prob", "classifier_dropout",
        "initializer_range", "use_cache", "torch_dtype", "dtype", "transformers_version", "is_llama_config", "pad_token_id", "_name_or_path", "name_or_path",
        "unsloth_version", "unsloth_fixed", "transformers.js_config", "cache_implementation", "gradient_checkpointing", "is_decoder", "task_specific_params",
        "output_router_logits", "router_aux_loss_coef", "router_jitter_noise", "auto_map", "_attn_implementation", "attn_implementation", "tokenizer_class",
        "max_window_layers", "n_ctx",
    ];

    /// <summary>The values of <c>model_type</c> that it reads.</summary>
    public abstract IReadOnlyList<string> ModelTypes { get; }

    /// <summary>The model that a <c>config.json</c> describes.</summary>
    /// <exception cref="KitException">The architecture is not supported, or an option is not known.</exception>
    public static DecoderConfig Configure(ConfigObject config)
    {
        var type = config.OptionalText("model_type") ?? throw config.Bad("model_type", "is missing");
        var family = Array.Find(s_families, f => f.ModelTypes.Contains(type, StringComparer.Ordinal))
            ?? throw config.Bad("model_type", $"is '{type}', an architecture that is not supported (supported: {string.Join(", ", s_families.SelectMany(f => f.ModelTypes))})");
        config.Ignore(s_withoutEffect);
        var read = family.Read(config, type) with { ModelType = type };
        config.RefuseOthers();
        return read.Validate(config.File);
    }

    /// <summary>Where the weights of a model lie in its checkpoint.</summary>
    public static WeightLayout LayoutOf(DecoderConfig config)
    {
        var layout = new WeightLayout(config);
        Array.Find(s_families, f => f.ModelTypes.Contains(config.ModelType, StringComparer.Ordinal))!.Arrange(config, layout);
        return layout;
    }

    /// <summary>Reads the family's keys.</summary>
    protected abstract DecoderConfig Read(ConfigObject config, string modelType);

    /// <summary>Says where weights lie; what is not said lies under the decoder's own name, which is Llama's.</summary>
    protected virtual void Arrange(DecoderConfig config, WeightLayout layout) => layout.CopyRest();

    /// <summary>The keys that families since Llama share.</summary>
    protected static DecoderConfig Basics(ConfigObject config, double theta = 10000, int context = 2048)
    {
        var heads = config.Int("num_attention_heads", 1, 1 << 12);
        var hidden = config.Int("hidden_size", 1, 1 << 20);
        var headSize = config.OptionalInt("head_dim", 1, 1 << 12);
        if (headSize is null && hidden % heads != 0)
            throw config.Bad("hidden_size", "must be a multiple of num_attention_heads where there is no head_dim");
        var size = headSize ?? hidden / heads;
        var read = new DecoderConfig(
            config.Int("vocab_size", 1, 1 << 24),
            hidden,
            config.Int("intermediate_size", 1, 1 << 22),
            config.Int("num_hidden_layers", 1, 1 << 10),
            heads,
            config.OptionalInt("num_key_value_heads", 1, 1 << 12) ?? heads,
            size,
            config.OptionalInt("max_position_embeddings", 1, 1 << 27) ?? context)
        {
            NormEpsilon = config.OptionalPositive("rms_norm_eps") ?? 1e-6,
            Activation = ActivationOf(config, "hidden_act") ?? Activation.Silu,
        };
        return WithTokens(WithRotation(read, config, theta), config, tied: false);
    }

    /// <summary>Adds what turns positions: <c>rope_theta</c>, <c>rope_scaling</c> or <c>rope_parameters</c>, <c>partial_rotary_factor</c>.</summary>
    protected static DecoderConfig WithRotation(DecoderConfig read, ConfigObject config, double theta, double part = 1)
    {
        var parameters = config.OptionalObject("rope_parameters") ?? config.OptionalObject("rope_scaling");
        config.Ignore("rope_scaling", "rope_parameters");
        var fraction = config.OptionalPositive("partial_rotary_factor") ?? parameters?.OptionalPositive("partial_rotary_factor") ?? part;
        if (fraction > 1)
            throw config.Bad("partial_rotary_factor", "must be at most 1");
        return read with
        {
            RopeTheta = config.OptionalPositive("rope_theta") ?? parameters?.OptionalPositive("rope_theta") ?? theta,
            RotarySize = fraction < 1 ? (int)(read.HeadSize * fraction) : null,
            RopeScaling = parameters is null ? null : RopeScaling.Read(parameters, config.OptionalInt("original_max_position_embeddings", 2, int.MaxValue)),
        };
    }

    /// <summary>Adds the special tokens and whether the output head is the embedding.</summary>
    protected static DecoderConfig WithTokens(DecoderConfig read, ConfigObject config, bool tied) => read with
    {
        TiedEmbeddings = config.Bool("tie_word_embeddings", absent: tied),
        BeginToken = config.OptionalInt("bos_token_id", -1, 1 << 24) is { } begin and >= 0 ? begin : null,
        EndTokens = [.. config.Ints("eos_token_id").Where(id => id >= 0)],
    };

    /// <summary>Adds the sliding layers: by <c>layer_types</c> where it is there.</summary>
    /// <param name="read">What is read so far.</param>
    /// <param name="config">The file.</param>
    /// <param name="slides">Which layers slide where the file does not say.</param>
    protected static DecoderConfig WithWindow(DecoderConfig read, ConfigObject config, Func<int, bool> slides)
    {
        var window = config.OptionalInt("sliding_window", 1, int.MaxValue);
        IReadOnlyList<bool> layers = [.. Enumerable.Range(0, read.Layers).Select(slides)];
        if (config.OptionalTexts("layer_types") is { } types)
        {
            layers = [.. types.Select(t => t switch
            {
                "full_attention" => false,
                "sliding_attention" => true,
                _ => throw config.Bad("layer_types", $"holds '{t}', which is not supported (supported: full_attention, sliding_attention)"),
            })];
            if (layers.Count != read.Layers)
                throw config.Bad("layer_types", "must name every layer");
            if (window is null && layers.Contains(true))
                throw config.Bad("sliding_window", "is missing where layer_types has sliding layers");
        }

        return window is null || !layers.Contains(true) ? read : read with { Window = window, SlidingLayers = layers };
    }

    /// <summary>The activation function that a key names; null where the key is absent.</summary>
    protected static Activation? ActivationOf(ConfigObject config, string key) => config.OptionalText(key) switch
    {
        null => null,
        "silu" or "swish" => Activation.Silu,
        "gelu" => Activation.Gelu,
        "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" => Activation.GeluTanh,
        "relu" => Activation.Relu,
        var other => throw config.Bad(key, $"is '{other}', which is not supported (supported: silu, gelu, gelu_new, gelu_pytorch_tanh, relu)"),
    };

    /// <summary>Refuses a key that has another value than the one that is computed here.</summary>
    protected static void Only(ConfigObject config, string key, bool value)
    {
        if (config.Bool(key, absent: value) != value)
            throw config.Bad(key, $"is {(value ? "false" : "true")}, which is not supported");
    }
}
