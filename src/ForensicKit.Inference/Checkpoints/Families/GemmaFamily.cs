namespace ForensicKit.Inference.Checkpoints.Families;

/// <summary>Gemma 2 and the text model of Gemma 3 (Gemma Team 2024, 2025).</summary>
internal sealed class GemmaFamily : ModelFamily
{
    public override IReadOnlyList<string> ModelTypes => ["gemma2", "gemma3_text"];

    protected override DecoderConfig Read(ConfigObject config, string modelType)
    {
        var two = modelType == "gemma2";
        // Gemma 3 in the layout of transformers 5: one object for each kind of layer.
        var nested = config.OptionalObject("rope_parameters") is { } parameters && parameters.Has("full_attention") ? parameters : null;
        if (nested is not null)
            config.Ignore("rope_parameters");
        // An older key that the reference does not read.
        config.Ignore("hidden_act");
        Only(config, "use_bidirectional_attention", value: false);
        var read = nested is null ? Basics(config, two ? 1e4 : 1e6, two ? 8192 : 131072) : Nested(config, nested);
        var pattern = config.OptionalInt("sliding_window_pattern", 1, 1 << 10) ?? config.OptionalInt("_sliding_window_pattern", 1, 1 << 10) ?? (two ? 2 : 6);
        read = WithWindow(read, config, layer => (layer + 1) % pattern != 0);
        var bias = config.Bool("attention_bias", absent: false);
        var cap = config.OptionalPositive("attn_logit_softcapping");
        return read with
        {
            Norm = NormKind.RootMeanSquarePlusOne,
            Order = BlockOrder.NormAround,
            Activation = ActivationOf(config, "hidden_activation") ?? Activation.GeluTanh,
            EmbeddingScale = MathF.Sqrt(read.HiddenSize),
            AttentionScale = 1 / Math.Sqrt(config.OptionalPositive("query_pre_attn_scalar") ?? 256),
            // The reference does not apply it in Gemma 3.
            AttentionSoftCap = two ? cap : null,
            LogitSoftCap = config.OptionalPositive("final_logit_softcapping"),
            AttentionBias = bias,
            OutputBias = bias,
            QueryKeyNorm = two ? QueryKeyNorm.None : QueryKeyNorm.PerHead,
            LocalRopeTheta = two ? null : read.LocalRopeTheta ?? config.OptionalPositive("rope_local_base_freq") ?? 10000,
            TiedEmbeddings = config.Bool("tie_word_embeddings", absent: true),
        };
    }

    private static DecoderConfig Nested(ConfigObject config, ConfigObject kinds)
    {
        var read = Basics(config, 1e6, 131072);
        var full = kinds.OptionalObject("full_attention")!;
        var sliding = kinds.OptionalObject("sliding_attention");
        if (sliding is not null && RopeScaling.Read(sliding) is not null)
            throw config.Bad("rope_parameters", "stretches the frequencies of sliding layers, which is not supported");
        kinds.RefuseOthers();
        return read with
        {
            RopeTheta = full.OptionalPositive("rope_theta") ?? 1e6,
            RopeScaling = RopeScaling.Read(full),
            LocalRopeTheta = sliding?.OptionalPositive("rope_theta"),
        };
    }
}
