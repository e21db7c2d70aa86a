using System.Text.Json.Nodes;
using ForensicKit.Inference.Conformance;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests.Conformance;

public sealed class ArchitectureVectorsTests
{
    [Fact]
    public void Every_architecture_agrees_with_the_reference_implementation()
    {
        var results = new ArchitectureVectors().Run(TestData.Require("golden", "architectures"), CancellationToken.None).ToList();
        Assert.Equal(77, results.Count);
        Assert.All(results, r => Assert.True(r.Passed, $"{r.File} [{r.Case}] {string.Join("; ", r.Differences)}"));
    }

    [Fact]
    public void A_difference_is_reported_and_one_folder_can_be_run_alone()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(ArchitectureFixtures.Folder("llama2")))
            File.Copy(file, folder[Path.GetFileName(file)]);
        var vectors = new ArchitectureVectors();
        Assert.All(vectors.Run(folder["cases.json"], CancellationToken.None), r => Assert.True(r.Passed && r.File == "cases.json"));
        var config = JsonNode.Parse(File.ReadAllText(folder["config.json"]))!.AsObject();
        config["rope_theta"] = 20000;
        File.SetAttributes(folder["config.json"], FileAttributes.Normal);
        File.WriteAllText(folder["config.json"], config.ToJsonString());
        var changed = vectors.Run(folder.Path, CancellationToken.None).ToList();
        Assert.Contains(changed, r => r.Differences.Any(d => d.StartsWith("logits: differs by up to", StringComparison.Ordinal)));
        Assert.Contains(changed, r => r.Differences.Any(d => d.StartsWith("greedy_ids: ", StringComparison.Ordinal)));
        File.Delete(folder["expected.safetensors"]);
        Assert.All(vectors.Run(folder.Path, CancellationToken.None), r => Assert.Contains("cannot be read", Assert.Single(r.Differences), StringComparison.Ordinal));
        File.SetAttributes(folder["cases.json"], FileAttributes.Normal);
        File.WriteAllText(folder["cases.json"], """{"cases":[{"name":"a"}]}""");
        Assert.Throws<KitException>(() => vectors.Run(folder.Path, CancellationToken.None).ToList());
        Assert.Throws<KitException>(() => vectors.Run(folder["absent"], CancellationToken.None));
    }
}
