using System.Security.Cryptography;
using System.Text;
using ForensicKit.Benchmarks;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;
using ForensicKit.Tests.Manifests;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Benchmarks;

/// <summary>The shapes of ARC's and TruthfulQA's records, with questions of our own: the manifests alone say how they are read.</summary>
public class JsonFieldsTests
{
    private const string Arc = """{"id": "x", "question": "Which is largest?", "choices": {"text": ["a pea", "a house", "a shoe"], "label": ["1", "2", "3"]}, "answerKey": "2", "response": "unread"}""";

    private const string TruthfulQa = """[{"question": "Do fish fly?", "mc1_targets": {"Some glide.": 1, "All do.": 0, "None can move.": 0}, "mc2_targets": {"Some glide.": 1}}]""";

    [Fact]
    public void Arc_is_read_as_its_manifest_says()
    {
        var (item, prompt) = Read("arc-challenge", Arc + "\n");
        Assert.Equal(("arc-challenge/test/0", "Which is largest?", "a house", 1, 3), (item.Id, item.Question, item.Gold, item.GoldChoice, item.Choices.Count));
        Assert.Equal("Question: Which is largest?\nAnswer:", prompt);
    }

    [Fact]
    public void TruthfulQa_is_read_as_its_manifest_says()
    {
        var (item, prompt) = Read("truthfulqa-mc1", TruthfulQa);
        Assert.Equal(("Some glide.", 0, "Some glide.|All do.|None can move."), (item.Gold, item.GoldChoice, string.Join('|', item.Choices)));
        // The text that lm-evaluation-harness's truthfulqa_mc1 puts before each question.
        Assert.StartsWith("Q: What is human life expectancy in the United States?\nA: Human life expectancy in the United States is 78 years.\n\nQ: Who", prompt, StringComparison.Ordinal);
        Assert.EndsWith("\nA: The 1992 Olympics were held in Barcelona, Spain.\n\nQ: Do fish fly?\nA:", prompt, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"question": "?", "choices": {"text": ["a"], "label": ["A"]}, "answerKey": "B"}""", "'gold' cannot be found in the record")]
    [InlineData("""{"question": "?", "choices": {"text": "a", "label": ["A"]}, "answerKey": "A"}""", "'choices' is not a list of texts")]
    [InlineData("""{"question": 1, "choices": {"text": ["a"], "label": ["A"]}, "answerKey": "A"}""", "'question' is not a text")]
    [InlineData("""{"choices": {"text": ["a"], "label": ["A"]}, "answerKey": "A"}""", "'question' cannot be found in the record")]
    public void A_record_of_another_shape_is_told_with_its_line(string record, string message)
    {
        var e = Assert.Throws<KitException>(() => Read("arc-challenge", record + "\n"));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Contains("line 1", e.Where, StringComparison.Ordinal);
    }

    private static (BenchmarkItem Item, string Prompt) Read(string benchmark, string content)
    {
        var manifest = RepositoryManifestsTests.Catalogue.Benchmark(benchmark);
        using var folder = new TemporaryFolder();
        var bytes = Encoding.UTF8.GetBytes(content);
        File.WriteAllBytes(folder["file"], bytes);
        var artifact = manifest.ItemArtifacts[0] with { Path = "file", Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)), Bytes = bytes.Length };
        var item = Assert.Single(BenchmarkFormats.Read(
            manifest with { Items = manifest.Items with { N = 1 }, Artifacts = [artifact] }, new ArtifactStore([folder.Path]), CancellationToken.None));
        return (item, new ItemPrompts(manifest.Tasks[0].Prompt, []).Next(item).Prompt.Text!);
    }
}
