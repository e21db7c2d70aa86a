using System.Text.Json;
using ForensicKit.Inference.ChatTemplates;
using ForensicKit.Templates;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests.ChatTemplates;

/// <summary>Small templates, one for each thing that Jinja and Python do in their own way, against what Jinja itself gives.</summary>
public sealed class JinjaRenderingsTests
{
    [Fact]
    public void Every_rendering_of_Jinja_is_met()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(
            Path.Combine(TestData.RepositoryRoot, "tests", "ForensicKit.Inference.Tests", "ChatTemplates", "jinja-renderings.json")));
        var root = document.RootElement;
        var request = new ChatRequest(root.GetProperty("messages"))
        {
            AddGenerationPrompt = true,
            Variables = root.GetProperty("variables").EnumerateObject().ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal),
            Clock = new UtcClock(new(2025, 1, 15, 10, 30, 0, TimeSpan.Zero)),
        };
        var count = 0;
        var differences = new List<string>();
        foreach (var rendering in root.GetProperty("renderings").EnumerateArray())
        {
            count++;
            var source = rendering[0].GetString()!;
            try
            {
                var actual = ChatTemplate.Parse(source).Render(request, TestContext.Current.CancellationToken);
                if (actual != rendering[1].GetString())
                    differences.Add($"{source}\n  gives       {actual}\n  instead of  {rendering[1].GetString() ?? "failing"}");
            }
            catch (KitException e)
            {
                var inner = Assert.IsType<TemplateException>(e.InnerException);
                var message = rendering.GetArrayLength() > 2 ? rendering[2].GetString() : null;
                if (rendering[1].ValueKind != JsonValueKind.Null || (inner.Failure == TemplateFailure.Raised) != (message is not null) || (message is not null && inner.Message != message))
                    differences.Add($"{source}\n  fails with  {e.Message}\n  instead of  {rendering[1].GetString() ?? message}");
            }
        }

        Assert.True(count > 1200);
        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }
}
