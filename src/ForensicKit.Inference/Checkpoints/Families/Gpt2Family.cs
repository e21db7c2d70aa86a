namespace ForensicKit.Inference.Checkpoints.Families;

/// <summary>GPT-2 (Radford et al. 2019): learned positions, matrices written as [inputs, outputs].</summary>
internal sealed class Gpt2Family : ModelFamily
{
    public override IReadOnlyList<string> ModelTypes => ["gpt2"];

    protected override DecoderConfig Read(ConfigObject config, string modelType)
    {
        Only(config, "scale_attn_weights", value: true);
        Only(config, "scale_attn_by_inverse_layer_idx", value: false);
        Only(config, "add_cross_attention", value: false);
        config.Ignore("reorder_and_upcast_attn", "summary_activation", "summary_first_dropout", "summary_proj_to_labels", "summary_type", "summary_use_proj");
        var hidden = config.OptionalInt("n_embd", 1, 1 << 20) ?? 768;
        var heads = config.OptionalInt("n_head", 1, 1 << 12) ?? 12;
        if (hidden % heads != 0)
            throw config.Bad("n_embd", "must be a multiple of n_head");
        var read = new DecoderConfig(
            config.OptionalInt("vocab_size", 1, 1 << 24) ?? 50257, hidden, config.OptionalInt("n_inner", 1, 1 << 22) ?? 4 * hidden,
            config.OptionalInt("n_layer", 1, 1 << 10) ?? 12, heads, heads, hidden / heads, config.OptionalInt("n_positions", 1, 1 << 24) ?? 1024)
        {
            Norm = NormKind.Layer,
            NormEpsilon = config.OptionalPositive("layer_norm_epsilon") ?? 1e-5,
            Activation = ActivationOf(config, "activation_function") ?? Activation.GeluTanh,
            Gated = false,
            LearnedPositions = true,
            AttentionBias = true,
            OutputBias = true,
            MlpBias = true,
        };
        return WithTokens(read, config, tied: true);
    }

    protected override void Arrange(DecoderConfig config, WeightLayout layout)
    {
        // The hub's files have no prefix, those that transformers saves do.
        layout.Prefix = "transformer.";
        layout.Copy("wte.weight", "model.embed_tokens.weight");
        layout.Copy("wpe.weight", "model.embed_positions.weight");
        layout.CopyBoth("ln_f", "model.norm");
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var (from, to) = (WeightLayout.Numbered("h", layer), WeightLayout.Layer(layer));
            layout.CopyBoth(from + "ln_1", to + "input_layernorm");
            layout.CopyBoth(from + "ln_2", to + "post_attention_layernorm");
            layout.Columns(from + "attn.c_attn.weight", to + "self_attn.q_proj.weight", to + "self_attn.k_proj.weight", to + "self_attn.v_proj.weight");
            layout.Rows(from + "attn.c_attn.bias", to + "self_attn.q_proj.bias", to + "self_attn.k_proj.bias", to + "self_attn.v_proj.bias");
            foreach (var (source, target) in (ReadOnlySpan<(string, string)>)[("attn.c_proj", "self_attn.o_proj"), ("mlp.c_fc", "mlp.up_proj"), ("mlp.c_proj", "mlp.down_proj")])
            {
                layout.Columns(from + source + ".weight", to + target + ".weight");
                layout.Copy(from + source + ".bias", to + target + ".bias");
            }
        }

        // A causal mask, not a bias.
        layout.Ignore(".attn.bias", ".attn.masked_bias");
        layout.CopyRest();
    }
}
