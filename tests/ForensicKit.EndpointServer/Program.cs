using System.Net;
using System.Net.Sockets;
using ForensicKit.EndpointServer;

// Three doors: the server, another host that nobody should be led to, and a protected one with a certificate that nobody trusts.
var server = new Server();
var ports = new List<int>();
foreach (var door in (ReadOnlySpan<Door>)[Door.Plain, Door.Elsewhere, Door.Protected])
{
    var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start(64);
    ports.Add(((IPEndPoint)listener.LocalEndpoint).Port);
    _ = server.ListenAsync(listener, door);
}

server.Elsewhere = ports[1];
await Console.Out.WriteLineAsync(string.Join(' ', ports));
await Console.Out.FlushAsync();

// Lives as long as the test that started it.
await Console.In.ReadToEndAsync();
