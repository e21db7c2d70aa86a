using System.CommandLine;
using System.Globalization;
using ForensicKit.Cases;
using ForensicKit.Findings;
using ForensicKit.Manifests;
using ForensicKit.Models.Caching;
using ForensicKit.Notebooks;

namespace ForensicKit.Cli.Verbs;

/// <summary><c>investigate [CASE]</c>: the main job.</summary>
internal static class InvestigateVerb
{
    private const string DefaultCase = "opus-mini";

    public static Command Create()
    {
        var name = new Argument<string>("CASE") { Description = "Name of a case, or the path of a case.yaml.", DefaultValueFactory = _ => DefaultCase };
        var output = new Option<DirectoryInfo?>("--out") { Description = "Folder for the dossier; dossiers/CASE where not given, numbered where an earlier one is finished." };
        var resume = new Option<bool>("--resume") { Description = "Go on with an unfinished investigation in that folder; nothing that was stored is done again." };
        var device = new Option<string>("--device") { Description = "Where models run: auto (CUDA where it is there), cpu or cuda.", DefaultValueFactory = _ => "auto" };
        device.AcceptOnlyFromAmong("auto", "cpu", "cuda");
        var precision = new Option<string>("--precision")
        {
            Description = "How matrices are held: float32 (as the weights say), or bfloat16 or int8 for speed, which changes scores; recorded with every run.",
            DefaultValueFactory = _ => "float32",
        };
        precision.AcceptOnlyFromAmong("float32", "bfloat16", "int8");
        var deterministic = new Option<bool>("--deterministic") { Description = "Compute every request by itself: the same to the last bit whatever else is asked, and slower." };
        var noCache = new Option<bool>("--no-cache") { Description = "Ask models everything, also what was asked on this machine before (as FORENSICKIT_CACHE=off does); keep nothing for later." };
        var timings = new Option<bool>("--timings") { Description = "Say where the time went; with --json as 'timings'." };
        return Verb.Create(
            "investigate",
            "Run a case from claims to document: the notebooks, the evidence, the findings, the finished dossier.",
            "forensickit investigate opus-mini --out dossiers/opus-mini",
            [name, output, resume, device, precision, deterministic, noCache, timings],
            context =>
            {
                // The notebooks' engines read them, here as in any other kernel.
                Environment.SetEnvironmentVariable("FORENSICKIT_DEVICE", context.Arguments.GetValue(device));
                Environment.SetEnvironmentVariable("FORENSICKIT_PRECISION", context.Arguments.GetValue(precision));
                Environment.SetEnvironmentVariable("FORENSICKIT_DETERMINISTIC", context.Arguments.GetValue(deterministic) ? "1" : "0");
                if (context.Arguments.GetValue(noCache))
                    Environment.SetEnvironmentVariable(ResponseCache.FolderVariable, "off");
                return RunAsync(context, context.Arguments.GetValue(name)!, context.Arguments.GetValue(output), context.Arguments.GetValue(resume), context.Arguments.GetValue(timings));
            });
    }

    private static async Task<ExitCode> RunAsync(VerbContext context, string caseName, DirectoryInfo? output, bool resume, bool showTimings)
    {
        using var timings = new StepTimings();
        var kit = KitFolder.Locate();
        var manifest = kit.Manifests.Case(caseName);
        var dossier = new Dossier(output?.FullName ?? Investigation.FreeFolder(kit.DossiersFolder, manifest.Name, TimeProvider.System), TimeProvider.System);
        CheckFolder(dossier, resume);
        await timings.NotebooksAsync(() => new CaseNotebooks(kit).RunAsync(NameFor(kit, manifest), dossier, context.Terminal, context.Cancellation));
        var investigation = Investigation.Open(kit, caseName, dossier.Folder, TimeProvider.System, context.Cancellation);
        var (findings, sheet) = (investigation.Findings, investigation.Sheet());
        var head = dossier.Seal(context.Cancellation);

        var shown = Path.GetRelativePath(Directory.GetCurrentDirectory(), dossier.Folder);
        context.Terminal.Say();
        foreach (var claim in sheet.Claims)
        {
            var finding = findings.FirstOrDefault(f => f.ClaimId == claim.Id && f.Verdict is not null);
            context.Terminal.Say($"  {finding?.Verdict?.Words() ?? "Not judged",-21}  {claim.Label}: {(finding is null ? "no finding" : Binding.Print(finding.Answer.Split('\n')[0], finding, _ => null))}");
        }

        context.Terminal.Say();
        context.Terminal.Say($"Document  {Path.Combine(shown, Dossier.DocumentFile)}");
        context.Terminal.Say($"Dossier   {shown}   (check it with: forensickit verify {shown})");
        context.Terminal.Say($"Custody   {head}");
        var (responses, kept) = investigation.Evidence.Query(
            "SELECT count(*), count(*) FILTER (from_cache) FROM responses WHERE from_cache IS NOT NULL", row => (row.GetInt64(0), row.GetInt64(1)), context.Cancellation)[0];
        if (kept > 0)
            context.Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"Cache     {kept:N0} of {responses:N0} responses of models were computed earlier on this machine (--no-cache asks all again)"));
        var damaged = dossier.Custody.Read().Entries.Where(e => e.Kind == "cache-damage").Sum(e => long.Parse(e.Details["dropped_and_asked_again"], CultureInfo.InvariantCulture));
        if (damaged > 0)
            context.Terminal.Note(string.Create(CultureInfo.InvariantCulture, $"note: {damaged:N0} damaged entries of the cache of responses were dropped and asked again"));
        context.Terminal.Object(new
        {
            caseName = manifest.Name,
            dossier = dossier.Folder,
            document = dossier.PathOf(Dossier.DocumentFile),
            custodyHead = head,
            responses,
            responsesFromCache = kept,
            verdicts = findings.Where(f => f.Verdict is not null).Select(f => new { claim = f.ClaimId, verdict = f.Verdict, answer = Binding.Print(f) }),
            timings = showTimings ? timings.Take() : null,
        });
        if (showTimings && !context.Terminal.Json)
        {
            foreach (var line in timings.Lines())
                context.Terminal.Note(line);
        }

        return ExitCode.Done;
    }

    /// <summary>A case of the kit goes by its name, any other by its full path.</summary>
    private static string NameFor(KitFolder kit, CaseManifest manifest) =>
        kit.Manifests.CaseNames.Contains(manifest.Name, StringComparer.Ordinal) && Path.GetFullPath(kit.Manifests.Case(manifest.Name).FilePath) == Path.GetFullPath(manifest.FilePath)
            ? manifest.Name
            : Path.GetFullPath(manifest.FilePath);

    private static void CheckFolder(Dossier dossier, bool resume)
    {
        if (dossier.IsSealed)
            throw new KitException("There is a finished dossier here.", dossier.Folder, "Choose another folder with --out.");
        if (dossier.Exists && !resume)
            throw new KitException("There is an unfinished investigation here.", dossier.Folder, "Add --resume to go on with it, or choose another folder with --out.");
        if (!dossier.Exists && Directory.Exists(dossier.Folder) && Directory.EnumerateFileSystemEntries(dossier.Folder).Any())
            throw new KitException("The folder holds other files.", dossier.Folder, "Choose an empty or new folder with --out.");
    }
}
