namespace ForensicKit.Templates.Syntax;

/// <summary>A node that does something.</summary>
internal abstract record Statement(int Line, params IEnumerable<Node?> Below) : Node(Line, Below);

/// <summary>Text between tags.</summary>
internal sealed record TextStatement(int At, string Text) : Statement(At);

/// <summary><c>{{ a }}</c>.</summary>
internal sealed record OutputStatement(int At, Expression Value) : Statement(At, Value);

/// <summary><c>{% if %}</c> with all its branches; the last has no test where there is an <c>else</c>.</summary>
internal sealed record IfStatement(int At, IReadOnlyList<(Expression? Test, IReadOnlyList<Statement> Body)> Branches)
    : Statement(At, Branches.SelectMany(b => b.Body.Prepend<Node?>(b.Test)));

/// <summary><c>{% for %}</c>.</summary>
internal sealed record ForStatement(
    int At, Target Target, Expression Items, Expression? Test, bool IsRecursive, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Otherwise)
    : Statement(At, [Target, Items, Test, .. Body, .. Otherwise]);

/// <summary><c>{% break %}</c>.</summary>
internal sealed record BreakStatement(int At) : Statement(At);

/// <summary><c>{% continue %}</c>.</summary>
internal sealed record ContinueStatement(int At) : Statement(At);

/// <summary><c>{% set a = b %}</c>.</summary>
internal sealed record SetStatement(int At, Target Target, Expression Value) : Statement(At, Value, Target);

/// <summary><c>{% set a %}…{% endset %}</c>.</summary>
internal sealed record SetBlockStatement(int At, Target Target, FilterExpression? Filter, IReadOnlyList<Statement> Body) : Statement(At, [Filter, .. Body, Target]);

/// <summary><c>{% with a = b %}…{% endwith %}</c>; also a bare scope where nothing is assigned.</summary>
internal sealed record WithStatement(int At, IReadOnlyList<(Target Target, Expression Value)> Assignments, IReadOnlyList<Statement> Body)
    : Statement(At, [.. Assignments.SelectMany(a => new Node[] { a.Value, a.Target }), .. Body]);

/// <summary><c>{% filter name %}…{% endfilter %}</c>.</summary>
internal sealed record FilterBlockStatement(int At, FilterExpression Filter, IReadOnlyList<Statement> Body) : Statement(At, [Filter, .. Body]);

/// <summary>Parameters and body of a macro or of a call block.</summary>
internal sealed record MacroBody : Node
{
    public MacroBody(int at, IReadOnlyList<(string Name, Expression? Default)> parameters, IReadOnlyList<Statement> body)
        : base(at, [.. parameters.Select(p => p.Default), .. body])
    {
        Parameters = parameters;
        Body = body;
        var mentions = body.Aggregate(SpecialNames.None, (all, s) => all | s.Mentions);
        UsesCaller = mentions.HasFlag(SpecialNames.Caller);
        UsesKeywords = mentions.HasFlag(SpecialNames.Keywords) && parameters.All(p => p.Name != "kwargs");
        UsesVariadic = mentions.HasFlag(SpecialNames.Variadic) && parameters.All(p => p.Name != "varargs");
    }

    public IReadOnlyList<(string Name, Expression? Default)> Parameters { get; }

    public IReadOnlyList<Statement> Body { get; }

    /// <summary>Whether the body speaks of <c>caller</c>: only then may a call block call it.</summary>
    public bool UsesCaller { get; }

    /// <summary>Whether the body speaks of <c>kwargs</c>: only then it takes further named arguments.</summary>
    public bool UsesKeywords { get; }

    /// <summary>Whether the body speaks of <c>varargs</c>: only then it takes further arguments.</summary>
    public bool UsesVariadic { get; }
}

/// <summary><c>{% macro name(…) %}…{% endmacro %}</c>.</summary>
internal sealed record MacroStatement(int At, string Name, MacroBody Macro) : Statement(At, Macro);

/// <summary><c>{% call(…) name(…) %}…{% endcall %}</c>.</summary>
internal sealed record CallBlockStatement(int At, CallExpression Call, MacroBody Caller) : Statement(At, Call, Caller);

/// <summary><c>{% generation %}…{% endgeneration %}</c>, which marks what the model says: rendered as it is, in a scope of its own.</summary>
internal sealed record GenerationStatement(int At, IReadOnlyList<Statement> Body) : Statement(At, Body);

/// <summary><c>{% block name %}…{% endblock %}</c>: rendered in place, with the variables of the template's top level, or all around it where scoped.</summary>
internal sealed record BlockStatement(int At, string Name, bool IsScoped, IReadOnlyList<Statement> Body) : Statement(At, Body);

/// <summary>A tag that needs other templates, which templates here cannot have: fails where it is reached, as in transformers.</summary>
internal sealed record UnavailableStatement(int At, string Tag) : Statement(At);

/// <summary>Where an assignment goes.</summary>
internal abstract record Target(int Line, params IEnumerable<Node?> Below) : Node(Line, Below);

/// <summary>A variable.</summary>
internal sealed record NameTarget(int At, string Name) : Target(At);

/// <summary>Several targets, for as many items.</summary>
internal sealed record TupleTarget(int At, IReadOnlyList<Target> Items) : Target(At, Items);

/// <summary>An attribute of a namespace.</summary>
internal sealed record NamespaceTarget(int At, string Name, string Attribute) : Target(At);
