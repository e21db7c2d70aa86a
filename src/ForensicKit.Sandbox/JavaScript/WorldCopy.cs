using ForensicKit.Models;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace ForensicKit.Sandbox.JavaScript;

/// <summary>Copies what one call passes from one world to the other. Reading may run getters and proxies: in their own world, on the run's budget.</summary>
/// <param name="from">World of the originals.</param>
/// <param name="to">World of the copies.</param>
/// <param name="counterpart">The function of the second world (third argument) that stands for one of the first (second argument).</param>
/// <param name="limits">The limits.</param>
/// <param name="budget">What is left to the run.</param>
internal sealed class WorldCopy(
    ScriptWorld from, ScriptWorld to, Func<ObjectInstance, ScriptWorld, ScriptWorld, ObjectInstance> counterpart, JavaScriptLimits limits, ScriptBudget budget)
{
    private const int MaxDepth = 200;
    private const int MaxCharacters = 32 << 20;
    private static readonly HashSet<string> s_errors = new(StringComparer.Ordinal) { "Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError" };
    private static readonly HashSet<string> s_conversions = new(StringComparer.Ordinal) { "valueOf", "toString", "toLocaleString", "toJSON", "then" };
    private readonly Dictionary<ObjectInstance, ObjectInstance> _copies = new(ReferenceEqualityComparer.Instance);
    private int _values;
    private long _characters;

    /// <summary>The copy of a value; the same copy for the same object.</summary>
    /// <exception cref="SandboxStopException">There is too much of it, or a limit is reached on the way.</exception>
    /// <exception cref="JavaScriptException">It cannot be copied, or reading it threw.</exception>
    public JsValue Copy(JsValue value) => Copy(value, 0);

    /// <summary>Writes the state of each copy that <see cref="Copy(JsValue)"/> made back to its original.</summary>
    /// <param name="back">The copier of the other direction, which then knows each copy's original.</param>
    public void BringUpToDate(WorldCopy back)
    {
        foreach (var (original, copy) in _copies)
            back._copies.TryAdd(copy, original);
        foreach (var (original, copy) in _copies)
            back.Fill(copy, original, 0);
    }

    private JsValue Copy(JsValue value, int depth)
    {
        budget.Check();
        if (++_values > limits.PassedValues)
            throw new SandboxStopException(SandboxOutcome.OutOfMemory, "A value is too large to pass between the program and the check.");
        return value.Type switch
        {
            Types.Undefined => JsValue.Undefined,
            Types.Null => JsValue.Null,
            Types.Boolean => value.AsBoolean() ? JsBoolean.True : JsBoolean.False,
            Types.Number => JsNumber.Create(value.AsNumber()),
            // Immutable, and of no world.
            Types.BigInt => value,
            Types.String => Text(value),
            Types.Object => Object(value.AsObject(), depth),
            _ => throw Impossible("A symbol"),
        };
    }

    private JsString Text(JsValue value)
    {
        var text = value.AsString();
        if ((_characters += text.Length) > MaxCharacters)
            throw new SandboxStopException(SandboxOutcome.OutOfMemory, "A text is too long to pass between the program and the check.");
        return JsString.Create(text);
    }

    private JsValue Object(ObjectInstance original, int depth)
    {
        if (_copies.TryGetValue(original, out var known))
            return known;
        if (depth > MaxDepth)
            throw new SandboxStopException(SandboxOutcome.Failed, "A value is nested too deeply to pass between the program and the check.");
        if (original.IsCallable())
            return counterpart(original, from, to);
        if (original.IsPromise())
            return Promise(original, depth);
        if (original is JsRegExp)
            throw Impossible("A regular expression");
        var copy = Empty(original);
        _copies.Add(original, copy);
        Fill(original, copy, depth);
        return copy;
    }

    private ObjectInstance Empty(ObjectInstance original) => original switch
    {
        JsArray or JsTypedArray => new JsArray(to.Engine),
        JsDate date => to.Engine.Construct("Date", date.DateValue),
        JsMap => to.Engine.Construct("Map"),
        JsSet => to.Engine.Construct("Set"),
        JsError => Error(original),
        _ => new JsObject(to.Engine),
    };

    private ObjectInstance Error(ObjectInstance original)
    {
        var name = Member("name");
        var error = to.Engine.Construct(s_errors.Contains(name) ? name : "Error", JsString.Create(Member("message")));
        if (!s_errors.Contains(name))
            error.CreateDataProperty("name", name);
        return error;

        string Member(string member) => original.Get(member) is { } value && value.IsString() ? Text(value).ToString() : "Error";
    }

    /// <summary>Gives the copy the members that the original has now.</summary>
    private void Fill(ObjectInstance original, ObjectInstance copy, int depth)
    {
        switch (original)
        {
            case JsArray or JsTypedArray:
                FillList(original, (JsArray)copy, depth);
                break;
            case JsMap map when copy is JsMap target:
                target.Clear();
                foreach (var (key, value) in map.ToArray())
                    target.Set(Copy(key, depth + 1), Copy(value, depth + 1));
                break;
            case JsSet set when copy is JsSet target:
                target.Clear();
                foreach (var value in set.ToArray())
                    target.Add(Copy(value, depth + 1));
                break;
            case JsDate or JsError:
                break;
            default:
                FillObject(original, copy, depth);
                break;
        }
    }

    private void FillList(ObjectInstance original, JsArray copy, int depth)
    {
        var length = original.Get("length").AsNumber();
        if (length > limits.PassedValues)
            throw new SandboxStopException(SandboxOutcome.OutOfMemory, "A list is too long to pass between the program and the check.");
        var items = new JsValue[(int)length];
        for (var i = 0; i < items.Length; i++)
            items[i] = Copy(original.Get(i), depth + 1);
        copy.Set("length", 0, throwOnError: false);
        copy.Push(items);
    }

    private void FillObject(ObjectInstance original, ObjectInstance copy, int depth)
    {
        var members = new List<(JsValue Name, JsValue Value)>();
        foreach (var name in original.GetOwnPropertyKeys(Types.String))
        {
            budget.Check();
            if (!original.GetOwnProperty(name).Enumerable)
                continue;
            var value = original.Get(name);
            // A comparison would ask these each time, and could be answered differently each time.
            if (!s_conversions.Contains(name.ToString()) || !value.IsCallable())
                members.Add((Text(name), Copy(value, depth + 1)));
        }

        var kept = members.Select(m => m.Name.ToString()).ToHashSet(StringComparer.Ordinal);
        foreach (var name in copy.GetOwnPropertyKeys(Types.String).Where(n => !kept.Contains(n.ToString())))
            copy.Delete(name);
        // Defined, not assigned: a member named __proto__ stays a member.
        foreach (var (name, value) in members)
            copy.CreateDataProperty(name, value);
    }

    private JsValue Promise(ObjectInstance original, int depth) => from.Settle(original) switch
    {
        null => throw new SandboxStopException(SandboxOutcome.EndedEarly, "A promise of the program is never settled."),
        (true, var value) => to.Engine.Call(to.Resolved, Copy(value, depth + 1)),
        (false, var error) => to.Engine.Call(to.Rejected, Copy(error, depth + 1)),
    };

    private JavaScriptException Impossible(string what) =>
        new(to.Engine.Intrinsics.TypeError, $"{what} cannot be passed between the program and the check.");
}
