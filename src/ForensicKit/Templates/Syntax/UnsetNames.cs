namespace ForensicKit.Templates.Syntax;

/// <summary>
/// The names each part of a template has for itself before it sets them. Jinja decides by the text which variables a body owns: one that is set
/// there, outside of any <c>if</c>, before it is read there, and is not known around it, is undefined until it is set, even where the
/// template is given a variable of that name. It shows in macros and loops that stand before the assignment.
/// </summary>
internal sealed class UnsetNames
{
    private readonly Dictionary<IReadOnlyList<Statement>, IReadOnlySet<string>> _byBody = new(ReferenceEqualityComparer.Instance);

    private UnsetNames()
    {
    }

    /// <summary>Finds them in a whole template.</summary>
    public static UnsetNames Of(IReadOnlyList<Statement> template)
    {
        var names = new UnsetNames();
        names.Analyse(template, new(null));
        return names;
    }

    /// <summary>The names of a body; null where there are none.</summary>
    public IReadOnlySet<string>? In(IReadOnlyList<Statement> body) => _byBody.GetValueOrDefault(body);

    private void Analyse(IReadOnlyList<Statement> body, Frame frame)
    {
        foreach (var statement in body)
            frame.Visit(statement, isConditional: false);
        if (frame.Unset.Count > 0)
            _byBody[body] = frame.Unset;
        // What lies within sees all that this body knows, wherever in it.
        foreach (var statement in body)
            AnalyseWithin(statement, frame);
    }

    private void AnalyseWithin(Statement statement, Frame frame)
    {
        switch (statement)
        {
            case IfStatement choice:
                foreach (var inner in choice.Branches.SelectMany(b => b.Body))
                    AnalyseWithin(inner, frame);
                break;
            case ForStatement loop:
                Analyse(loop.Body, new Frame(frame).With(loop.Target));
                Analyse(loop.Otherwise, new(frame));
                break;
            case MacroStatement macro:
                Analyse(macro.Macro, frame);
                break;
            case CallBlockStatement call:
                Analyse(call.Caller, frame);
                break;
            case WithStatement with:
                Analyse(with.Body, with.Assignments.Aggregate(new Frame(frame), (inner, a) => inner.With(a.Target)));
                break;
            case SetBlockStatement set:
                Analyse(set.Body, new(frame));
                break;
            case FilterBlockStatement filter:
                Analyse(filter.Body, new(frame));
                break;
            case GenerationStatement generation:
                Analyse(generation.Body, new(frame));
                break;
            case BlockStatement block:
                // A block is a function of its own and knows nothing but what the template is given and has exported.
                Analyse(block.Body, new(null));
                break;
        }
    }

    private void Analyse(MacroBody macro, Frame around)
    {
        var frame = new Frame(around);
        foreach (var (name, @default) in macro.Parameters)
        {
            frame.Add(name);
            frame.Visit(@default);
        }

        foreach (var special in new[] { "caller", "kwargs", "varargs" })
            frame.Add(special);
        Analyse(macro.Body, frame);
    }

    /// <summary>The names a body refers to, and those of them it has for itself.</summary>
    private sealed class Frame(Frame? around)
    {
        private readonly HashSet<string> _known = new(StringComparer.Ordinal);

        public HashSet<string> Unset { get; } = new(StringComparer.Ordinal);

        public void Add(string name) => _known.Add(name);

        public Frame With(Target target)
        {
            if (target is NameTarget name)
                Add(name.Name);
            foreach (var part in target.Children.OfType<Target>())
                With(part);
            return this;
        }

        public void Visit(Statement statement, bool isConditional)
        {
            switch (statement)
            {
                case OutputStatement output:
                    Visit(output.Value);
                    break;
                case IfStatement choice:
                    foreach (var (test, branch) in choice.Branches)
                    {
                        Visit(test);
                        foreach (var inner in branch)
                            Visit(inner, isConditional: true);
                    }

                    break;
                case ForStatement loop:
                    Visit(loop.Items);
                    break;
                case SetStatement set:
                    Visit(set.Value);
                    Store(set.Target, isConditional);
                    break;
                case SetBlockStatement set:
                    Store(set.Target, isConditional);
                    break;
                case MacroStatement macro:
                    Store(macro.Name, isConditional);
                    break;
                case CallBlockStatement call:
                    Visit(call.Call);
                    break;
                case FilterBlockStatement filter:
                    Visit(filter.Filter);
                    break;
                case WithStatement with:
                    foreach (var (_, value) in with.Assignments)
                        Visit(value);
                    break;
            }
        }

        public void Visit(Node? node)
        {
            if (node is NameExpression name)
                Load(name.Name);
            foreach (var child in node?.Children ?? [])
                Visit(child);
        }

        private bool Knows(string name)
        {
            for (var frame = this; frame is not null; frame = frame.Around)
            {
                if (frame._known.Contains(name))
                    return true;
            }

            return false;
        }

        private Frame? Around { get; } = around;

        private void Load(string name)
        {
            if (!Knows(name))
                _known.Add(name);
        }

        private void Store(Target target, bool isConditional)
        {
            switch (target)
            {
                case NameTarget name:
                    Store(name.Name, isConditional);
                    break;
                case NamespaceTarget reference:
                    Load(reference.Name);
                    break;
                default:
                    foreach (var part in target.Children.OfType<Target>())
                        Store(part, isConditional);
                    break;
            }
        }

        private void Store(string name, bool isConditional)
        {
            if (!isConditional && !Knows(name))
                Unset.Add(name);
            _known.Add(name);
        }
    }
}
