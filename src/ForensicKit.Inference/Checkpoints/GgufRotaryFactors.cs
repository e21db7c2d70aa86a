using System.Globalization;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>Divisors of the rotary frequencies that a GGUF file holds as tensors, told as the options they came of.</summary>
internal static class GgufRotaryFactors
{
    /// <summary>The tensor of Llama 3's divisors.</summary>
    public const string Llama3Name = "rope_freqs.weight";

    // Both sides round: powers and quotients in float32.
    private const double Tolerance = 1e-4;

    /// <summary>The <c>rope_scaling</c> of type llama3 whose divisors the file holds; null where they are all 1.</summary>
    /// <remarks>
    /// Conversion writes divisors only: with w = 2π/frequency, 1 where w is below original/4, the factor where it is above original, and
    /// 1/((1 − s)/factor + s) with s = (original/w − 1)/3 between. The factor is the greatest of them; the original length is that power of two
    /// that gives all the others again.
    /// </remarks>
    /// <exception cref="KitException">No original length gives these divisors.</exception>
    public static Dictionary<string, object?>? Llama3(GgufFile file, double theta, int headSize)
    {
        var divisors = Read(file, Llama3Name, headSize / 2);
        if (Array.TrueForAll(divisors, divisor => divisor == 1))
            return null;
        var factor = divisors.Max();
        for (var original = 16; original <= 1 << 24; original *= 2)
        {
            if (divisors.Select((divisor, i) => Math.Abs(divisor - Divisor(i)) <= Tolerance * divisor).All(fits => fits))
            {
                return new(StringComparer.Ordinal)
                {
                    ["rope_type"] = "llama3",
                    ["factor"] = (double)factor,
                    ["low_freq_factor"] = 1.0,
                    ["high_freq_factor"] = 4.0,
                    ["original_max_position_embeddings"] = original,
                };
            }

            double Divisor(int i)
            {
                var turns = original * Math.Pow(theta, -2.0 * i / headSize) / (2 * Math.PI);
                var smooth = Math.Clamp((turns - 1) / 3, 0, 1);
                return 1 / (((1 - smooth) / factor) + smooth);
            }
        }

        throw new KitException($"{Llama3Name} holds divisors that Llama 3's scaling of frequencies does not give, which is not supported.", file.Path);
    }

    /// <summary>The <c>rope_scaling</c> of type longrope.</summary>
    /// <exception cref="KitException">A tensor is missing or has another length.</exception>
    public static Dictionary<string, object?> LongRope(GgufFile file, int rotarySize, int context, int original, double? attention)
    {
        var scaling = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["type"] = "longrope",
            ["long_factor"] = Decimals(Read(file, "rope_factors_long.weight", rotarySize / 2)),
            ["short_factor"] = Decimals(Read(file, "rope_factors_short.weight", rotarySize / 2)),
        };
        // What follows from the lengths need not be said.
        var implied = context > original ? Math.Sqrt(1 + (Math.Log((double)context / original) / Math.Log(original))) : 1;
        if (attention is { } given && Math.Abs(given - implied) > 1e-6 * implied)
            scaling["attention_factor"] = given;
        return scaling;
    }

    // The decimal numbers that were rounded to float32, not the float32 numbers' own digits.
    private static double[] Decimals(float[] values) =>
        [.. values.Select(value => double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture))];

    private static float[] Read(GgufFile file, string name, int length)
    {
        if (!file.Tensors.TryGetValue(name, out var tensor) || tensor.Shape is not [var size] || size != length)
            throw new KitException(string.Create(CultureInfo.InvariantCulture, $"{name} is missing or is not a list of {length} numbers."), file.Path, "Fetch it again.");
        using var read = file.Read(name);
        var values = read.data<float>().ToArray();
        return Array.TrueForAll(values, value => float.IsFinite(value) && value > 0) ? values
            : throw new KitException($"{name} holds a number that is not positive.", file.Path, "Fetch it again.");
    }
}
