using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ForensicKit.Notebooks;

/// <summary>Puts the values of a run into its notebook, as papermill does: in a cell of their own behind the one tagged <c>parameters</c>.</summary>
internal static class NotebookParameters
{
    private const string Tag = "parameters";
    private const string InjectedTag = "injected-parameters";
    private static readonly CSharpParseOptions Script = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    /// <summary>Inserts the cell, in place of one that an earlier run left; without parameters the notebook stays as it is.</summary>
    /// <exception cref="KitException">A name is no C# name, or a text does not fit the type declared for it.</exception>
    public static void Inject(NotebookDocument document, IReadOnlyDictionary<string, object> parameters)
    {
        if (parameters.Count == 0)
            return;
        foreach (var old in document.Cells.Where(c => c.Tags.Contains(InjectedTag, StringComparer.Ordinal)).ToArray())
            document.RemoveCell(old);
        var cells = document.Cells.ToList();
        var at = cells.FindIndex(c => c.Kind == NotebookCellKind.Code && c.Tags.Contains(Tag, StringComparer.Ordinal));
        var declared = at < 0 ? [] : Declarations(cells[at].Source);
        var source = new StringBuilder("// Parameters of this run.");
        foreach (var (name, value) in parameters)
        {
            if (!SyntaxFacts.IsValidIdentifier(name) || SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None)
                throw new KitException($"'{name}' cannot be the name of a parameter.", mend: "Use a C# name: letters, digits and '_', no keyword.");
            source.Append('\n').Append(declared.TryGetValue(name, out var type)
                ? $"{name} = {Literal(name, value, type)};"
                : $"var {name} = {Literal(name, value, type: null)};");
        }

        document.AddCell(NotebookCellKind.Code, source.ToString(), [InjectedTag], at + 1);
    }

    // Name → type of the variables a parameters cell declares; for 'var' the type its literal has.
    private static Dictionary<string, string> Declarations(string source)
    {
        var declared = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var declaration in CSharpSyntaxTree.ParseText(source, Script).GetCompilationUnitRoot().Members.OfType<FieldDeclarationSyntax>())
        {
            // A constant cannot be assigned: a variable of the same name hides it from there on.
            if (declaration.Modifiers.Any(SyntaxKind.ConstKeyword))
                continue;
            foreach (var variable in declaration.Declaration.Variables)
            {
                declared[variable.Identifier.ValueText] = declaration.Declaration.Type is IdentifierNameSyntax { IsVar: true }
                    ? TypeOf(variable.Initializer?.Value)
                    : declaration.Declaration.Type.ToString().TrimEnd('?');
            }
        }

        return declared;
    }

    private static string TypeOf(ExpressionSyntax? value)
    {
        if (value is PrefixUnaryExpressionSyntax { Operand: { } operand })
            value = operand;
        return (value as LiteralExpressionSyntax)?.Token.Value switch
        {
            string => "string",
            bool => "bool",
            int => "int",
            long => "long",
            double => "double",
            float => "float",
            decimal => "decimal",
            _ => "",
        };
    }

    private static string Literal(string name, object value, string? type) => value switch
    {
        string text when type is null or "" => Guess(text),
        string text => Read(name, text, type),
        bool flag => flag ? "true" : "false",
        int or long or short or byte => ((IFormattable)value).ToString(format: null, CultureInfo.InvariantCulture),
        decimal number => number.ToString(CultureInfo.InvariantCulture) + "m",
        double number => Double(number),
        float number => "(float)" + Double(number),
        _ => throw new KitException($"The parameter '{name}' has the type {value?.GetType().Name ?? "null"}.", mend: "Give text, a number, or true or false."),
    };

    private static string Read(string name, string text, string type)
    {
        const NumberStyles Whole = NumberStyles.AllowLeadingSign;
        var invariant = CultureInfo.InvariantCulture;
        return type switch
        {
            "string" or "String" => Quote(text),
            "bool" when bool.TryParse(text, out var flag) => flag ? "true" : "false",
            "int" when int.TryParse(text, Whole, invariant, out var number) => number.ToString(invariant),
            "long" when long.TryParse(text, Whole, invariant, out var number) => number.ToString(invariant),
            "double" when double.TryParse(text, NumberStyles.Float, invariant, out var number) => Double(number),
            "float" when double.TryParse(text, NumberStyles.Float, invariant, out var number) => "(float)" + Double(number),
            "decimal" when decimal.TryParse(text, NumberStyles.Float, invariant, out var number) => number.ToString(invariant) + "m",
            "bool" or "int" or "long" or "double" or "float" or "decimal" =>
                throw new KitException($"The parameter '{name}' is a {type} in the notebook, and '{text}' is none.", mend: "Give a value of that type, with '.' for decimals."),
            _ => Guess(text),
        };
    }

    private static string Guess(string text)
    {
        var invariant = CultureInfo.InvariantCulture;
        if (text is "true" or "false")
            return text;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, invariant, out var whole))
            return whole.ToString(invariant);
        return text.Length > 0 && (char.IsAsciiDigit(text[^1]) || text[^1] == '.') && double.TryParse(text, NumberStyles.Float, invariant, out var number)
            ? Double(number)
            : Quote(text);
    }

    private static string Quote(string text) => SymbolDisplay.FormatLiteral(text, quote: true);

    private static string Double(double value) =>
        double.IsNaN(value) ? "double.NaN"
        : double.IsPositiveInfinity(value) ? "double.PositiveInfinity"
        : double.IsNegativeInfinity(value) ? "double.NegativeInfinity"
        : value.ToString("R", CultureInfo.InvariantCulture) + "d";
}
