using Acornima;
using Acornima.Ast;
using ForensicKit.Models;
using Jint;
using Jint.Native;
using Jint.Runtime;

namespace ForensicKit.Sandbox.JavaScript;

/// <summary>One run: the program in one world, its check in another.</summary>
internal static class ScriptRun
{
    /// <summary>Runs the program, then the check.</summary>
    /// <returns>How it ended, and the error.</returns>
    public static (SandboxOutcome Outcome, string Message) Execute(SandboxProgram program, JavaScriptLimits limits, ScriptBudget budget)
    {
        try
        {
            return Judge(program, limits, budget);
        }
        catch (SandboxStopException e)
        {
            return (e.Outcome, e.Message);
        }
        catch (JavaScriptException e)
        {
            // Jint reports an exhausted stack as the language's own error.
            var outcome = e.Message.StartsWith("Maximum call stack", StringComparison.Ordinal) ? SandboxOutcome.TimedOut : SandboxOutcome.Failed;
            return (outcome, Describe(e));
        }
        catch (RecursionDepthOverflowException)
        {
            return (SandboxOutcome.TimedOut, "The recursion limit was reached.");
        }
        catch (InsufficientExecutionStackException)
        {
            return (SandboxOutcome.TimedOut, "The recursion limit was reached.");
        }
        catch (System.Text.RegularExpressions.RegexMatchTimeoutException)
        {
            return (SandboxOutcome.TimedOut, "The time limit of a regular expression was reached.");
        }
        catch (Exception e) when (e is MemoryLimitExceededException or OutOfMemoryException)
        {
            return (SandboxOutcome.OutOfMemory, "The memory limit was reached.");
        }
        catch (Exception e) when (e is ParseErrorException or ScriptPreparationException)
        {
            return (SandboxOutcome.Failed, "SyntaxError: " + e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The interpreter itself failed on what it was given: hostile input finds such places, and the run has not passed.
            return (SandboxOutcome.Failed, $"{e.GetType().Name}: {e.Message}");
        }
    }

    private static (SandboxOutcome Outcome, string Message) Judge(SandboxProgram program, JavaScriptLimits limits, ScriptBudget budget)
    {
        if (Math.Max(program.Code.Length, program.Check.Length) > limits.SourceCharacters)
            return (SandboxOutcome.Failed, "The program is too long.");
        var programWorld = new ScriptWorld(limits, budget);
        programWorld.Engine.Execute("var module = { exports: {} }, exports = module.exports;");
        programWorld.Engine.Execute(Engine.PrepareScript(program.Code, "program"));

        var checkWorld = new ScriptWorld(limits, budget);
        checkWorld.AddAssertions();
        var bridge = new WorldBridge(checkWorld, programWorld, limits, budget);
        if (programWorld.Lookup(program.EntryPoint) is not { } entryPoint)
            return (SandboxOutcome.Failed, $"ReferenceError: The program defines no {program.EntryPoint}.");
        var candidate = bridge.ForCheck(entryPoint);

        var check = Engine.PrepareScript(program.Check, "check");
        foreach (var name in Names(check).Where(n => n != "check" && !checkWorld.Has(n)))
        {
            if (programWorld.Lookup(name) is { } value)
                checkWorld.Engine.SetValue(name, bridge.ForCheck(value));
        }

        checkWorld.Engine.Execute(check);
        if (checkWorld.Lookup("check") is not { } function || !function.IsCallable())
            return (SandboxOutcome.Failed, "The check defines no function check(candidate).");
        var result = checkWorld.Engine.Call(function, candidate);
        if (!result.IsPromise())
            return (SandboxOutcome.Passed, "");
        return checkWorld.Settle(result) switch
        {
            null => (SandboxOutcome.EndedEarly, "The check waits for something that never happens."),
            (true, _) => (SandboxOutcome.Passed, ""),
            (false, var error) => throw new JavaScriptException(error),
        };
    }

    // Checks may use what the prompt defines beside the entry point: helpers of the task. A name counts however it is used.
    private static HashSet<string> Names(Prepared<Script> script)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<Node>([script.Program!]);
        while (open.TryPop(out var node))
        {
            if (node is Identifier identifier)
                names.Add(identifier.Name);
            foreach (var child in node.ChildNodes)
                open.Push(child);
        }

        return names;
    }

    private static string Describe(JavaScriptException e)
    {
        // Reading the name may run the program's code, which may throw again.
        try
        {
            return e.Error is JsError error && error.Get("name") is { } name && name.IsString() ? $"{name}: {e.Message}" : $"Error: {e.Message}";
        }
        catch (Exception inner) when (inner is not OperationCanceledException)
        {
            return "Error: " + e.Message;
        }
    }
}
