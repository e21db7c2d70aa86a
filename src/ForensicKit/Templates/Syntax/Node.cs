namespace ForensicKit.Templates.Syntax;

/// <summary>A node of a parsed template.</summary>
internal abstract record Node
{
    /// <summary>Deepest nesting: evaluation recurses along it. Python's own parser, which compiles Jinja's templates, ends there too.</summary>
    public const int MaxDepth = 200;

    protected Node(int line, params IEnumerable<Node?> children)
    {
        Line = line;
        Children = [.. children.OfType<Node>()];
        foreach (var child in Children)
        {
            Depth = Math.Max(Depth, child.Depth + 1);
            Mentions |= child.Mentions;
            IsConstant &= child.IsConstant;
        }

        if (Depth > MaxDepth)
            throw TemplateException.Syntax($"The template is nested more than {MaxDepth} deep.", line);
    }

    /// <summary>Line of the template, from 1.</summary>
    public int Line { get; }

    /// <summary>All nodes directly below, in the order of the text.</summary>
    public IReadOnlyList<Node> Children { get; }

    /// <summary>How many nodes lie below each other.</summary>
    public int Depth { get; }

    /// <summary>Whether its value follows from the text alone.</summary>
    public bool IsConstant { get; protected init; } = true;

    /// <summary>The names with a meaning of their own that are read here or below.</summary>
    public SpecialNames Mentions { get; protected init; }
}

/// <summary>Names that a macro gets only where its body reads them.</summary>
[Flags]
internal enum SpecialNames
{
    None = 0,
    Caller = 1,
    Keywords = 2,
    Variadic = 4,
}
