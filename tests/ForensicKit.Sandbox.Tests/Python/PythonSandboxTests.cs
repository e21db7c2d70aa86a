using ForensicKit.Evidence;
using ForensicKit.Models;
using ForensicKit.TestSupport;

namespace ForensicKit.Sandbox.Tests.Python;

public sealed class PythonSandboxTests(SharedPython python) : IClassFixture<SharedPython>
{
    private Task<SandboxResult> Check(string code, string check) => python.Run(code, "def check(candidate):\n    " + check.Replace("\n", "\n    ", StringComparison.Ordinal));

    [Fact]
    public void Says_what_it_is()
    {
        Assert.Equal("python", python.Sandbox.Language);
        Assert.Equal("CPython 3.12.0 in Wasmtime 50.0.1", python.Sandbox.Engine);
    }

    [Theory]
    [InlineData("def f(a, b=1): return a + b", "assert candidate(2, 3) == 5\nassert candidate(2, b=4) == 6\nassert candidate(1) == 2")]
    [InlineData("f = lambda *a: a", "v = (1, -2.5, True, None, 'x\\ud800\\0', b'\\xff', (), [], {}, set(), frozenset({1}), range(1, 9, 2), 1j, 10 ** 5000, -10 ** 20)\nassert candidate(*v) == v\nassert [type(x) for x in candidate(*v)] == [type(x) for x in v]")]
    [InlineData("def f(): return [float('inf'), float('-inf'), float('nan'), -0.0]", "a, b, c, d = candidate()\nassert a == float('inf') and b == -a and c != c and str(d) == '-0.0'")]
    [InlineData("def f(a):\n  a.sort()\n  a[0].append(9)\n  a[1].clear()", "a = [[2, 3], [1]]\nx, y = a\ncandidate(a)\nassert a == [[1, 9], []] and a[0] is y and a[1] is x")]
    [InlineData("def f(d, s, b):\n  d['k'] = d\n  s.discard(1)\n  b += b'!'", "d, s, b = {}, {1, 2}, bytearray(b'x')\ncandidate(d, s, b)\nassert d['k'] is d and s == {2} and b == b'x!'")]
    [InlineData("def f(a): return a", "a = [1]\nassert candidate(a) is a and a == [1]")]
    [InlineData("def f(g, x): return g(g(x))", "assert candidate(lambda x: x * 3, 2) == 18\nassert candidate(str.upper, 'a') == 'A'")]
    [InlineData("def f(n):\n  def up():\n    nonlocal n\n    n += 1\n    return n\n  return up", "up = candidate(4)\nup()\nassert up() == 6")]
    [InlineData("def f():\n  i = 0\n  while True:\n    yield i\n    i += 1", "g = candidate()\nassert [next(g) for _ in range(5)] == [0, 1, 2, 3, 4]")]
    [InlineData("def f(n): return (i * i for i in range(n))", "assert list(candidate(4)) == [0, 1, 4, 9]\nassert sum(candidate(3)) == 5")]
    [InlineData("class f:\n  def __init__(self): self.items = []\n  def push(self, x): self.items.append(x)\n  def __len__(self): return len(self.items)\n  def __getitem__(self, i): return self.items[i]", "s = candidate()\ns.push(7)\nassert len(s) == 1 and s[0] == 7 and s.items == [7] and s and not candidate()")]
    [InlineData("from collections import Counter, OrderedDict, namedtuple\ndef f(): return Counter('aab'), OrderedDict(x=1), namedtuple('P', 'x y')(1, 2)", "assert candidate() == ({'a': 2, 'b': 1}, {'x': 1}, (1, 2))")]
    [InlineData("from fractions import Fraction\nfrom decimal import Decimal\nimport datetime\ndef f(): return Fraction(1, 3), Decimal('0.10'), datetime.date(2024, 2, 29), datetime.timedelta(1, 2)", "from fractions import Fraction\nfrom decimal import Decimal\nimport datetime\nassert candidate() == (Fraction(1, 3), Decimal('0.10'), datetime.date(2024, 2, 29), datetime.timedelta(1, 2))")]
    [InlineData("def f(x, t): return isinstance(x, t), type(x)", "assert candidate(1, int) == (True, int)\nassert candidate([], (str, list)) == (True, list)")]
    [InlineData("class Odd(ValueError): pass\ndef f(): raise Odd('no')", "try:\n  candidate()\nexcept ValueError as e:\n  assert str(e) == 'no'\nelse:\n  assert False")]
    [InlineData("import math\nlimit = 2\ndef helper(x): return x + 1\ndef f(): return 3.0", "assert math.isclose(candidate(), helper(limit))")]
    [InlineData("from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\nclass P:\n  x: int\ndef f(): return P(3)", "assert candidate().x == 3")]
    [InlineData("def f(): print('a'); return input()", "try:\n  candidate()\nexcept EOFError:\n  pass")]
    [InlineData("import random\ndef f(): return random.random()", "assert candidate() != candidate()")]
    [InlineData("if __name__ == '__main__':\n  raise SystemExit\ndef f(): return __name__", "assert candidate() == 'program'")]
    [InlineData("def f(n): return n and 1 + f(n - 1)", "assert candidate(900) == 900")]
    [InlineData("import time\ndef f():\n  a = time.time()\n  time.sleep(5)\n  return time.time() - a", "assert 5 <= candidate() < 5.1")]
    public async Task Right_programs_pass(string code, string check)
    {
        var result = await Check(code, check);
        Assert.Equal((SandboxOutcome.Passed, ""), (result.Outcome, result.Message));
    }

    [Theory]
    [InlineData("def f(a, b): return a - b", "assert candidate(2, 3) == 5", "AssertionError (assert candidate(2, 3) == 5)")]
    [InlineData("def f(): return 1", "assert candidate() == 2, 'said so'", "AssertionError: said so (assert")]
    [InlineData("def f(): return nope", "candidate()", "NameError: name 'nope' is not defined (candidate())")]
    [InlineData("def g(): pass", "candidate()", "NameError: The program defines no f.")]
    [InlineData("def f(:", "candidate()", "SyntaxError: invalid syntax")]
    [InlineData("1 / 0\ndef f(): pass", "candidate()", "ZeroDivisionError: division by zero")]
    [InlineData("def f(): raise KeyError('k')", "candidate()", "KeyError: \"'k'\"")]
    [InlineData("def f(): return 1", "candidate(object())", "NotPassable: An object of the class object cannot be passed")]
    [InlineData("def f(): return 1", "nope", "NameError: name 'nope' is not defined (nope)")]
    [InlineData("class X: pass\ndef f(): return X()", "assert candidate() == 1", "AssertionError")]
    public async Task Wrong_programs_fail_and_say_why(string code, string check, string message)
    {
        var result = await Check(code, check);
        Assert.Equal(SandboxOutcome.Failed, result.Outcome);
        Assert.StartsWith(message, result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_that_defines_none_is_not_passed()
    {
        var result = await python.Run("def f(): pass\ndef check(c): pass", "x = 1");
        Assert.Equal((SandboxOutcome.Failed, "NameError: The check defines no check(candidate)."), (result.Outcome, result.Message));
    }

    [Fact]
    public async Task Output_is_kept()
    {
        var result = await Check("import sys\nprint('start')\ndef f():\n  print('ä\\ud800', end='', file=sys.stderr)", "candidate()");
        Assert.Equal((SandboxOutcome.Passed, "start\nä\\ud800"), (result.Outcome, result.Output));
        Assert.True(result.Elapsed > TimeSpan.Zero);
    }

    [Fact]
    public async Task Two_runs_are_the_same_run()
    {
        const string code = "import random, time, os\ndef f():\n  print(random.random(), time.time(), os.urandom(4), hash('x'), set('abcdef'), id(f))";
        var first = await Check(code, "candidate()");
        var second = await Check(code, "candidate()");
        Assert.Equal(first.Output, second.Output);
        Assert.StartsWith("0.", first.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_left_of_the_program_before()
    {
        await Check("import builtins, sys, math\nbuiltins.left = 1\nmath.pi = 3\nsys.left = 1\ndef f(): pass", "candidate()");
        var result = await Check("import builtins, sys, math\ndef f(): return hasattr(builtins, 'left'), hasattr(sys, 'left'), math.pi > 3.1", "assert candidate() == (False, False, True)");
        Assert.Equal(SandboxOutcome.Passed, result.Outcome);
    }

    [Fact]
    public async Task Programs_run_side_by_side()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Check($"def f(x):\n  print({i})\n  return sum(range(x))", $"assert candidate({i}) == {i * (i - 1) / 2}")));
        Assert.All(results, (r, i) => Assert.Equal((SandboxOutcome.Passed, $"{i}\n"), (r.Outcome, r.Output)));
    }

    [Fact]
    public async Task A_run_can_be_cancelled()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        using var patient = new PythonSandbox(SharedPython.Wasm, SharedPython.Tool, new PythonLimits { Instructions = long.MaxValue });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => patient.RunAsync(new SandboxProgram("while True: pass", "", "f"), source.Token));
        var next = await patient.RunAsync(new SandboxProgram("def f(): return 1", "def check(c): assert c() == 1", "f"), CancellationToken.None);
        Assert.Equal(SandboxOutcome.Passed, next.Outcome);
    }

    [Fact]
    public async Task Limits_are_those_that_were_given()
    {
        using var small = new PythonSandbox(SharedPython.Wasm, SharedPython.Tool, new PythonLimits { Instructions = 50_000_000, OutputBytes = 10, MemoryBytes = 16 << 20, MessageBytes = 1000 });
        var program = new SandboxProgram("def f(n): return n", "def check(c): assert c(10) == 10", "f");
        Assert.Equal(SandboxOutcome.Passed, (await small.RunAsync(program, CancellationToken.None)).Outcome);
        Assert.Equal(SandboxOutcome.TimedOut, (await Run("def f(n):\n  for i in range(10 ** 6): pass")).Outcome);
        Assert.Equal(SandboxOutcome.OutOfMemory, (await Run("def f(n): return len([0] * 2 ** 21)")).Outcome);
        Assert.Equal(SandboxOutcome.OutOfMemory, (await Run("def f(n): return 'x' * 2000")).Outcome);
        var chatty = await Run("def f(n): print('123456789äö')");
        Assert.Equal((SandboxOutcome.TooMuchOutput, "123456789\uFFFD"), (chatty.Outcome, chatty.Output));

        Task<SandboxResult> Run(string code) => small.RunAsync(program with { Code = code }, CancellationToken.None);
    }

    [Fact]
    public void Where_the_interpreter_is_missing_it_is_said_how_to_get_it()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<KitException>(() => new PythonSandbox(folder["python.wasm"], SharedPython.Tool));
        Assert.Equal(ExitCode.EnvironmentLacks, error.ExitCode);
        Assert.Contains("https://github.com/vmware-labs/webassembly-language-runtimes/", error.Message, StringComparison.Ordinal);

        error = Assert.Throws<KitException>(() => PythonSandbox.Open(SharedPython.Tool, new ArtifactStore([folder.Path]), null, CancellationToken.None));
        Assert.Equal(ExitCode.EnvironmentLacks, error.ExitCode);
    }

    [Fact]
    public async Task The_packed_file_is_found_where_data_lies()
    {
        var store = new ArtifactStore([TestData.Require("data")]);
        using var sandbox = PythonSandbox.Open(SharedPython.Tool, store, null, CancellationToken.None);
        var result = await sandbox.RunAsync(new SandboxProgram("def f(): return 1", "def check(c): assert c() == 1", "f"), CancellationToken.None);
        Assert.Equal(SandboxOutcome.Passed, result.Outcome);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("cut")]
    [InlineData("damaged")]
    [InlineData("empty")]
    public async Task Another_file_than_the_manifests_is_not_run(string kind)
    {
        using var folder = new TemporaryFolder();
        var packed = await File.ReadAllBytesAsync(SharedPython.Wasm);
        var bytes = kind switch
        {
            "plain" => new byte[SharedPython.Tool.Artifacts[0].Bytes],
            "cut" => packed[..100_000],
            "damaged" => [.. packed[..4_000_000], .. new byte[1000], .. packed[4_001_000..]],
            _ => [],
        };
        await File.WriteAllBytesAsync(folder["python.wasm"], bytes);
        using var sandbox = new PythonSandbox(folder["python.wasm"], SharedPython.Tool, cacheFolder: folder["cache"]);
        var error = await Assert.ThrowsAsync<KitException>(() => sandbox.RunAsync(new SandboxProgram("", "", "f"), CancellationToken.None));
        Assert.Equal(ExitCode.CheckFailed, error.ExitCode);
        Assert.False(Directory.Exists(folder["cache"]));
    }
}
