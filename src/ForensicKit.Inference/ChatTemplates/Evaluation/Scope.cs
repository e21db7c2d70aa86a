using System.Diagnostics.CodeAnalysis;
using ForensicKit.Inference.ChatTemplates.Values;

namespace ForensicKit.Inference.ChatTemplates.Evaluation;

/// <summary>Variables of a loop's iteration, a macro's call, a block; what it lacks is looked up around it.</summary>
internal sealed class Scope(Scope? around)
{
    private Dictionary<string, Value>? _values;

    public void Set(string name, Value value) => (_values ??= new(StringComparer.Ordinal))[name] = value;

    public bool TryGet(string name, [NotNullWhen(true)] out Value? value)
    {
        for (var scope = this; scope is not null; scope = scope.Around)
        {
            if (scope._values is { } values && values.TryGetValue(name, out value))
                return true;
        }

        value = null;
        return false;
    }

    private Scope? Around { get; } = around;
}
