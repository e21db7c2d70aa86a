using System.CommandLine;
using ForensicKit;
using ForensicKit.Cli;

Console.OutputEncoding = System.Text.Encoding.UTF8;

var root = CommandLine.Create();
var arguments = root.Parse(args);
if (arguments.Errors.Count > 0)
{
    foreach (var error in arguments.Errors)
        Console.Error.WriteLine("error: " + error.Message);
    Console.Error.WriteLine($"Try '{string.Join(' ', (string[])["forensickit", .. arguments.CommandResult.Command is RootCommand ? [] : (string[])[arguments.CommandResult.Command.Name], "--help"])}'.");
    return (int)ExitCode.BadInput;
}

return await arguments.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30), EnableDefaultExceptionHandler = false });
