using ForensicKit.Inference.ChatTemplates.Builtins;
using ForensicKit.Inference.ChatTemplates.Syntax;

namespace ForensicKit.Inference.ChatTemplates.Evaluation;

/// <summary>A template ready to be rendered.</summary>
/// <param name="Statements">What it does.</param>
/// <param name="Unset">The names its parts have for themselves.</param>
internal sealed record ParsedTemplate(IReadOnlyList<Statement> Statements, UnsetNames Unset)
{
    /// <summary>Parses and checks a template.</summary>
    /// <exception cref="ChatTemplateException">It is not valid.</exception>
    public static ParsedTemplate Of(string source)
    {
        var statements = TemplateParser.Parse(source);
        NameChecks.Check(statements, FilterTable.Names, TestTable.Names);
        return new(statements, UnsetNames.Of(statements));
    }
}
