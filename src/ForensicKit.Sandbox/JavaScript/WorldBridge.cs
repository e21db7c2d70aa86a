using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Interop;

namespace ForensicKit.Sandbox.JavaScript;

/// <summary>
/// Lets a check call a program that lives in another world. Data is copied; a function is passed as a function of the receiving world that
/// calls back; nothing else crosses. No object of one world is ever reachable from the other.
/// </summary>
/// <remarks>
/// After a call, lists and objects that were passed to it are brought up to date, so that programs that work in place can be checked.
/// </remarks>
internal sealed class WorldBridge(ScriptWorld check, ScriptWorld program, JavaScriptLimits limits, ScriptBudget budget)
{
    // A function and the one that stands for it in the other world, in both directions: what is passed there and back is itself again.
    private readonly Dictionary<ObjectInstance, ObjectInstance> _counterparts = new(ReferenceEqualityComparer.Instance);

    /// <summary>A value of the program as the check may have it.</summary>
    public JsValue ForCheck(JsValue value) => NewCopy(program, check).Copy(value);

    private WorldCopy NewCopy(ScriptWorld from, ScriptWorld to) => new(from, to, Counterpart, limits, budget);

    private ObjectInstance Counterpart(ObjectInstance function, ScriptWorld home, ScriptWorld other)
    {
        if (_counterparts.TryGetValue(function, out var known))
            return known;
        var counterpart = new ClrFunction(other.Engine, "", (_, arguments) => Call(function, home, other, arguments));
        _counterparts.Add(function, counterpart);
        _counterparts.Add(counterpart, function);
        return counterpart;
    }

    private JsValue Call(ObjectInstance function, ScriptWorld home, ScriptWorld caller, JsValue[] arguments)
    {
        budget.Check();
        var there = NewCopy(caller, home);
        var passed = Array.ConvertAll(arguments, there.Copy);
        var back = NewCopy(home, caller);
        try
        {
            var result = home.Engine.Call(function, passed);
            there.BringUpToDate(back);
            return back.Copy(result);
        }
        catch (JavaScriptException e)
        {
            throw new JavaScriptException(back.Copy(e.Error));
        }
    }
}
