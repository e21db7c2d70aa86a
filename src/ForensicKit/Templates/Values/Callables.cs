using System.Globalization;
using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Syntax;

namespace ForensicKit.Templates.Values;

/// <summary>What can be called.</summary>
internal abstract class CallableValue : Value
{
    public abstract Value Call(Interpreter interpreter, Arguments arguments);
}

/// <summary>A function that is built in, or a method with its owner.</summary>
internal sealed class FunctionValue(Builtin function, Value? owner = null) : CallableValue
{
    public override string TypeName => owner is null ? "function" : "builtin_function_or_method";

    public override Value Call(Interpreter interpreter, Arguments arguments) => function.Invoke(interpreter, owner ?? NoneValue.Instance, arguments);
}

/// <summary>A macro, or the body of a call block (which has no name), with the variables around its definition.</summary>
internal sealed class MacroValue(string? name, MacroBody body, Scope scope) : CallableValue
{
    public override string TypeName => "Macro";

    public string? Name => name;

    /// <summary>What a macro says of itself; null where it has no attribute of that name.</summary>
    public Value? Attribute(string attribute) => attribute switch
    {
        "name" => name is null ? NoneValue.Instance : new StringValue(name),
        "arguments" => new TupleValue([.. body.Parameters.Select(p => new StringValue(p.Name))]),
        "catch_kwargs" => BoolValue.Of(body.UsesKeywords),
        "catch_varargs" => BoolValue.Of(body.UsesVariadic),
        "caller" => BoolValue.Of(body.UsesCaller),
        _ => null,
    };

    public override Value Call(Interpreter interpreter, Arguments arguments)
    {
        var inner = interpreter.MacroScope(body, scope);
        var named = arguments.Named.ToDictionary(n => n.Key, n => n.Value, StringComparer.Ordinal);
        var given = new Value?[body.Parameters.Count];
        var foundCaller = given.Length <= arguments.Positional.Count && body.Parameters.Any(p => p.Name == "caller");
        for (var i = 0; i < given.Length; i++)
        {
            var parameter = body.Parameters[i].Name;
            if (i < arguments.Positional.Count)
            {
                given[i] = arguments.Positional[i];
                continue;
            }

            foundCaller |= parameter == "caller";
            if (named.Remove(parameter, out var value))
                given[i] = value;
        }

        if (body.UsesCaller && !foundCaller)
            inner.Set("caller", named.Remove("caller", out var caller) && caller is not NoneValue ? caller : new UndefinedValue("No caller defined"));
        if (body.UsesKeywords)
            inner.Set("kwargs", new DictValue(arguments.Named.Where(n => named.ContainsKey(n.Key)).Select(n => KeyValuePair.Create<Value, Value>(new StringValue(n.Key), n.Value))));
        else if (named.Count > 0)
            throw TemplateException.Failed($"macro '{Name}' takes no keyword argument '{named.First().Key}'");
        if (body.UsesVariadic)
            inner.Set("varargs", new TupleValue([.. arguments.Positional.Skip(given.Length)]));
        else if (arguments.Positional.Count > given.Length)
            throw TemplateException.Failed($"macro '{Name}' takes not more than {given.Length.ToString(CultureInfo.InvariantCulture)} argument(s)");
        return interpreter.RunMacro(body, given, inner);
    }
}

/// <summary>What goes on in the innermost loop: <c>loop</c>.</summary>
/// <param name="items">The items, read as the loop goes on.</param>
/// <param name="knownLength">How many there are; null where that shows only at the end.</param>
/// <param name="depth">How many recursive loops are around it.</param>
/// <param name="recurse">Renders the loop's body for other items; null where the loop is not recursive.</param>
internal sealed class LoopValue(IEnumerable<Value> items, int? knownLength, int depth, Func<Value, Value>? recurse) : CallableValue
{
    private readonly Queue<Value> _ahead = new();
    private readonly IEnumerator<Value> _rest = items.GetEnumerator();
    private int? _length = knownLength;
    private Value? _before;
    private Value? _current;
    private IReadOnlyList<Value>? _lastChanged;

    public override string TypeName => "LoopContext";

    public override bool IsTrue => Length > 0;

    public Value Current => _current!;

    public int Index0 { get; private set; } = -1;

    /// <summary>Number of items; where it is not known, all are read.</summary>
    public int Length
    {
        get
        {
            if (_length is { } length)
                return length;
            while (_rest.MoveNext())
                _ahead.Enqueue(_rest.Current);
            _length = _ahead.Count + Index0 + 1;
            return _length.Value;
        }
    }

    private Value? Following
    {
        get
        {
            if (_ahead.Count == 0 && _rest.MoveNext())
                _ahead.Enqueue(_rest.Current);
            return _ahead.TryPeek(out var next) ? next : null;
        }
    }

    /// <summary>Goes on to the next item.</summary>
    public bool MoveNext()
    {
        if (!_ahead.TryDequeue(out var next))
        {
            if (!_rest.MoveNext())
                return false;
            next = _rest.Current;
        }

        Index0++;
        _before = _current;
        _current = next;
        return true;
    }

    public override Value Call(Interpreter interpreter, Arguments arguments)
    {
        if (arguments is not { Positional: [var inner], Named: [] })
            throw TemplateException.Failed("loop takes the items of the inner loop, and nothing else");
        return recurse is null ? throw TemplateException.Failed("The loop must have the 'recursive' marker to be called recursively.") : recurse(inner);
    }

    /// <summary>An attribute of <c>loop</c>; null where it has none of that name.</summary>
    public Value? Attribute(string name) => name switch
    {
        "index" => Whole(Index0 + 1),
        "index0" => Whole(Index0),
        "first" => BoolValue.Of(Index0 == 0),
        "last" => BoolValue.Of(Following is null),
        "length" => Whole(Length),
        "revindex" => Whole(Length - Index0),
        "revindex0" => Whole(Length - Index0 - 1),
        "depth" => Whole(depth + 1),
        "depth0" => Whole(depth),
        "previtem" => Index0 == 0 ? new UndefinedValue("there is no previous item") : _before,
        "nextitem" => Following ?? new UndefinedValue("there is no next item"),
        "cycle" => new FunctionValue(new("cycle", "*", (_, _, a) => a.Rest.Count > 0 ? a.Rest[Index0 % a.Rest.Count] : throw TemplateException.Failed("no items for cycling given"))),
        "changed" => new FunctionValue(new("changed", "*", (interpreter, _, a) => BoolValue.Of(HasChanged(interpreter, a.Rest)))),
        _ => null,
    };

    private static IntValue Whole(int number) => new(number);

    private bool HasChanged(Interpreter interpreter, IReadOnlyList<Value> values)
    {
        interpreter.Budget.Step(values.Sum(v => v.Weight));
        if (_lastChanged is not null && _lastChanged.SequenceEqual(values, Equality.Instance))
            return false;
        _lastChanged = values;
        return true;
    }
}
