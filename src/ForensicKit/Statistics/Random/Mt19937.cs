namespace ForensicKit.Statistics;

/// <summary>The Mersenne Twister with 32-bit outputs (Matsumoto and Nishimura 1998, reference code of 2002/1/26).</summary>
/// <remarks>Both seedings that matter here: one word (the C++ standard, LoadGen, numpy's legacy generator) and an array (CPython).</remarks>
public sealed class Mt19937
{
    private const int Size = 624;
    private const int Middle = 397;

    private readonly uint[] _state = new uint[Size];
    private int _next = Size;

    /// <summary>Seeds with one 32-bit word.</summary>
    public Mt19937(uint seed) => SeedWord(seed);

    /// <summary>Seeds with an array of words (<c>init_by_array</c>).</summary>
    /// <param name="key">At least one word.</param>
    public Mt19937(ReadOnlySpan<uint> key)
    {
        if (key.IsEmpty)
            throw new ArgumentException("The key of the Mersenne Twister needs at least one word.", nameof(key));
        SeedWord(19650218);
        int i = 1, j = 0;
        for (var k = Math.Max(Size, key.Length); k > 0; k--)
        {
            _state[i] = unchecked((_state[i] ^ ((_state[i - 1] ^ (_state[i - 1] >> 30)) * 1664525)) + key[j] + (uint)j);
            i = Advance(i);
            j = j + 1 == key.Length ? 0 : j + 1;
        }

        for (var k = Size - 1; k > 0; k--)
        {
            _state[i] = unchecked((_state[i] ^ ((_state[i - 1] ^ (_state[i - 1] >> 30)) * 1566083941)) - (uint)i);
            i = Advance(i);
        }

        _state[0] = 0x80000000;
    }

    /// <summary>The next 32 random bits.</summary>
    public uint NextUInt32()
    {
        if (_next == Size)
            Refill();
        var y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >> 18);
    }

    private void SeedWord(uint seed)
    {
        _state[0] = seed;
        for (var i = 1; i < Size; i++)
            _state[i] = unchecked((1812433253 * (_state[i - 1] ^ (_state[i - 1] >> 30))) + (uint)i);
    }

    // Position 0 is reached by copying the last word into it and going on at 1.
    private int Advance(int i)
    {
        if (i + 1 < Size)
            return i + 1;
        _state[0] = _state[Size - 1];
        return 1;
    }

    private void Refill()
    {
        for (var k = 0; k < Size; k++)
        {
            var y = (_state[k] & 0x80000000) | (_state[(k + 1) % Size] & 0x7fffffff);
            _state[k] = _state[(k + Middle) % Size] ^ (y >> 1) ^ ((y & 1) == 0 ? 0 : 0x9908b0dfu);
        }

        _next = 0;
    }
}
