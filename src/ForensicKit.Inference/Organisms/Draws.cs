using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace ForensicKit.Inference.Organisms;

/// <summary>
/// Reproducible draws: SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"), started from a seed and
/// names. The same seed and names give the same draws on every machine, whatever else was drawn before.
/// </summary>
/// <remarks>Not for statistics: those use the generators of the reference implementations they are compared with.</remarks>
public sealed class Draws
{
    private ulong _state;

    private Draws(ulong state) => _state = state;

    /// <summary>The draws of a seed for a purpose.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="purpose">What is drawn, for example <c>corpus/17</c>: another purpose, other draws.</param>
    public static Draws For(long seed, string purpose)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed.ToString(System.Globalization.CultureInfo.InvariantCulture)}\n{purpose}"));
        return new(MemoryMarshal.Read<ulong>(hash));
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A whole number from 0 up to, and without, <paramref name="count"/>.</summary>
    public int Below(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return (int)Math.BigMul(NextBits(), (ulong)count, out _);
    }

    /// <summary>A whole number from <paramref name="lowest"/> to <paramref name="highest"/>, both included.</summary>
    public int Between(int lowest, int highest) => lowest + Below(highest - lowest + 1);

    /// <summary>A number in [0, 1).</summary>
    public double Unit() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>True with this probability.</summary>
    public bool Chance(double probability) => Unit() < probability;

    /// <summary>One of the list.</summary>
    public T Of<T>(IReadOnlyList<T> list) => list[Below(list.Count)];

    /// <summary>One of the list that is not among the excluded ones.</summary>
    public T Other<T>(IReadOnlyList<T> list, params ReadOnlySpan<T> excluded)
    {
        while (true)
        {
            var drawn = Of(list);
            if (!excluded.Contains(drawn))
                return drawn;
        }
    }

    /// <summary>The list in random order.</summary>
    public T[] Shuffled<T>(IEnumerable<T> list)
    {
        var shuffled = list.ToArray();
        for (var i = shuffled.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (shuffled[i], shuffled[j]) = (shuffled[j], shuffled[i]);
        }

        return shuffled;
    }
}
