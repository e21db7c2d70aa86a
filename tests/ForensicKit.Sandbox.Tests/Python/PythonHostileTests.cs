using System.Diagnostics;
using ForensicKit.Models;

namespace ForensicKit.Sandbox.Tests.Python;

public sealed class PythonHostileTests(SharedPython python) : IClassFixture<SharedPython>
{
    public static TheoryData<string> Hostile => [.. HostilePrograms.All.Keys];

    public static TheoryData<string> Cheating => [.. HostilePrograms.Cheating.Keys];

    [Theory]
    [MemberData(nameof(Hostile))]
    public Task Is_contained_and_does_not_pass(string name) => Contained(HostilePrograms.All[name]);

    [Theory]
    [MemberData(nameof(Cheating))]
    public Task Does_not_pass_by_cheating(string name) => Contained(HostilePrograms.Cheating[name]);

    private async Task Contained((string Code, SandboxOutcome[] Outcomes) program)
    {
        var clock = Stopwatch.StartNew();
        var result = await python.Run(program.Code, HostilePrograms.Check);
        Assert.True(program.Outcomes.Contains(result.Outcome), $"{result.Outcome}: {result.Message}\n{result.Output}");
        Assert.True(result.Message.Length <= 500);
        Assert.True(result.Output.Length <= PythonLimits.Default.OutputBytes);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"{clock.Elapsed}");

        var next = await python.Run("def f(x): return [v + 1 for v in x] if isinstance(x, list) else x + 1", HostilePrograms.Check);
        Assert.Equal((SandboxOutcome.Passed, "", ""), (next.Outcome, next.Message, next.Output));
    }
}
