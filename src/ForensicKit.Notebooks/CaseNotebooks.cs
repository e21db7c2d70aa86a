using ForensicKit.Cases;
using ForensicKit.Manifests;

namespace ForensicKit.Notebooks;

/// <summary>The notebooks of an investigation, run in their order: they are the investigation, not a decoration beside it.</summary>
public sealed class CaseNotebooks
{
    private readonly KitFolder _kit;
    private readonly string _folder;

    /// <param name="kit">Knows where the notebooks are.</param>
    public CaseNotebooks(KitFolder kit) => (_kit, _folder) = (kit, kit.NotebooksFolder);

    /// <summary>
    /// Runs every notebook that the case has something for; executed copies are kept in the dossier. A notebook whose metadata say
    /// <c>"forensickit": {"needs": "contamination"}</c> is for cases with that step.
    /// </summary>
    /// <param name="caseName">Name or path of the case.</param>
    /// <param name="dossier">Where evidence and executed notebooks go.</param>
    /// <param name="progress">Hears of every cell.</param>
    /// <param name="cancellationToken">Stops; what was stored stays.</param>
    /// <exception cref="KitException">A cell failed; the message is the cell's own where it was meant for people.</exception>
    public async Task RunAsync(string caseName, Dossier dossier, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        await using var runner = new NotebookRunner();
        runner.WarmUp();
        dossier.Create();
        StepContext.Lend(progress);
        var manifest = _kit.Manifests.Case(caseName);
        foreach (var path in Notebooks())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var notebook = NotebookDocument.Load(path);
            if (!IsFor(notebook, manifest))
                continue;
            runner.WarmUp();
            var name = Path.GetFileName(path);
            var cells = progress is null ? null : new CellProgress(name, progress);
            var options = new NotebookRunOptions
            {
                Folder = _folder,
                Parameters = new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["caseName"] = caseName,
                    // Relative, so that an executed notebook says nothing of the machine it ran on.
                    ["folder"] = Path.GetRelativePath(_folder, dossier.Folder).Replace('\\', '/'),
                },
            };
            var run = await runner.RunAsync(notebook, options, cells, cancellationToken);
            try
            {
                run.Document.Save(dossier.PathOf(Dossier.NotebooksFolder, name));
            }
            catch (KitException) when (run.Status != NotebookStatus.Completed)
            {
                // What stopped the cell (a full disk, say) also stops this; the cell's own message is the one to show.
            }

            Check(run, name, cancellationToken);
        }
    }

    private static bool IsFor(NotebookDocument notebook, CaseManifest manifest) => (string?)notebook.Metadata["forensickit"]?["needs"] switch
    {
        null => true,
        "contamination" => manifest.Contamination is not null || manifest.Membership is not null,
        "sensitivity" => manifest.Sensitivity is not null,
        "latency" => manifest.Latency is not null,
        var step => throw new KitException($"The notebook needs a step '{step}' that no case has.", notebook.Path, "Its metadata may name contamination, sensitivity or latency."),
    };

    private IReadOnlyList<string> Notebooks()
    {
        var notebooks = Directory.Exists(_folder) ? Directory.GetFiles(_folder, "*.ipynb") : [];
        if (notebooks.Length == 0)
            throw new KitException("The kit's notebooks are not here.", _folder, "Run from a complete checkout of ForensicKit.", ExitCode.EnvironmentLacks);
        Array.Sort(notebooks, StringComparer.Ordinal);
        return notebooks;
    }

    private static void Check(NotebookRun run, string name, CancellationToken cancellationToken)
    {
        if (run.Status == NotebookStatus.Completed)
            return;
        cancellationToken.ThrowIfCancellationRequested();
        var failed = run.Cells.First(c => c.Error is not null);
        if (failed.Error!.Exception is KitException meant)
            throw new KitException(meant.What, meant.Where, meant.Mend, meant.ExitCode, meant);
        throw new KitException(
            $"{failed.Error.Name}: {failed.Error.Message}", $"{name}, cell '{failed.CellId}'{(failed.Error.Line is { } line ? ", line " + line.ToString(System.Globalization.CultureInfo.InvariantCulture) : "")}",
            "This is a defect of the notebook or the kit; the executed notebook holds the trace.", ExitCode.CheckFailed, failed.Error.Exception);
    }

    private sealed class CellProgress(string notebook, IProgress<StepProgress> inner) : IProgress<NotebookProgress>
    {
        public void Report(NotebookProgress value) =>
            inner.Report(new StepProgress(notebook, value.Status is null ? value.Index - 1 : value.Index, value.Count, "cells"));
    }
}
