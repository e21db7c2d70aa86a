using System.Text.Json;
using ForensicKit.Inference.ChatTemplates;
using ForensicKit.Models;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests.ChatTemplates;

public sealed class TokenizerConfigTests
{
    private static readonly ChatRequest s_request = ChatRequest.Of(new ChatMessage("user", "Hi"));

    [Fact]
    public void Template_and_tokens_come_from_the_configuration()
    {
        var template = FromJson("""
            {"chat_template": "{{ bos_token }}{{ eos_token }}{{ pad_token is defined }}{{ image_token }}", "bos_token": "<s>",
             "eos_token": {"content": "</s>", "lstrip": false}, "pad_token": null, "extra_special_tokens": {"image_token": "<img>"}}
            """);
        Assert.Equal("<s></s>False<img>", template.Render(s_request));
    }

    [Fact]
    public void One_of_several_is_chosen_as_transformers_does()
    {
        const string Json = """{"chat_template": [{"name": "default", "template": "D"}, {"name": "tool_use", "template": "T"}, {"name": "rag", "template": "R"}]}""";
        Assert.Equal("D", FromJson(Json).Render(s_request));
        Assert.Equal("T", FromJson(Json, withTools: true).Render(s_request));
        Assert.Equal("R", FromJson(Json, "rag").Render(s_request));
        var error = Assert.Throws<KitException>(() => FromJson(Json, "other"));
        Assert.Contains("default, rag, tool_use", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_beside_the_configuration_win()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tokenizer_config.json"], """{"chat_template": "old", "bos_token": "<s>"}""");
        Assert.Equal("old", ChatTemplate.FromTokenizerConfig(folder.Path).Render(s_request));
        File.WriteAllText(folder["chat_template.jinja"], "{{ bos_token }}new");
        Directory.CreateDirectory(folder["additional_chat_templates"]);
        File.WriteAllText(folder["additional_chat_templates", "rag.jinja"], "rag");
        Assert.Equal("<s>new", ChatTemplate.FromTokenizerConfig(folder["tokenizer_config.json"]).Render(s_request));
        Assert.Equal("rag", ChatTemplate.FromTokenizerConfig(folder.Path, "rag").Render(s_request));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"chat_template": 5}""")]
    [InlineData("""{"chat_template": [{"name": "default"}]}""")]
    [InlineData("""{"chat_template": "x", "bos_token": 5}""")]
    [InlineData("""{"chat_template": "{% if %}"}""")]
    public void Malformed_configurations_are_refused(string json) => Assert.Throws<KitException>(() => FromJson(json));

    [Fact]
    public void Files_that_cannot_be_read_are_named()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("tokenizer_config.json", Assert.Throws<KitException>(() => ChatTemplate.FromTokenizerConfig(folder.Path)).Message, StringComparison.Ordinal);
        File.WriteAllText(folder["tokenizer_config.json"], "{}");
        File.WriteAllBytes(folder["chat_template.jinja"], [0xff, 0xfe]);
        Assert.Contains("UTF-8", Assert.Throws<KitException>(() => ChatTemplate.FromTokenizerConfig(folder.Path)).Message, StringComparison.Ordinal);
    }

    private static ChatTemplate FromJson(string json, string? name = null, bool withTools = false) =>
        ChatTemplate.FromTokenizerConfig(JsonDocument.Parse(json).RootElement, name, withTools);
}
