using System.Text;
using System.Text.Json;
using ForensicKit.Evidence;
using ForensicKit.Inference.Checkpoints.Families;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>
/// A decoder-only transformer, described by what it does and not by its name: everything in which the supported families differ is an option here,
/// so that one decoder computes them all. Read from Hugging Face's <c>config.json</c> by <see cref="ModelFamily"/>.
/// </summary>
/// <param name="VocabularySize">Rows of the embedding (<c>vocab_size</c>).</param>
/// <param name="HiddenSize">Width of the residual stream (<c>hidden_size</c>).</param>
/// <param name="IntermediateSize">Width inside the feed-forward blocks (<c>intermediate_size</c>).</param>
/// <param name="Layers">Decoder layers (<c>num_hidden_layers</c>).</param>
/// <param name="Heads">Query heads (<c>num_attention_heads</c>).</param>
/// <param name="KeyValueHeads">Key and value heads (<c>num_key_value_heads</c>); divides <paramref name="Heads"/>.</param>
/// <param name="HeadSize">Width of a head (<c>head_dim</c>).</param>
/// <param name="ContextLength">Most tokens in a sequence (<c>max_position_embeddings</c>).</param>
public sealed record DecoderConfig(
    int VocabularySize, int HiddenSize, int IntermediateSize, int Layers, int Heads, int KeyValueHeads, int HeadSize, int ContextLength)
{
    /// <summary>The family by Hugging Face's name (<c>model_type</c>); it decides the names of the weights and nothing else.</summary>
    public string ModelType { get; init; } = "llama";

    /// <summary>How activations are normalised.</summary>
    public NormKind Norm { get; init; } = NormKind.RootMeanSquare;

    /// <summary>Added to the mean square or variance when normalising (<c>rms_norm_eps</c>).</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Where a block normalises and adds.</summary>
    public BlockOrder Order { get; init; } = BlockOrder.NormBefore;

    /// <summary>The feed-forward block's activation function.</summary>
    public Activation Activation { get; init; } = Activation.Silu;

    /// <summary>Whether the feed-forward block is down(act(gate(x)) · up(x)) instead of down(act(up(x))).</summary>
    public bool Gated { get; init; } = true;

    /// <summary>Whether positions are embeddings that are learned, added to the tokens', instead of rotations.</summary>
    public bool LearnedPositions { get; init; }

    /// <summary>Base of the rotary frequencies (<c>rope_theta</c>).</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>Stretch of the rotary frequencies; null for none.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>How many of a head's dimensions are turned, from the first (<c>partial_rotary_factor</c>); null for all.</summary>
    public int? RotarySize { get; init; }

    /// <summary>Base of the rotary frequencies in sliding layers, which are then never stretched (<c>rope_local_base_freq</c>); null where they are as the others.</summary>
    public double? LocalRopeTheta { get; init; }

    /// <summary>Whether the query, key and value projections have biases.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Whether the output projection of attention has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether the projections of the feed-forward block have biases.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Whether queries and keys are normalised before they are turned.</summary>
    public QueryKeyNorm QueryKeyNorm { get; init; }

    /// <summary>What queries·keys are multiplied by; null for 1/√(head size).</summary>
    public double? AttentionScale { get; init; }

    /// <summary>c in c·tanh(score / c) of attention scores; null for none.</summary>
    public double? AttentionSoftCap { get; init; }

    /// <summary>c in c·tanh(logit / c) of the logits; null for none.</summary>
    public double? LogitSoftCap { get; init; }

    /// <summary>What embeddings are multiplied by where they enter the residual stream.</summary>
    public double EmbeddingScale { get; init; } = 1;

    /// <summary>How many tokens a sliding layer sees, the token itself included; null where no layer slides.</summary>
    public int? Window { get; init; }

    /// <summary>For each layer whether it slides; empty where none does.</summary>
    public IReadOnlyList<bool> SlidingLayers { get; init; } = [];

    /// <summary>The mixture of experts; null where every feed-forward block is dense.</summary>
    public ExpertMixture? Experts { get; init; }

    /// <summary>Whether the output head is the embedding (<c>tie_word_embeddings</c>).</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Token that begins a text (<c>bos_token_id</c>); null where the model has none.</summary>
    public int? BeginToken { get; init; }

    /// <summary>Tokens that end a text (<c>eos_token_id</c>, one or a list).</summary>
    public IReadOnlyList<int> EndTokens { get; init; } = [];

    /// <summary>How many tokens back a layer sees, the token itself included; null for all.</summary>
    public int? WindowOf(int layer) => layer < SlidingLayers.Count && SlidingLayers[layer] ? Window : null;

    /// <summary>Reads <c>config.json</c>, in the layout of transformers 4 (<c>rope_theta</c>, <c>rope_scaling</c>) or 5 (<c>rope_parameters</c>).</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="KitException">The architecture is not supported, or an option is not known: named in the message.</exception>
    public static DecoderConfig Read(string file) => ModelFamily.Configure(ConfigObject.Read(file));

    /// <summary>Parses the content of <c>config.json</c>.</summary>
    /// <param name="json">UTF-8 JSON.</param>
    /// <param name="file">The file, for messages.</param>
    /// <exception cref="KitException">As <see cref="Read"/>.</exception>
    public static DecoderConfig Parse(ReadOnlyMemory<byte> json, string file) => ModelFamily.Configure(ConfigObject.Parse(json, file));

    /// <summary>Refuses a shape that no model can have.</summary>
    /// <param name="where">The file or setting, for the message.</param>
    /// <returns>The same configuration.</returns>
    /// <exception cref="KitException">Heads do not divide, a width that is turned is odd, or a size is not positive.</exception>
    public DecoderConfig Validate(string? where = null)
    {
        if (VocabularySize < 1 || HiddenSize < 1 || IntermediateSize < 1 || Layers < 1 || Heads < 1 || KeyValueHeads < 1 || HeadSize < 1 || ContextLength < 1)
            throw new KitException("Every size of a model must be positive.", where);
        if (Heads % KeyValueHeads != 0)
            throw new KitException("num_attention_heads must be a multiple of num_key_value_heads.", where);
        var turned = RotarySize ?? HeadSize;
        if (!LearnedPositions && (turned % 2 != 0 || turned < 2 || turned > HeadSize))
            throw new KitException(RotarySize is null ? "head_dim must be even: rotary positions turn pairs." : "partial_rotary_factor must leave an even number of dimensions, at most head_dim.", where);
        if (RopeScaling is { ShortFactors: { } factors } && factors.Count != turned / 2)
            throw new KitException("short_factor and long_factor must have one number for each pair of dimensions that is turned.", where);
        if (Experts is { } experts && (experts.PerToken > experts.Count || experts.Layers.Count != Layers))
            throw new KitException("num_experts_per_tok must be at most the number of experts.", where);
        if (SlidingLayers.Count > 0 && SlidingLayers.Count != Layers)
            throw new KitException("layer_types must name every layer.", where);
        return this;
    }

    /// <summary>The content of <c>config.json</c> of a Llama-style model in the layout of transformers 4, which every later version reads too; keys in ordinal order.</summary>
    /// <param name="weights">How the weights are stored (<c>torch_dtype</c>).</param>
    /// <exception cref="KitException">The model is of another family: only those that the kit trains are written.</exception>
    public string ToJson(WeightStorage weights = WeightStorage.Float32)
    {
        if (ModelType != "llama")
            throw new KitException($"Only Llama-style models are written, not '{ModelType}'.");
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
}
