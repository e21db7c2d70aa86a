using static TorchSharp.torch;

namespace ForensicKit.Inference.Checkpoints.Families;

/// <summary>GPT-NeoX and Pythia (Black et al. 2022; Biderman et al. 2023): attention and feed-forward side by side, part of a head is turned.</summary>
internal sealed class GptNeoxFamily : ModelFamily
{
    public override IReadOnlyList<string> ModelTypes => ["gpt_neox"];

    protected override DecoderConfig Read(ConfigObject config, string modelType)
    {
        var bias = config.Bool("attention_bias", absent: true);
        var theta = config.OptionalPositive("rotary_emb_base") ?? 10000;
        var part = config.OptionalPositive("rotary_pct") ?? 0.25;
        var read = WithRotation(Basics(config), config, theta, part);
        return read with
        {
            Norm = NormKind.Layer,
            NormEpsilon = config.OptionalPositive("layer_norm_eps") ?? 1e-5,
            Order = config.Bool("use_parallel_residual", absent: true) ? BlockOrder.Parallel : BlockOrder.NormBefore,
            Activation = ActivationOf(config, "hidden_act") ?? Activation.Gelu,
            Gated = false,
            AttentionBias = bias,
            OutputBias = bias,
            MlpBias = true,
        };
    }

    protected override void Arrange(DecoderConfig config, WeightLayout layout)
    {
        layout.Copy("gpt_neox.embed_in.weight", "model.embed_tokens.weight");
        layout.CopyBoth("gpt_neox.final_layer_norm", "model.norm");
        layout.Head = "embed_out.weight";
        if (!config.TiedEmbeddings)
            layout.Copy(layout.Head, "lm_head.weight");
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var (from, to) = (WeightLayout.Numbered("gpt_neox.layers", layer), WeightLayout.Layer(layer));
            layout.CopyBoth(from + "input_layernorm", to + "input_layernorm");
            layout.CopyBoth(from + "post_attention_layernorm", to + "post_attention_layernorm");
            foreach (var kind in (ReadOnlySpan<string>)[".weight", ".bias"])
            {
                if (kind == ".weight" || config.AttentionBias)
                    layout.Split(from + "attention.query_key_value" + kind, joined => PerHead(joined, config), to + "self_attn.q_proj" + kind, to + "self_attn.k_proj" + kind, to + "self_attn.v_proj" + kind);
                if (kind == ".weight" || config.OutputBias)
                    layout.Copy(from + "attention.dense" + kind, to + "self_attn.o_proj" + kind);
                layout.Copy(from + "mlp.dense_h_to_4h" + kind, to + "mlp.up_proj" + kind);
                layout.Copy(from + "mlp.dense_4h_to_h" + kind, to + "mlp.down_proj" + kind);
            }
        }

        // Causal masks that old files carry.
        layout.Ignore(".attention.bias", ".attention.masked_bias");
        layout.CopyRest();
    }

    // Rows come head by head: its query, its key, its value.
    private static IReadOnlyList<Tensor> PerHead(Tensor joined, DecoderConfig config)
    {
        long[] rest = [.. joined.shape.Skip(1)];
        var heads = joined.view([config.Heads, 3, config.HeadSize, .. rest]);
        return [.. Enumerable.Range(0, 3).Select(part => heads.select(1, part).reshape([(long)config.Heads * config.HeadSize, .. rest]))];
    }
}
