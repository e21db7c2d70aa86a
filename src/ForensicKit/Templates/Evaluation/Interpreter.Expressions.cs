using System.Text;
using ForensicKit.Templates.Builtins;
using ForensicKit.Templates.Syntax;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Evaluation;

internal sealed partial class Interpreter
{
    /// <summary><c>str(value)</c>.</summary>
    public string Text(Value value) => Representation.Str(value, Budget);

    /// <summary>Calls what can be called.</summary>
    public Value Call(Value callee, Arguments arguments) => callee switch
    {
        CallableValue callable => callable.Call(this, arguments),
        UndefinedValue undefined => throw undefined.Failure,
        _ => throw TemplateException.Failed($"'{callee.TypeName}' object is not callable"),
    };

    /// <summary>Applies a filter by name.</summary>
    public Value Filter(string name, Value input, Arguments arguments) => FilterTable.All.TryGetValue(name, out var filter)
        ? filter.Invoke(this, input, arguments)
        : throw TemplateException.Failed($"No filter named '{name}'.");

    /// <summary>Asks a test by name.</summary>
    public bool Test(string name, Value input, Arguments arguments) => TestTable.All.TryGetValue(name, out var test)
        ? test.Invoke(this, input, arguments).IsTrue
        : throw TemplateException.Failed($"No test named '{name}'.");

    // Jinja evaluates output that is constant beforehand, where a slice that cannot be taken is an item that is not there; only where that
    // fails it does so again when rendering.
    private Value EvaluateConstant(Expression expression, Scope scope)
    {
        _isBeforehand = true;
        try
        {
            return Evaluate(expression, scope);
        }
        catch (TemplateException e) when (e.Failure == TemplateFailure.Failed)
        {
            _isBeforehand = false;
            return Evaluate(expression, scope);
        }
        finally
        {
            _isBeforehand = false;
        }
    }

    private Value Evaluate(Expression expression, Scope scope)
    {
        Budget.Step();
        Budget.EnsureStack();
        return expression switch
        {
            ConstantExpression constant => constant.Value,
            NameExpression name => Lookup(name.Name, scope),
            AttributeExpression attribute => Members.Attribute(this, Evaluate(attribute.Target, scope), attribute.Name),
            ItemExpression { Index: SliceExpression slice } item => Slice(item, slice, scope),
            ItemExpression item => Members.Item(this, Evaluate(item.Target, scope), Evaluate(item.Index, scope)),
            CallExpression call => Call(Evaluate(call.Target, scope), EvaluateArguments(call.Arguments, scope)),
            FilterExpression filter => Filter(filter.Name, Evaluate(filter.Input!, scope), EvaluateArguments(filter.Arguments, scope)),
            TestExpression test => BoolValue.Of(Test(test.Name, Evaluate(test.Input, scope), EvaluateArguments(test.Arguments, scope))),
            CompareExpression compare => Compare(compare, scope),
            LogicalExpression logical => Evaluate(logical.Left, scope) is var left && left.IsTrue == logical.IsAnd ? Evaluate(logical.Right, scope) : left,
            NotExpression not => BoolValue.Of(!Evaluate(not.Operand, scope).IsTrue),
            ConditionalExpression choice => Choose(choice, scope),
            BinaryExpression binary => Operators.Binary(Budget, binary.Operator, Evaluate(binary.Left, scope), Evaluate(binary.Right, scope), this),
            UnaryExpression unary => Operators.Unary(unary.Operator, Evaluate(unary.Operand, scope)),
            ConcatExpression concat => Concat(concat, scope),
            ListExpression list => new ListValue(EvaluateAll(list.Items, scope)),
            TupleExpression tuple => new TupleValue(EvaluateAll(tuple.Items, scope)),
            DictExpression dict => Dictionary(dict, scope),
            _ => throw new InvalidOperationException($"There is no expression {expression.GetType().Name}."),
        };
    }

    private List<Value> EvaluateAll(IReadOnlyList<Expression> items, Scope scope) => [.. items.Select(item => Evaluate(item, scope))];

    private Value Choose(ConditionalExpression choice, Scope scope)
    {
        if (Evaluate(choice.Test, scope).IsTrue)
            return Evaluate(choice.Then, scope);
        return choice.Otherwise is null
            ? new UndefinedValue("the inline if-expression evaluated to false and no else section was defined.")
            : Evaluate(choice.Otherwise, scope);
    }

    private BoolValue Compare(CompareExpression compare, Scope scope)
    {
        var left = Evaluate(compare.First, scope);
        foreach (var (op, operand) in compare.Rest)
        {
            var right = Evaluate(operand, scope);
            if (!Comparison.Holds(Budget, op, left, right))
                return BoolValue.False;
            left = right;
        }

        return BoolValue.True;
    }

    private StringValue Concat(ConcatExpression concat, Scope scope)
    {
        var builder = new StringBuilder();
        foreach (var item in concat.Items)
            Write(Text(Evaluate(item, scope)), builder);
        return new(builder.ToString());
    }

    private DictValue Dictionary(DictExpression dict, Scope scope)
    {
        var entries = new List<KeyValuePair<Value, Value>>();
        foreach (var (key, value) in dict.Items)
        {
            entries.Add(new(Evaluate(key, scope), Evaluate(value, scope)));
            Budget.Step(entries[^1].Key.Weight);
        }

        return new(entries);
    }

    private Value Slice(ItemExpression item, SliceExpression slice, Scope scope)
    {
        var target = Evaluate(item.Target, scope);
        Value Part(Expression? part) => part is null ? NoneValue.Instance : Evaluate(part, scope);
        var (start, stop, step) = (Part(slice.Start), Part(slice.Stop), Part(slice.Step));
        try
        {
            return Slicing.Take(Budget, target, start, stop, step);
        }
        catch (TemplateException e) when (_isBeforehand && e.Failure == TemplateFailure.Failed && target is not UndefinedValue && step is not IntValue { Number.IsZero: true })
        {
            return UndefinedValue.Item(target, step);
        }
    }

    private Arguments EvaluateArguments(ArgumentList list, Scope scope)
    {
        if (list.Children.Count == 0)
            return Arguments.None;
        var positional = EvaluateAll(list.Positional, scope);
        var named = list.Named.Select(n => KeyValuePair.Create(n.Name, Evaluate(n.Value, scope))).ToList();
        if (list.Star is not null)
        {
            foreach (var value in Iteration.Items(Evaluate(list.Star, scope)))
            {
                Budget.Step();
                positional.Add(value);
            }
        }

        if (list.DoubleStar is not null)
        {
            if (Evaluate(list.DoubleStar, scope) is not DictValue further)
                throw TemplateException.Failed("argument after ** must be a mapping");
            foreach (var (key, value) in further.Entries)
            {
                if (key is not StringValue name)
                    throw TemplateException.Failed("keywords must be strings");
                named.Add(new(name.Text, value));
            }

            if (named.DistinctBy(n => n.Key, StringComparer.Ordinal).Count() != named.Count)
                throw TemplateException.Failed("got multiple values for a keyword argument");
        }

        return new(positional, named);
    }

    // A filter of a block: the innermost of the chain has the block's text as its input.
    private Value Filtered(FilterExpression filter, Value text, Scope scope)
    {
        var input = filter.Input is FilterExpression inner ? Filtered(inner, text, scope) : text;
        return Filter(filter.Name, input, EvaluateArguments(filter.Arguments, scope));
    }
}
