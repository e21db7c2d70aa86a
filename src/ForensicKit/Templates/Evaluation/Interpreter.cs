using System.Text;
using ForensicKit.Templates.Builtins;
using ForensicKit.Templates.Syntax;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Evaluation;

/// <summary>One rendering of a template: runs its statements and evaluates its expressions.</summary>
/// <param name="template">The template.</param>
/// <param name="budget">What it may do.</param>
/// <param name="clock">What <c>strftime_now</c> reads.</param>
/// <param name="variables">What the template is given.</param>
internal sealed partial class Interpreter(ParsedTemplate template, Budget budget, TimeProvider clock, IReadOnlyDictionary<string, Value> variables)
{
    /// <summary>What a statement does to the loop around it.</summary>
    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    private bool _isBeforehand;
    private readonly Scope _top = new(null, template.Unset.In(template.Statements));

    public Budget Budget { get; } = budget;

    public TimeProvider Clock { get; } = clock;

    /// <summary>The line being worked on, for messages.</summary>
    public int Line { get; private set; } = 1;

    /// <summary>Renders a whole template.</summary>
    public string Render()
    {
        var output = new StringBuilder();
        Execute(template.Statements, _top, output);
        return output.ToString();
    }

    /// <summary>The variables of a macro's call.</summary>
    public Scope MacroScope(MacroBody macro, Scope around) => new(around, template.Unset.In(macro.Body));

    /// <summary>Renders the body of a macro.</summary>
    /// <param name="macro">The macro.</param>
    /// <param name="given">Arguments by parameter; null where the default holds.</param>
    /// <param name="scope">The call's own variables.</param>
    public StringValue RunMacro(MacroBody macro, Value?[] given, Scope scope)
    {
        Budget.Enter();
        for (var i = 0; i < given.Length; i++)
        {
            // Defaults are evaluated at each call and see the parameters before them.
            var (name, @default) = macro.Parameters[i];
            scope.Set(name, given[i] ?? (@default is null ? new UndefinedValue($"parameter '{name}' was not provided") : Evaluate(@default, scope)));
        }

        var text = Captured(macro.Body, scope, out _);
        Budget.Leave();
        return text;
    }

    private StringValue Captured(IReadOnlyList<Statement> body, Scope scope, out Flow flow)
    {
        var output = new StringBuilder();
        flow = Execute(body, scope, output);
        return new(output.ToString());
    }

    private Flow Execute(IReadOnlyList<Statement> body, Scope scope, StringBuilder output)
    {
        Budget.EnsureStack();
        foreach (var statement in body)
        {
            Budget.Step();
            Line = statement.Line;
            var flow = Execute(statement, scope, output);
            if (flow != Flow.Next)
                return flow;
        }

        return Flow.Next;
    }

    private Flow Execute(Statement statement, Scope scope, StringBuilder output)
    {
        switch (statement)
        {
            case TextStatement text:
                Write(text.Text, output);
                return Flow.Next;
            case OutputStatement expression:
                Write(Text(Defined(expression.Value.IsConstant ? EvaluateConstant(expression.Value, scope) : Evaluate(expression.Value, scope))), output);
                return Flow.Next;
            case IfStatement choice:
                foreach (var (test, branch) in choice.Branches)
                {
                    if (test is null || Defined(Evaluate(test, scope)).IsTrue)
                        return Execute(branch, scope, output);
                }

                return Flow.Next;
            case ForStatement loop:
                return For(loop, scope, output);
            case BreakStatement:
                return Flow.Break;
            case ContinueStatement:
                return Flow.Continue;
            case SetStatement set:
                Assign(set.Target, Evaluate(set.Value, scope), scope);
                return Flow.Next;
            case MacroStatement macro:
                scope.Set(macro.Name, new MacroValue(macro.Name, macro.Macro, scope));
                return Flow.Next;
            case UnavailableStatement unavailable:
                throw TemplateException.Failed($"The tag '{unavailable.Tag}' needs other templates; a template has none.");
            default:
                return ExecuteBlock(statement, scope, output);
        }
    }

    private Flow ExecuteBlock(Statement statement, Scope scope, StringBuilder output)
    {
        Scope Inside(IReadOnlyList<Statement> body, Scope around) => new(around, template.Unset.In(body));
        Scope inner;
        Flow flow;
        StringValue text;
        switch (statement)
        {
            case GenerationStatement generation:
                return Execute(generation.Body, Inside(generation.Body, scope), output);
            case BlockStatement block:
                return Execute(block.Body, Inside(block.Body, block.IsScoped ? scope : _top), output);
            case WithStatement with:
                inner = Inside(with.Body, scope);
                foreach (var (target, value) in with.Assignments)
                    Assign(target, Evaluate(value, scope), inner);
                return Execute(with.Body, inner, output);
            case SetBlockStatement set:
                inner = Inside(set.Body, scope);
                text = Captured(set.Body, inner, out flow);
                if (flow == Flow.Next)
                    Assign(set.Target, set.Filter is null ? text : Filtered(set.Filter, text, inner), scope);
                return flow;
            case FilterBlockStatement filter:
                inner = Inside(filter.Body, scope);
                text = Captured(filter.Body, inner, out flow);
                if (flow == Flow.Next)
                    Write(Whole(Filtered(filter.Filter, text, inner)), output);
                return flow;
            case CallBlockStatement call:
                var arguments = EvaluateArguments(call.Call.Arguments, scope);
                var caller = KeyValuePair.Create<string, Value>("caller", new MacroValue(null, call.Caller, scope));
                Write(Whole(Call(Evaluate(call.Call.Target, scope), arguments with { Named = [.. arguments.Named, caller] })), output);
                return Flow.Next;
            default:
                throw new InvalidOperationException($"There is no statement {statement.GetType().Name}.");
        }
    }

    private Flow For(ForStatement loop, Scope scope, StringBuilder output)
    {
        var items = Evaluate(loop.Items, scope);
        if (!loop.IsRecursive)
            return Loop(loop, items, scope, output, 0);
        // A recursive loop is a function of its own: a break after it cannot come out of it.
        Loop(loop, items, scope, output, 0);
        return Flow.Next;
    }

    private Flow Loop(ForStatement loop, Value items, Scope scope, StringBuilder output, int depth)
    {
        var source = Iteration.Items(items);
        if (loop.Test is { } test)
            source = source.Where(item => Passes(loop.Target, test, item, scope));
        var context = new LoopValue(source, loop.Test is null ? Iteration.Length(items) : null, depth, loop.IsRecursive ? Recurse : null);
        var completed = false;
        var unset = template.Unset.In(loop.Body);
        while (context.MoveNext())
        {
            Budget.Step();
            var iteration = new Scope(scope, unset);
            Assign(loop.Target, context.Current, iteration);
            iteration.Set("loop", context);
            var flow = Execute(loop.Body, iteration, output);
            if (flow == Flow.Break)
                break;
            completed |= flow == Flow.Next;
        }

        // As in Jinja: 'else' also runs where no iteration reached its end.
        return completed ? Flow.Next : Execute(loop.Otherwise, new(scope, template.Unset.In(loop.Otherwise)), output);

        Value Recurse(Value inner)
        {
            Budget.Enter();
            var text = new StringBuilder();
            Loop(loop, inner, scope, text, depth + 1);
            Budget.Leave();
            return new StringValue(text.ToString());
        }
    }

    private bool Passes(Target target, Expression test, Value item, Scope scope)
    {
        Budget.Step();
        var inner = new Scope(scope);
        Assign(target, item, inner);
        return Evaluate(test, inner).IsTrue;
    }

    private void Assign(Target target, Value value, Scope scope)
    {
        switch (target)
        {
            case NameTarget name:
                scope.Set(name.Name, value);
                break;
            case NamespaceTarget reference:
                if (Lookup(reference.Name, scope) is not NamespaceValue space)
                    throw TemplateException.Failed("cannot assign attribute on non-namespace object");
                space.Set(reference.Attribute, value);
                break;
            case TupleTarget tuple:
                var items = Iteration.Items(value).Take(tuple.Items.Count + 1).ToList();
                if (items.Count != tuple.Items.Count)
                    throw TemplateException.Failed($"{(items.Count > tuple.Items.Count ? "too many" : "not enough")} values to unpack (expected {tuple.Items.Count})");
                foreach (var (part, item) in tuple.Items.Zip(items))
                    Assign(part, item, scope);
                break;
        }
    }

    // What blocks give is put into the output as it is, so it must be text.
    private static string Whole(Value value) =>
        value is StringValue text ? text.Text : throw TemplateException.Failed($"expected str instance, {value.TypeName} found");

    private void Write(string text, StringBuilder output)
    {
        Budget.Characters(text.Length);
        output.Append(text);
    }

    // StrictUndefined: a prompt that silently lost a part would be another prompt.
    private Value Defined(Value value) => value is UndefinedValue undefined && template.Dialect == TemplateDialect.Prompt ? throw undefined.Failure : value;

    private Value Lookup(string name, Scope scope) =>
        scope.TryGet(name, out var value) || variables.TryGetValue(name, out value) || GlobalFunctions.Table.TryGetValue(name, out value) ? value : UndefinedValue.Name(name);
}
