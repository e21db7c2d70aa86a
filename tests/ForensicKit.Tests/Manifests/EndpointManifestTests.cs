using ForensicKit.Manifests;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Manifests;

public sealed class EndpointManifestTests : IDisposable
{
    private const string Good =
        """
        schema: forensickit/model/v1
        name: served
        title: A served model
        source: somewhere
        licence: none
        endpoint:
          url: https://example.org/some/v1
          model: org/model-7b
          api: completions
          server: vllm
          key_environment: EXAMPLE_KEY
          allow_plain_http: false
          context_length: 8192
          concurrency: 16
          requests_per_minute: 600
          tokens_per_minute: 100000
          timeout_seconds: 120
          stall_seconds: 20
          attempts: 8
          empty_context: "<|endoftext|>"
          tokenizer: tok
        artifacts:
          - id: tok
            path: served/tokenizer.json
            sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
            bytes: 0
            source: somewhere
            licence: MIT
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_endpoint_reads()
    {
        var endpoint = Read(Good).Endpoint!;
        Assert.Equal(
            new ModelEndpoint
            {
                Url = "https://example.org/some/v1",
                Model = "org/model-7b",
                Api = EndpointApi.Completions,
                Server = "vllm",
                KeyEnvironment = "EXAMPLE_KEY",
                ContextLength = 8192,
                Concurrency = 16,
                RequestsPerMinute = 600,
                TokensPerMinute = 100_000,
                TimeoutSeconds = 120,
                StallSeconds = 20,
                Attempts = 8,
                EmptyContext = "<|endoftext|>",
                Tokenizer = "tok",
            },
            endpoint);
    }

    [Fact]
    public void Waiting_and_keys_decide_no_answer_and_everything_else_does()
    {
        var endpoint = Read(Good).Endpoint!;
        Assert.Equal(endpoint.Identity, (endpoint with { Concurrency = 1, Attempts = 1, KeyEnvironment = null, TimeoutSeconds = 5, RequestsPerMinute = null }).Identity);
        Assert.Equal(8, new[]
        {
            endpoint, endpoint with { Url = "https://example.org/v2" }, endpoint with { Model = "m" }, endpoint with { Api = EndpointApi.Chat }, endpoint with { Server = null },
            endpoint with { EmptyContext = null }, endpoint with { Tokenizer = null }, endpoint with { PromptAsMessage = true },
        }.Select(e => e.Identity).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("url: https://example.org/some/v1", "url: https://user:pass@example.org/v1", "7:8: 'url' is")]
    [InlineData("url: https://example.org/some/v1", "url: https://example.org/v1?key=abc", "7:8: 'url' is")]
    [InlineData("url: https://example.org/some/v1", "url: ftp://example.org/v1", "7:8: 'url' is")]
    [InlineData("api: completions", "api: responses", "9:8: 'api' is 'responses'.")]
    [InlineData("server: vllm", "server: vlmm", "Did you mean 'vllm'?")]
    [InlineData("key_environment: EXAMPLE_KEY", "key_environment: sk-abc123", "11:20: 'key_environment' is")]
    [InlineData("allow_plain_http: false", "allow_plain_http: \"false\"", "12:21: 'allow_plain_http' is quoted text where true or false is expected.")]
    [InlineData("allow_plain_http: false", "allow_plain_http: maybe", "Write true or false.")]
    [InlineData("context_length: 8192", "context_length: 2", "a whole number from 3 to 100000000")]
    [InlineData("concurrency: 16", "concurrency: 0", "14:16: 'concurrency' is '0'")]
    [InlineData("attempts: 8", "attempts: 101", "19:13: 'attempts' is '101'")]
    [InlineData("tokenizer: tok", "tokenizer: tak", "There is no artifact 'tak'.")]
    [InlineData("api: completions", "api: chat", "A chat interface takes no tokens.")]
    [InlineData("tokenizer: tok", "prompt_as_message: true", "'prompt_as_message' is for chat interfaces.")]
    [InlineData("tokenizer: tok", "chat_template: tok", "'chat_template' needs 'tokenizer'.")]
    [InlineData("  model: org/model-7b\n", "", "An endpoint has no 'model'.")]
    public void What_is_wrong_with_an_endpoint_is_told_where_it_stands(string good, string bad, string words)
    {
        Assert.Contains(good, Good, StringComparison.Ordinal);
        var told = Assert.Throws<KitException>(() => Read(Good.Replace(good, bad, StringComparison.Ordinal)));
        Assert.Contains(words, told.Message, StringComparison.Ordinal);
    }

    private ModelManifest Read(string text)
    {
        var path = _folder["served.yaml"];
        File.WriteAllText(path, text);
        return ManifestReader.ReadModel(path);
    }
}
