using System.Collections.Frozen;

namespace ForensicKit.Templates.Syntax;

/// <summary>
/// Refuses filters and tests that do not exist, as Jinja does when it compiles: at once, but for those under a condition, which fail only when
/// they are reached.
/// </summary>
internal static class NameChecks
{
    /// <summary>Checks a template.</summary>
    /// <param name="nodes">Its statements.</param>
    /// <param name="filters">Names of filters.</param>
    /// <param name="tests">Names of tests.</param>
    /// <exception cref="TemplateException">An unknown name.</exception>
    public static void Check(IEnumerable<Node> nodes, FrozenSet<string> filters, FrozenSet<string> tests) => new Walk(filters, tests).All(nodes, isConditional: false);

    private sealed class Walk(FrozenSet<string> filters, FrozenSet<string> tests)
    {
        public void All(IEnumerable<Node> nodes, bool isConditional)
        {
            foreach (var node in nodes)
                One(node, isConditional);
        }

        private void One(Node node, bool isConditional)
        {
            switch (node)
            {
                case FilterExpression filter when !isConditional && !filters.Contains(filter.Name):
                    throw TemplateException.Syntax($"No filter named '{filter.Name}'.", node.Line);
                case TestExpression test when !isConditional && !tests.Contains(test.Name):
                    throw TemplateException.Syntax($"No test named '{test.Name}'.", node.Line);
                case IfStatement or ConditionalExpression:
                    All(node.Children, isConditional: true);
                    break;
                // What these evaluate outside their bodies belongs to where they stand; their bodies are frames of their own.
                case ForStatement loop:
                    One(loop.Items, isConditional);
                    All(node.Children.Where(c => !ReferenceEquals(c, loop.Items)), isConditional: false);
                    break;
                case CallBlockStatement call:
                    One(call.Call, isConditional);
                    One(call.Caller, isConditional: false);
                    break;
                case WithStatement with:
                    All(with.Assignments.Select(a => a.Value), isConditional);
                    All(with.Body, isConditional: false);
                    break;
                case MacroBody or SetBlockStatement or FilterBlockStatement or GenerationStatement or BlockStatement:
                    All(node.Children, isConditional: false);
                    break;
                default:
                    All(node.Children, isConditional);
                    break;
            }
        }
    }
}
