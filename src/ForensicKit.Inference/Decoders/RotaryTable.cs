using ForensicKit.Inference.Checkpoints;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Decoders;

/// <summary>Cosines and sines of rotary positions (Su et al. 2021), half-split as Hugging Face pairs dimensions: i with i + d/2.</summary>
internal sealed class RotaryTable : IDisposable
{
    private readonly Device _device;
    private readonly float[] _frequencies;
    private readonly float _scale;
    private Tensor? _cosines;
    private Tensor? _sines;

    public RotaryTable(LlamaConfig config, Device device)
    {
        _device = device;
        (_frequencies, _scale) = Frequencies(config);
    }

    /// <summary>Radians per position of every pair, and what cosines and sines are multiplied by.</summary>
    /// <remarks>In float32 throughout, as the reference implementation (transformers, modeling_rope_utils.py).</remarks>
    public static (float[] Frequencies, float Scale) Frequencies(LlamaConfig config)
    {
        var frequencies = new float[config.HeadSize / 2];
        for (var i = 0; i < frequencies.Length; i++)
            frequencies[i] = 1f / MathF.Pow((float)config.RopeTheta, 2f * i / config.HeadSize);
        return config.RopeScaling switch
        {
            null => (frequencies, 1),
            { Type: "linear" } scaling => ([.. frequencies.Select(f => f / (float)scaling.Factor)], 1),
            { Type: "llama3" } scaling => ([.. frequencies.Select(f => Llama3(f, scaling))], 1),
            { Type: "yarn" } scaling => (Yarn(frequencies, scaling, config), YarnScale(scaling)),
            { } scaling => throw new KitException($"'{scaling.Type}' is a rotary scaling that this kit does not know."),
        };
    }

    /// <summary>Cosines and signed sines [<paramref name="length"/>, head size] of positions 0, 1, …; not to be disposed by the caller.</summary>
    public (Tensor Cosines, Tensor Sines) Rows(long length)
    {
        if (_cosines is null || _cosines.size(0) < length)
            Grow(length);
        return (_cosines!, _sines!);
    }

    /// <summary>Turns <paramref name="x"/> [.., heads, head size] by <paramref name="cosines"/> and signed <paramref name="sines"/> [.., 1, head size].</summary>
    public static Tensor Turn(Tensor x, Tensor cosines, Tensor sines)
    {
        // (a, b) -> (a cos - b sin, b cos + a sin): the halves swapped by a roll, the sign of the first half kept in the table.
        using var swapped = x.roll(x.size(-1) / 2, -1);
        using var turned = x * cosines;
        return turned.addcmul(swapped, sines, 1);
    }

    public void Dispose()
    {
        _cosines?.Dispose();
        _sines?.Dispose();
    }

    private void Grow(long length)
    {
        // The table outlives the step that first needs it.
        using var scope = NewDisposeScope();
        var rows = Math.Max(64, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)length));
        using var none = no_grad();
        using var positions = arange(rows, dtype: ScalarType.Float32);
        using var frequencies = tensor(_frequencies);
        using var angles = positions.unsqueeze(-1) * frequencies;
        var cosines = angles.cos() * _scale;
        var sines = angles.sin() * _scale;
        _cosines?.Dispose();
        _sines?.Dispose();
        _cosines = cat([cosines, cosines], -1).to(_device).DetachFromDisposeScope();
        _sines = cat([-sines, sines], -1).to(_device).DetachFromDisposeScope();
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
    private static float[] Yarn(float[] frequencies, RopeScaling scaling, LlamaConfig config)
    {
        double original = scaling.OriginalPositions ?? config.ContextLength;
        double Dimension(double rotations) => config.HeadSize * Math.Log(original / (rotations * 2 * Math.PI)) / (2 * Math.Log(config.RopeTheta));
        var low = Dimension(scaling.BetaFast);
        var high = Dimension(scaling.BetaSlow);
        if (scaling.Truncate)
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, config.HeadSize - 1));
        if (low == high)
            high += 0.001;
        return [.. frequencies.Select((frequency, i) =>
        {
            var stretched = Math.Clamp((i - low) / (high - low), 0, 1);
            return (float)((frequency / scaling.Factor * stretched) + (frequency * (1 - stretched)));
        })];
    }

    private static float YarnScale(RopeScaling scaling)
    {
        double Scale(double weight) => scaling.Factor <= 1 ? 1 : (0.1 * weight * Math.Log(scaling.Factor)) + 1;
        return (float)(scaling.AttentionFactor
            ?? (scaling is { MScale: { } above, MScaleAllDimensions: { } below } ? Scale(above) / Scale(below) : Scale(1)));
    }
}
