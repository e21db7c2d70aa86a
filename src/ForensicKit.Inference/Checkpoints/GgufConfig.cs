namespace ForensicKit.Inference.Checkpoints;

/// <summary>
/// Makes of a GGUF file's metadata the <c>config.json</c> that the model had before it was converted: one description of every architecture.
/// The keys are those of llama.cpp's conversion scripts; what they leave out, and llama.cpp knows by heart, is filled in.
/// </summary>
internal sealed class GgufConfig
{
    private readonly GgufFile _file;
    private readonly GgufArchitectureKeys _keys;
    private readonly SortedDictionary<string, object?> _config = new(StringComparer.Ordinal);

    private GgufConfig(GgufFile file, string architecture)
    {
        _file = file;
        _keys = new(file.Metadata, architecture);
    }

    /// <summary>Names of the architectures that are understood.</summary>
    public static IReadOnlyList<string> Architectures { get; } = ["llama", "qwen2", "qwen3", "qwen3moe", "gemma2", "gemma3", "phi3", "gptneox", "gpt2", "olmo2"];

    /// <summary>The keys of config.json and their values, in ordinal order.</summary>
    /// <exception cref="KitException">The architecture or an option is not supported, or a key is missing.</exception>
    public static SortedDictionary<string, object?> Read(GgufFile file)
    {
        const string Key = "general.architecture";
        var architecture = file.Metadata.OptionalText(Key) ?? throw file.Metadata.Bad(Key, "is missing");
        if (!Architectures.Contains(architecture, StringComparer.Ordinal))
            throw file.Metadata.Bad(Key, $"is '{architecture}', which is not supported (supported: {string.Join(", ", Architectures)})");
        if (file.Metadata.OptionalInt("split.count", 0, ushort.MaxValue) is > 1)
            throw new KitException("The file is one of several parts.", file.Path, "Join them with llama.cpp's llama-gguf-split --merge.");
        if (file.Metadata.OptionalText("general.type") is not (null or "model") and var type)
            throw file.Metadata.Bad("general.type", $"is '{type}', which is not a whole model");
        var config = new GgufConfig(file, architecture);
        config.Common();
        switch (architecture)
        {
            case "llama":
                config.Llama();
                break;
            case "qwen2":
                config.Llamalike("qwen2");
                config._config["use_sliding_window"] = false;
                break;
            case "qwen3":
                config.Llamalike("qwen3");
                break;
            case "qwen3moe":
                config.Qwen3Experts();
                break;
            case "gemma2" or "gemma3":
                config.Gemma(architecture);
                break;
            case "phi3":
                config.Phi3();
                break;
            case "gptneox":
                config.GptNeoX();
                break;
            case "gpt2":
                config.Gpt2();
                break;
            default:
                config.Llamalike("olmo2");
                break;
        }

        config._keys.RefuseOthers();
        return config._config;
    }

    private int HeadSize
    {
        get
        {
            var (hidden, heads) = (_keys.Size("embedding_length"), _keys.Size("attention.head_count"));
            var size = _keys.OptionalSize("attention.key_length");
            if (size is null && hidden % heads != 0)
                throw _keys.Bad("embedding_length", "must be a multiple of attention.head_count where there is no attention.key_length");
            if (_keys.OptionalSize("attention.value_length") is { } values && values != (size ?? hidden / heads))
                throw _keys.Bad("attention.value_length", "differs from attention.key_length, which is not supported");
            return size ?? hidden / heads;
        }
    }

    private void Common()
    {
        var metadata = _file.Metadata;
        if (!_file.Tensors.TryGetValue("token_embd.weight", out var embedding) || embedding.Shape.Count != 2)
            throw new KitException("The file has no token_embd.weight of two dimensions.", _file.Path, "Fetch it again.");
        _config["vocab_size"] = embedding.Shape[0];
        _config["tie_word_embeddings"] = !_file.Tensors.ContainsKey("output.weight");
        _config["torch_dtype"] = "float32";
        _config["bos_token_id"] = metadata.OptionalInt("tokenizer.ggml.bos_token_id", 0, int.MaxValue);
        int[] ends = [.. ((string[])["eos", "eot", "eom"]).Select(name => metadata.OptionalInt($"tokenizer.ggml.{name}_token_id", 0, int.MaxValue)).OfType<int>().Distinct()];
        _config["eos_token_id"] = ends.Length switch { 0 => null, 1 => ends[0], _ => ends };
        _config["pad_token_id"] = metadata.OptionalInt("tokenizer.ggml.padding_token_id", 0, int.MaxValue);
        _keys.Ignore("vocab_size", "tensor_data_layout", "rope.scaling.finetuned", "expert_count", "expert_used_count", "attention.causal");
    }

    // What Llama has under the same names as most others.
    private void Llamalike(string type)
    {
        Sizes(type);
        _config["head_dim"] = HeadSize;
        Rotary(HeadSize);
    }

    private void Sizes(string type)
    {
        _config["model_type"] = type;
        _config["hidden_size"] = _keys.Size("embedding_length");
        _config["num_hidden_layers"] = _keys.Size("block_count");
        _config["num_attention_heads"] = _keys.Size("attention.head_count");
        _config["num_key_value_heads"] = _keys.OptionalSize("attention.head_count_kv") ?? _keys.Size("attention.head_count");
        _config["intermediate_size"] = _keys.Size("feed_forward_length");
        _config["max_position_embeddings"] = _keys.Size("context_length");
        _config["rms_norm_eps"] = _keys.Positive("attention.layer_norm_rms_epsilon");
        _config["hidden_act"] = "silu";
    }

    private void Llama()
    {
        // Conversion keeps no trace of Mistral but its window, and most files not even that.
        var experts = _keys.OptionalCount("expert_count") ?? 0;
        var window = _keys.OptionalCount("attention.sliding_window") ?? 0;
        Llamalike(experts > 0 ? "mixtral" : window > 0 ? "mistral" : "llama");
        if (experts > 0)
        {
            _config["num_local_experts"] = experts;
            _config["num_experts_per_tok"] = _keys.Size("expert_used_count");
        }
        else if (window == 0)
        {
            _config["attention_bias"] = _file.Tensors.ContainsKey("blk.0.attn_q.bias");
            _config["mlp_bias"] = _file.Tensors.ContainsKey("blk.0.ffn_up.bias");
        }

        if (experts > 0 || window > 0)
            _config["sliding_window"] = window > 0 ? window : null;
    }

    private void Qwen3Experts()
    {
        Llamalike("qwen3_moe");
        _config["moe_intermediate_size"] = _keys.Size("expert_feed_forward_length");
        _config["num_experts"] = _keys.Size("expert_count");
        _config["num_experts_per_tok"] = _keys.Size("expert_used_count");
        // llama.cpp always normalizes for this architecture; every layer has experts.
        if (_keys.OptionalBool("expert_weights_norm") == false)
            throw _keys.Bad("expert_weights_norm", "is false, which is not supported");
        _config["norm_topk_prob"] = true;
        _config["decoder_sparse_step"] = 1;
        _config["mlp_only_layers"] = Array.Empty<int>();
    }

    private void Gemma(string type)
    {
        Llamalike(type == "gemma2" ? type : "gemma3_text");
        _config.Remove("hidden_act");
        _config["hidden_activation"] = "gelu_pytorch_tanh";
        var (hidden, heads, layers) = (_keys.Size("embedding_length"), _keys.Size("attention.head_count"), _keys.Size("block_count"));
        // Not in the file. llama.cpp goes by the number of layers too: only the models of 27 billion parameters scale by something else.
        _config["query_pre_attn_scalar"] = layers == (type == "gemma2" ? 46 : 62) ? hidden / heads : HeadSize;
        if (type == "gemma2")
        {
            _config["attn_logit_softcapping"] = _keys.OptionalPositive("attn_logit_softcapping") ?? 50;
            _config["final_logit_softcapping"] = _keys.OptionalPositive("final_logit_softcapping") ?? 30;
            _config["sliding_window"] = _keys.OptionalSize("attention.sliding_window") ?? 4096;
            if (Pattern(2) != 2)
                throw _keys.Bad("attention.sliding_window_pattern", "is not 2, which is not supported");
            return;
        }

        _config["final_logit_softcapping"] = _keys.OptionalPositive("final_logit_softcapping");
        _config["sliding_window"] = _keys.Size("attention.sliding_window");
        _config["sliding_window_pattern"] = Pattern(6);
        _config["rope_local_base_freq"] = _keys.OptionalPositive("rope.freq_base_swa") ?? 10000;
    }

    // Every how many layers one attends to everything: a number, or a truth value per layer, true for those that slide.
    private int Pattern(int absent)
    {
        const string Name = "attention.sliding_window_pattern";
        if (_keys.Value(Name) is not bool[] slides)
            return _keys.OptionalSize(Name) ?? absent;
        var period = Array.IndexOf(slides, false) + 1;
        return period > 0 && slides.Length == _keys.Size("block_count") && slides.Select((slide, layer) => slide == ((layer + 1) % period != 0)).All(fits => fits)
            ? period
            : throw _keys.Bad(Name, "does not repeat, which is not supported");
    }

    private void Phi3()
    {
        Sizes("phi3");
        var size = HeadSize;
        var rotary = _keys.OptionalSize("rope.dimension_count") ?? size;
        var context = _keys.Size("context_length");
        var original = _keys.OptionalSize("rope.scaling.original_context_length") ?? context;
        if (rotary != size)
            _config["partial_rotary_factor"] = (double)rotary / size;
        _config["rope_theta"] = _keys.OptionalPositive("rope.freq_base") ?? 10000;
        _config["original_max_position_embeddings"] = original;
        _config["sliding_window"] = _keys.OptionalCount("attention.sliding_window") is > 0 and var window ? window : null;
        var attention = _keys.OptionalPositive("rope.scaling.attn_factor");
        if (_keys.OptionalText("rope.scaling.type") is not (null or "none" or "longrope") and var type)
            throw _keys.Bad("rope.scaling.type", $"is '{type}', which is not supported here");
        if (_file.Tensors.ContainsKey("rope_factors_long.weight") || _file.Tensors.ContainsKey("rope_factors_short.weight"))
            _config["rope_scaling"] = GgufRotaryFactors.LongRope(_file, rotary, context, original, attention);
        else if (attention is not (null or 1))
            throw _keys.Bad("rope.scaling.attn_factor", "is there without rope_factors_long.weight, which is not supported");
    }

    private void GptNeoX()
    {
        _config["model_type"] = "gpt_neox";
        _config["hidden_size"] = _keys.Size("embedding_length");
        _config["num_hidden_layers"] = _keys.Size("block_count");
        _config["num_attention_heads"] = _keys.Size("attention.head_count");
        _config["intermediate_size"] = _keys.Size("feed_forward_length");
        _config["max_position_embeddings"] = _keys.Size("context_length");
        _config["layer_norm_eps"] = _keys.Positive("attention.layer_norm_epsilon");
        _config["hidden_act"] = "gelu";
        _config["rotary_emb_base"] = _keys.OptionalPositive("rope.freq_base") ?? 10000;
        _config["rotary_pct"] = (double)_keys.Size("rope.dimension_count") / HeadSize;
        _config["use_parallel_residual"] = _keys.OptionalBool("use_parallel_residual") ?? true;
    }

    private void Gpt2()
    {
        _config["model_type"] = "gpt2";
        _config["n_embd"] = _keys.Size("embedding_length");
        _config["n_layer"] = _keys.Size("block_count");
        _config["n_head"] = _keys.Size("attention.head_count");
        _config["n_inner"] = _keys.Size("feed_forward_length");
        _config["n_ctx"] = _keys.Size("context_length");
        _config["n_positions"] = _keys.Size("context_length");
        _config["layer_norm_epsilon"] = _keys.Positive("attention.layer_norm_epsilon");
        _config["activation_function"] = "gelu_new";
        _keys.Ignore("attention.head_count_kv", "attention.key_length", "attention.value_length");
    }

    private void Rotary(int headSize)
    {
        if (_keys.OptionalSize("rope.dimension_count") is { } turned && turned != headSize)
            throw _keys.Bad("rope.dimension_count", "is not the width of a head, which is not supported");
        var theta = _keys.OptionalPositive("rope.freq_base") ?? 10000;
        _config["rope_theta"] = theta;
        var factor = _keys.OptionalPositive("rope.scaling.factor");
        var original = _keys.OptionalSize("rope.scaling.original_context_length");
        var linear = _keys.OptionalPositive("rope.scale_linear");
        if (_keys.OptionalPositive("rope.scaling.attn_factor") is not (null or 1))
            throw _keys.Bad("rope.scaling.attn_factor", "is not 1, which is not supported");
        var scaling = _keys.OptionalText("rope.scaling.type") switch
        {
            null or "none" when linear is null or 1 => null,
            null or "none" => new Dictionary<string, object?>(StringComparer.Ordinal) { ["rope_type"] = "linear", ["factor"] = linear },
            "linear" => new Dictionary<string, object?>(StringComparer.Ordinal) { ["rope_type"] = "linear", ["factor"] = factor ?? throw _keys.Bad("rope.scaling.factor", "is missing") },
            "yarn" => Yarn(factor ?? throw _keys.Bad("rope.scaling.factor", "is missing"), original),
            var type => throw _keys.Bad("rope.scaling.type", $"is '{type}', which is not supported (supported: none, linear, yarn)"),
        };
        if (_file.Tensors.ContainsKey(GgufRotaryFactors.Llama3Name))
        {
            if (scaling is not null)
                throw _keys.Bad("rope.scaling.type", $"is there together with {GgufRotaryFactors.Llama3Name}, which is not supported");
            scaling = GgufRotaryFactors.Llama3(_file, theta, headSize);
        }

        _config["rope_scaling"] = scaling;
    }

    private Dictionary<string, object?> Yarn(double factor, int? original)
    {
        var yarn = new Dictionary<string, object?>(StringComparer.Ordinal) { ["rope_type"] = "yarn", ["factor"] = factor };
        if (original is not null)
            yarn["original_max_position_embeddings"] = original;
        foreach (var (name, key) in ((string, string)[])[("yarn_beta_fast", "beta_fast"), ("yarn_beta_slow", "beta_slow")])
        {
            if (_keys.OptionalPositive("rope.scaling." + name) is { } value)
                yarn[key] = value;
        }

        return yarn;
    }
}
