using System.Collections.Frozen;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Evaluation;

/// <summary>What a filter, a test, a method or a function does.</summary>
/// <param name="interpreter">The rendering it is part of.</param>
/// <param name="self">The input of a filter or test, the owner of a method; none for functions.</param>
/// <param name="arguments">Everything else.</param>
internal delegate Value BuiltinBody(Interpreter interpreter, Value self, BoundArguments arguments);

/// <summary>A filter, a test, a method or a function that is built in.</summary>
internal sealed class Builtin(string name, string parameters, BuiltinBody body)
{
    private readonly Parameters _parameters = Parameters.Parse(parameters);

    public string Name { get; } = name;

    public Value Invoke(Interpreter interpreter, Value self, Arguments arguments)
    {
        interpreter.Budget.Step();
        return body(interpreter, self, _parameters.Bind(Name, arguments));
    }

    /// <summary>A table of them by name.</summary>
    public static FrozenDictionary<string, Builtin> Table(params IEnumerable<(string Name, string Parameters, BuiltinBody Body)> entries) =>
        entries.ToFrozenDictionary(e => e.Name, e => new Builtin(e.Name, e.Parameters, e.Body), StringComparer.Ordinal);
}
