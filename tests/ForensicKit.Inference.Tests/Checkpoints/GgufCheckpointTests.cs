using System.Globalization;
using System.Text.Json;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.Models;
using ForensicKit.TestSupport;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Tests.Checkpoints;

public sealed class GgufCheckpointTests
{
    // What of an original config.json a file must give again.
    private static readonly string[] s_told =
    [
        "model_type", "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "max_position_embeddings",
        "rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon", "rope_theta", "bos_token_id", "eos_token_id", "sliding_window", "sliding_window_pattern",
        "rope_local_base_freq", "attn_logit_softcapping", "final_logit_softcapping", "num_experts", "num_local_experts", "num_experts_per_tok", "moe_intermediate_size",
        "norm_topk_prob", "rotary_pct", "rotary_emb_base", "use_parallel_residual", "n_embd", "n_layer", "n_head", "n_positions", "activation_function",
        "original_max_position_embeddings", "head_dim", "attention_bias", "mlp_bias", "tie_word_embeddings",
    ];

    public static TheoryData<string> Folders =>
    [
        "llama2", "llama3-ropescaling", "llama-linear-scaling", "llama-yarn", "smollm2", "llama-bias", "mistral-sliding", "qwen2", "qwen3", "qwen3-moe", "mixtral", "gemma2", "gemma3-text",
        "phi3", "phi3-longrope", "gpt2", "gpt-neox", "gpt-neox-sequential", "olmo2",
    ];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Conversion_is_undone(string name)
    {
        ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();
        var original = TestData.Require("golden", "architectures", name);
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var (bytes, weights) = GgufConversion.Convert(original);
        File.WriteAllBytes(folder["x.gguf"], bytes);
        using var checkpoint = GgufCheckpoint.Open(folder["x.gguf"]);
        string Plain(string weight) => name == "gpt2" ? weight.Replace("transformer.", "", StringComparison.Ordinal) : weight;
        Assert.Equal(weights.Keys.Select(Plain).Order(StringComparer.Ordinal), checkpoint.Names.Order(StringComparer.Ordinal));
        foreach (var (weightName, weight) in weights)
        {
            var read = checkpoint.Read(Plain(weightName));
            Assert.Equal(weight.shape, read.shape);
            Assert.Equal(weight.shape, checkpoint.Shape(Plain(weightName)));
            Assert.True(read.is_contiguous());
            // One was added and taken away again: the last bits of small numbers are gone.
            var tolerance = name.StartsWith("gemma", StringComparison.Ordinal) && weightName.EndsWith("norm.weight", StringComparison.Ordinal) ? 3e-7 : 0;
            Assert.True((read - weight).abs().max().item<float>() <= tolerance, weightName);
        }

        using var expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(original, "config.json")));
        using var actual = JsonDocument.Parse(checkpoint.Config);
        foreach (var key in s_told)
        {
            // What is not in a file of this kind: Mistral's window.
            if (name == "mistral-sliding" && key is "model_type" or "sliding_window")
                continue;
            if (!expected.RootElement.TryGetProperty(key, out var was) || was.ValueKind == JsonValueKind.Null || (name == "qwen2" && key == "sliding_window"))
                continue;
            // Biases, or none, where they are the default.
            if (!actual.RootElement.TryGetProperty(key, out var told) && key == "attention_bias")
                continue;
            Assert.True(told.ValueKind != JsonValueKind.Undefined, key);
            Assert.True(was.ValueKind == JsonValueKind.Number ? was.GetDouble() == told.GetDouble() : JsonElement.DeepEquals(was, told), $"{key}: {was} became {told}");
        }

        if (expected.RootElement.TryGetProperty("rope_scaling", out var scaling))
            Assert.True(JsonElement.DeepEquals(Numbers(scaling), Numbers(actual.RootElement.TryGetProperty("rope_scaling", out var made) ? made : default)), $"{scaling} became {made}");
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_converted_model_is_the_same_decoder(string name)
    {
        ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();
        var original = TestData.Require("golden", "architectures", name);
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        File.WriteAllBytes(folder["x.gguf"], GgufConversion.Convert(original).Gguf);
        using var expected = Checkpoint.Open(original);
        using var actual = Checkpoint.Open(folder.Path);
        var (was, config) = (expected.Config, actual.Config);
        // What a file of this kind does not tell: Mistral's window, and Gemma's scale of scores, which llama.cpp takes from the size.
        if (name == "mistral-sliding")
            was = was with { ModelType = "llama", Window = null, SlidingLayers = [] };
        if (name.StartsWith("gemma", StringComparison.Ordinal))
            was = was with { AttentionScale = 1 / Math.Sqrt(was.HeadSize) };
        Assert.Equal(JsonSerializer.Serialize(was), JsonSerializer.Serialize(config));
        Assert.Equal(64, actual.WeightsSha256().Length);
        Assert.Equal(actual.WeightsSha256(), Checkpoint.Sha256(folder["x.gguf"]));
        var weights = actual.ReadWeights(CPU);
        foreach (var (weightName, weight) in expected.ReadWeights(CPU))
            Assert.True((weights[weightName] - weight).abs().max().item<float>() <= 3e-7, weightName);
    }

    [Fact]
    public void A_file_is_found_where_it_can_only_be_meant()
    {
        ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        File.WriteAllBytes(folder["b.gguf"], GgufConversion.Convert(TestData.Require("golden", "architectures", "llama2")).Gguf);
        using (var checkpoint = Checkpoint.Open(folder.Path))
        {
            Assert.Equal(folder["b.gguf"], checkpoint.Gguf!.File.Path);
            Assert.Equal(folder.Path, checkpoint.Folder);
        }

        File.Copy(folder["b.gguf"], folder["a.gguf"]);
        Assert.Contains("several GGUF files", Assert.Throws<KitException>(() => Checkpoint.Open(folder.Path)).Message, StringComparison.Ordinal);
        using (var checkpoint = Checkpoint.Open(folder["a.gguf"]))
            Assert.Equal(folder.Path, checkpoint.Folder);
        // Safetensors come first.
        File.WriteAllBytes(folder["model.safetensors"], [8, 0, 0, 0, 0, 0, 0, 0, .. "{}      "u8]);
        Assert.Contains("config.json", Assert.Throws<KitException>(() => Checkpoint.Open(folder.Path)).Where, StringComparison.Ordinal);
        Assert.Contains("Give its folder", Assert.Throws<KitException>(() => Checkpoint.Open(folder["model.safetensors"])).Message, StringComparison.Ordinal);
        foreach (var file in Directory.GetFiles(folder.Path))
            File.Delete(file);
        File.WriteAllBytes(folder["consolidated.00.pth"], [0x80, 2]);
        Assert.Contains("a pickle", Assert.Throws<KitException>(() => Checkpoint.Open(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("a pickle", Assert.Throws<KitException>(() => Checkpoint.Open(folder["consolidated.00.pth"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_real_model_speaks()
    {
        using var folder = new TemporaryFolder();
        // Alone in its folder: tokenizer and the token that ends texts come from the file.
        File.CreateSymbolicLink(folder["smol.gguf"], TestData.Require("golden", "smollm2-135m", "SmolLM2-135M-Instruct.Q4_1.gguf"));
        using var model = TorchLanguageModel.Load(folder["smol.gguf"], new("cpu"));
        Assert.Equal("smol.gguf", model.Description.Name);
        Assert.Equal("b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53", model.Description.WeightsSha256);
        await foreach (var answer in model.GenerateAsync([new(1, "The capital of France is", 60, [], Sampling.Greedy)], TestContext.Current.CancellationToken))
        {
            Assert.Equal(" Paris.\n\nThe answer is: 2018-01-22 12:12:53.", answer.Text);
            Assert.Equal("stop", answer.FinishReason);
        }
    }

    [Fact]
    public void A_real_model_is_told_as_it_was()
    {
        ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();
        using var checkpoint = GgufCheckpoint.Open(TestData.Require("golden", "smollm2-135m", "SmolLM2-135M-Instruct.Q4_1.gguf"));
        var config = DecoderConfig.Parse(checkpoint.Config, "config.json");
        Assert.Equal(new DecoderConfig(49152, 576, 1536, 30, 9, 3, 64, 8192) { NormEpsilon = 1e-5, RopeTheta = 100000, TiedEmbeddings = true, BeginToken = 1 }, config with { EndTokens = [] });
        Assert.Equal([2], config.EndTokens);
        Assert.Equal(30 * 9 + 2, checkpoint.Names.Count);
        Assert.Equal("<|im_start|>", checkpoint.TokenText("bos"));
        Assert.Equal("<|im_end|>", checkpoint.TokenText("eos"));
        Assert.Equal("<|endoftext|>", checkpoint.TokenText("unknown"));
        using var tokenizerConfig = JsonDocument.Parse(File.ReadAllBytes(TestData.Require("golden", "smollm2-135m", "tokenizer_config.json")));
        Assert.Equal(tokenizerConfig.RootElement.GetProperty("chat_template").GetString(), checkpoint.ChatTemplate);
        using var query = checkpoint.Read("model.layers.29.self_attn.q_proj.weight");
        using var raw = checkpoint.File.Read("blk.29.attn_q.weight");
        // Row 1 of a head was row 2 of the file; row 32 was row 1.
        Assert.Equal(raw[2].bytes.ToArray(), query[1].bytes.ToArray());
        Assert.Equal(raw[65].bytes.ToArray(), query[96].bytes.ToArray());
    }

    [Theory]
    [InlineData("general.architecture", "mamba", "is 'mamba', which is not supported (supported: llama, qwen2")]
    [InlineData("general.type", "adapter", "'adapter', which is not a whole model")]
    [InlineData("split.count", 3, "one of several parts")]
    [InlineData("llama.embedding_scale", 12f, "'llama.embedding_scale' is an option that this kit does not know")]
    [InlineData("llama.rope.scaling.type", "longrope", "'longrope', which is not supported")]
    [InlineData("llama.rope.scaling.attn_factor", 2f, "is not 1, which is not supported")]
    [InlineData("llama.rope.dimension_count", 2, "not the width of a head")]
    [InlineData("llama.attention.value_length", 3, "differs from attention.key_length")]
    [InlineData("llama.attention.layer_norm_rms_epsilon", -1f, "must be a positive number")]
    [InlineData("llama.block_count", 0, "must be a whole number from 1")]
    [InlineData("llama.context_length", null, "'llama.context_length' is missing")]
    [InlineData("tensor", "blk.1.attn_q.weight", "holds 'blk.1.attn_q.weight', which the architecture 'llama' has no place for")]
    [InlineData("tensor", "blk.0.attn_q_norm.weight", "has no place for")]
    [InlineData("tensor", "v.patch", "has no place for")]
    [InlineData("tensor", "rope_freqs.weight", "divisors that Llama 3's scaling of frequencies does not give")]
    [InlineData("tensor", "blk.0.attn_q.weight", "has the shape [3], which does not fit")]
    public void What_is_not_understood_is_named(string key, object? value, string problem)
    {
        ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();
        using var folder = new TemporaryFolder();
        var metadata = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["general.architecture"] = "llama",
            ["llama.block_count"] = 1u,
            ["llama.context_length"] = 16u,
            ["llama.embedding_length"] = 12u,
            ["llama.feed_forward_length"] = 12u,
            ["llama.attention.head_count"] = new uint[] { 2 },
            ["llama.attention.layer_norm_rms_epsilon"] = 1e-5f,
        };
        if (key != "tensor")
            metadata[key] = value;
        var image = new GgufImage();
        foreach (var (name, item) in metadata.Where(m => m.Value is not null))
            image.Add(name, item!);
        image.Tensor("token_embd.weight", [1, 12], new float[12]);
        if (key == "tensor")
            image.Tensor((string)value!, [3], 1, 2, 4.5f);
        File.WriteAllBytes(folder["x.gguf"], image.ToArray());
        var error = Assert.Throws<KitException>(() => GgufCheckpoint.Open(folder["x.gguf"]));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal(folder["x.gguf"], error.Where);
    }

    private static string Number(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetDouble().ToString("R", CultureInfo.InvariantCulture) : value.ToString();

    // Types of scaling and numbers written with and without a fraction aside.
    private static JsonElement Numbers(JsonElement scaling)
    {
        if (scaling.ValueKind != JsonValueKind.Object)
            return JsonSerializer.SerializeToElement("none");
        return JsonSerializer.SerializeToElement(scaling.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal).ToDictionary(
            p => p.Name == "type" ? "rope_type" : p.Name,
            p => p.Value.ValueKind == JsonValueKind.Array ? string.Join(' ', p.Value.EnumerateArray().Select(Number)) : Number(p.Value), StringComparer.Ordinal));
    }
}
