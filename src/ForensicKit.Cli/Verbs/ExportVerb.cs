using System.CommandLine;
using System.Globalization;
using ForensicKit.Cases;
using ForensicKit.Exchange;

namespace ForensicKit.Cli.Verbs;

/// <summary><c>export FORMAT DOSSIER --out FOLDER</c>: hands the runs of a dossier over to other tools.</summary>
internal static class ExportVerb
{
    public static Command Create()
    {
        var format = new Argument<string>("FORMAT") { Description = $"What the files are for: {string.Join(" or ", DossierExport.Formats)}." };
        format.AcceptOnlyFromAmong([.. DossierExport.Formats]);
        var dossier = new Argument<DirectoryInfo>("DOSSIER") { Description = "Folder of an investigation." };
        var output = new Option<DirectoryInfo>("--out") { Description = "A new or empty folder outside the dossier.", Required = true };
        var organization = new Option<string?>("--organization") { Description = "Who evaluated, for every-eval-ever; 'unknown' where not given." };
        var relationship = new Option<string?>("--relationship") { Description = "What the evaluator is to the model's maker, for every-eval-ever; 'other' where not given." };
        relationship.AcceptOnlyFromAmong([.. ExportStatement.Relationships]);
        return Verb.Create(
            "export",
            "Write the runs of a dossier in the files of another tool. What the dossier does not hold is left out.",
            "forensickit export lm-eval dossiers/opus-mini --out opus-mini-lm-eval",
            [format, dossier, output, organization, relationship],
            context => Task.FromResult(Run(
                context, context.Arguments.GetValue(format)!, context.Arguments.GetValue(dossier)!.FullName, context.Arguments.GetValue(output)!.FullName,
                new ExportStatement(context.Arguments.GetValue(organization), context.Arguments.GetValue(relationship)))));
    }

    private static ExitCode Run(VerbContext context, string format, string dossier, string folder, ExportStatement statement)
    {
        var result = DossierExport.Write(format, dossier, folder, KitFolder.Locate(), statement, context.Cancellation);
        foreach (var note in result.Notes)
            context.Terminal.Note("note: " + note);
        foreach (var file in result.Files)
            context.Terminal.Say($"{file.Sha256}  {file.Path}");
        context.Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{result.Runs} runs, {result.Files.Count} files in {Path.GetRelativePath(Directory.GetCurrentDirectory(), result.Folder)}"));
        context.Terminal.Object(new { format, folder = result.Folder, runs = result.Runs, files = result.Files, notes = result.Notes });
        return ExitCode.Done;
    }
}
