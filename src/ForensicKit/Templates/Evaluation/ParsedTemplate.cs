using ForensicKit.Templates.Builtins;
using ForensicKit.Templates.Syntax;

namespace ForensicKit.Templates.Evaluation;

/// <summary>A template ready to be rendered.</summary>
/// <param name="Statements">What it does.</param>
/// <param name="Unset">The names its parts have for themselves.</param>
/// <param name="Dialect">What it is written in.</param>
internal sealed record ParsedTemplate(IReadOnlyList<Statement> Statements, UnsetNames Unset, TemplateDialect Dialect)
{
    /// <summary>Parses and checks a template.</summary>
    /// <exception cref="TemplateException">It is not valid.</exception>
    public static ParsedTemplate Of(string source, TemplateDialect dialect)
    {
        var statements = TemplateParser.Parse(source, dialect);
        NameChecks.Check(statements, FilterTable.Names, TestTable.Names);
        return new(statements, UnsetNames.Of(statements), dialect);
    }
}
