using System.Text.Json;
using ForensicKit.TestSupport;
using Json.Schema;

namespace ForensicKit.Tests.Exchange;

/// <summary>The schemas that Every Eval Ever 0.3.0 publishes.</summary>
internal static class EveryEvalEverSchema
{
    // A schema with an id is registered when it is read, and can be once.
    private static readonly Lazy<(JsonSchema Record, JsonSchema Sample)> s_schemas = new(() => (Read("eval"), Read("instance_level_eval")));

    /// <summary>Whether a record and its lines are what the schemas ask for.</summary>
    public static bool Accepts(string record, IEnumerable<string> lines) => Fits(s_schemas.Value.Record, record) && lines.All(line => Fits(s_schemas.Value.Sample, line));

    private static JsonSchema Read(string name) => JsonSchema.FromText(File.ReadAllText(TestData.Require("golden", "interchange", "every-eval-ever", name + ".schema.json")));

    private static bool Fits(JsonSchema schema, string text)
    {
        using var json = JsonDocument.Parse(text);
        return schema.Evaluate(json.RootElement).IsValid;
    }
}
