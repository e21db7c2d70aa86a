using System.Buffers;
using System.Globalization;
using System.Text;

namespace ForensicKit.Importing;

/// <summary>One line of a file.</summary>
/// <param name="Number">1-based.</param>
/// <param name="ByteOffset">0-based offset of its first byte in the (unpacked) file.</param>
/// <param name="Text">Its text without the line feed; a carriage return before it is dropped too.</param>
internal readonly record struct TextLine(long Number, long ByteOffset, string Text)
{
    /// <summary>The line's end as it is written: what a quoted field of a table that goes on in the next line holds.</summary>
    public string End { get; init; } = "\n";
}

/// <summary>Reads UTF-8 lines that end in LF or CRLF and in nothing else: JSON strings may hold U+2028 raw.</summary>
internal static class TextLines
{
    /// <summary>Longest line, in bytes.</summary>
    public const int MaximumBytes = 16 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The lines of a stream, one at a time; a byte-order mark at its start is dropped.</summary>
    /// <exception cref="KitException">A line is too long or not UTF-8.</exception>
    public static IEnumerable<TextLine> Read(Stream stream, string file, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            var (start, end, number, offset) = (0, 0, 1L, 0L);
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int feed;
                while ((feed = buffer.AsSpan(start, end - start).IndexOf((byte)'\n')) >= 0)
                {
                    yield return Line(buffer.AsSpan(start, feed), number, offset, file);
                    start += feed + 1;
                    offset += feed + 1;
                    number++;
                }

                buffer = MakeRoom(buffer, ref start, ref end, number, offset, file);
                var read = stream.Read(buffer, end, buffer.Length - end);
                if (read == 0)
                    break;
                end += read;
            }

            if (end > start)
                yield return Line(buffer.AsSpan(start, end - start), number, offset, file);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] MakeRoom(byte[] buffer, ref int start, ref int end, long number, long offset, string file)
    {
        var rest = end - start;
        var target = buffer;
        if (rest > buffer.Length / 2)
        {
            if (rest > MaximumBytes)
                throw new KitException("The line is longer than 16 MiB.", Place(file, number, offset), "Check that this is the format it is said to be.");
            target = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        }

        buffer.AsSpan(start, rest).CopyTo(target);
        if (target != buffer)
            ArrayPool<byte>.Shared.Return(buffer);
        (start, end) = (0, rest);
        return target;
    }

    private static TextLine Line(ReadOnlySpan<byte> bytes, long number, long offset, string file)
    {
        if (number == 1 && bytes.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        var end = "\n";
        if (bytes is [.. var rest, (byte)'\r'])
        {
            bytes = rest;
            end = "\r\n";
        }

        try
        {
            return new(number, offset, Strict.GetString(bytes)) { End = end };
        }
        catch (DecoderFallbackException e)
        {
            throw new KitException("The line is not UTF-8.", Place(file, number, offset), "Convert the file to UTF-8.", innerException: e);
        }
    }

    /// <summary>A place in a file, for messages.</summary>
    public static string Place(string file, long number, long offset) =>
        string.Create(CultureInfo.InvariantCulture, $"{file}, line {number} (byte {offset})");
}
