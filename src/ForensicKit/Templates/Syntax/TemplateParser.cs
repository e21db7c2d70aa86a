using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Syntax;

/// <summary>Reads the statements of a template.</summary>
internal sealed class TemplateParser
{
    private readonly TokenStream _stream;
    private readonly ExpressionParser _expressions;

    // The tags that are open, for messages.
    private readonly Stack<string> _open = new();

    // How many loops are around, and how many of them a break could leave.
    private int _loops;
    private int _breakable;

    private readonly HashSet<string> _blocks = new(StringComparer.Ordinal);

    private TemplateParser(IReadOnlyList<Token> tokens)
    {
        _stream = new(tokens);
        _expressions = new(_stream);
    }

    /// <summary>Parses a whole template.</summary>
    /// <exception cref="TemplateException">It is not valid Jinja.</exception>
    public static IReadOnlyList<Statement> Parse(string source, TemplateDialect dialect) => new TemplateParser(Lexer.Tokenize(source, dialect)).Statements();

    /// <summary>Statements up to the tag of one of <paramref name="ends"/>, which becomes the current token; to the end where there are none.</summary>
    private List<Statement> Statements(params ReadOnlySpan<string> ends)
    {
        var statements = new List<Statement>();
        for (; ; )
        {
            var token = _stream.Next();
            switch (token.Kind)
            {
                case TokenKind.Text:
                    statements.Add(new TextStatement(token.Line, token.Text));
                    break;
                case TokenKind.OutputBegin:
                    statements.Add(new OutputStatement(token.Line, _expressions.Tuple()));
                    _stream.Expect(TokenKind.OutputEnd, "'}}'");
                    break;
                case TokenKind.BlockBegin:
                    if (_stream.Current.Kind == TokenKind.Name && ends.Contains(_stream.Current.Text))
                        return statements;
                    statements.AddRange(Tag());
                    _stream.Expect(TokenKind.BlockEnd, "'%}'");
                    break;
                default:
                    if (ends.Length > 0)
                        throw _stream.Fail($"Unexpected end of template. The tag '{_open.Peek()}' needs '{string.Join("' or '", ends)}'.");
                    return statements;
            }
        }
    }

    // A body: the rest of the opening tag's end, then statements; the end tag's name is taken too and given back.
    private (List<Statement> Body, string End) Body(params ReadOnlySpan<string> ends)
    {
        _stream.SkipOperator(":");
        _stream.Expect(TokenKind.BlockEnd, "'%}'");
        if (_open.Count > Node.MaxDepth / 2)
            throw _stream.Fail($"The template is nested more than {Node.MaxDepth / 2} tags deep.");
        var body = Statements(ends);
        return (body, _stream.Next().Text);
    }

    private IEnumerable<Statement> Tag()
    {
        if (_stream.Current.Kind != TokenKind.Name)
            throw _stream.Fail("tag name expected");
        var tag = _stream.Next();
        _open.Push(tag.Text);
        IEnumerable<Statement> statements = tag.Text switch
        {
            "if" => [If(tag.Line)],
            "for" => [For(tag.Line)],
            "set" => [Set(tag.Line)],
            "macro" => [Macro(tag.Line)],
            "call" => [Call(tag.Line)],
            "filter" => [FilterBlock(tag.Line)],
            "with" => [With(tag.Line)],
            "print" => Print(),
            "generation" => [Outside(() => new GenerationStatement(tag.Line, Body("endgeneration").Body))],
            "break" => [_breakable > 0 ? new BreakStatement(tag.Line) : throw _stream.Fail("'break' outside of a loop.")],
            "continue" => [_breakable > 0 ? new ContinueStatement(tag.Line) : throw _stream.Fail("'continue' outside of a loop.")],
            "include" or "import" or "from" or "extends" => [Unavailable(tag)],
            "block" => [Outside(() => Block(tag.Line))],
            "autoescape" => [Unescaped(tag.Line)],
            _ => throw TemplateException.Syntax(UnknownTag(tag.Text), tag.Line),
        };
        _open.Pop();
        return statements;
    }

    private string UnknownTag(string tag) =>
        $"Encountered unknown tag '{tag}'." + (_open.Skip(1).FirstOrDefault() is { } open ? $" The innermost tag that needs to be closed is '{open}'." : "");

    private IfStatement If(int line)
    {
        var branches = new List<(Expression?, IReadOnlyList<Statement>)>();
        for (; ; )
        {
            var test = _expressions.Tuple(withConditional: false);
            var (body, end) = Body("elif", "else", "endif");
            branches.Add((test, body));
            if (end == "elif")
                continue;
            if (end == "else")
                branches.Add((null, Body("endif").Body));
            return new(line, branches);
        }
    }

    private ForStatement For(int line)
    {
        _loops++;
        var target = AssignTarget(endName: "in");
        _stream.ExpectName("in");
        var items = _expressions.Tuple(withConditional: false, endName: "recursive");
        var test = _stream.SkipName("if") ? _expressions.Expression() : null;
        var isRecursive = _stream.SkipName("recursive");
        _breakable++;
        var (body, end) = Body("endfor", "else");
        _breakable--;
        IReadOnlyList<Statement> otherwise = end == "else" ? Body("endfor").Body : [];
        _loops--;
        return new(line, target, items, test, isRecursive, body, otherwise);
    }

    private Statement Set(int line)
    {
        var target = AssignTarget(withNamespace: true);
        if (_stream.SkipOperator("="))
            return new SetStatement(line, target, _expressions.Tuple());
        var filter = _stream.Current.IsOperator("|") ? (FilterExpression)_expressions.Filter(null) : null;
        return new SetBlockStatement(line, target, filter, Body("endset").Body);
    }

    private WithStatement With(int line)
    {
        var assignments = new List<(Target, Expression)>();
        while (_stream.Current.Kind != TokenKind.BlockEnd)
        {
            if (assignments.Count > 0)
                _stream.ExpectOperator(",");
            var target = AssignTarget(isLocal: true);
            _stream.ExpectOperator("=");
            assignments.Add((target, _expressions.Expression()));
        }

        return new(line, assignments, Body("endwith").Body);
    }

    private MacroStatement Macro(int line)
    {
        var name = NameOnly();
        return Outside(() => new MacroStatement(line, name, MacroBody(line, Signature(), "endmacro")));
    }

    private CallBlockStatement Call(int line)
    {
        var parameters = _stream.Current.IsOperator("(") ? Signature() : [];
        return _expressions.Expression() is CallExpression call
            ? Outside(() => new CallBlockStatement(line, call, MacroBody(line, parameters, "endcall")))
            : throw TemplateException.Syntax("expected call", line);
    }

    private MacroBody MacroBody(int line, IReadOnlyList<(string Name, Expression? Default)> parameters, string end)
    {
        var macro = new MacroBody(line, parameters, Body(end).Body);
        return macro.UsesCaller && parameters.Any(p => p is { Name: "caller", Default: null })
            ? throw TemplateException.Syntax("When defining macros or call blocks the special \"caller\" argument must be omitted or be given a default.", line)
            : macro;
    }

    private List<(string Name, Expression? Default)> Signature()
    {
        var parameters = new List<(string Name, Expression? Default)>();
        _stream.ExpectOperator("(");
        while (!_stream.Current.IsOperator(")"))
        {
            if (parameters.Count > 0)
                _stream.ExpectOperator(",");
            var name = NameOnly();
            var @default = _stream.SkipOperator("=") ? _expressions.Expression() : null;
            if (@default is null && parameters.Count > 0 && parameters[^1].Default is not null)
                throw _stream.Fail("non-default argument follows default argument");
            if (parameters.Any(p => p.Name == name))
                throw _stream.Fail($"duplicate argument '{name}' in function definition");
            parameters.Add((name, @default));
        }

        _stream.ExpectOperator(")");
        return parameters;
    }

    private FilterBlockStatement FilterBlock(int line)
    {
        var filter = (FilterExpression)_expressions.Filter(null, startsInline: true);
        return new(line, filter, Body("endfilter").Body);
    }

    private List<Statement> Print()
    {
        var outputs = new List<Statement>();
        while (_stream.Current.Kind != TokenKind.BlockEnd)
        {
            if (outputs.Count > 0)
                _stream.ExpectOperator(",");
            outputs.Add(new OutputStatement(_stream.Line, _expressions.Expression()));
        }

        return outputs;
    }

    private BlockStatement Block(int line)
    {
        var name = _stream.Expect(TokenKind.Name, "a name").Text;
        if (!_blocks.Add(name))
            throw TemplateException.Syntax($"block '{name}' defined twice", line);
        var isScoped = _stream.SkipName("scoped");
        if (_stream.Current.IsName("required"))
            throw _stream.Fail($"The block '{name}' is required of another template; a template has none.");
        var body = Body("endblock").Body;
        _stream.SkipName(name);
        return new(line, name, isScoped, body);
    }

    // Chat templates are rendered without escaping; one that says so is right.
    private WithStatement Unescaped(int line) => _expressions.Expression() is ConstantExpression { Value: BoolValue { IsTrue: false } }
        ? new(line, [], Body("endautoescape").Body)
        : throw TemplateException.Syntax("Escaping for HTML ('autoescape') is not available to templates.", line);

    // Their grammar does not matter: there is no other template they could name.
    private UnavailableStatement Unavailable(Token tag)
    {
        while (_stream.Current.Kind is not (TokenKind.BlockEnd or TokenKind.End))
            _stream.Next();
        return new(tag.Line, tag.Text);
    }

    // The body of a macro is a function of its own: a break in it cannot leave the loop around it.
    private T Outside<T>(Func<T> parse)
    {
        var breakable = _breakable;
        _breakable = 0;
        var parsed = parse();
        _breakable = breakable;
        return parsed;
    }

    private string NameOnly()
    {
        var token = _stream.Expect(TokenKind.Name, "a name");
        return token.Text is "true" or "false" or "none" or "True" or "False" or "None"
            ? throw TemplateException.Syntax($"can't assign to '{token.Text}'", token.Line)
            : token.Text;
    }

    private Target AssignTarget(string? endName = null, bool withNamespace = false, bool isLocal = false)
    {
        var namespaces = new Dictionary<NameExpression, NamespaceTarget>(ReferenceEqualityComparer.Instance);
        var expression = _expressions.Tuple(endName: endName, item: () =>
        {
            var primary = _expressions.Primary();
            if (withNamespace && primary is NameExpression name && _stream.SkipOperator("."))
                namespaces.Add(name, new(name.Line, name.Name, _stream.Expect(TokenKind.Name, "a name").Text));
            return primary;
        });
        return ToTarget(expression);

        Target ToTarget(Expression part) => part switch
        {
            NameExpression { Name: "loop" } name when _loops > 0 && !isLocal => throw TemplateException.Syntax("Can't assign to special loop variable in for-loop", name.Line),
            NameExpression name => namespaces.TryGetValue(name, out var reference) ? reference : new NameTarget(name.Line, name.Name),
            TupleExpression tuple => new TupleTarget(tuple.Line, [.. tuple.Items.Select(ToTarget)]),
            _ => throw TemplateException.Syntax("can't assign to this expression", part.Line),
        };
    }
}
