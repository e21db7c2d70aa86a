using System.Text;
using System.Text.Json.Nodes;
using ForensicKit.Inference.Checkpoints;

namespace ForensicKit.Inference.Tests.Checkpoints;

public sealed class DecoderConfigTests
{
    private const string Plain = """
        {"model_type":"llama","vocab_size":100,"hidden_size":32,"intermediate_size":64,"num_hidden_layers":2,"num_attention_heads":4,
         "max_position_embeddings":128,"rms_norm_eps":1e-5,"eos_token_id":[2,3],"bos_token_id":1,"head_dim":null}
        """;

    [Fact]
    public void What_is_absent_has_the_defaults_of_the_format()
    {
        var config = Parse(Plain);
        Assert.Equal(4, config.KeyValueHeads);
        Assert.Equal(8, config.HeadSize);
        Assert.Equal(10000, config.RopeTheta);
        Assert.Null(config.RopeScaling);
        Assert.Equal([2, 3], config.EndTokens);
        Assert.Equal(1, config.BeginToken);
        Assert.False(config.TiedEmbeddings);
    }

    [Theory]
    [MemberData(nameof(ArchitectureFixtures.LlamaFolders), MemberType = typeof(ArchitectureFixtures))]
    public void What_is_written_is_read_again(string name)
    {
        var config = DecoderConfig.Read(Path.Combine(ArchitectureFixtures.Folder(name), "config.json"));
        var again = DecoderConfig.Parse(Encoding.UTF8.GetBytes(config.ToJson()), "config.json");
        Assert.Equal(config with { EndTokens = [] }, again with { EndTokens = [] });
        Assert.Equal(config.EndTokens, again.EndTokens);
    }

    [Fact]
    public void Both_layouts_of_rotary_parameters_are_read()
    {
        var newer = Parse(With("rope_parameters", """{"rope_type":"yarn","rope_theta":500.5,"factor":4,"truncate":false,"beta_fast":16,"mscale":0.7,"mscale_all_dim":0.5}"""));
        Assert.Equal(500.5, newer.RopeTheta);
        Assert.Equal(new RopeScaling("yarn", 4) { Truncate = false, BetaFast = 16, MScale = 0.7, MScaleAllDimensions = 0.5 }, newer.RopeScaling);
        Assert.Null(Parse(With("rope_parameters", """{"rope_type":"default","rope_theta":7}""")).RopeScaling);
        Assert.Equal(new RopeScaling("linear", 2), Parse(With("rope_scaling", """{"type":"linear","factor":2.0}""")).RopeScaling);
    }

    [Theory]
    [InlineData("model_type", "\"t5\"", "'t5', an architecture that is not supported")]
    [InlineData("model_type", "null", "'model_type' is missing")]
    [InlineData("hidden_act", "\"mish\"", "'mish'")]
    [InlineData("sliding_window", "16", "'sliding_window' is an option")]
    [InlineData("quantization_config", "{}", "'quantization_config' is an option")]
    [InlineData("rope_scaling", """{"rope_type":"ntk-by-parts","factor":2}""", "'ntk-by-parts'")]
    [InlineData("rope_scaling", """{"rope_type":"linear","factor":2,"surprise":1}""", "'rope_scaling.surprise'")]
    [InlineData("rope_scaling", """{"rope_type":"linear","factor":0.5}""", "'rope_scaling.factor'")]
    [InlineData("rope_scaling", """{"rope_type":"llama3","factor":2}""", "'rope_scaling.original_max_position_embeddings'")]
    [InlineData("rope_interleaved", "true", "'rope_interleaved'")]
    [InlineData("layer_types", """["sliding_attention"]""", "'sliding_attention'")]
    [InlineData("vocab_size", "-1", "'vocab_size' must be a whole number")]
    [InlineData("vocab_size", "1e99", "'vocab_size' must be a whole number")]
    [InlineData("vocab_size", "\"x\"", "'vocab_size' must be a whole number")]
    [InlineData("num_attention_heads", "5", "must be a multiple")]
    [InlineData("num_key_value_heads", "3", "multiple of num_key_value_heads")]
    [InlineData("head_dim", "7", "must be even")]
    [InlineData("rope_theta", "-1", "'rope_theta' must be a positive number")]
    [InlineData("attention_bias", "1", "'attention_bias' must be true or false")]
    public void What_is_not_understood_is_named(string key, string value, string problem) =>
        Assert.Contains(problem, Assert.Throws<KitException>(() => Parse(With(key, value))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"a\":1,\"a\":2}")]
    public void What_is_no_object_is_refused(string json) => Assert.Throws<KitException>(() => Parse(json));

    private static string With(string key, string value)
    {
        var root = JsonNode.Parse(Plain)!.AsObject();
        root[key] = JsonNode.Parse(value);
        return root.ToJsonString();
    }

    private static DecoderConfig Parse(string json) => DecoderConfig.Parse(Encoding.UTF8.GetBytes(json), "config.json");
}
