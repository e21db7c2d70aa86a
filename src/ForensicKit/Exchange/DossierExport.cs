using ForensicKit.Cases;

namespace ForensicKit.Exchange;

/// <summary>A format in which other tools take runs.</summary>
internal interface IExportFormat
{
    /// <summary>Name on the command line.</summary>
    string Name { get; }

    /// <summary>Writes every finished run of a dossier.</summary>
    void Write(ExportSource source, ExportStatement statement, ExportFolder folder, CancellationToken cancellationToken);
}

/// <summary>What the person who exports says, since no dossier holds it.</summary>
/// <param name="Organization">Who evaluated; null where it is not said.</param>
/// <param name="Relationship">What the evaluator is to the model's maker: <c>first_party</c>, <c>third_party</c>, <c>collaborative</c> or <c>other</c>; null where it is not said.</param>
public sealed record ExportStatement(string? Organization = null, string? Relationship = null)
{
    /// <summary>The words for <see cref="Relationship"/>.</summary>
    public static IReadOnlyList<string> Relationships { get; } = ["first_party", "third_party", "collaborative", "other"];
}

/// <summary>What an export wrote.</summary>
/// <param name="Folder">Full path of the folder.</param>
/// <param name="Runs">How many runs.</param>
/// <param name="Files">The files, in the order they were written.</param>
/// <param name="Notes">What was left out and why, as sentences.</param>
public sealed record ExportResult(string Folder, int Runs, IReadOnlyList<ExportedFile> Files, IReadOnlyList<string> Notes);

/// <summary>Hands the runs of a dossier over to other tools. What a dossier does not hold is left out, never made up.</summary>
public static class DossierExport
{
    private static readonly IReadOnlyList<IExportFormat> s_formats = [new LmEvalExport(), new EveryEvalEverExport()];

    /// <summary>Names of the formats.</summary>
    public static IReadOnlyList<string> Formats { get; } = [.. s_formats.Select(f => f.Name)];

    /// <summary>Exports a dossier. The files depend on the dossier (and the benchmark's files, where they are at hand) alone, not on when or where it is done.</summary>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <param name="dossier">Folder of the dossier.</param>
    /// <param name="folder">A new or empty folder outside the dossier.</param>
    /// <param name="kit">Where manifests and benchmarks' files are.</param>
    /// <param name="statement">What the dossier cannot know.</param>
    /// <param name="cancellationToken">Stops between lines; no file is left unfinished.</param>
    /// <exception cref="KitException">The format is unknown, there is no dossier or it was changed (exit 3), it holds no finished run, or the folder is not empty or cannot be written.</exception>
    public static ExportResult Write(string format, string dossier, string folder, KitFolder kit, ExportStatement statement, CancellationToken cancellationToken)
    {
        var writer = s_formats.FirstOrDefault(f => f.Name == format)
            ?? throw new KitException($"There is no export format '{format}'.", null, $"Known formats: {string.Join(", ", Formats)}.");
        var inside = Path.GetRelativePath(Path.GetFullPath(dossier), Path.GetFullPath(folder));
        if (inside == "." || (!Path.IsPathRooted(inside) && inside.Split(Path.DirectorySeparatorChar)[0] != ".."))
            throw new KitException("The export would lie inside the dossier, and a sealed dossier takes no more files.", folder, "Choose a folder outside it with --out.");
        var source = ExportSource.Open(dossier, kit, cancellationToken);
        var target = new ExportFolder(folder);
        writer.Write(source, statement, target, cancellationToken);
        return new(target.Folder, source.Runs.Count, target.Files, source.Notes);
    }
}
