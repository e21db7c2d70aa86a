namespace ForensicKit.Templates.Syntax;

/// <summary>Kinds of tokens.</summary>
internal enum TokenKind
{
    End,
    Text,
    OutputBegin,
    OutputEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
}

/// <summary>A token of a template.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Text">Its text; of strings what they stand for.</param>
/// <param name="Line">Line of the template, from 1.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Line)
{
    public bool IsOperator(string text) => Kind == TokenKind.Operator && Text == text;

    public bool IsName(string text) => Kind == TokenKind.Name && Text == text;

    /// <summary>For messages.</summary>
    public string Described => Kind switch
    {
        TokenKind.End => "end of template",
        TokenKind.OutputEnd => "'}}'",
        TokenKind.BlockEnd => "'%}'",
        _ => $"'{Text}'",
    };
}
