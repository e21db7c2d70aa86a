using ForensicKit.Inference.Conformance;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests.Conformance;

public sealed class ChatTemplateVectorsTests
{
    [Fact]
    public void Every_rendering_of_transformers_is_met()
    {
        var results = new ChatTemplateVectors().Run(TestData.Require("golden", "chat-templates"), CancellationToken.None).ToList();
        Assert.Equal(770, results.Count);
        Assert.All(results, r => Assert.True(r.Passed, $"{r.Case}: {string.Join("; ", r.Differences)}"));
    }

    [Fact]
    public void A_difference_is_reported_and_other_files_are_refused()
    {
        using var folder = new TemporaryFolder();
        var vectors = new ChatTemplateVectors();
        Assert.Throws<KitException>(() => vectors.Run(folder["absent"], CancellationToken.None));
        Assert.Throws<KitException>(() => vectors.Run(folder.Path, CancellationToken.None));
        File.WriteAllText(folder["cases.json"], """
            {
              "frozen_clock": "2025-01-15T10:30:00",
              "templates": {
                "good": { "chat_template": "{{ bos_token }}{{ messages[0].content }}{% if thinking %}{{ raise_exception('no ' ~ 1) }}{% endif %}", "special_tokens": { "bos_token": "<s>" } },
                "broken": { "chat_template": "{% if %}", "special_tokens": {} }
              },
              "cases": [
                { "template": "good", "name": "same", "messages": [{ "content": "a" }], "add_generation_prompt": true, "kwargs": {}, "rendered": "<s>a" },
                { "template": "good", "name": "other", "messages": [{ "content": "a" }], "add_generation_prompt": true, "kwargs": {}, "rendered": "<s>b" },
                { "template": "good", "name": "raises", "messages": [{}], "add_generation_prompt": true, "kwargs": { "thinking": 1 }, "error": { "kind": "raise_exception", "message": "no 1" } },
                { "template": "good", "name": "raises else", "messages": [{}], "add_generation_prompt": true, "kwargs": { "thinking": 1 }, "error": { "kind": "raise_exception", "message": "no 2" } },
                { "template": "good", "name": "not raised", "messages": [{}], "add_generation_prompt": true, "kwargs": {}, "error": { "kind": "python", "message": "x" } },
                { "template": "broken", "name": "syntax", "messages": [{}], "add_generation_prompt": true, "kwargs": {}, "rendered": "" }
              ]
            }
            """);
        Assert.Equal([true, false, true, false, false, false], vectors.Run(folder.Path, CancellationToken.None).Select(r => r.Passed));
        File.WriteAllText(folder["cases.json"], """{"templates":{}}""");
        Assert.Throws<KitException>(() => vectors.Run(folder["cases.json"], CancellationToken.None).ToList());
    }
}
