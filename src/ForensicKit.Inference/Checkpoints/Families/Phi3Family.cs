namespace ForensicKit.Inference.Checkpoints.Families;

/// <summary>Phi 3 and 4 (Abdin et al. 2024): Llama with projections written as one, long contexts by longrope.</summary>
internal sealed class Phi3Family : ModelFamily
{
    public override IReadOnlyList<string> ModelTypes => ["phi3"];

    protected override DecoderConfig Read(ConfigObject config, string modelType)
    {
        Only(config, "attention_bias", value: false);
        Only(config, "mlp_bias", value: false);
        var read = Basics(config, context: 4096);
        // Written beside rope_scaling: null too, where it means nothing.
        config.Ignore("original_max_position_embeddings");
        return WithWindow(read with { NormEpsilon = config.OptionalPositive("rms_norm_eps") ?? 1e-5 }, config, _ => true);
    }

    protected override void Arrange(DecoderConfig config, WeightLayout layout)
    {
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var name = WeightLayout.Layer(layer);
            layout.Rows(name + "self_attn.qkv_proj.weight", name + "self_attn.q_proj.weight", name + "self_attn.k_proj.weight", name + "self_attn.v_proj.weight");
            layout.Rows(name + "mlp.gate_up_proj.weight", name + "mlp.gate_proj.weight", name + "mlp.up_proj.weight");
        }

        layout.CopyRest();
    }
}
