using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ForensicKit.TestSupport;

namespace ForensicKit.EndToEnd.Tests;

/// <summary>The document in a real browser that reaches nothing but the page itself.</summary>
public sealed class BrowserTests(FinishedDossier dossier) : IClassFixture<FinishedDossier>, IDisposable
{
    private const string Host = "dossier.invalid";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_page_opens_without_asking_anybody_for_anything()
    {
        var browser = ((string[])["chromium", "chromium-browser", "google-chrome", "microsoft-edge"])
            .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        if (browser is null)
            Assert.Skip("No Chromium, Chrome or Edge is installed.");
        var requests = new ConcurrentQueue<string>();
        using var proxy = new TcpListener(IPAddress.Loopback, 0);
        proxy.Start();
        using var stop = new CancellationTokenSource();
        var serving = ServeAsync(proxy, File.ReadAllBytes(Path.Combine(dossier.Folder, "document.html")), requests, stop.Token);

        var page = await DumpAsync(browser, ((IPEndPoint)proxy.LocalEndpoint).Port);
        await stop.CancelAsync();
        await serving;

        Assert.Contains("The scores side by side", page, StringComparison.Ordinal);
        Assert.Contains($"GET http://{Host}/document.html", requests);
        // What the browser asks on its own account (updates, icons of sites) is not the page's doing; anything else is.
        Assert.DoesNotContain(requests, r => r != $"GET http://{Host}/document.html" && r != $"GET http://{Host}/favicon.ico"
            && !r.Contains("google", StringComparison.Ordinal) && !r.Contains("gvt1.com", StringComparison.Ordinal));
    }

    private async Task<string> DumpAsync(string browser, int port)
    {
        var start = new ProcessStartInfo(browser)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var flag in (string[])["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            $"--user-data-dir={_folder["profile"]}", $"--proxy-server=http://127.0.0.1:{port}", "--proxy-bypass-list=<-loopback>", "--dump-dom", $"http://{Host}/document.html"])
            start.ArgumentList.Add(flag);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(limit.Token);
        await errors;
        return await output;
    }

    /// <summary>A proxy that knows one page and notes everything it is asked for.</summary>
    private static async Task ServeAsync(TcpListener proxy, byte[] page, ConcurrentQueue<string> requests, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            TcpClient client;
            try
            {
                client = await proxy.AcceptTcpClientAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            using (client)
            {
                try
                {
                    await AnswerAsync(client, page, requests, stop);
                }
                catch (Exception e) when (e is IOException or OperationCanceledException)
                {
                    // The browser hung up; what it asked for has been noted.
                }
            }
        }
    }

    private static async Task AnswerAsync(TcpClient client, byte[] page, ConcurrentQueue<string> requests, CancellationToken stop)
    {
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        if (await reader.ReadLineAsync(stop) is not { Length: > 0 } line)
            return;
        var request = string.Join(' ', line.Split(' ').Take(2));
        requests.Enqueue(request);
        while (await reader.ReadLineAsync(stop) is { Length: > 0 })
        {
            // Headers do not matter here.
        }

        var isPage = request == $"GET http://{Host}/document.html";
        var body = isPage ? page : [];
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {(isPage ? "200 OK" : "404 Not Found")}\r\nContent-Type: text/html\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"), stop);
        await stream.WriteAsync(body, stop);
    }
}
