namespace ForensicKit.Templates.Syntax;

/// <summary>Tokens, read one after the other with one token of foresight.</summary>
internal sealed class TokenStream(IReadOnlyList<Token> tokens)
{
    private int _index;

    public Token Current => tokens[_index];

    public Token Ahead => tokens[Math.Min(_index + 1, tokens.Count - 1)];

    public int Line => Current.Line;

    /// <summary>The current token; then goes on.</summary>
    public Token Next()
    {
        var token = Current;
        if (token.Kind != TokenKind.End)
            _index++;
        return token;
    }

    public bool SkipOperator(string text) => Skip(Current.IsOperator(text));

    public bool SkipName(string text) => Skip(Current.IsName(text));

    public Token Expect(TokenKind kind, string what) => Current.Kind == kind ? Next() : throw Fail($"expected {what}, got {Current.Described}");

    public void ExpectOperator(string text)
    {
        if (!SkipOperator(text))
            throw Fail($"expected '{text}', got {Current.Described}");
    }

    public void ExpectName(string text)
    {
        if (!SkipName(text))
            throw Fail($"expected '{text}', got {Current.Described}");
    }

    public TemplateException Fail(string message) => TemplateException.Syntax(message, Line);

    private bool Skip(bool matches)
    {
        if (matches)
            Next();
        return matches;
    }
}
