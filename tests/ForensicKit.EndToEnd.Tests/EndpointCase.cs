using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ForensicKit.Inference.Tests.Endpoints;
using ForensicKit.Manifests;
using ForensicKit.TestSupport;

namespace ForensicKit.EndToEnd.Tests;

/// <summary>A folder with a case of its own: two small benchmarks, asked of a model behind an endpoint.</summary>
internal sealed class EndpointCase : IDisposable
{
    private static readonly Dictionary<string, string> s_environment = new(StringComparer.Ordinal) { [WordServer.KeyVariable] = WordServer.Key };
    private readonly TemporaryFolder _folder = new();

    /// <param name="endpoint">Where the model is.</param>
    /// <param name="count">Items of each benchmark.</param>
    /// <param name="stops">Whether the protocols stop once the claim is refuted.</param>
    public EndpointCase(ModelEndpoint endpoint, int count = Items, bool stops = false)
    {
        foreach (var notebook in Directory.GetFiles(Path.Combine(TestData.RepositoryRoot, "notebooks")))
        {
            Directory.CreateDirectory(_folder["notebooks"]);
            File.Copy(notebook, _folder["notebooks", Path.GetFileName(notebook)]);
        }

        var items = string.Concat(Enumerable.Range(0, count).Select(i => $"{{\"question\": \"Sum {i}\", \"answer\": \"So {i}.\\n#### {i}\"}}\n"));
        var choices = string.Concat(Enumerable.Range(0, count).Select(i => $"Which of four {i}?,red {i},green {i},blue {i},grey {i},{"ABCD"[i % 4]}\n"));
        Write("benchmarks/sums.yaml", Benchmark("sums", "gsm8k-jsonl", "sums.jsonl", items, count, "gsm8k/strict-match", ""));
        Write("benchmarks/colours.yaml", Benchmark("colours", "mmlu-csv", "colours_test.csv", choices, count, "choice/sum", "choices: 4\n"));
        Write("cases/sums.jsonl", items);
        Write("cases/colours_test.csv", choices);
        Write("models/words.yaml", Model(endpoint));
        Write("cases/served/case.yaml", stops ? Case.Replace("role: standard,", "role: standard, stop_when_refuted: true,", StringComparison.Ordinal) : Case);
    }

    /// <summary>Items of each benchmark where nothing else is said.</summary>
    public const int Items = 8;

    /// <summary>Questions under way at once.</summary>
    public const int Concurrency = 3;

    /// <summary>The dossier.</summary>
    public string Dossier => _folder["dossiers", "served"];

    /// <summary>Everything of the case.</summary>
    public string Folder => _folder.Path;

    public KitResult Investigate(params string[] more) => Run(["investigate", "served", "--out", Dossier, .. more]);

    /// <summary>Begins to investigate, or goes on.</summary>
    public System.Diagnostics.Process Start() => KitProcess.StartIn(_folder.Path, s_environment, "investigate", "served", "--out", Dossier, "--resume");

    /// <summary>Checks the dossier without asking the server again.</summary>
    public KitResult Verify() => Run("verify", Dossier, "--quick");

    /// <summary>Checks the dossier by asking the server again.</summary>
    public KitResult VerifyAgain() => Run("verify", Dossier);

    /// <summary>Hands the dossier's runs over in another tool's files.</summary>
    public KitResult Export(string format) => Run("export", format, Dossier, "--out", _folder["export-" + format]);

    public void Dispose() => _folder.Dispose();

    private KitResult Run(params string[] arguments) =>
        KitProcess.RunIn(_folder.Path, s_environment, arguments);

    private static string Model(ModelEndpoint endpoint) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        schema: forensickit/model/v1
        name: words
        title: Word model
        source: a server of the tests
        licence: none
        endpoint:
          url: {endpoint.Url}
          model: {endpoint.Model}
          api: completions
          key_environment: {WordServer.KeyVariable}
          context_length: 256
          concurrency: {Concurrency}
          attempts: {endpoint.Attempts}
        """);

    private const string Case =
        """
        schema: forensickit/case/v1
        name: served
        title: A model behind an endpoint
        summary: A model that only its server has.
        seed: 7
        alpha: 0.05
        margin_points: 1
        suspect: words
        models:
          - { id: words, title: Word model, role: suspect, manifest: words }
        claims:
          - { id: sums, model: words, benchmark: sums, metric: accuracy, claimed: "90.0", n: 8, source: its announcement }
          - { id: colours, model: words, benchmark: colours, metric: accuracy, claimed: "90.0", n: 8, source: its announcement }
        protocols:
          - { id: sums-standard, title: Greedy, role: standard, kind: generation, models: [words], benchmarks: [sums], template: "Question: {{question}}\nAnswer:", max_tokens: 6, rules: [gsm8k/strict-match] }
          - { id: colours-standard, title: Choices, role: standard, kind: choices, models: [words], benchmarks: [colours], template: "Question: {{question}}\nAnswer:", rules: [choice/sum] }
        admissible_protocols: [sums-standard, colours-standard]
        """;

    private static string Benchmark(string name, string format, string file, string content, int count, string rule, string more)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        return string.Create(
            CultureInfo.InvariantCulture,
            $$$"""
            schema: forensickit/benchmark/v1
            name: {{{name}}}
            title: {{{name}}}
            version: "1"
            description: For a test.
            source: a test
            licence: MIT
            items: { format: {{{format}}}, split: test, n: {{{count}}}, artifacts: [{{{name}}}-items] }
            {{{more}}}primary_metric: accuracy
            aggregation: correct items divided by all items
            standard:
              id: {{{name}}}-standard
              shots: { value: 0, source: a test }
              template: { value: "Question: {{question}}\nAnswer:", source: a test }
              decoding: { value: greedy, source: a test }
              samples: { value: 1, source: a test }
              aggregation: { value: mean, source: a test }
              answer_extraction: { value: {{{rule}}}, source: a test }
              metric: { value: accuracy, source: a test }
            artifacts:
              - { id: {{{name}}}-items, path: {{{file}}}, sha256: {{{Convert.ToHexStringLower(SHA256.HashData(bytes))}}}, bytes: {{{bytes.Length}}}, source: a test, licence: MIT }
            """);
    }

    private void Write(string path, string content)
    {
        var full = _folder["data-manifests", path];
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }
}
