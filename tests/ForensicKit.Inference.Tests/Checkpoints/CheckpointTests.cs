using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Decoders;
using ForensicKit.TestSupport;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Tests.Checkpoints;

public sealed class CheckpointTests
{
    private static readonly DecoderConfig s_config = new(20, 8, 12, 1, 2, 1, 4, 16);

    [Fact]
    public void Shards_are_read_as_one_checkpoint()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var weights = Weights();
        Checkpoint.Write(folder["whole"], s_config, weights);
        Directory.CreateDirectory(folder["parts"]);
        s_config.Write(folder["parts", "config.json"]);
        var names = weights.Keys.Order(StringComparer.Ordinal).ToList();
        SafetensorsFile.Write(folder["parts", "model-1.safetensors"], weights.Where(w => names.IndexOf(w.Key) < 5));
        SafetensorsFile.Write(folder["parts", "model-2.safetensors"], weights.Where(w => names.IndexOf(w.Key) >= 5));
        File.WriteAllText(folder["parts", "model.safetensors.index.json"], "{\"metadata\":{\"total_size\":1},\"weight_map\":{" + string.Join(',', names.Select((n, i) => $"\"{n}\":\"model-{(i < 5 ? 1 : 2)}.safetensors\"")) + "}}");
        using var whole = Checkpoint.Open(folder["whole"]);
        using var parts = Checkpoint.Open(folder["parts"]);
        var read = parts.ReadWeights(CPU);
        foreach (var (name, weight) in whole.ReadWeights(CPU))
            Assert.Equal(weight.bytes.ToArray(), read[name].bytes.ToArray());
        Assert.NotEqual(whole.WeightsSha256(), parts.WeightsSha256());
        Assert.Equal(64, parts.WeightsSha256().Length);
    }

    [Theory]
    [InlineData("\"model.norm.weight\":\"../model.safetensors\"", "not a safetensors file of this folder")]
    [InlineData("\"model.norm.weight\":\"/etc/passwd\"", "not a safetensors file of this folder")]
    [InlineData("\"model.norm.weight\":1", "must be a text")]
    [InlineData("\"model.norm.weight\":\"absent.safetensors\"", "cannot be read")]
    [InlineData("\"other\":\"model.safetensors\"", "does not hold it")]
    [InlineData("\"model.norm.weight\":\"model.safetensors\"", "does not list")]
    public void An_index_that_does_not_fit_is_refused(string entry, string problem)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        Checkpoint.Write(folder.Path, s_config, Weights());
        File.WriteAllText(folder["model.safetensors.index.json"], "{\"weight_map\":{" + entry + "}}");
        Assert.Contains(problem, Assert.Throws<KitException>(() =>
        {
            using var checkpoint = Checkpoint.Open(folder.Path);
            checkpoint.ReadWeights(CPU);
        }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_weight_that_nobody_accounts_for_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var weights = Weights();
        weights["model.layers.0.self_attn.q_proj.bias"] = zeros(8);
        Assert.Contains("q_proj.bias", Assert.Throws<KitException>(() => Checkpoint.Write(folder.Path, s_config, weights)).Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, Tensor> Weights()
    {
        ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();
        return TransformerDecoder.WeightShapes(s_config).ToDictionary(w => w.Name, w => rand(w.Shape), StringComparer.Ordinal);
    }
}
