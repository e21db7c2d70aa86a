using System.Collections.Concurrent;
using ForensicKit.Models;

namespace ForensicKit.Sandbox.Tests.Python;

public sealed class HumanEvalTests(SharedPython python) : IClassFixture<SharedPython>
{
    [Fact]
    public async Task All_canonical_solutions_pass()
    {
        var items = SharedPython.HumanEval();
        Assert.Equal(164, items.Count);
        var failed = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(items, async (item, _) =>
        {
            var result = await python.Run(item.Prompt + item.Solution, item.Test, item.EntryPoint);
            if (result.Outcome != SandboxOutcome.Passed)
                failed.Add($"{item.Id}: {result.Outcome} {result.Message}");
        });
        Assert.Empty(failed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Solutions_that_return_something_else_fail()
    {
        var items = SharedPython.HumanEval();
        var passed = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(items, async (item, _) =>
        {
            // The right function, and then what a small mistake makes of its answer.
            var mutated = item.Prompt + item.Solution + $$"""


                def _wrong(x):
                    if isinstance(x, bool):
                        return not x
                    if isinstance(x, (int, float)):
                        return x + 1
                    if isinstance(x, str):
                        return x + 'x'
                    if isinstance(x, list):
                        return x + [0]
                    if isinstance(x, tuple):
                        return tuple(_wrong(v) for v in x)
                    if isinstance(x, dict):
                        return {**x, 'x': 0}
                    return 0

                _right = {{item.EntryPoint}}

                def {{item.EntryPoint}}(*args):
                    return _wrong(_right(*args))
                """;
            var result = await python.Run(mutated, item.Test, item.EntryPoint);
            if (result.Outcome != SandboxOutcome.Failed || !result.Message.StartsWith("AssertionError", StringComparison.Ordinal))
                passed.Add($"{item.Id}: {result.Outcome} {result.Message}");
        });
        Assert.Empty(passed.Order(StringComparer.Ordinal));
    }
}
