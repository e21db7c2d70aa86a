using ForensicKit.Evidence;
using ForensicKit.Manifests;

namespace ForensicKit.Models;

/// <summary>What loads models and runs programs on this machine: handed to an investigation by whoever opens it.</summary>
public interface IModelEngines
{
    /// <summary>Loads a model.</summary>
    /// <param name="model">Its manifest.</param>
    /// <param name="files">Its files, each with the bytes that the manifest names.</param>
    /// <exception cref="KitException">The files are no model that can be run here.</exception>
    ILanguageModel LoadModel(ModelManifest model, IReadOnlyList<VerifiedArtifact> files);

    /// <summary>Where answers of models are kept beyond a case; null where every question is asked. Latency and re-execution never use it.</summary>
    Caching.ResponseCache? Answers => null;

    /// <summary>A sandbox for a language.</summary>
    /// <exception cref="KitException">There is none for it here.</exception>
    ICodeSandbox CreateSandbox(string language);
}
