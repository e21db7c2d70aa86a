namespace ForensicKit.Inference.Checkpoints.Families;

/// <summary>Llama 1, 2 and 3, SmolLM 2 and whatever else says <c>llama</c> (Touvron et al. 2023).</summary>
internal sealed class LlamaFamily : ModelFamily
{
    public override IReadOnlyList<string> ModelTypes => ["llama"];

    protected override DecoderConfig Read(ConfigObject config, string modelType)
    {
        Only(config, "rope_interleaved", value: false);
        if (config.OptionalTexts("layer_types") is { } layers && layers.FirstOrDefault(layer => layer != "full_attention") is { } layerType)
            throw config.Bad("layer_types", $"holds '{layerType}', which Llama models do not have");
        // Slices the projections, as the first Llama release did on several devices: the same numbers, another rounding.
        _ = config.OptionalInt("pretraining_tp", 1, 1 << 10);
        var bias = config.Bool("attention_bias", absent: false);
        return Basics(config) with { AttentionBias = bias, OutputBias = bias, MlpBias = config.Bool("mlp_bias", absent: false) };
    }
}

/// <summary>Mistral (Jiang et al. 2023): Llama with a sliding window.</summary>
internal sealed class MistralFamily : ModelFamily
{
    public override IReadOnlyList<string> ModelTypes => ["mistral"];

    protected override DecoderConfig Read(ConfigObject config, string modelType) => WithWindow(Basics(config, context: 4096 * 32), config, _ => true);
}

/// <summary>Mixtral (Jiang et al. 2024): Mistral with a mixture of experts.</summary>
internal sealed class MixtralFamily : ModelFamily
{
    public override IReadOnlyList<string> ModelTypes => ["mixtral"];

    protected override DecoderConfig Read(ConfigObject config, string modelType)
    {
        var read = WithWindow(Basics(config, theta: 1e6, context: 4096 * 32), config, _ => true);
        return read with
        {
            Experts = new(
                config.OptionalInt("num_local_experts", 1, 1 << 12) ?? 8, config.OptionalInt("num_experts_per_tok", 1, 1 << 12) ?? 2, read.IntermediateSize, Normalize: true,
                [.. Enumerable.Repeat(true, read.Layers)]),
        };
    }

    protected override void Arrange(DecoderConfig config, WeightLayout layout)
    {
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var name = WeightLayout.Layer(layer);
            layout.Copy(name + "block_sparse_moe.gate.weight", name + "mlp.gate.weight");
            for (var e = 0; e < config.Experts!.Count; e++)
            {
                string expert = $"experts.{e.ToString(System.Globalization.CultureInfo.InvariantCulture)}.";
                layout.Copy($"{name}block_sparse_moe.{expert}w1.weight", $"{name}mlp.{expert}gate_proj.weight");
                layout.Copy($"{name}block_sparse_moe.{expert}w3.weight", $"{name}mlp.{expert}up_proj.weight");
                layout.Copy($"{name}block_sparse_moe.{expert}w2.weight", $"{name}mlp.{expert}down_proj.weight");
            }
        }

        layout.CopyRest();
    }
}

/// <summary>OLMo 2 (OLMo et al. 2025): norms after the blocks, and of all heads' queries and keys together.</summary>
internal sealed class Olmo2Family : ModelFamily
{
    public override IReadOnlyList<string> ModelTypes => ["olmo2"];

    protected override DecoderConfig Read(ConfigObject config, string modelType)
    {
        var bias = config.Bool("attention_bias", absent: false);
        return Basics(config) with { AttentionBias = bias, OutputBias = bias, Order = BlockOrder.NormAfter, QueryKeyNorm = QueryKeyNorm.AllHeads };
    }
}
