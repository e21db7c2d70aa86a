using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>Reads the little-endian values of a GGUF header one after another, never past the file's end.</summary>
/// <param name="file">The open file, at its beginning.</param>
/// <param name="path">Its path, for messages.</param>
internal sealed class GgufReader(Stream file, string path)
{
    // A key or a chat template is some kilobytes; .NET's texts end at a thousand times this.
    private const ulong MaxTextBytes = 1 << 26;
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly long _length = file.Length;
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _at;
    private int _filled;

    /// <summary>Bytes read so far.</summary>
    public long Position { get; private set; }

    /// <summary>The file's length in bytes.</summary>
    public long Length => _length;

    /// <summary>Bytes that are left.</summary>
    public long Remaining => _length - Position;

    /// <summary>The next value.</summary>
    public byte Byte(string what) => Next(1, what)[0];

    /// <summary>The next value.</summary>
    public uint UInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Next(4, what));

    /// <summary>The next value.</summary>
    public ulong UInt64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Next(8, what));

    /// <summary>The next few bytes, valid until the next call.</summary>
    public ReadOnlySpan<byte> Next(int count, string what)
    {
        Need(count, what);
        if (_filled - _at < count)
            Refill(count);
        _at += count;
        Position += count;
        return _buffer.AsSpan(_at - count, count);
    }

    /// <summary>Many bytes.</summary>
    public void Fill(Span<byte> into, string what)
    {
        Need(into.Length, what);
        while (into.Length > 0)
        {
            if (_at == _filled)
                Refill(1);
            var count = Math.Min(into.Length, _filled - _at);
            _buffer.AsSpan(_at, count).CopyTo(into);
            into = into[count..];
            _at += count;
            Position += count;
        }
    }

    /// <summary>The next text: its length in bytes, then UTF-8.</summary>
    public string Text(string what, ulong most = MaxTextBytes)
    {
        var length = UInt64(what);
        if (length > most)
            throw Bad(string.Create(CultureInfo.InvariantCulture, $"{what} has {length} bytes, more than the {most} that are allowed"));
        Need((long)length, what);
        try
        {
            if (length <= 256)
                return s_strict.GetString(Next((int)length, what));
            var bytes = new byte[length];
            Fill(bytes, what);
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new KitException($"The file is not a valid GGUF file: {what} is not UTF-8.", path, "Convert the model again.", ExitCode.BadInput, e);
        }
    }

    /// <summary>A count of things that take at least some bytes each: more than the file can hold are refused before anything is made for them.</summary>
    public int Count(string what, int leastBytes)
    {
        var count = UInt64(what);
        if (count > (ulong)(Remaining / leastBytes) || count > int.MaxValue)
            throw Bad(string.Create(CultureInfo.InvariantCulture, $"{what} is {count}, more than the rest of the file can hold"));
        return (int)count;
    }

    /// <summary>An error about the file.</summary>
    public KitException Bad(string problem) => new($"The file is not a valid GGUF file: {problem}.", path, "Fetch it again.");

    private void Need(long count, string what)
    {
        if (count > Remaining)
            throw Bad(string.Create(CultureInfo.InvariantCulture, $"it ends in {what}, at byte {Position}"));
    }

    private void Refill(int least)
    {
        _buffer.AsSpan(_at, _filled - _at).CopyTo(_buffer);
        (_at, _filled) = (0, _filled - _at);
        while (_filled < least)
        {
            var read = file.Read(_buffer, _filled, _buffer.Length - _filled);
            if (read == 0)
                throw new KitException("The file became shorter while it was read.", path, "Fetch it again.");
            _filled += read;
        }
    }
}
