using ForensicKit.Evidence;

namespace ForensicKit.Manifests;

/// <summary>A model and, where it can be run, its files.</summary>
public sealed record ModelManifest
{
    /// <summary>Name; also that of its file below <c>data-manifests/models</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Name for people.</summary>
    public required string Title { get; init; }

    /// <summary>Model card, paper or repository.</summary>
    public required string Source { get; init; }

    /// <summary>Licence of the weights, or <c>none</c>.</summary>
    public required string Licence { get; init; }

    /// <summary>Weights, configuration and tokenizer; empty where the kit never runs the model.</summary>
    public IReadOnlyList<Artifact> Artifacts { get; init; } = [];

    /// <summary>The server that answers for it; null where the kit runs it itself, or never.</summary>
    public ModelEndpoint? Endpoint { get; init; }

    /// <summary>What else should be known of it.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The manifest's own file.</summary>
    public required string FilePath { get; init; }
}

/// <summary>A program that a step needs, for example the Python that runs model-written code in a sandbox.</summary>
public sealed record ToolManifest
{
    /// <summary>Name; also that of its file below <c>data-manifests/tools</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Name for people.</summary>
    public required string Title { get; init; }

    /// <summary>Version of the tool.</summary>
    public required string Version { get; init; }

    /// <summary>What it is used for.</summary>
    public required string Description { get; init; }

    /// <summary>Where it comes from.</summary>
    public required string Source { get; init; }

    /// <summary>Its licence.</summary>
    public required string Licence { get; init; }

    /// <summary>Its files.</summary>
    public required IReadOnlyList<Artifact> Artifacts { get; init; }

    /// <summary>The manifest's own file.</summary>
    public required string FilePath { get; init; }
}
