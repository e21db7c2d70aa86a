using System.Text.Json;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests;

/// <summary>Cases of golden/architectures: tiny checkpoints with the outputs of the reference implementation.</summary>
internal static class ArchitectureFixtures
{
    /// <summary>Largest difference of logits that is rounding (golden/architectures/README.md).</summary>
    public const double Tolerance = 5e-4;

    /// <summary>Folders of Llama-style models.</summary>
    public static readonly string[] Llama = ["llama2", "llama3-ropescaling", "llama-linear-scaling", "llama-yarn", "smollm2", "llama-bias"];

    public static TheoryData<string> LlamaFolders => [.. Llama];

    public static string Folder(string name) => TestData.Require("golden", "architectures", name);

    public static IReadOnlyList<(string Name, long[] Ids, int[] Greedy)> Cases(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "cases.json")));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(c => (
            c.GetProperty("name").GetString()!,
            c.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt64()).ToArray(),
            c.GetProperty("greedy_ids").EnumerateArray().Select(id => id.GetInt32()).ToArray()))];
    }
}
