using System.Globalization;

namespace ForensicKit.Inference.Endpoints;

/// <summary>Reads what a server sends, never more than a bound.</summary>
internal static class BoundedBody
{
    /// <summary>The whole body.</summary>
    /// <exception cref="EndpointFailure">It is longer.</exception>
    public static async Task<byte[]> ReadAsync(HttpContent content, int most, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > most)
            throw TooLong(most);
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        using var read = new MemoryStream((int)Math.Min(content.Headers.ContentLength ?? 16 * 1024, 1 << 20));
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            if (read.Length + count > most)
                throw TooLong(most);
            read.Write(buffer, 0, count);
        }

        return read.ToArray();
    }

    /// <summary>The beginning of a body, whatever is wrong with the rest.</summary>
    public static async Task<byte[]> ReadBeginningAsync(HttpContent content, int most, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[most];
        var length = 0;
        while (length < most && await stream.ReadAsync(buffer.AsMemory(length), cancellationToken) is > 0 and var count)
            length += count;
        return buffer[..length];
    }

    private static EndpointFailure TooLong(int most) => EndpointFailure.Broken(string.Create(CultureInfo.InvariantCulture, $"The answer is longer than {most:N0} bytes."));
}
