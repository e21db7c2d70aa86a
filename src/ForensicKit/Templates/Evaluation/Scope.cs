using System.Diagnostics.CodeAnalysis;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Evaluation;

/// <summary>Variables of a loop's iteration, a macro's call, a block; what it lacks is looked up around it.</summary>
/// <param name="around">What it lies in.</param>
/// <param name="unset">Names it has for itself and that are undefined until they are set.</param>
internal sealed class Scope(Scope? around, IReadOnlySet<string>? unset = null)
{
    private readonly IReadOnlySet<string>? _unset = unset;
    private Dictionary<string, Value>? _values;

    public void Set(string name, Value value) => (_values ??= new(StringComparer.Ordinal))[name] = value;

    public bool TryGet(string name, [NotNullWhen(true)] out Value? value)
    {
        for (var scope = this; scope is not null; scope = scope.Around)
        {
            if (scope._values is { } values && values.TryGetValue(name, out value))
                return true;
            if (scope._unset is { } unset && unset.Contains(name))
            {
                value = UndefinedValue.Name(name);
                return true;
            }
        }

        value = null;
        return false;
    }

    private Scope? Around { get; } = around;
}
