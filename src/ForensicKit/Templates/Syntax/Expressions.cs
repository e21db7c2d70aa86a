using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Syntax;

/// <summary>A node that gives a value.</summary>
internal abstract record Expression(int Line, params IEnumerable<Node?> Below) : Node(Line, Below);

/// <summary>A literal.</summary>
internal sealed record ConstantExpression(int At, Value Value) : Expression(At);

/// <summary>A variable.</summary>
internal sealed record NameExpression : Expression
{
    public NameExpression(int at, string name)
        : base(at)
    {
        Name = name;
        IsConstant = false;
        Mentions = name switch
        {
            "caller" => SpecialNames.Caller,
            "kwargs" => SpecialNames.Keywords,
            "varargs" => SpecialNames.Variadic,
            _ => SpecialNames.None,
        };
    }

    public string Name { get; }
}

/// <summary><c>(a, b)</c>.</summary>
internal sealed record TupleExpression(int At, IReadOnlyList<Expression> Items) : Expression(At, Items);

/// <summary><c>[a, b]</c>.</summary>
internal sealed record ListExpression(int At, IReadOnlyList<Expression> Items) : Expression(At, Items);

/// <summary><c>{a: b}</c>.</summary>
internal sealed record DictExpression(int At, IReadOnlyList<(Expression Key, Expression Value)> Items)
    : Expression(At, Items.SelectMany(i => new[] { i.Key, i.Value }));

/// <summary><c>a if b else c</c>.</summary>
internal sealed record ConditionalExpression(int At, Expression Test, Expression Then, Expression? Otherwise) : Expression(At, Test, Then, Otherwise);

/// <summary>Arithmetic on two values: <c>+ - * / // % **</c>.</summary>
internal sealed record BinaryExpression(int At, string Operator, Expression Left, Expression Right) : Expression(At, Left, Right);

/// <summary><c>-a</c> or <c>+a</c>.</summary>
internal sealed record UnaryExpression(int At, string Operator, Expression Operand) : Expression(At, Operand);

/// <summary><c>a and b</c>, <c>a or b</c>: gives one of its operands.</summary>
internal sealed record LogicalExpression(int At, bool IsAnd, Expression Left, Expression Right) : Expression(At, Left, Right);

/// <summary><c>not a</c>.</summary>
internal sealed record NotExpression(int At, Expression Operand) : Expression(At, Operand);

/// <summary>Comparisons, chained as in Python.</summary>
internal sealed record CompareExpression(int At, Expression First, IReadOnlyList<(string Operator, Expression Operand)> Rest)
    : Expression(At, Rest.Select(r => r.Operand).Prepend(First));

/// <summary><c>a ~ b</c>.</summary>
internal sealed record ConcatExpression(int At, IReadOnlyList<Expression> Items) : Expression(At, Items);

/// <summary><c>a.name</c>.</summary>
internal sealed record AttributeExpression(int At, Expression Target, string Name) : Expression(At, Target);

/// <summary><c>a[index]</c>.</summary>
internal sealed record ItemExpression(int At, Expression Target, Expression Index) : Expression(At, Target, Index);

/// <summary><c>start:stop:step</c> between brackets.</summary>
internal sealed record SliceExpression(int At, Expression? Start, Expression? Stop, Expression? Step) : Expression(At, Start, Stop, Step);

/// <summary>What is given to a call, a filter or a test.</summary>
internal sealed record ArgumentList(
    int At, IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named, Expression? Star, Expression? DoubleStar)
    : Node(At, [.. Positional, .. Named.Select(n => n.Value), Star, DoubleStar])
{
    public static ArgumentList None(int line) => new(line, [], [], null, null);
}

/// <summary><c>a(…)</c>.</summary>
internal sealed record CallExpression : Expression
{
    public CallExpression(int at, Expression target, ArgumentList arguments)
        : base(at, target, arguments)
    {
        Target = target;
        Arguments = arguments;
        IsConstant = false;
    }

    public Expression Target { get; }

    public ArgumentList Arguments { get; }
}

/// <summary><c>a|name(…)</c>; without input in blocks, whose body is the input.</summary>
internal sealed record FilterExpression : Expression
{
    public FilterExpression(int at, Expression? input, string name, ArgumentList arguments)
        : base(at, input, arguments)
    {
        Input = input;
        Name = name;
        Arguments = arguments;
        // These look up further filters and tests when they run.
        IsConstant &= input is not null && name is not ("map" or "select" or "reject" or "selectattr" or "rejectattr" or "random");
    }

    public Expression? Input { get; }

    public string Name { get; }

    public ArgumentList Arguments { get; }
}

/// <summary><c>a is name(…)</c>.</summary>
internal sealed record TestExpression(int At, Expression Input, string Name, ArgumentList Arguments) : Expression(At, Input, Arguments);
