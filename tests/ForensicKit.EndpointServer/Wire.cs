using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ForensicKit.EndpointServer;

/// <summary>Writes answers, whole or broken.</summary>
internal sealed class Wire(TcpClient client, Stream stream)
{
    /// <summary>A whole answer.</summary>
    public Task SendAsync(int status, string type, string body, string headers = "") => RawAsync(Head(status, type, headers, Encoding.UTF8.GetByteCount(body)) + body);

    /// <summary>The head of an answer whose body comes in chunks.</summary>
    public Task BeginAsync(string type) => RawAsync(Head(200, type, "Transfer-Encoding: chunked\r\n", null));

    /// <summary>A chunk.</summary>
    public Task ChunkAsync(string text) => RawAsync(string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n"));

    /// <summary>The last chunk.</summary>
    public Task EndAsync() => RawAsync("0\r\n\r\n");

    /// <summary>Whatever is given.</summary>
    public async Task RawAsync(string text)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text));
        await stream.FlushAsync();
    }

    /// <summary>Cuts the connection off as a machine does that fails: the other side is told of a reset.</summary>
    public void Reset()
    {
        client.LingerState = new(true, 0);
        client.Close();
    }

    /// <summary>The head of an answer.</summary>
    public static string Head(int status, string type, string headers, int? length) => string.Create(
        CultureInfo.InvariantCulture,
        $"HTTP/1.1 {status} Said\r\nServer: word-server/1.0\r\nContent-Type: {type}\r\n{headers}{(length is null ? "" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n"))}\r\n");
}
