using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Syntax;

/// <summary>
/// Cuts a template into tokens. In the dialect of chat templates <c>trim_blocks</c> and <c>lstrip_blocks</c> are on and one trailing line end is dropped;
/// in that of prompts they are off and it stays.
/// </summary>
internal sealed class Lexer
{
    private readonly string _source;
    private readonly bool _isChat;
    private readonly List<Token> _tokens = [];
    private int _position;
    private int _line = 1;
    private int _lineKnownAt;

    // Whether what came last ended a line: only then blanks before a tag start a line.
    private bool _lineStarts = true;

    private Lexer(string source, bool isChat) => (_source, _isChat) = (source, isChat);

    /// <summary>All tokens, the last of kind <see cref="TokenKind.End"/>.</summary>
    /// <exception cref="TemplateException">The text is no template.</exception>
    public static IReadOnlyList<Token> Tokenize(string source, TemplateDialect dialect)
    {
        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var isChat = dialect == TemplateDialect.Chat;
        var lexer = new Lexer(isChat && source.EndsWith('\n') ? source[..^1] : source, isChat);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        while (_position < _source.Length)
        {
            var tag = FindTag();
            if (tag < 0)
            {
                Add(TokenKind.Text, _source[_position..], _position);
                _position = _source.Length;
                break;
            }

            var kind = _source[tag + 1];
            if (kind == '%' && RawBegin(tag) is { } rawBegin)
            {
                AddText(_source[_position..tag], Sign(tag + 2), isOutput: false);
                Raw(tag, rawBegin);
                continue;
            }

            var sign = Sign(tag + 2);
            AddText(_source[_position..tag], sign, kind == '{');
            _position = tag + (sign == '\0' ? 2 : 3);
            if (kind == '#')
                Comment(tag);
            else
                Tag(tag, kind == '{');
        }

        Add(TokenKind.End, "", _source.Length);
    }

    private int FindTag()
    {
        for (var i = _position; ; i++)
        {
            i = _source.IndexOf('{', i);
            if (i < 0 || i + 1 >= _source.Length)
                return -1;
            if (_source[i + 1] is '%' or '{' or '#')
                return i;
        }
    }

    private char Sign(int position) => position < _source.Length && _source[position] is '-' or '+' ? _source[position] : '\0';

    // Text before a tag, stripped as the tag's sign says.
    private void AddText(string text, char sign, bool isOutput)
    {
        var start = _position;
        if (sign == '-')
        {
            text = PythonText.Strip(text, null, left: false, right: true);
        }
        else if (_isChat && sign == '\0' && !isOutput)
        {
            var lineStart = text.LastIndexOf('\n') + 1;
            if ((lineStart > 0 || _lineStarts) && lineStart < text.Length && IsSpace(text.AsSpan(lineStart)))
                text = text[..lineStart];
        }

        if (text.Length > 0)
            Add(TokenKind.Text, text, start);
    }

    private static bool IsSpace(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!PythonText.IsSpace(c))
                return false;
        }

        return true;
    }

    private void Comment(int tag)
    {
        var end = _source.IndexOf("#}", _position, StringComparison.Ordinal);
        if (end < 0)
        {
            EndOpen("Missing end of comment tag.", tag);
            return;
        }

        var sign = end > _position ? Sign(end - 1) : '\0';
        EndTag(end + 2, sign == '-', trims: sign == '\0');
    }

    // As in Jinja, what is open at the very end of the text, with nothing in it, is no error.
    private void EndOpen(string message, int opened)
    {
        if (_position < _source.Length)
            throw TemplateException.Syntax(message, LineAt(opened));
    }

    // After an end tag: white space goes with '-', one line end goes with trim_blocks.
    private void EndTag(int after, bool strips, bool trims)
    {
        _position = after;
        if (strips)
            SkipSpace();
        else if (_isChat && trims && _position < _source.Length && _source[_position] == '\n')
            _position++;
        _lineStarts = _source[_position - 1] == '\n';
    }

    /// <summary>Where the text of a raw block begins, and whether it is stripped; null where the tag is another.</summary>
    private (int Start, bool Strips)? RawBegin(int tag)
    {
        var position = tag + (Sign(tag + 2) == '\0' ? 2 : 3);
        position = AfterSpace(position);
        if (!StartsWith(position, "raw"))
            return null;
        position = AfterSpace(position + 3);
        return StartsWith(position, "-%}") ? (position + 3, true) : StartsWith(position, "%}") ? (position + 2, false) : null;
    }

    private void Raw(int opened, (int Start, bool Strips) begin)
    {
        EndTag(begin.Start, begin.Strips, trims: false);
        for (var tag = _position; ; tag++)
        {
            tag = _source.IndexOf("{%", tag, StringComparison.Ordinal);
            if (tag < 0)
            {
                EndOpen("Missing end of raw directive.", opened);
                return;
            }

            var sign = Sign(tag + 2);
            var position = AfterSpace(tag + (sign == '\0' ? 2 : 3));
            if (!StartsWith(position, "endraw"))
                continue;
            position = AfterSpace(position + 6);
            var endSign = Sign(position);
            if (!StartsWith(endSign == '\0' ? position : position + 1, "%}"))
                continue;
            AddText(_source[_position..tag], sign, isOutput: false);
            EndTag(position + (endSign == '\0' ? 2 : 3), endSign == '-', trims: endSign == '\0');
            return;
        }
    }

    private void Tag(int tag, bool isOutput)
    {
        Add(isOutput ? TokenKind.OutputBegin : TokenKind.BlockBegin, isOutput ? "{{" : "{%", tag);
        var scanner = new TagScanner(_source);
        var end = isOutput ? "}}" : "%}";
        var open = new Stack<string>();
        while (_position < _source.Length)
        {
            var start = _position;
            if (open.Count == 0)
            {
                // '+' before the end has a meaning only in blocks: keep the line end.
                var sign = Sign(_position);
                if (sign == '+' && isOutput)
                    sign = '\0';
                if (StartsWith(sign == '\0' ? _position : _position + 1, end))
                {
                    Add(isOutput ? TokenKind.OutputEnd : TokenKind.BlockEnd, end, start);
                    EndTag(_position + (sign == '\0' ? 2 : 3), sign == '-', trims: !isOutput && sign == '\0');
                    return;
                }
            }

            if (PythonText.IsSpace(_source[_position]))
            {
                SkipSpace();
                continue;
            }

            var line = LineAt(start);
            var (kind, text) = scanner.Next(ref _position, line);
            if (kind == TokenKind.Operator)
                Balance(open, text, line);
            _tokens.Add(new(kind, text, line));
        }
    }

    private static void Balance(Stack<string> open, string text, int line)
    {
        switch (text)
        {
            case "(" or "[" or "{":
                open.Push(text switch { "(" => ")", "[" => "]", _ => "}" });
                break;
            case ")" or "]" or "}":
                if (!open.TryPop(out var expected))
                    throw TemplateException.Syntax($"unexpected '{text}'", line);
                if (expected != text)
                    throw TemplateException.Syntax($"unexpected '{text}', expected '{expected}'", line);
                break;
        }
    }

    private void SkipSpace() => _position = AfterSpace(_position);

    private int AfterSpace(int position)
    {
        while (position < _source.Length && PythonText.IsSpace(_source[position]))
            position++;
        return position;
    }

    private bool StartsWith(int position, string text) => string.CompareOrdinal(_source, position, text, 0, text.Length) == 0;

    private void Add(TokenKind kind, string text, int position) => _tokens.Add(new(kind, text, LineAt(position)));

    private int LineAt(int position)
    {
        // Positions are asked for in rising order, but for the tags that never end.
        if (position >= _lineKnownAt)
        {
            _line += _source.AsSpan(_lineKnownAt, position - _lineKnownAt).Count('\n');
            _lineKnownAt = position;
        }

        return _line;
    }
}
