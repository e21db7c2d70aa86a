using ForensicKit.Models;

namespace ForensicKit.Sandbox.Tests.JavaScript;

public sealed class JavaScriptSandboxTests
{
    private readonly JavaScriptSandbox _sandbox = new();

    private Task<SandboxResult> Run(string code, string check, string entryPoint = "f") =>
        _sandbox.RunAsync(new SandboxProgram(code, $"function check(candidate) {{ {check} }}", entryPoint), CancellationToken.None);

    [Fact]
    public void Says_what_it_is()
    {
        Assert.Equal("javascript", _sandbox.Language);
        Assert.StartsWith("Jint 4.", _sandbox.Engine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("function f(a, b) { return a + b; }", "assert.equal(candidate(2, 3), 5);")]
    [InlineData("const f = (a, n) => a.map(x => x + n);", "assert.deepEqual(candidate([1, 2], 3), [4, 5]);")]
    [InlineData("var f = function () { return { a: [1, { b: null }], c: undefined }; };", "assert.deepEqual(candidate(), { c: undefined, a: [1, { b: null }] });")]
    [InlineData("let f = s => new Map([[s, new Set([1, 2])]]);", "assert.deepEqual(candidate('k'), new Map([['k', new Set([2, 1])]]));")]
    [InlineData("const f = () => [NaN, -0, Infinity, 12345678901234567890n];", "assert.deepEqual(candidate(), [NaN, 0, Infinity, 12345678901234567890n]);")]
    [InlineData("const f = d => new Date(d.getTime() + 1);", "assert.deepEqual(candidate(new Date(5)), new Date(6));")]
    [InlineData("const f = a => { a.sort(); a[0].x = 1; delete a[1].y; };", "const a = [{}, { y: 2 }]; const first = a[0]; candidate(a); assert.deepEqual(a, [{ x: 1 }, {}]); assert(a[0] === first);")]
    [InlineData("const f = a => a;", "const a = [1]; assert(candidate(a) === a); assert.deepEqual(a, [1]);")]
    [InlineData("const f = (g, x) => g(g(x));", "assert.equal(candidate(x => x * 3, 2), 18);")]
    [InlineData("const f = n => { let k = n; return () => ++k; };", "const next = candidate(4); next(); assert.equal(next(), 6);")]
    [InlineData("const f = g => g;", "const g = () => 1; assert(candidate(g) === g);")]
    [InlineData("async function f(x) { await null; return x + 1; }", "return (async () => assert.equal(await candidate(1), 2))();")]
    [InlineData("function f() { throw new RangeError('too far'); }", "try { candidate(); } catch (e) { assert(e instanceof RangeError); assert.equal(e.message, 'too far'); return; } assert(false);")]
    [InlineData("function f() { return helper(1); } function helper(x) { return x + 1; } const limit = 2;", "assert.equal(candidate(), helper(limit - 1));")]
    [InlineData("class Counter { constructor() { this.n = 0; } up() { return ++this.n; } } function f() { const c = new Counter(); c.up(); return c; }", "assert.equal(candidate().n, 1);")]
    [InlineData("function f() { console.log('a', { b: 1 }); return 'ok\\u0000\\ud800'; } module.exports = f;", "assert.equal(candidate(), 'ok\\u0000\\ud800');")]
    [InlineData("function f(n) { const s = new Uint8Array(n + 1).fill(1); return s.reduce((a, b) => a + b, 0); }", "assert.equal(candidate(100000), 100001);")]
    [InlineData("function f() { return JSON.parse('{\"__proto__\": {\"x\": 1}}'); }", "assert.equal(candidate().x, undefined); assert.equal({}.x, undefined);")]
    [InlineData("function f(n) { return n ? 1 + f(n - 1) : 0; }", "assert.equal(candidate(5000), 5000);")]
    [InlineData("function f(s) { return s.replace(/(a)(b)?/g, \"[$1$2$`$'$&$$]\").padStart(12, '*') + ['x', [1, null], undefined].join('-') + BigInt('12'); }", "assert.equal(candidate('zab'), '***z[abzab$]x-1,-12');")]
    public async Task Right_programs_pass(string code, string check)
    {
        var result = await Run(code, check);
        Assert.Equal((SandboxOutcome.Passed, ""), (result.Outcome, result.Message));
    }

    [Theory]
    [InlineData("function f(a, b) { return a - b; }", "assert.equal(candidate(2, 3), 5);", "AssertionError: got -1, expected 5")]
    [InlineData("function f() { return [1, [2]]; }", "assert.deepEqual(candidate(), [1, [3]]);", "AssertionError: got [1,[2]], expected [1,[3]]")]
    [InlineData("function f() { return '5'; }", "assert.equal(candidate(), 5);", "AssertionError: got \"5\", expected 5")]
    [InlineData("function f() { return { a: undefined }; }", "assert.deepEqual(candidate(), {});", "AssertionError: got {}, expected {}")]
    [InlineData("function f() { return [1]; }", "assert.deepEqual(candidate(), { 0: 1 });", "AssertionError: got [1], expected {\"0\":1}")]
    [InlineData("function f() { nope(); }", "candidate();", "ReferenceError: nope is not defined")]
    [InlineData("function g() { }", "candidate();", "ReferenceError: The program defines no f.")]
    [InlineData("function f( {", "candidate();", "SyntaxError")]
    [InlineData("function f() { }", "assert(candidate(), 'said so');", "AssertionError: said so")]
    [InlineData("async function f() { throw new TypeError('later'); }", "return (async () => { await candidate(); })();", "TypeError: later")]
    [InlineData("const f = () => /x/;", "candidate();", "TypeError: A regular expression cannot be passed")]
    [InlineData("const f = () => Symbol('x');", "candidate();", "TypeError: A symbol cannot be passed")]
    public async Task Wrong_programs_fail_and_say_why(string code, string check, string message)
    {
        var result = await Run(code, check);
        Assert.Equal(SandboxOutcome.Failed, result.Outcome);
        Assert.StartsWith(message, result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_checks_own_names_come_first()
    {
        var program = new SandboxProgram(
            "function expected() { return 0; } class Kind { } var limit = 0; function f() { return 0; }",
            "const expected = () => 1; class Kind { static n = 1; } let limit = 1; function check(c) { assert.equal(c(), expected() + limit + Kind.n); }", "f");
        Assert.Equal("AssertionError: got 0, expected 3", (await _sandbox.RunAsync(program, CancellationToken.None)).Message);
    }

    [Fact]
    public async Task Output_of_program_and_check_is_kept()
    {
        var result = await Run("console.log('start'); function f() { console.error('in', [1], 2n, null); }", "console.log('check'); candidate();");
        Assert.Equal("start\ncheck\nin [1] 2n null\n", result.Output);
        Assert.True(result.Elapsed > TimeSpan.Zero);
    }

    [Fact]
    public async Task Two_runs_are_the_same_run()
    {
        const string code = "function f() { for (let i = 0; i < 1000; i++); console.log(Math.random(), Date.now(), new Date().toString()); }";
        var first = await Run(code, "candidate();");
        var second = await Run(code, "candidate();");
        Assert.Equal(first.Output, second.Output);
        Assert.Contains("Mon Jan 01 2024", first.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_left_of_the_program_before()
    {
        await Run("globalThis.left = 1; Array.prototype.map = null; function f() { }", "candidate();");
        var result = await Run("function f() { return typeof left + [1].map(x => x); }", "assert.equal(candidate(), 'undefined1');");
        Assert.Equal(SandboxOutcome.Passed, result.Outcome);
    }

    [Fact]
    public async Task Programs_run_side_by_side()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
            Run($"function f(x) {{ let s = 0; for (let i = 0; i < 1000; i++) s += x; console.log({i}); return s; }}", $"assert.equal(candidate({i}), {1000 * i});")));
        Assert.All(results, (r, i) => Assert.Equal((SandboxOutcome.Passed, $"{i}\n"), (r.Outcome, r.Output)));
    }

    [Fact]
    public async Task A_run_can_be_cancelled()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        using var patient = new JavaScriptSandbox(new JavaScriptLimits { Statements = long.MaxValue });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            patient.RunAsync(new SandboxProgram("while (true);", "function check() { }", "f"), source.Token));
        Assert.Equal(SandboxOutcome.Passed, (await Run("const f = () => 1;", "candidate();")).Outcome);
    }

    [Fact]
    public async Task Limits_are_those_that_were_given()
    {
        using var small = new JavaScriptSandbox(new JavaScriptLimits { Statements = 1000, OutputCharacters = 10 });
        var program = new SandboxProgram("function f(n) { for (let i = 0; i < n; i++); return n; }", "function check(c) { assert.equal(c(10), 10); }", "f");
        Assert.Equal(SandboxOutcome.Passed, (await small.RunAsync(program, CancellationToken.None)).Outcome);
        var longer = await small.RunAsync(program with { Check = "function check(c) { for (;;) c(10); }" }, CancellationToken.None);
        Assert.Equal((SandboxOutcome.TimedOut, "The statement limit was reached."), (longer.Outcome, longer.Message));
        var chatty = await small.RunAsync(program with { Code = "console.log('12345678\\u{1F600}'); const f = n => n;" }, CancellationToken.None);
        Assert.Equal((SandboxOutcome.TooMuchOutput, "12345678\U0001F600"), (chatty.Outcome, chatty.Output));
    }
}
