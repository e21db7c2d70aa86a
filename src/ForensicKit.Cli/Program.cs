using System.CommandLine;
using ForensicKit;
using ForensicKit.Cli.Verbs;

Console.OutputEncoding = System.Text.Encoding.UTF8;

var root = new RootCommand("""
    ForensicKit takes a claim about a language model apart and writes a document that anyone can re-execute.

    Example:
      forensickit investigate opus-claims

    Exit codes: 0 done or confirmed, 1 a check says no, 2 bad usage or input, 3 tampering detected,
    4 the environment lacks something needed, 130 interrupted (state is kept).
    """);
root.Subcommands.Add(InvestigateVerb.Create());
root.Subcommands.Add(VerifyVerb.Create());
root.Subcommands.Add(NotebookVerb.Create());
root.Subcommands.Add(ConformanceVerb.Create());
root.Subcommands.Add(DoctorVerb.Create());

var arguments = root.Parse(args);
if (arguments.Errors.Count > 0)
{
    foreach (var error in arguments.Errors)
        Console.Error.WriteLine("error: " + error.Message);
    Console.Error.WriteLine($"Try '{string.Join(' ', (string[])["forensickit", .. arguments.CommandResult.Command is RootCommand ? [] : (string[])[arguments.CommandResult.Command.Name], "--help"])}'.");
    return (int)ExitCode.BadInput;
}

return await arguments.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30), EnableDefaultExceptionHandler = false });
