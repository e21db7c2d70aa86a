using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace ForensicKit.Statistics;

/// <summary>
/// The numbers that CPython's <c>random.Random</c> gives for a seed, so that a published shuffle, few-shot choice or subsample can be drawn again.
/// </summary>
/// <remarks>
/// Follows the documented algorithms of CPython 3.11 (module <c>random</c>, seeding version 2). The order of calls matters as it does there.
/// <see cref="Gauss"/> and <see cref="ExponentialVariate"/> use the logarithm, sine and cosine of the C library, as CPython does: their last
/// bit can differ between systems. Not thread-safe, not for secrets.
/// </remarks>
public sealed class PythonRandom
{
    private readonly Mt19937 _generator;
    private double? _spareGauss;

    /// <summary><c>Random(seed)</c> with an integer of any size; the sign is ignored.</summary>
    public PythonRandom(BigInteger seed)
    {
        var bytes = BigInteger.Abs(seed).ToByteArray(isUnsigned: true, isBigEndian: false);
        var words = new uint[Math.Max(1, (bytes.Length + 3) / 4)];
        for (var i = 0; i < bytes.Length; i++)
            words[i / 4] |= (uint)bytes[i] << (8 * (i % 4));
        _generator = new Mt19937(words);
    }

    /// <summary><c>Random(seed)</c> with text: the integer made of its UTF-8 bytes followed by their SHA-512.</summary>
    /// <exception cref="ArgumentException">The text has an unpaired surrogate and thus no UTF-8 form.</exception>
    public PythonRandom(string seed)
        : this(FromText(seed))
    {
    }

    /// <summary><c>random()</c>: 53 random bits in [0, 1).</summary>
    public double Random()
    {
        var a = _generator.NextUInt32() >> 5;
        var b = _generator.NextUInt32() >> 6;
        return ((a * 67108864.0) + b) * (1.0 / 9007199254740992.0);
    }

    /// <summary><c>getrandbits(k)</c>: a whole number with <paramref name="bits"/> random bits.</summary>
    public BigInteger RandomBits(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bits);
        if (bits <= 64)
            return SmallRandomBits(bits);
        var words = new byte[4 * ((bits + 31) / 32)];
        for (var i = 0; i < words.Length; i += 4, bits -= 32)
        {
            var word = _generator.NextUInt32();
            BitConverter.TryWriteBytes(words.AsSpan(i), bits < 32 ? word >> (32 - bits) : word);
        }

        return new BigInteger(words, isUnsigned: true, isBigEndian: !BitConverter.IsLittleEndian);
    }

    /// <summary>A whole number in 0…<paramref name="bound"/>−1, as <c>choice</c>, <c>shuffle</c>, <c>sample</c> and <c>randrange</c> draw it.</summary>
    /// <exception cref="ArgumentException">The bound is below 1: there is nothing to choose from.</exception>
    public long Below(long bound)
    {
        if (bound < 1)
            throw new ArgumentOutOfRangeException(nameof(bound), bound, "There is nothing to choose from.");
        var bits = 64 - BitOperations.LeadingZeroCount((ulong)bound);
        ulong drawn;
        do
        {
            drawn = SmallRandomBits(bits);
        }
        while (drawn >= (ulong)bound);
        return (long)drawn;
    }

    /// <summary><c>randrange(start, stop, step)</c>.</summary>
    public long Range(long start, long stop, long step = 1)
    {
        if (step == 0)
            throw new ArgumentOutOfRangeException(nameof(step), step, "The step is not 0.");
        var width = (BigInteger)stop - start;
        var count = step > 0 ? (width + step - 1) / step : (width + step + 1) / step;
        if ((step > 0 ? width : -width) <= 0 || count > long.MaxValue)
            throw new ArgumentException("The range is empty or longer than 2^63 − 1.", nameof(stop));
        return start + (step * Below((long)count));
    }

    /// <summary><c>randint(low, high)</c>: both ends included.</summary>
    public long Integer(long low, long high) => high == long.MaxValue
        ? throw new ArgumentOutOfRangeException(nameof(high), high, "The upper end must lie below 2^63 − 1.")
        : Range(low, high + 1);

    /// <summary><c>uniform(low, high)</c>.</summary>
    public double Uniform(double low, double high) => low + ((high - low) * Random());

    /// <summary><c>expovariate(rate)</c>.</summary>
    public double ExponentialVariate(double rate) => rate == 0
        ? throw new ArgumentOutOfRangeException(nameof(rate), rate, "The rate is not 0.")
        : -Math.Log(1 - Random()) / rate;

    /// <summary><c>gauss(mean, standardDeviation)</c>: every second call uses the value kept by the one before.</summary>
    public double Gauss(double mean = 0, double standardDeviation = 1)
    {
        if (_spareGauss is { } z)
        {
            _spareGauss = null;
            return mean + (z * standardDeviation);
        }

        var angle = Random() * (2 * Math.PI);
        var radius = Math.Sqrt(-2 * Math.Log(1 - Random()));
        _spareGauss = Math.Sin(angle) * radius;
        return mean + (Math.Cos(angle) * radius * standardDeviation);
    }

    /// <summary><c>choice(items)</c>.</summary>
    /// <exception cref="ArgumentException">The list is empty.</exception>
    public T Choice<T>(IReadOnlyList<T> items) => items[(int)Below(items.Count)];

    /// <summary><c>choices(items, k=count)</c>: with replacement.</summary>
    /// <exception cref="ArgumentException">The list is empty.</exception>
    public T[] Choices<T>(IReadOnlyList<T> items, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (items.Count == 0)
            throw new ArgumentException("There is nothing to choose from.", nameof(items));
        var chosen = new T[count];
        for (var i = 0; i < count; i++)
            chosen[i] = items[(int)Math.Floor(Random() * items.Count)];
        return chosen;
    }

    /// <summary><c>shuffle(items)</c>, in place.</summary>
    public void Shuffle<T>(IList<T> items)
    {
        for (var i = items.Count - 1; i > 0; i--)
        {
            var j = (int)Below(i + 1L);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary><c>sample(items, count)</c>: without replacement, in the order drawn.</summary>
    /// <exception cref="ArgumentException">The sample is larger than the population, or negative.</exception>
    public T[] Sample<T>(IReadOnlyList<T> items, int count) => [.. SampleIndices(items.Count, count).Select(i => items[i])];

    /// <summary><c>sample(range(population), count)</c>.</summary>
    /// <exception cref="ArgumentException">The sample is larger than the population, or negative.</exception>
    public int[] SampleIndices(int population, int count)
    {
        if (count < 0 || count > population)
            throw new ArgumentOutOfRangeException(nameof(count), count, "A sample without replacement is not larger than the population.");
        var result = new int[count];
        if (population <= SampleSetBound(count))
        {
            var pool = new int[population];
            for (var i = 0; i < population; i++)
                pool[i] = i;
            for (var i = 0; i < count; i++)
            {
                var j = (int)Below(population - i);
                result[i] = pool[j];
                pool[j] = pool[population - i - 1];
            }

            return result;
        }

        var taken = new HashSet<int>();
        for (var i = 0; i < count; i++)
        {
            int j;
            do
            {
                j = (int)Below(population);
            }
            while (!taken.Add(j));
            result[i] = j;
        }

        return result;
    }

    /// <summary>The largest population for which <c>sample</c> of <paramref name="count"/> works on a copy of the pool; above it rejects repeats.</summary>
    /// <remarks>The two ways give different samples, so the bound is part of the algorithm.</remarks>
    public static long SampleSetBound(int count)
    {
        const int small = 21;
        // The quotient of two double logarithms, as math.log(3k, 4) computes it: at powers of four its rounding decides.
        return count <= 5 ? small : small + (1L << (2 * (int)Math.Ceiling(Math.Log(count * 3.0) / Math.Log(4.0))));
    }

    private static BigInteger FromText(string seed)
    {
        ArgumentNullException.ThrowIfNull(seed);
        var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        var bytes = strict.GetBytes(seed);
        return new BigInteger([.. bytes, .. SHA512.HashData(bytes)], isUnsigned: true, isBigEndian: true);
    }

    private ulong SmallRandomBits(int bits)
    {
        if (bits == 0)
            return 0;
        if (bits <= 32)
            return _generator.NextUInt32() >> (32 - bits);
        ulong low = _generator.NextUInt32();
        return low | ((ulong)(_generator.NextUInt32() >> (64 - bits)) << 32);
    }
}
