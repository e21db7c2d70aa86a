namespace ForensicKit.Inference.Checkpoints.Families;

/// <summary>Qwen 2 and 2.5 (biases of queries, keys and values), Qwen 3 (normalised queries and keys), Qwen 3 MoE.</summary>
internal sealed class QwenFamily : ModelFamily
{
    public override IReadOnlyList<string> ModelTypes => ["qwen2", "qwen3", "qwen3_moe"];

    protected override DecoderConfig Read(ConfigObject config, string modelType)
    {
        // Where it is absent, Qwen 2 and 3 take hidden_size / heads and 128: the files always say.
        var read = Basics(config, context: 32768);
        if (modelType != "qwen2" && !config.Has("head_dim"))
            read = read with { HeadSize = 128 };
        var uses = config.Bool("use_sliding_window", absent: false);
        var from = config.OptionalInt("max_window_layers", 0, 1 << 10) ?? 28;
        var slides = uses || config.Has("layer_types") ? WithWindow(read, config, layer => uses && layer >= from) : read;
        // Means nothing where no layer slides.
        config.Ignore("sliding_window");
        if (modelType == "qwen2")
            return slides with { AttentionBias = true };
        var bias = config.Bool("attention_bias", absent: false);
        slides = slides with { AttentionBias = bias, OutputBias = bias, QueryKeyNorm = QueryKeyNorm.PerHead };
        return modelType == "qwen3" ? slides : slides with { Experts = Experts(config, read.Layers) };
    }

    private static ExpertMixture Experts(ConfigObject config, int layers)
    {
        var dense = config.Ints("mlp_only_layers").ToHashSet();
        var step = config.OptionalInt("decoder_sparse_step", 1, 1 << 10) ?? 1;
        return new(
            config.OptionalInt("num_experts", 1, 1 << 12) ?? 128, config.OptionalInt("num_experts_per_tok", 1, 1 << 12) ?? 8,
            config.OptionalInt("moe_intermediate_size", 1, 1 << 22) ?? 768, config.Bool("norm_topk_prob", absent: false),
            [.. Enumerable.Range(0, layers).Select(layer => !dense.Contains(layer) && (layer + 1) % step == 0)]);
    }
}
