namespace ForensicKit.Inference.Checkpoints;

/// <summary>How activations are normalised.</summary>
public enum NormKind
{
    /// <summary>x / √(mean(x²) + ε) · w (Zhang and Sennrich 2019).</summary>
    RootMeanSquare,

    /// <summary>x / √(mean(x²) + ε) · (1 + w): Gemma stores the distance from one.</summary>
    RootMeanSquarePlusOne,

    /// <summary>(x − mean) / √(variance + ε) · w + b (Ba et al. 2016).</summary>
    Layer,
}

/// <summary>Where a block normalises and adds; a and m are attention and feed-forward, n with a number is a norm.</summary>
public enum BlockOrder
{
    /// <summary>y = x + a(n1(x)); y + m(n2(y)): Llama, GPT-2.</summary>
    NormBefore,

    /// <summary>y = x + n1(a(x)); y + n2(m(y)): OLMo 2.</summary>
    NormAfter,

    /// <summary>y = x + n2(a(n1(x))); y + n4(m(n3(y))): Gemma 2 and 3.</summary>
    NormAround,

    /// <summary>x + a(n1(x)) + m(n2(x)): GPT-NeoX.</summary>
    Parallel,
}

/// <summary>The feed-forward block's activation function.</summary>
public enum Activation
{
    /// <summary>x · σ(x).</summary>
    Silu,

    /// <summary>x · Φ(x), with the error function.</summary>
    Gelu,

    /// <summary>x · Φ(x), by the tanh approximation (<c>gelu_new</c>, <c>gelu_pytorch_tanh</c>).</summary>
    GeluTanh,

    /// <summary>max(x, 0).</summary>
    Relu,
}

/// <summary>Whether queries and keys are normalised before they are turned.</summary>
public enum QueryKeyNorm
{
    /// <summary>They are not.</summary>
    None,

    /// <summary>Each head by itself, with one weight for all heads: Qwen 3, Gemma 3.</summary>
    PerHead,

    /// <summary>All heads together: OLMo 2.</summary>
    AllHeads,
}

/// <summary>Feed-forward blocks of which a router picks some for each token (Shazeer et al. 2017).</summary>
/// <param name="Count">Experts in a layer.</param>
/// <param name="PerToken">Experts for a token: those with the greatest router probability.</param>
/// <param name="IntermediateSize">Width inside an expert.</param>
/// <param name="Normalize">Whether the probabilities of the chosen ones are divided by their sum.</param>
/// <param name="Layers">For each layer whether it has experts; the others are dense.</param>
public sealed record ExpertMixture(int Count, int PerToken, int IntermediateSize, bool Normalize, IReadOnlyList<bool> Layers);
