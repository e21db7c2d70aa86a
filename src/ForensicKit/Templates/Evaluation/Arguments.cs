using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Evaluation;

/// <summary>What a call was given.</summary>
internal sealed record Arguments(IReadOnlyList<Value> Positional, IReadOnlyList<KeyValuePair<string, Value>> Named)
{
    public static readonly Arguments None = new([], []);

    /// <summary>The arguments behind the first <paramref name="count"/>.</summary>
    public Arguments Skip(int count) => new([.. Positional.Skip(count)], Named);
}

/// <summary>Arguments put in their places.</summary>
/// <param name="Values">One per parameter; null where it was not given.</param>
/// <param name="Rest">Further ones, where the function takes them.</param>
/// <param name="RestNamed">Further named ones, where the function takes them.</param>
internal sealed record BoundArguments(Value?[] Values, IReadOnlyList<Value> Rest, IReadOnlyList<KeyValuePair<string, Value>> RestNamed)
{
    public Value? this[int index] => Values[index];

    /// <summary>The argument; not null where it is required.</summary>
    public Value Required(int index) => Values[index]!;
}

/// <summary>The parameters of a function that is built in.</summary>
internal sealed class Parameters
{
    private readonly string[] _names;
    private readonly int _required;
    private readonly bool _positionalOnly;
    private readonly bool _takesRest;
    private readonly bool _takesNamed;

    private Parameters(string text)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        _takesRest = parts.Contains("*", StringComparer.Ordinal);
        _takesNamed = parts.Contains("**", StringComparer.Ordinal);
        _positionalOnly = parts.Contains("/", StringComparer.Ordinal);
        var names = parts.Where(p => p is not ("*" or "**" or "/")).ToList();
        _required = names.Count(n => !n.EndsWith('?'));
        _names = [.. names.Select(n => n.TrimEnd('?'))];
    }

    /// <summary>Reads <c>a b? * **</c>: names, those with a question mark may be left out, stars for further ones, <c>/</c> where names cannot be given.</summary>
    public static Parameters Parse(string text) => new(text);

    /// <summary>Puts arguments in their places.</summary>
    /// <exception cref="TemplateException">Too many, too few, twice, or by an unknown name.</exception>
    public BoundArguments Bind(string function, Arguments arguments)
    {
        var values = new Value?[_names.Length];
        var placed = Math.Min(arguments.Positional.Count, _names.Length);
        for (var i = 0; i < placed; i++)
            values[i] = arguments.Positional[i];
        if (arguments.Positional.Count > placed && !_takesRest)
            throw TemplateException.Failed($"{function}() takes at most {_names.Length} arguments ({arguments.Positional.Count} given)");
        var named = new List<KeyValuePair<string, Value>>();
        foreach (var (name, value) in arguments.Named)
        {
            var index = _positionalOnly ? -1 : Array.IndexOf(_names, name);
            if (index < 0 && !_takesNamed)
                throw TemplateException.Failed($"{function}() got an unexpected keyword argument '{name}'");
            if (index < 0)
                named.Add(new(name, value));
            else if (values[index] is not null)
                throw TemplateException.Failed($"{function}() got multiple values for argument '{name}'");
            else
                values[index] = value;
        }

        for (var i = 0; i < _required; i++)
        {
            if (values[i] is null)
                throw TemplateException.Failed($"{function}() is missing the argument '{_names[i]}'");
        }

        return new(values, [.. arguments.Positional.Skip(placed)], named);
    }
}
