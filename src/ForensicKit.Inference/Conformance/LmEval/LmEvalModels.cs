using ForensicKit.Evidence;
using ForensicKit.Models;

namespace ForensicKit.Inference.Conformance.LmEval;

/// <summary>Finds the models that runs were made with: below the folder of the runs, beside it, or where the kit's data is. Each is loaded once.</summary>
internal sealed class LmEvalModels(string path) : IDisposable
{
    private const int Levels = 3;

    private readonly Dictionary<string, TorchLanguageModel> _loaded = new(StringComparer.Ordinal);

    /// <summary>The model's name as the run has it.</summary>
    public string NameOf(LmEvalRun run) => Path.GetFileName(Path.TrimEndingDirectorySeparator(run.Text("model_name") ?? ""));

    /// <summary>The model of a run; null where it is not at hand.</summary>
    public ILanguageModel? Find(LmEvalRun run)
    {
        var name = Letters(NameOf(run));
        if (name.Length == 0 || Places().SelectMany(Below).Distinct(StringComparer.Ordinal).FirstOrDefault(m => IsOf(m, name)) is not { } found)
            return null;
        if (!_loaded.TryGetValue(found, out var model))
            _loaded[found] = model = TorchLanguageModel.Load(found);
        return model;
    }

    /// <summary>Releases the models.</summary>
    public void Dispose()
    {
        foreach (var model in _loaded.Values)
            model.Dispose();
    }

    private IEnumerable<string> Places()
    {
        var folder = new DirectoryInfo(Path.GetFullPath(path));
        for (var level = 0; level <= Levels && folder is not null; level++, folder = folder.Parent)
            yield return folder.FullName;
        if (Environment.GetEnvironmentVariable(ArtifactStore.DataVariable) is { Length: > 0 } data)
            yield return Path.Combine(data, "golden");
        yield return Path.Combine("..", "shared", "golden");
    }

    // Files and folders that a model may be, at most one level down.
    private static IEnumerable<string> Below(string place)
    {
        if (!Directory.Exists(place))
            return [];
        var options = new EnumerationOptions { IgnoreInaccessible = true };
        string[] folders = [place, .. Directory.EnumerateDirectories(place, "*", options).Order(StringComparer.Ordinal)];
        return folders.SelectMany(f => Quantized(f).Concat(File.Exists(Path.Combine(f, "config.json")) ? [f] : []));

        // A folder beside the run's own may go while it is looked at.
        string[] Quantized(string folder)
        {
            try
            {
                return Directory.GetFiles(folder, "*.gguf", options);
            }
            catch (DirectoryNotFoundException)
            {
                return [];
            }
        }
    }

    // SmolLM2-135M-Instruct.Q4_1.gguf and the folder SmolLM2-135M-Instruct are of SmolLM2-135M-Instruct.
    private static bool IsOf(string model, string name) => Letters(Path.GetFileName(model)).StartsWith(name, StringComparison.Ordinal);

    private static string Letters(string text) => string.Concat(text.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
}
