using System.CommandLine;

namespace ForensicKit.Cli;

/// <summary>What a verb gets to work with.</summary>
/// <param name="Arguments">The parsed command line.</param>
/// <param name="Terminal">Where it speaks.</param>
/// <param name="Cancellation">Cancelled by Ctrl-C.</param>
internal sealed record VerbContext(ParseResult Arguments, Terminal Terminal, CancellationToken Cancellation);

/// <summary>Common behaviour of all verbs: options, examples in the help, and one clear message for every failure.</summary>
internal static class Verb
{
    private static readonly Option<bool> s_json = new("--json") { Description = "Print one JSON object on standard output, for machines." };

    /// <summary>Makes a verb.</summary>
    /// <param name="name">Its word.</param>
    /// <param name="description">What it does, in one sentence.</param>
    /// <param name="example">A command line that works.</param>
    /// <param name="parts">Its arguments and options.</param>
    /// <param name="run">The work.</param>
    public static Command Create(string name, string description, string example, IEnumerable<Symbol> parts, Func<VerbContext, Task<ExitCode>> run)
    {
        var command = new Command(name, $"{description}\n\nExample:\n  {example}");
        foreach (var part in parts)
        {
            if (part is Argument argument)
                command.Arguments.Add(argument);
            else
                command.Options.Add((Option)part);
        }

        command.Options.Add(s_json);
        command.SetAction(async (arguments, cancellation) => (int)await RunAsync(new VerbContext(arguments, new Terminal(arguments.GetValue(s_json)), cancellation), run));
        return command;
    }

    private static async Task<ExitCode> RunAsync(VerbContext context, Func<VerbContext, Task<ExitCode>> run)
    {
        try
        {
            return await run(context);
        }
        catch (KitException e)
        {
            context.Terminal.Error(e.Message, e.ExitCode);
            return e.ExitCode;
        }
        catch (OperationCanceledException) when (context.Cancellation.IsCancellationRequested)
        {
            context.Terminal.Error("Interrupted. What was committed is kept; run the same command with --resume to go on.", ExitCode.Interrupted);
            return ExitCode.Interrupted;
        }
    }
}
