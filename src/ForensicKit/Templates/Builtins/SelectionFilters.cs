using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary><c>map</c>, <c>select</c> and their kin: generators, so they are always true and do their work when read.</summary>
internal static class SelectionFilters
{
    public static IReadOnlyList<(string Name, string Parameters, BuiltinBody Body)> All { get; } =
    [
        ("map", "* **", (it, v, a) => new IteratorValue(Map(it, v, a))),
        ("select", "* **", (it, v, a) => new IteratorValue(Select(it, v, a, isWanted: true, byAttribute: false))),
        ("reject", "* **", (it, v, a) => new IteratorValue(Select(it, v, a, isWanted: false, byAttribute: false))),
        ("selectattr", "* **", (it, v, a) => new IteratorValue(Select(it, v, a, isWanted: true, byAttribute: true))),
        ("rejectattr", "* **", (it, v, a) => new IteratorValue(Select(it, v, a, isWanted: false, byAttribute: true))),
    ];

    private static IEnumerable<Value> Map(Interpreter it, Value value, BoundArguments a)
    {
        if (!value.IsTrue)
            yield break;
        var arguments = new Arguments(a.Rest, a.RestNamed);
        Func<Value, Value> map;
        if (a.Rest.Count == 0 && a.RestNamed.Any(n => n.Key == "attribute"))
        {
            if (a.RestNamed.FirstOrDefault(n => n.Key is not ("attribute" or "default")) is { Key: { } unknown })
                throw TemplateException.Failed($"Unexpected keyword argument '{unknown}'");
            var path = AttributePath.Parse(a.RestNamed.First(n => n.Key == "attribute").Value);
            var otherwise = a.RestNamed.FirstOrDefault(n => n.Key == "default").Value;
            map = item => path.Get(it, item, otherwise);
        }
        else
        {
            if (a.Rest.Count == 0)
                throw TemplateException.Failed("map requires a filter argument");
            var name = Expect.Text(a.Rest[0]).Text;
            var further = arguments.Skip(1);
            map = item => it.Filter(name, item, further);
        }

        foreach (var item in Iteration.Items(value))
        {
            it.Budget.Step();
            yield return map(item);
        }
    }

    private static IEnumerable<Value> Select(Interpreter it, Value value, BoundArguments a, bool isWanted, bool byAttribute)
    {
        if (!value.IsTrue)
            yield break;
        var rest = new Arguments(a.Rest, a.RestNamed);
        AttributePath? path = null;
        if (byAttribute)
        {
            if (a.Rest.Count == 0)
                throw TemplateException.Failed("Missing parameter for attribute name");
            path = AttributePath.Parse(a.Rest[0]);
            rest = rest.Skip(1);
        }

        var test = rest.Positional.Count > 0 ? Expect.Text(rest.Positional[0]).Text : null;
        var further = rest.Skip(1);
        foreach (var item in Iteration.Items(value))
        {
            it.Budget.Step();
            var subject = path is null ? item : path.Get(it, item);
            if ((test is null ? subject.IsTrue : it.Test(test, subject, further)) == isWanted)
                yield return item;
        }
    }
}
