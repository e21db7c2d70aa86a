namespace ForensicKit.Inference.Checkpoints;

/// <summary>How rotary position frequencies are stretched beyond the length a model was first trained on, by Hugging Face's names.</summary>
/// <param name="Type"><c>linear</c>, <c>dynamic</c>, <c>llama3</c>, <c>yarn</c> or <c>longrope</c>.</param>
/// <param name="Factor">The stretch, at least 1.</param>
/// <param name="OriginalPositions">Length of the first training in tokens (<c>original_max_position_embeddings</c>); null for <c>linear</c> and <c>dynamic</c>.</param>
public sealed record RopeScaling(string Type, double Factor, int? OriginalPositions = null)
{
    /// <summary><c>llama3</c>: wavelengths above the original length divided by this are stretched in full.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary><c>llama3</c>: wavelengths below the original length divided by this are left alone.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary><c>yarn</c>: rotations within the original length above which a frequency is left alone.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary><c>yarn</c>: rotations within the original length below which a frequency is stretched in full.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary><c>yarn</c> and <c>longrope</c>: what cosines and sines are multiplied by; null to derive it from the other parameters.</summary>
    public double? AttentionFactor { get; init; }

    /// <summary><c>yarn</c>: DeepSeek's numerator of the attention factor.</summary>
    public double? MScale { get; init; }

    /// <summary><c>yarn</c>: DeepSeek's denominator of the attention factor.</summary>
    public double? MScaleAllDimensions { get; init; }

    /// <summary><c>yarn</c>: whether the ends of the ramp are rounded to whole dimensions.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary><c>longrope</c>: what each wavelength is multiplied by in sequences up to the original length.</summary>
    public IReadOnlyList<double>? ShortFactors { get; init; }

    /// <summary><c>longrope</c>: the same in longer sequences, at all their positions.</summary>
    public IReadOnlyList<double>? LongFactors { get; init; }

    /// <summary>
    /// Whether a sequence of that many tokens is turned by frequencies of its own: what was computed for a shorter one does not hold for it.
    /// </summary>
    /// <param name="length">Tokens of the sequence.</param>
    /// <param name="contextLength">The model's context, in tokens.</param>
    /// <returns>0 while frequencies are those of short sequences; else a number that is the same for lengths that share frequencies.</returns>
    public int Regime(int length, int contextLength) => Type switch
    {
        "longrope" => length > (OriginalPositions ?? contextLength) ? 1 : 0,
        "dynamic" => length > contextLength ? length : 0,
        _ => 0,
    };

    /// <summary>Reads <c>rope_scaling</c> or <c>rope_parameters</c>.</summary>
    /// <returns>Null where nothing is scaled.</returns>
    /// <exception cref="KitException">The type, or a parameter of it, is not known.</exception>
    /// <param name="rope">The object.</param>
    /// <param name="original"><c>original_max_position_embeddings</c> of the configuration itself, which wins over the object's; null for none.</param>
    internal static RopeScaling? Read(ConfigObject rope, int? original = null)
    {
        // Older files spell the key "type"; a file may carry both.
        var older = rope.OptionalText("type");
        var type = rope.OptionalText("rope_type") ?? older ?? "default";
        rope.Ignore("rope_theta", "partial_rotary_factor");
        var scaling = type switch
        {
            "default" => null,
            "linear" => new RopeScaling(type, FactorOf(rope)),
            "llama3" => new RopeScaling(type, FactorOf(rope), rope.Int("original_max_position_embeddings", 1, int.MaxValue))
            {
                LowFrequencyFactor = rope.OptionalPositive("low_freq_factor") ?? throw rope.Bad("low_freq_factor", "is missing"),
                HighFrequencyFactor = rope.OptionalPositive("high_freq_factor") ?? throw rope.Bad("high_freq_factor", "is missing"),
            },
            "yarn" => new RopeScaling(type, FactorOf(rope), rope.OptionalInt("original_max_position_embeddings", 1, int.MaxValue))
            {
                BetaFast = rope.OptionalPositive("beta_fast") ?? 32,
                BetaSlow = rope.OptionalPositive("beta_slow") ?? 1,
                AttentionFactor = rope.OptionalPositive("attention_factor"),
                MScale = rope.OptionalPositive("mscale"),
                MScaleAllDimensions = rope.OptionalPositive("mscale_all_dim"),
                Truncate = rope.Bool("truncate", true),
            },
            "dynamic" => new RopeScaling(type, FactorOf(rope)),
            "longrope" or "su" => new RopeScaling("longrope", rope.OptionalPositive("factor") ?? 1, original ?? rope.OptionalInt("original_max_position_embeddings", 2, int.MaxValue))
            {
                ShortFactors = rope.OptionalPositives("short_factor") ?? throw rope.Bad("short_factor", "is missing"),
                LongFactors = rope.OptionalPositives("long_factor") ?? throw rope.Bad("long_factor", "is missing"),
                AttentionFactor = rope.OptionalPositive("attention_factor"),
            },
            _ => throw rope.Bad("rope_type", $"is '{type}', a scaling that this kit does not know (known: default, linear, dynamic, llama3, yarn, longrope)"),
        };
        if (scaling is { Type: "llama3" } && scaling.HighFrequencyFactor <= scaling.LowFrequencyFactor)
            throw rope.Bad("high_freq_factor", "must be greater than low_freq_factor");
        if (scaling is { Type: "longrope" } && scaling.ShortFactors!.Count != scaling.LongFactors!.Count)
            throw rope.Bad("long_factor", "must have as many numbers as short_factor");
        // Written beside types that do not use it.
        rope.Ignore("original_max_position_embeddings");
        rope.RefuseOthers();
        return scaling;
    }

    /// <summary>The keys and values of <c>rope_scaling</c>.</summary>
    internal IReadOnlyDictionary<string, object> ToKeys()
    {
        var keys = new SortedDictionary<string, object>(StringComparer.Ordinal) { ["rope_type"] = Type, ["factor"] = Factor };
        if (OriginalPositions is { } original)
            keys["original_max_position_embeddings"] = original;
        if (Type == "llama3")
        {
            keys["low_freq_factor"] = LowFrequencyFactor;
            keys["high_freq_factor"] = HighFrequencyFactor;
        }
        else if (Type == "yarn")
        {
            keys["beta_fast"] = BetaFast;
            keys["beta_slow"] = BetaSlow;
            keys["truncate"] = Truncate;
            if (AttentionFactor is { } attention)
                keys["attention_factor"] = attention;
            if (MScale is { } scale)
                keys["mscale"] = scale;
            if (MScaleAllDimensions is { } all)
                keys["mscale_all_dim"] = all;
        }

        return keys;
    }

    private static double FactorOf(ConfigObject rope) =>
        rope.OptionalPositive("factor") is { } factor && factor >= 1 ? factor : throw rope.Bad("factor", "must be a number of at least 1");
}
