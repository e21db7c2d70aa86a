using System.CommandLine;
using ForensicKit.Cases;
using ForensicKit.Evidence;
using ForensicKit.Findings;
using ForensicKit.Models.Caching;
using ForensicKit.Notebooks;

namespace ForensicKit.Cli.Verbs;

/// <summary><c>verify DOSSIER</c>: confirms a dossier, or says what is wrong with it.</summary>
internal static class VerifyVerb
{
    public static Command Create()
    {
        var folder = new Argument<DirectoryInfo>("DOSSIER") { Description = "Folder of a finished investigation." };
        var quick = new Option<bool>("--quick") { Description = "Check hashes, custody and recomputation from the stored evidence; run no notebook again." };
        return Verb.Create(
            "verify",
            "Check a dossier and run it again: every finding is compared by its own rule.",
            "forensickit verify dossiers/opus-claims --quick",
            [folder, quick],
            context => RunAsync(context, context.Arguments.GetValue(folder)!.FullName, context.Arguments.GetValue(quick)));
    }

    private static async Task<ExitCode> RunAsync(VerbContext context, string folder, bool quick)
    {
        var kit = KitFolder.Locate();
        var dossier = new Dossier(folder, TimeProvider.System);
        var audit = DossierAudit.Run(dossier, kit, context.Cancellation);
        foreach (var problem in audit.Problems)
            context.Terminal.Say($"TAMPERED          {problem.Subject}: {problem.What}");
        if (audit.Problems.Count > 0)
        {
            context.Terminal.Say();
            context.Terminal.Say($"{audit.Problems.Count} problems. Nothing of this dossier is run again.");
            context.Terminal.Object(new { result = "tampered", problems = audit.Problems, custodyHead = audit.CustodyHead });
            return ExitCode.Tampered;
        }

        var (matches, reason) = quick ? (audit.Recomputed, null) : await RerunAsync(context, dossier, kit, audit);
        foreach (var match in matches)
            context.Terminal.Say($"{Word(match.Outcome),-16}  {match.FindingId}{(match.Differences.Count > 0 ? ": " + string.Join("; ", match.Differences) : "")}");
        var counts = matches.GroupBy(m => m.Outcome).OrderBy(g => g.Key).Select(g => $"{g.Count()} {Word(g.Key)}");
        context.Terminal.Say();
        context.Terminal.Say($"{string.Join(", ", counts)}; hashes and custody chain are whole. {(quick ? "Recomputed from the stored evidence." : reason ?? "The notebooks were run again.")}");
        context.Terminal.Say($"Custody head: {audit.CustodyHead}");
        context.Terminal.Object(new { result = matches.All(IsConfirmed) ? "confirmed" : "differs", quick, findings = matches, custodyHead = audit.CustodyHead, notRerun = reason });
        return matches.All(IsConfirmed) ? ExitCode.Done : matches.Any(m => m.Outcome == FindingOutcome.Different) ? ExitCode.CheckFailed : ExitCode.EnvironmentLacks;
    }

    /// <summary>Runs the kit's own notebooks on the dossier's case in a folder of its own. Code that a dossier brings along is never run.</summary>
    private static async Task<(IReadOnlyList<FindingMatch> Matches, string? Reason)> RerunAsync(VerbContext context, Dossier dossier, KitFolder kit, DossierAuditResult audit)
    {
        var manifest = DossierAudit.CaseOf(dossier, kit);
        // To run again is the point: nothing that was kept may answer.
        Environment.SetEnvironmentVariable(ResponseCache.FolderVariable, "off");
        var again = new Dossier(Directory.CreateTempSubdirectory("forensickit-verify-").FullName, TimeProvider.System);
        try
        {
            await new CaseNotebooks(kit).RunAsync(manifest.FilePath, again, context.Terminal, context.Cancellation);
            var evidence = EvidenceDatabase.OpenReadOnly(again.PathOf(Dossier.EvidenceFile), context.Cancellation);
            return (FindingComparison.Compare(audit.Findings, [.. evidence.ReadFindings(context.Cancellation).Select(f => f.Finding)]), null);
        }
        catch (KitException e) when (e.ExitCode == ExitCode.EnvironmentLacks)
        {
            return (FindingComparison.Compare(audit.Findings, null), "Not run again: " + e.Message);
        }
        finally
        {
            Directory.Delete(again.Folder, recursive: true);
        }
    }

    private static bool IsConfirmed(FindingMatch match) => match.Outcome is FindingOutcome.Match or FindingOutcome.WithinTolerance;

    private static string Word(FindingOutcome outcome) => outcome switch
    {
        FindingOutcome.Match => "MATCH",
        FindingOutcome.WithinTolerance => "WITHIN-TOLERANCE",
        FindingOutcome.Different => "DIFFERENT",
        _ => "NOT-RERUN",
    };
}
