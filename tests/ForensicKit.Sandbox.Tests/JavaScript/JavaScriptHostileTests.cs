using System.Diagnostics;
using ForensicKit.Models;

namespace ForensicKit.Sandbox.Tests.JavaScript;

public sealed class JavaScriptHostileTests
{
    private static readonly JavaScriptSandbox s_sandbox = new(new JavaScriptLimits { Time = TimeSpan.FromSeconds(5) });

    public static TheoryData<string> Names => [.. HostileScripts.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Is_contained_and_does_not_pass(string name)
    {
        var (code, outcomes) = HostileScripts.All[name];
        var clock = Stopwatch.StartNew();
        var result = await s_sandbox.RunAsync(new SandboxProgram(code, HostileScripts.Check, "f"), CancellationToken.None);
        Assert.True(outcomes.Contains(result.Outcome), $"{result.Outcome}: {result.Message}");
        Assert.True(result.Message.Length <= 500);
        Assert.True(result.Output.Length <= JavaScriptLimits.Default.OutputCharacters);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"{clock.Elapsed}");

        var next = await s_sandbox.RunAsync(new SandboxProgram("const f = x => x + 1;", HostileScripts.Check, "f"), CancellationToken.None);
        Assert.Equal((SandboxOutcome.Passed, "", ""), (next.Outcome, next.Message, next.Output));
    }

    [Theory]
    [InlineData("let n = 0; const f = () => ({ valueOf: () => n++ % 2 ? -Infinity : Infinity });")]
    [InlineData("let n = 0; const f = () => ({ toString: () => n++ % 2 ? '-9' : '9' });")]
    [InlineData("let n = 0; const f = () => Object.assign([], { valueOf: () => n++ % 2 ? -9 : 9 });")]
    [InlineData("let n = 0; const f = () => Object.assign(() => 1, { valueOf: () => n++ % 2 ? -9 : 9 });")]
    [InlineData("let n = 0; const f = () => ({ get then() { return r => r(n++); }, valueOf() { return n++ % 2 ? -9 : 9; } });")]
    [InlineData("let n = 0; const f = () => ({ [Symbol.toPrimitive]: () => n++ % 2 ? -9 : 9 });")]
    [InlineData("let n = 0; class A { valueOf() { return n++ % 2 ? -9 : 9; } } const f = () => new A();")]
    public async Task A_value_cannot_answer_each_comparison_as_it_likes(string code)
    {
        const string check = "function check(candidate) { const r = candidate(1); assert(r > 3 && r < 5); }";
        Assert.Equal(SandboxOutcome.Failed, (await s_sandbox.RunAsync(new SandboxProgram(code, check, "f"), CancellationToken.None)).Outcome);
    }

    [Fact]
    public async Task What_cannot_be_stopped_is_left_behind()
    {
        // Comparing digits with an integer is quadratic and has no statement in between.
        var endless = new SandboxProgram("let s = '9'; for (let i = 0; i < 23; i++) s += s; s == 1n;", HostileScripts.Check, "f");
        using var sandbox = new JavaScriptSandbox(new JavaScriptLimits { Time = TimeSpan.FromMilliseconds(200) });
        var result = await sandbox.RunAsync(endless, CancellationToken.None);
        Assert.Equal(SandboxOutcome.TimedOut, result.Outcome);
        Assert.True(result.Elapsed < TimeSpan.FromSeconds(20));
    }
}
