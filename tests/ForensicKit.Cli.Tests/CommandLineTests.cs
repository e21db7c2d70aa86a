using System.CommandLine;
using System.Text.Json;

namespace ForensicKit.Cli.Tests;

/// <summary>What holds for every verb, tested without running any of them.</summary>
[Collection(nameof(Console))]
public class CommandLineTests
{
    public static TheoryData<string> Verbs => [.. Leaves(CommandLine.Create(), []).Select(v => string.Join(' ', v))];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_verb_has_an_example_that_parses_and_speaks_json(string verb)
    {
        var words = verb.Split(' ');
        var command = words.Aggregate((Command)CommandLine.Create(), (c, word) => c.Subcommands.Single(s => s.Name == word));
        Assert.Contains(command.Options, o => o.Name == "--json");
        var examples = command.Description!.Split('\n').Where(l => l.StartsWith("  forensickit ", StringComparison.Ordinal)).Select(l => l.Trim()).ToList();
        Assert.NotEmpty(examples);
        Assert.All(examples, example =>
        {
            var parsed = CommandLine.Create().Parse(example["forensickit ".Length..].Split(' '));
            Assert.Empty(parsed.Errors);
            Assert.Equal(words[^1], parsed.CommandResult.Command.Name);
        });
    }

    [Fact]
    public void Every_exit_code_is_in_the_help()
    {
        var help = CommandLine.Create().Description!;
        Assert.All(Enum.GetValues<ExitCode>(), code => Assert.Contains($"{(int)code} ", help, StringComparison.Ordinal));
    }

    [Fact]
    public void Crafted_names_cannot_command_the_terminal()
    {
        var (output, errors) = Capture(() =>
        {
            var terminal = new Terminal(json: false);
            terminal.Say("a\u001b[2Jb\u0007");
            terminal.Error("c\u009b31md", ExitCode.BadInput);
        });
        Assert.Equal("a\u2423[2Jb\u2423\n", output.ReplaceLineEndings("\n"));
        Assert.Equal("error: c\u242331md\n", errors.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void With_json_standard_output_is_one_object()
    {
        var (output, _) = Capture(() =>
        {
            var terminal = new Terminal(json: true);
            terminal.Say("for people");
            terminal.Report(new StepProgress("step", 1, 2, "items"));
            terminal.Object(new { passed = 3, Verdict = Findings.Verdict.Overstated });
        });
        using var json = JsonDocument.Parse(output);
        Assert.Equal(3, json.RootElement.GetProperty("passed").GetInt32());
        Assert.Equal("Overstated", json.RootElement.GetProperty("verdict").GetString());
    }

    [Fact]
    public void Progress_away_from_a_terminal_is_plain_lines_and_few()
    {
        var (output, errors) = Capture(() =>
        {
            var terminal = new Terminal(json: false);
            for (var i = 0; i <= 1000; i++)
                terminal.Report(new StepProgress("Counting", i, 1000, "items"));
        });
        Assert.Empty(output);
        Assert.DoesNotContain('\r', errors);
        Assert.Equal(["  Counting  0/1,000 items", "  Counting  1,000/1,000 items"], errors.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(l => l.Split(", ")[0]));
    }

    private static IEnumerable<IEnumerable<string>> Leaves(Command command, IEnumerable<string> path) => command.Subcommands.Count == 0
        ? [path]
        : command.Subcommands.SelectMany(s => Leaves(s, path.Append(s.Name)));

    private static (string Output, string Errors) Capture(Action work)
    {
        var (output, errors) = (Console.Out, Console.Error);
        using var capturedOutput = new StringWriter();
        using var capturedErrors = new StringWriter();
        try
        {
            Console.SetOut(capturedOutput);
            Console.SetError(capturedErrors);
            work();
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
        }

        return (capturedOutput.ToString(), capturedErrors.ToString());
    }
}
