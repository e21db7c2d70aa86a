using ForensicKit.Cases;
using ForensicKit.Evidence;
using ForensicKit.Inference;
using ForensicKit.Inference.ChatTemplates;
using ForensicKit.Inference.Decoders;
using ForensicKit.Inference.Endpoints;
using ForensicKit.Manifests;
using ForensicKit.Models;
using ForensicKit.Models.Caching;
using ForensicKit.Sandbox;

namespace ForensicKit.Notebooks;

/// <summary>Models in this process or behind the endpoint that their manifest names, and sandboxes on this machine.</summary>
/// <param name="options">How models in this process run.</param>
internal sealed class LocalEngines(LoadOptions options) : IModelEngines
{
    /// <inheritdoc/>
    public ResponseCache? Answers { get; private init; }

    /// <summary>
    /// Engines as the environment asks for: <c>FORENSICKIT_DEVICE</c>, <c>FORENSICKIT_PRECISION</c>, <c>FORENSICKIT_DETERMINISTIC</c>, <c>FORENSICKIT_CACHE</c>
    /// and <c>FORENSICKIT_CACHE_MEGABYTES</c>.
    /// </summary>
    /// <param name="variable">Value of an environment variable; null or empty where it is not set.</param>
    /// <exception cref="KitException">A value is not known.</exception>
    public static LocalEngines From(Func<string, string?> variable)
    {
        string Value(string name, string absent) => variable(name) is { Length: > 0 } set ? set : absent;
        return new(new(Value("FORENSICKIT_DEVICE", "auto"), Deterministic: Value("FORENSICKIT_DETERMINISTIC", "0") == "1")
        {
            Precision = Value("FORENSICKIT_PRECISION", "float32") switch
            {
                "float32" => WeightPrecision.Float32,
                "bfloat16" => WeightPrecision.BFloat16,
                "int8" => WeightPrecision.Int8,
                var other => throw new KitException($"There is no precision '{other}'.", "FORENSICKIT_PRECISION", "Choose float32, bfloat16 or int8."),
            },
        })
        {
            Answers = ResponseCache.From(variable),
        };
    }

    /// <inheritdoc/>
    public ILanguageModel LoadModel(ModelManifest model, IReadOnlyList<VerifiedArtifact> files)
    {
        if (model.Endpoint is { } endpoint)
            return Open(model, endpoint, files);
        var folders = files.Select(f => Path.GetDirectoryName(f.FilePath)!).Distinct(StringComparer.Ordinal).ToList();
        return folders.Count == 1
            ? TorchLanguageModel.Load(
                files.FirstOrDefault(f => f.FilePath.EndsWith(".gguf", StringComparison.Ordinal))?.FilePath ?? folders[0],
                options with { Files = files.Select(f => Path.GetFileName(f.FilePath)).ToHashSet(StringComparer.Ordinal) })
            : throw new KitException("The files of a model lie in several folders.", model.FilePath, "Put configuration, weights and tokenizer into one folder.");
    }

    /// <inheritdoc/>
    public ICodeSandbox CreateSandbox(string language) => language switch
    {
        "javascript" => new JavaScriptSandbox(),
        "python" => Python(),
        _ => throw new KitException($"No sandbox: there is none for programs in '{language}' here, and they are never run without one.", null, "Programs in JavaScript and Python can be run.", ExitCode.EnvironmentLacks),
    };

    private static EndpointLanguageModel Open(ModelManifest model, ModelEndpoint endpoint, IReadOnlyList<VerifiedArtifact> files)
    {
        string? Path(string? id) => files.FirstOrDefault(f => f.Artifact.Id == id)?.FilePath;
        var template = Path(endpoint.ChatTemplate) is { } file ? ChatTemplate.FromTokenizerConfig(file) : null;
        var surroundings = new EndpointSurroundings
        {
            TokenizerFile = Path(endpoint.Tokenizer),
            ChatTemplate = template is null ? null : (said, prompt) => template.Render(ChatRequest.Of(said) with { AddGenerationPrompt = prompt }),
        };
        // Off the caller's thread, which may be one that answers come back to.
        return Task.Run(() => EndpointLanguageModel.OpenAsync(model.Title, endpoint, model.FilePath, surroundings, CancellationToken.None)).GetAwaiter().GetResult();
    }

    private static PythonSandbox Python()
    {
        var tool = KitFolder.Locate().Manifests.Tool(PythonSandbox.ToolName);
        return PythonSandbox.Open(tool, ArtifactStore.For(tool.FilePath, Environment.GetEnvironmentVariable(ArtifactStore.DataVariable)), null, CancellationToken.None);
    }
}
