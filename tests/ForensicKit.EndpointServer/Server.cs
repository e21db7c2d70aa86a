using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace ForensicKit.EndpointServer;

/// <summary>Which way a connection came in.</summary>
internal enum Door
{
    /// <summary>Plain HTTP.</summary>
    Plain,

    /// <summary>Plain HTTP on another port: what arrives here was led astray.</summary>
    Elsewhere,

    /// <summary>TLS with a certificate of its own making.</summary>
    Protected,
}

/// <summary>A request as it arrived.</summary>
internal sealed record Request(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonObject Json { get; } = Body.Length > 0 ? JsonNode.Parse(Body)!.AsObject() : [];
}

/// <summary>HTTP/1.1 over sockets, so that it can be broken anywhere. Paths are /SCENARIO/v1/…; /SCENARIO/log gives what arrived there.</summary>
internal sealed class Server
{
    private readonly ConcurrentDictionary<string, Scenario> _scenarios = new(StringComparer.Ordinal);
    private readonly X509Certificate2 _certificate = OwnCertificate();

    /// <summary>Port of the door that nobody should be led to.</summary>
    public int Elsewhere { get; set; }

    public async Task ListenAsync(TcpListener listener, Door door)
    {
        while (true)
        {
            var client = await listener.AcceptTcpClientAsync();
            _ = Task.Run(() => ServeAsync(client, door));
        }
    }

    private async Task ServeAsync(TcpClient client, Door door)
    {
        try
        {
            using (client)
            {
                client.NoDelay = true;
                Stream stream = client.GetStream();
                if (door == Door.Protected)
                {
                    var secure = new SslStream(stream);
                    await secure.AuthenticateAsServerAsync(_certificate);
                    stream = secure;
                }

                while (await ReadAsync(stream) is { } request)
                {
                    if (!await AnswerAsync(new Wire(client, stream), request, door))
                        break;
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The other side is gone.
        }
    }

    private async Task<bool> AnswerAsync(Wire wire, Request request, Door door)
    {
        var parts = request.Path.Split('/', 3, StringSplitOptions.RemoveEmptyEntries);
        var scenario = _scenarios.GetOrAdd(door == Door.Elsewhere ? "elsewhere" : parts[0], name => new(Uri.UnescapeDataString(name)));
        if (parts is [_, "log"])
        {
            await wire.SendAsync(200, "application/json", scenario.Log());
            return true;
        }

        scenario.Note(request);
        return await scenario.AnswerAsync(wire, request, string.Join('/', parts.Skip(1)), Elsewhere);
    }

    private static async Task<Request?> ReadAsync(Stream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 4 || !head.TakeLast(4).SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(one) == 0)
                return null;
            head.Add(one[0]);
        }

        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(p => p[0], p => p[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body);
        return new(lines[0].Split(' ')[0], lines[0].Split(' ')[1], headers, Encoding.UTF8.GetString(body));
    }

    private static X509Certificate2 OwnCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
