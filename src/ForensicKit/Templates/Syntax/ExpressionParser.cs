using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Syntax;

/// <summary>Reads expressions, with Jinja's precedences: <c>or</c>, <c>and</c>, <c>not</c>, comparisons, <c>+ -</c>, <c>~</c>, <c>* / // %</c>, <c>**</c>, signs, filters and tests.</summary>
internal sealed class ExpressionParser(TokenStream stream)
{
    private int _depth;

    /// <summary>One expression.</summary>
    public Expression Expression(bool withConditional = true)
    {
        if (++_depth > Node.MaxDepth)
            throw stream.Fail($"The template is nested more than {Node.MaxDepth} deep.");
        Budget.EnsureStack();
        var expression = withConditional ? Conditional() : Or();
        _depth--;
        return expression;
    }

    /// <summary>Expressions with commas between them: a tuple where there is a comma.</summary>
    /// <param name="withConditional">Whether <c>if</c> belongs to the expression.</param>
    /// <param name="endName">A word that ends it.</param>
    /// <param name="mayBeEmpty">Whether nothing is the empty tuple: between parentheses.</param>
    /// <param name="item">What reads one item; expressions where not given.</param>
    public Expression Tuple(bool withConditional = true, string? endName = null, bool mayBeEmpty = false, Func<Expression>? item = null)
    {
        var line = stream.Line;
        var items = new List<Expression>();
        var isTuple = false;
        for (; ; )
        {
            if (items.Count > 0)
                stream.ExpectOperator(",");
            if (stream.Current.Kind is TokenKind.OutputEnd or TokenKind.BlockEnd || stream.Current.IsOperator(")") || (endName is not null && stream.Current.IsName(endName)))
                break;
            items.Add(item is null ? Expression(withConditional) : item());
            if (!stream.Current.IsOperator(","))
                break;
            isTuple = true;
        }

        if (isTuple)
            return new TupleExpression(line, items);
        if (items.Count > 0)
            return items[0];
        return mayBeEmpty ? new TupleExpression(line, items) : throw stream.Fail($"Expected an expression, got {stream.Current.Described}");
    }

    private Expression Conditional()
    {
        var expression = Or();
        while (stream.Current.IsName("if"))
        {
            var line = stream.Next().Line;
            var test = Or();
            // An 'else' nests to the right: the depth is counted.
            var otherwise = stream.SkipName("else") ? Expression() : null;
            expression = new ConditionalExpression(line, test, expression, otherwise);
        }

        return expression;
    }

    private Expression Or()
    {
        var left = And();
        while (stream.SkipName("or"))
            left = new LogicalExpression(stream.Line, IsAnd: false, left, And());
        return left;
    }

    private Expression And()
    {
        var left = Not();
        while (stream.SkipName("and"))
            left = new LogicalExpression(stream.Line, IsAnd: true, left, Not());
        return left;
    }

    private Expression Not()
    {
        var lines = new Stack<int>();
        while (stream.Current.IsName("not"))
            lines.Push(stream.Next().Line);
        var expression = Compare();
        while (lines.TryPop(out var line))
            expression = new NotExpression(line, expression);
        return expression;
    }

    private Expression Compare()
    {
        var line = stream.Line;
        var first = Sum();
        var rest = new List<(string, Expression)>();
        for (; ; )
        {
            if (stream.Current is { Kind: TokenKind.Operator, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" })
            {
                var op = stream.Next().Text;
                rest.Add((op, Sum()));
            }
            else if (stream.SkipName("in"))
            {
                rest.Add(("in", Sum()));
            }
            else if (stream.Current.IsName("not") && stream.Ahead.IsName("in"))
            {
                stream.Next();
                stream.Next();
                rest.Add(("not in", Sum()));
            }
            else
            {
                return rest.Count == 0 ? first : new CompareExpression(line, first, rest);
            }
        }
    }

    private Expression Sum() => Binary(Concat, "+", "-");

    private Expression Concat()
    {
        var line = stream.Line;
        var items = new List<Expression> { Product() };
        while (stream.SkipOperator("~"))
            items.Add(Product());
        return items.Count == 1 ? items[0] : new ConcatExpression(line, items);
    }

    private Expression Product() => Binary(Power, "*", "/", "//", "%");

    // Unlike Python, Jinja takes powers from left to right, and a sign binds more tightly than them.
    private Expression Power() => Binary(() => Unary(), "**");

    private Expression Binary(Func<Expression> operand, params ReadOnlySpan<string> operators)
    {
        var left = operand();
        while (stream.Current.Kind == TokenKind.Operator && operators.Contains(stream.Current.Text))
        {
            var op = stream.Next();
            left = new BinaryExpression(op.Line, op.Text, left, operand());
        }

        return left;
    }

    private Expression Unary(bool withFilters = true)
    {
        Expression expression;
        if (stream.Current is { Kind: TokenKind.Operator, Text: "-" or "+" })
        {
            var sign = stream.Next();
            if (++_depth > Node.MaxDepth)
                throw stream.Fail($"The template is nested more than {Node.MaxDepth} deep.");
            expression = new UnaryExpression(sign.Line, sign.Text, Unary(withFilters: false));
            _depth--;
        }
        else
        {
            expression = Primary();
        }

        expression = Postfix(expression);
        return withFilters ? FiltersAndTests(expression) : expression;
    }

    /// <summary>A name, a literal, or an expression in parentheses.</summary>
    public Expression Primary()
    {
        var token = stream.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                stream.Next();
                return token.Text switch
                {
                    "true" or "True" => new ConstantExpression(token.Line, BoolValue.True),
                    "false" or "False" => new ConstantExpression(token.Line, BoolValue.False),
                    "none" or "None" => new ConstantExpression(token.Line, NoneValue.Instance),
                    _ => new NameExpression(token.Line, token.Text),
                };
            case TokenKind.String:
                var parts = new List<string>();
                while (stream.Current.Kind == TokenKind.String)
                    parts.Add(stream.Next().Text);
                return new ConstantExpression(token.Line, new StringValue(string.Concat(parts)));
            case TokenKind.Integer:
                stream.Next();
                return new ConstantExpression(token.Line, NumberLiteral.Whole(token));
            case TokenKind.Float:
                stream.Next();
                return new ConstantExpression(token.Line, NumberLiteral.Real(token));
            case TokenKind.Operator when token.Text == "(":
                stream.Next();
                var inner = Tuple(mayBeEmpty: true);
                stream.ExpectOperator(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return new ListExpression(token.Line, Listed("[", "]", () => Expression()));
            case TokenKind.Operator when token.Text == "{":
                return new DictExpression(token.Line, Listed("{", "}", () =>
                {
                    var key = Expression();
                    stream.ExpectOperator(":");
                    return (key, Expression());
                }));
            default:
                throw stream.Fail($"unexpected {token.Described}");
        }
    }

    private List<T> Listed<T>(string open, string close, Func<T> item)
    {
        var items = new List<T>();
        stream.ExpectOperator(open);
        while (!stream.Current.IsOperator(close))
        {
            if (items.Count > 0)
            {
                stream.ExpectOperator(",");
                if (stream.Current.IsOperator(close))
                    break;
            }

            items.Add(item());
        }

        stream.ExpectOperator(close);
        return items;
    }

    private Expression Postfix(Expression expression)
    {
        for (; ; )
        {
            if (stream.Current.IsOperator("."))
                expression = Attribute(expression);
            else if (stream.Current.IsOperator("["))
                expression = Subscript(expression);
            else if (stream.Current.IsOperator("("))
                expression = new CallExpression(stream.Line, expression, Arguments());
            else
                return expression;
        }
    }

    private Expression FiltersAndTests(Expression expression)
    {
        for (; ; )
        {
            if (stream.Current.IsOperator("|"))
                expression = Filter(expression);
            else if (stream.Current.IsName("is"))
                expression = Test(expression);
            else if (stream.Current.IsOperator("("))
                expression = new CallExpression(stream.Line, expression, Arguments());
            else
                return expression;
        }
    }

    private Expression Attribute(Expression target)
    {
        var line = stream.Next().Line;
        var name = stream.Next();
        return name.Kind switch
        {
            TokenKind.Name => new AttributeExpression(line, target, name.Text),
            TokenKind.Integer => new ItemExpression(line, target, new ConstantExpression(line, NumberLiteral.Whole(name))),
            _ => throw TemplateException.Syntax("expected name or number", name.Line),
        };
    }

    private ItemExpression Subscript(Expression target)
    {
        var line = stream.Next().Line;
        var indexes = new List<Expression>();
        while (!stream.Current.IsOperator("]"))
        {
            if (indexes.Count > 0)
                stream.ExpectOperator(",");
            indexes.Add(Index());
        }

        stream.ExpectOperator("]");
        if (indexes.Count != 1 && indexes.Any(i => i is SliceExpression))
            throw TemplateException.Syntax("a slice cannot be one of several indexes", line);
        return new(line, target, indexes.Count == 1 ? indexes[0] : new TupleExpression(line, indexes));
    }

    private Expression Index()
    {
        var line = stream.Line;
        Expression? Part() => stream.Current is { Kind: TokenKind.Operator, Text: ":" or "]" or "," } ? null : Expression();
        var start = stream.Current.IsOperator(":") ? null : Expression();
        if (!stream.SkipOperator(":"))
            return start!;
        var stop = Part();
        var step = stream.SkipOperator(":") ? Part() : null;
        return new SliceExpression(line, start, stop, step);
    }

    /// <summary>Filters behind <c>|</c>, one after the other; <paramref name="startsInline"/> where the first comes without it.</summary>
    public Expression Filter(Expression? input, bool startsInline = false)
    {
        while (startsInline || stream.Current.IsOperator("|"))
        {
            if (!startsInline)
                stream.Next();
            startsInline = false;
            var (line, name) = DottedName();
            input = new FilterExpression(line, input, name, stream.Current.IsOperator("(") ? Arguments() : ArgumentList.None(line));
        }

        return input!;
    }

    private Expression Test(Expression input)
    {
        stream.Next();
        var isNegated = stream.SkipName("not");
        var (line, name) = DottedName();
        var arguments = ArgumentList.None(line);
        var next = stream.Current;
        if (next.IsOperator("("))
        {
            arguments = Arguments();
        }
        else if (next.Kind is TokenKind.Name or TokenKind.String or TokenKind.Integer or TokenKind.Float || next.IsOperator("[") || next.IsOperator("{"))
        {
            if (next.IsName("is"))
                throw stream.Fail("You cannot chain multiple tests with is");
            if (!(next.IsName("else") || next.IsName("or") || next.IsName("and")))
                arguments = new(line, [Postfix(Primary())], [], null, null);
        }

        Expression test = new TestExpression(line, input, name, arguments);
        return isNegated ? new NotExpression(line, test) : test;
    }

    private (int Line, string Name) DottedName()
    {
        var token = stream.Expect(TokenKind.Name, "a name");
        var name = token.Text;
        while (stream.SkipOperator("."))
            name += "." + stream.Expect(TokenKind.Name, "a name").Text;
        return (token.Line, name);
    }

    private ArgumentList Arguments()
    {
        var line = stream.Line;
        var positional = new List<Expression>();
        var named = new List<(string Name, Expression Value)>();
        Expression? star = null;
        Expression? doubleStar = null;
        void Ensure(bool valid)
        {
            if (!valid)
                throw TemplateException.Syntax("invalid syntax for function call expression", line);
        }

        Listed("(", ")", () =>
        {
            if (stream.Current.IsOperator("*"))
            {
                Ensure(star is null && doubleStar is null);
                stream.Next();
                star = Expression();
            }
            else if (stream.Current.IsOperator("**"))
            {
                Ensure(doubleStar is null);
                stream.Next();
                doubleStar = Expression();
            }
            else if (stream.Current.Kind == TokenKind.Name && stream.Ahead.IsOperator("="))
            {
                Ensure(doubleStar is null);
                var name = stream.Next().Text;
                stream.Next();
                Ensure(named.All(n => n.Name != name));
                named.Add((name, Expression()));
            }
            else
            {
                Ensure(star is null && doubleStar is null && named.Count == 0);
                positional.Add(Expression());
            }

            return true;
        });
        return new(line, positional, named, star, doubleStar);
    }
}
