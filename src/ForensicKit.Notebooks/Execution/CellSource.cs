using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace ForensicKit.Notebooks.Execution;

/// <summary>What a directive line of a cell asks for.</summary>
internal enum DirectiveKind
{
    /// <summary><c>#r "nuget: name, version"</c>.</summary>
    Package,

    /// <summary><c>#i "nuget: source"</c>.</summary>
    PackageSource,

    /// <summary><c>#r "path.dll"</c>.</summary>
    Assembly,
}

/// <summary>A directive line.</summary>
/// <param name="Kind">What it asks for.</param>
/// <param name="Text">The text between the quotes.</param>
/// <param name="Line">Its line in the cell, from 1.</param>
/// <param name="Span">The whole directive.</param>
internal sealed record CellDirective(DirectiveKind Kind, string Text, int Line, TextSpan Span);

/// <summary>
/// A cell's code, taken apart into the lines that ask for packages and assemblies and the C# that is compiled. Lines and columns stay where they
/// are, so that every position the compiler or the runtime names is the cell's own.
/// </summary>
internal sealed partial class CellSource
{
    private static readonly CSharpParseOptions Script = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);
    private readonly string _code;
    private readonly int _cell;

    private CellSource(string code, int cell, IReadOnlyList<CellDirective> directives)
    {
        _code = code;
        _cell = cell;
        Directives = directives;
    }

    /// <summary>The directives from top to bottom.</summary>
    public IReadOnlyList<CellDirective> Directives { get; }

    /// <exception cref="KitException">A line names a magic command (<c>#!…</c>) that this host does not have.</exception>
    public static CellSource Parse(string code, int cell)
    {
        var directives = new List<CellDirective>();
        var tree = CSharpSyntaxTree.ParseText(code, Script);
        foreach (var trivia in tree.GetRoot().DescendantTrivia(descendIntoTrivia: true))
        {
            var line = tree.GetLineSpan(trivia.Span).StartLinePosition.Line + 1;
            if (trivia.GetStructure() is ReferenceDirectiveTriviaSyntax { IsActive: true } reference && !reference.File.IsMissing)
            {
                var package = NugetPrefix().Match(reference.File.ValueText);
                directives.Add(package.Success
                    ? new CellDirective(DirectiveKind.Package, reference.File.ValueText[package.Length..].Trim(), line, reference.Span)
                    : new CellDirective(DirectiveKind.Assembly, reference.File.ValueText, line, reference.Span));
            }
            else if (trivia.IsKind(SyntaxKind.BadDirectiveTrivia) && SourceDirective().Match(trivia.ToString()) is { Success: true } source)
            {
                directives.Add(new CellDirective(DirectiveKind.PackageSource, source.Groups["source"].Value, line, trivia.Span));
            }
            else if (trivia.IsKind(SyntaxKind.ShebangDirectiveTrivia) || (trivia.IsKind(SyntaxKind.BadDirectiveTrivia) && trivia.ToString().StartsWith("#!", StringComparison.Ordinal)))
            {
                throw new KitException(
                    $"The line '{trivia.ToString().Trim()}' asks for a command of Polyglot Notebooks; C# is run here.",
                    string.Create(CultureInfo.InvariantCulture, $"cell {cell}, line {line}"),
                    "Write the cell in C#, or make it a Markdown cell.");
            }
        }

        return new CellSource(code, cell, directives);
    }

    /// <summary>The C# to compile: <paramref name="handled"/> directives are blank, and positions carry the cell's name.</summary>
    public string ToScript(IEnumerable<CellDirective> handled)
    {
        var text = _code.ToCharArray();
        foreach (var directive in handled)
        {
            for (var i = directive.Span.Start; i < directive.Span.End; i++)
            {
                if (text[i] is not ('\n' or '\r'))
                    text[i] = ' ';
            }
        }

        var code = new string(text);
        return string.IsNullOrWhiteSpace(code) ? "" : $"#line 1 \"{CellFailure.FileName(_cell)}\"\n{code}";
    }

    [GeneratedRegex(@"^\s*nuget\s*:\s*", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NugetPrefix();

    [GeneratedRegex("""^#i\s*"\s*nuget\s*:\s*(?<source>[^"]+)"\s*$""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SourceDirective();
}
