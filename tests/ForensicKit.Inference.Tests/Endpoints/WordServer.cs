using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ForensicKit.Inference.Endpoints;
using ForensicKit.Manifests;
using ForensicKit.Models;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests.Endpoints;

/// <summary>The server program of the tests, as a process of its own; it misbehaves as the path says.</summary>
public sealed class WordServer : IDisposable
{
    /// <summary>Environment variable with the key that tests send.</summary>
    internal const string KeyVariable = "FORENSICKIT_TEST_ENDPOINT_KEY";

    /// <summary>The key.</summary>
    internal const string Key = "sk-word-0123456789abcdef";

    private static readonly HttpClient s_http = new();
    private static int s_paths;
    private readonly Process _process;
    private readonly int _port;
    private readonly int _protectedPort;

    public WordServer()
    {
        Environment.SetEnvironmentVariable(KeyVariable, Key);
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add(Path.Combine(TestData.RepositoryRoot, "artifacts", "bin", "ForensicKit.EndpointServer", configuration, "ForensicKit.EndpointServer.dll"));
        _process = Process.Start(start)!;
        var ports = _process.StandardOutput.ReadLine()!.Split(' ').Select(p => int.Parse(p, CultureInfo.InvariantCulture)).ToArray();
        (_port, _protectedPort) = (ports[0], ports[2]);
    }

    /// <summary>An endpoint at which the server behaves as the scenario says; each is another one.</summary>
    internal ModelEndpoint At(string scenario, EndpointApi api = EndpointApi.Completions) => new()
    {
        // A number makes two tests of one scenario two places.
        Url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}/{scenario},place~{Interlocked.Increment(ref s_paths)}/v1"),
        Model = "word-model",
        Api = api,
        KeyEnvironment = KeyVariable,
        ContextLength = 64,
        TimeoutSeconds = 600,
        StallSeconds = 100,
    };

    /// <summary>The same over TLS, with a certificate that nobody trusts.</summary>
    internal ModelEndpoint Protected() => At("plain") with { Url = string.Create(CultureInfo.InvariantCulture, $"https://localhost:{_protectedPort}/plain/v1") };

    /// <summary>Opens an endpoint; its clock runs so many times faster than time does.</summary>
    internal static Task<EndpointLanguageModel> OpenAsync(ModelEndpoint endpoint, int hurry = 20, string? tokenizer = null, CancellationToken cancellationToken = default) =>
        EndpointLanguageModel.OpenAsync("Word model", endpoint, "model.yaml", Surroundings(hurry) with { TokenizerFile = tokenizer }, cancellationToken);

    /// <summary>A hurried clock and no chance.</summary>
    internal static EndpointSurroundings Surroundings(int hurry = 20) => new() { Clock = new HurriedClock(hurry), Jitter = () => 0.5 };

    /// <summary>What arrived there, without the tiny questions of the probe.</summary>
    internal static async Task<List<JsonObject>> AskedAsync(ModelEndpoint endpoint) =>
        [.. (await LogAsync(endpoint.Url[..^2] + "log")).Where(r => (string?)r["method"] == "POST" && !r["body"]!.ToJsonString().Contains("The cat sat", StringComparison.Ordinal))];

    /// <summary>Everything that arrived where nobody should be led.</summary>
    internal async Task<List<JsonObject>> AstrayAsync()
    {
        using var process = new HttpClient();
        return await LogAsync(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}/elsewhere/log"));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000))
            _process.Kill();
        _process.Dispose();
    }

    internal static GenerationRequest Ask(int id, string prompt = "Question", int maxTokens = 5, params string[] stop) =>
        new(id, string.Create(CultureInfo.InvariantCulture, $"{prompt} {id}"), maxTokens, stop, Sampling.Greedy);

    private static async Task<List<JsonObject>> LogAsync(string address) =>
        [.. JsonNode.Parse(await s_http.GetStringAsync(new Uri(address)))!.AsArray().Select(r => r!.AsObject())];
}

/// <summary>The system's clock, faster: what waits a minute in the kit waits seconds in a test.</summary>
internal sealed class HurriedClock(int times) : TimeProvider
{
    private readonly DateTimeOffset _start = System.GetUtcNow();
    private readonly long _stamp = System.GetTimestamp();

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => _stamp + ((System.GetTimestamp() - _stamp) * times);

    public override DateTimeOffset GetUtcNow() => _start + ((System.GetUtcNow() - _start) * times);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Hurried(dueTime), Hurried(period));

    private TimeSpan Hurried(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / times;
}
