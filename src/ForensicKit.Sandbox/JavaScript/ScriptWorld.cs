using System.Globalization;
using Acornima;
using Acornima.Ast;
using Jint;
using Jint.Native;
using Jint.Runtime;
using Jint.Runtime.Interop;

namespace ForensicKit.Sandbox.JavaScript;

/// <summary>One realm: its own global object and built-ins, no access to .NET, no modules, no evaluation of text, a clock that counts statements.</summary>
internal sealed class ScriptWorld
{
    private static readonly Prepared<Script> s_prelude = Engine.PrepareScript(Resource("prelude.js"), "prelude");
    private static readonly Prepared<Script> s_assertions = Engine.PrepareScript(Resource("assertions.js"), "assertions");
    private readonly JsValue _settle;

    /// <param name="limits">The limits.</param>
    /// <param name="budget">What is left to the run; shared by its worlds.</param>
    public ScriptWorld(JavaScriptLimits limits, ScriptBudget budget)
    {
        Engine = new Engine(options =>
        {
            options.Constraint(budget);
            options.LimitMemory(limits.AllocatedBytes);
            options.LimitRecursion(limits.RecursionDepth);
            options.DisableStringCompilation();
            options.AgentCanSuspend = false;
            options.Culture = CultureInfo.InvariantCulture;
            options.TimeZone = TimeZoneInfo.Utc;
            options.TimeSystem = new StatementClock(budget);
            options.Constraints.StackOverflowGuard = true;
            options.Constraints.RegexTimeout = limits.RegexTime;
            options.Constraints.MaxArraySize = (uint)limits.ArrayElements;
        });
        var random = new Random(0);
        var host = new JsObject(Engine);
        host.Set("bufferBytes", limits.BufferBytes);
        host.Set("print", new ClrFunction(Engine, "print", (_, arguments) =>
        {
            budget.Print(arguments[0].AsString());
            return JsValue.Undefined;
        }));
        // A fixed seed: two runs of one program are the same run.
        host.Set("random", new ClrFunction(Engine, "random", (_, _) => random.NextDouble()));
        var kept = Engine.Call(Engine.Evaluate(s_prelude), host).AsObject();
        _settle = kept.Get("settle");
        Resolved = kept.Get("resolved");
        Rejected = kept.Get("rejected");
    }

    /// <summary>The interpreter.</summary>
    public Engine Engine { get; }

    /// <summary>The built-in that makes a fulfilled promise.</summary>
    public JsValue Resolved { get; }

    /// <summary>The built-in that makes a rejected promise.</summary>
    public JsValue Rejected { get; }

    /// <summary>Defines <c>assert</c>, <c>assert.equal</c>, <c>assert.deepEqual</c> and the rest.</summary>
    public void AddAssertions() => Engine.Execute(s_assertions);

    /// <summary>Runs jobs until a promise is settled or none is left.</summary>
    /// <returns>Whether it is fulfilled and with what; null where it will never be settled.</returns>
    public (bool Fulfilled, JsValue Value)? Settle(JsValue promise)
    {
        (bool, JsValue)? settled = null;
        Engine.Call(_settle, promise, Settler(true), Settler(false));
        Engine.Advanced.ProcessTasks();
        return settled;

        ClrFunction Settler(bool fulfilled) => new(Engine, "", (_, arguments) =>
        {
            settled ??= (fulfilled, arguments.Length > 0 ? arguments[0] : JsValue.Undefined);
            return JsValue.Undefined;
        });
    }

    /// <summary>The value of a name at the top level, declared in whatever way; null where there is none.</summary>
    public JsValue? Lookup(string name)
    {
        try
        {
            return Engine.Evaluate($"typeof {name} === 'undefined' ? undefined : {name}") is { } value && !value.IsUndefined() ? value : null;
        }
        catch (Exception e) when (e is JavaScriptException or ParseErrorException or ScriptPreparationException)
        {
            // Not a name, or one whose declaration was never reached.
            return null;
        }
    }

    /// <summary>Whether the global object has a member.</summary>
    public bool Has(string name) => Engine.Global.HasProperty(name);

    private static string Resource(string name)
    {
        using var stream = typeof(ScriptWorld).Assembly.GetManifestResourceStream($"ForensicKit.Sandbox.JavaScript.{name}")
            ?? throw new InvalidOperationException($"The resource {name} is missing.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Time as programs see it: a fixed start, a microsecond for each statement.</summary>
    private sealed class StatementClock(ScriptBudget budget) : DefaultTimeSystem(TimeZoneInfo.Utc, CultureInfo.InvariantCulture)
    {
        private static readonly DateTimeOffset s_start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => s_start.AddTicks(budget.Statements * TimeSpan.TicksPerMicrosecond);
    }
}
