namespace ForensicKit.Evidence;

/// <summary>A file that a manifest names: addressed by its SHA-256, with where it comes from and on what terms.</summary>
public sealed record Artifact
{
    /// <summary>Identifier within its manifest.</summary>
    public required string Id { get; init; }

    /// <summary>Path inside a store: relative, with <c>/</c>, without <c>..</c>.</summary>
    public required string Path { get; init; }

    /// <summary>SHA-256 of the file, lower-case hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Size of the file in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Where the same bytes can be had; null where the file lies beside its manifest.</summary>
    public string? Url { get; init; }

    /// <summary>Repository and commit, or document, that the file comes from.</summary>
    public required string Source { get; init; }

    /// <summary>Licence of the file: an SPDX identifier, or <c>none</c> where its source names none.</summary>
    public required string Licence { get; init; }

    /// <summary>What else should be known of it.</summary>
    public string? Note { get; init; }

    /// <summary>Whether its source names a licence; a file without one must not be passed on.</summary>
    public bool IsLicensed => Licence != NoLicence;

    /// <summary>The word for "its source names no licence".</summary>
    public const string NoLicence = "none";
}
