using ForensicKit.Cases;
using ForensicKit.Evidence;
using ForensicKit.Inference;
using ForensicKit.Manifests;
using ForensicKit.Models;
using ForensicKit.Sandbox;

namespace ForensicKit.Notebooks;

/// <summary>Models in this process and sandboxes on this machine.</summary>
/// <param name="device"><c>cpu</c>, <c>cuda</c>, or <c>auto</c> for CUDA where it is there.</param>
internal sealed class LocalEngines(string device) : IModelEngines
{
    /// <inheritdoc/>
    public ILanguageModel LoadModel(ModelManifest model, IReadOnlyList<VerifiedArtifact> files)
    {
        var folders = files.Select(f => Path.GetDirectoryName(f.FilePath)!).Distinct(StringComparer.Ordinal).ToList();
        return folders.Count == 1
            ? TorchLanguageModel.Load(folders[0], new(device))
            : throw new KitException("The files of a model lie in several folders.", model.FilePath, "Put configuration, weights and tokenizer into one folder.");
    }

    /// <inheritdoc/>
    public ICodeSandbox CreateSandbox(string language) => language switch
    {
        "javascript" => new JavaScriptSandbox(),
        "python" => Python(),
        _ => throw new KitException($"No sandbox: there is none for programs in '{language}' here, and they are never run without one.", null, "Programs in JavaScript and Python can be run.", ExitCode.EnvironmentLacks),
    };

    private static PythonSandbox Python()
    {
        var tool = KitFolder.Locate().Manifests.Tool(PythonSandbox.ToolName);
        return PythonSandbox.Open(tool, ArtifactStore.For(tool.FilePath, Environment.GetEnvironmentVariable(ArtifactStore.DataVariable)), null, CancellationToken.None);
    }
}
