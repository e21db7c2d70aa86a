using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ForensicKit.Manifests;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests.Endpoints;

/// <summary>
/// llama.cpp's server with a real model, where FORENSICKIT_LLAMA_SERVER names its binary. FORENSICKIT_LLAMA_MODEL may name another file of the same
/// weights, for example one that llama-quantize turned into F32.
/// </summary>
public sealed class LlamaServer : IDisposable
{
    private readonly int _port;
    private readonly Process? _process;

    public LlamaServer()
    {
        if (Environment.GetEnvironmentVariable("FORENSICKIT_LLAMA_SERVER") is not { Length: > 0 } binary)
            return;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            _port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        // More threads than free cores wait for one another at every layer.
        var model = Environment.GetEnvironmentVariable("FORENSICKIT_LLAMA_MODEL") is { Length: > 0 } other ? other : TestData.Require("golden", "smollm2-135m", "SmolLM2-135M-Instruct.Q4_1.gguf");
        var start = new ProcessStartInfo(binary) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["-m", model, "--alias", "smollm2", "--host", "127.0.0.1", "--port", _port.ToString(CultureInfo.InvariantCulture), "-c", "8192", "-np", "4", "-t", "1", "-ctk", "f32", "-ctv", "f32", "-fa", "off"])
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    /// <summary>The server; skips the calling test where there is none.</summary>
    internal async Task<ModelEndpoint> AtAsync(EndpointApi api)
    {
        Assert.SkipWhen(_process is null, "llama.cpp's server is not here (set FORENSICKIT_LLAMA_SERVER to its binary).");
        using var http = new HttpClient();
        for (var i = 0; i < 300; i++)
        {
            try
            {
                if ((await http.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}/health")))).IsSuccessStatusCode)
                    break;
            }
            catch (HttpRequestException)
            {
                // Not there yet.
            }

            await Task.Delay(200);
        }

        return new() { Url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}/v1"), Model = "smollm2", Api = api };
    }

    public void Dispose()
    {
        _process?.Kill();
        _process?.Dispose();
    }
}
