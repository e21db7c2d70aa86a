using System.CommandLine;
using ForensicKit.Cli.Verbs;

namespace ForensicKit.Cli;

/// <summary>The command line as a whole.</summary>
internal static class CommandLine
{
    /// <summary>Every verb.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand("""
            ForensicKit takes a claim about a language model apart and writes a document that anyone can re-execute.

            Example:
              forensickit investigate opus-claims

            Exit codes: 0 done or confirmed, 1 a check says no, 2 bad usage or input, 3 tampering detected,
            4 the environment lacks something needed, 130 interrupted (state is kept).
            """);
        foreach (var verb in (Command[])[InvestigateVerb.Create(), VerifyVerb.Create(), ScanVerb.Create(), MembershipVerb.Create(), NotebookVerb.Create(), OrganismVerb.Create(), ConformanceVerb.Create(), ExportVerb.Create(), DoctorVerb.Create()])
            root.Subcommands.Add(verb);
        return root;
    }
}
