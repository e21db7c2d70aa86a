using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Torch;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Decoders;

/// <summary>Rotary positions (Su et al. 2021), half-split as Hugging Face pairs dimensions: i with i + d/2 of the d dimensions that are turned, the first of a head.</summary>
/// <remarks>In float32 throughout, as the reference implementation (transformers, modeling_rope_utils.py).</remarks>
internal sealed class RotaryPositions : IDisposable
{
    private readonly DecoderConfig _config;
    private readonly double _theta;
    private readonly RopeScaling? _scaling;
    private readonly Device _device;
    private readonly int _size;
    private readonly float _factor;
    private readonly Tensor _frequencies;

    /// <param name="config">The model.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="local">Whether these are the positions of sliding layers with a base of their own.</param>
    public RotaryPositions(DecoderConfig config, Device device, bool local = false)
    {
        _config = config;
        _device = device;
        (_theta, _scaling) = local ? (config.LocalRopeTheta!.Value, null) : (config.RopeTheta, config.RopeScaling);
        _size = config.RotarySize ?? config.HeadSize;
        _factor = Factor(_scaling, config);
        using var scope = NewDisposeScope();
        _frequencies = tensor(Frequencies(0), device: device).DetachFromDisposeScope();
    }

    /// <summary>Cosines and signed sines [tokens, 1, dimensions turned] of positions.</summary>
    /// <param name="positions">Position of each token.</param>
    /// <param name="regimes">For each token what <see cref="RopeScaling.Regime"/> says of its sequence; null for 0.</param>
    public (Tensor Cosines, Tensor Sines) Of(int[] positions, int[]? regimes)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var frequencies = _frequencies.unsqueeze(0);
        if (regimes is not null && _scaling is { Type: "longrope" or "dynamic" } && Array.Exists(regimes, r => r != 0))
        {
            int[] distinct = [.. regimes.Distinct()];
            var rows = stack([.. distinct.Select(r => tensor(Frequencies(r), device: _device))]);
            frequencies = rows.index_select(0, tensor(Array.ConvertAll(regimes, r => (long)Array.IndexOf(distinct, r)), device: _device));
        }

        var angles = tensor(positions, ScalarType.Float32, _device).unsqueeze(1) * frequencies;
        var (cosines, sines) = (angles.cos(), angles.sin());
        if (_factor != 1)
            (cosines, sines) = (cosines.Times(_factor), sines.Times(_factor));
        return (cat([cosines, cosines], -1).unsqueeze(1).MoveToOuterDisposeScope(), cat([-sines, sines], -1).unsqueeze(1).MoveToOuterDisposeScope());
    }

    /// <summary>Turns <paramref name="x"/> [tokens, heads, head size].</summary>
    public Tensor Turn(Tensor x, Tensor cosines, Tensor sines)
    {
        if (FewTokens.Applies(x))
            return FewTokensAttention.Turn(x, cosines, sines);
        if (_size == x.size(-1))
            return TurnAll(x, cosines, sines);
        return cat([TurnAll(x.narrow(-1, 0, _size), cosines, sines), x.narrow(-1, _size, x.size(-1) - _size)], -1);
    }

    public void Dispose() => _frequencies.Dispose();

    // (a, b) -> (a cos - b sin, b cos + a sin): the halves swapped by a roll, the sign of the first half kept in the sines.
    private static Tensor TurnAll(Tensor x, Tensor cosines, Tensor sines)
    {
        using var swapped = x.roll(x.size(-1) / 2, -1);
        using var turned = x * cosines;
        return turned.PlusProduct(swapped, sines);
    }

    // Radians per position of every pair.
    private float[] Frequencies(int regime)
    {
        var theta = _theta;
        if (_scaling is { Type: "dynamic" } && regime != 0)
        {
            // "NTK-aware" interpolation: the base grows with the sequence.
            double length = regime, context = _config.ContextLength;
            theta *= Math.Pow((_scaling.Factor * length / context) - (_scaling.Factor - 1), _size / (_size - 2.0));
        }

        var wavelengths = new float[_size / 2];
        for (var i = 0; i < wavelengths.Length; i++)
            wavelengths[i] = MathF.Pow((float)theta, 2f * i / _size);
        return _scaling switch
        {
            { Type: "linear" } => Array.ConvertAll(wavelengths, w => 1 / w / (float)_scaling.Factor),
            { Type: "llama3" } => Array.ConvertAll(wavelengths, w => Llama3(1 / w, _scaling)),
            { Type: "yarn" } => Yarn(Array.ConvertAll(wavelengths, w => 1 / w)),
            { Type: "longrope" } => [.. wavelengths.Zip((regime == 0 ? _scaling.ShortFactors : _scaling.LongFactors)!, (w, factor) => 1 / ((float)factor * w))],
            _ => Array.ConvertAll(wavelengths, w => 1 / w),
        };
    }

    private static float Llama3(float frequency, RopeScaling scaling)
    {
        var original = (double)scaling.OriginalPositions!.Value;
        var wavelength = 2 * Math.PI / frequency;
        if (wavelength < original / scaling.HighFrequencyFactor)
            return frequency;
        if (wavelength > original / scaling.LowFrequencyFactor)
            return (float)(frequency / scaling.Factor);
        var smooth = ((original / wavelength) - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        return (float)(((1 - smooth) * frequency / scaling.Factor) + (smooth * frequency));
    }

    // Peng et al. 2023, "YaRN", section 3.2: a ramp over dimensions between interpolation and leaving alone.
    private float[] Yarn(float[] frequencies)
    {
        var scaling = _scaling!;
        double original = scaling.OriginalPositions ?? _config.ContextLength;
        double Dimension(double rotations) => _size * Math.Log(original / (rotations * 2 * Math.PI)) / (2 * Math.Log(_theta));
        var low = Dimension(scaling.BetaFast);
        var high = Dimension(scaling.BetaSlow);
        if (scaling.Truncate)
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, _size - 1));
        if (low == high)
            high += 0.001;
        return [.. frequencies.Select((frequency, i) =>
        {
            var stretched = Math.Clamp((i - low) / (high - low), 0, 1);
            return (float)((frequency / scaling.Factor * stretched) + (frequency * (1 - stretched)));
        })];
    }

    // What cosines and sines are multiplied by.
    private static float Factor(RopeScaling? scaling, DecoderConfig config)
    {
        if (scaling is not { Type: "yarn" or "longrope" })
            return 1;
        if (scaling.AttentionFactor is { } given)
            return (float)given;
        if (scaling.Type == "longrope")
        {
            var original = scaling.OriginalPositions;
            var stretch = original is { } first ? (double)config.ContextLength / first : scaling.Factor;
            return stretch <= 1 ? 1 : (float)Math.Sqrt(1 + (Math.Log(stretch) / Math.Log(original ?? config.ContextLength)));
        }

        double Scale(double weight) => scaling.Factor <= 1 ? 1 : (0.1 * weight * Math.Log(scaling.Factor)) + 1;
        return (float)(scaling is { MScale: { } above, MScaleAllDimensions: { } below } ? Scale(above) / Scale(below) : Scale(1));
    }
}
