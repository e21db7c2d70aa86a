using System.Globalization;
using System.Text;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Syntax;

/// <summary>Reads the tokens inside a tag: numbers, names, strings, operators.</summary>
internal sealed class TagScanner(string source)
{
    // Longer ones first.
    private static readonly string[] s_operators =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    /// <summary>The token at a position, which moves behind it. Numbers lose their underscores, strings are unescaped.</summary>
    /// <exception cref="TemplateException">No token begins there.</exception>
    public (TokenKind Kind, string Text) Next(ref int position, int line)
    {
        var start = position;
        if (char.IsAsciiDigit(source[start]))
        {
            if (FloatEnd(start) is { } floatEnd)
                return Take(TokenKind.Float, ref position, floatEnd);
            return Take(TokenKind.Integer, ref position, IntegerEnd(start));
        }

        if (NameEnd(start) is var nameEnd && nameEnd > start)
        {
            var name = source[start..nameEnd];
            if (!PythonText.IsIdentifier(name))
                throw TemplateException.Syntax("Invalid character in identifier.", line);
            position = nameEnd;
            return (TokenKind.Name, name);
        }

        if (source[start] is '\'' or '"')
        {
            var end = start + 1;
            while (end < source.Length && source[end] != source[start])
                end += source[end] == '\\' ? 2 : 1;
            if (end < source.Length)
            {
                position = end + 1;
                return (TokenKind.String, Unescape(source[(start + 1)..end], line));
            }
        }

        foreach (var candidate in s_operators)
        {
            if (string.CompareOrdinal(source, start, candidate, 0, candidate.Length) == 0)
            {
                position += candidate.Length;
                return (TokenKind.Operator, candidate);
            }
        }

        throw TemplateException.Syntax($"unexpected char {Representation.Quote(PythonText.RuneAt(source, start, out _).ToString())}", line);
    }

    private (TokenKind Kind, string Text) Take(TokenKind kind, ref int position, int end)
    {
        var text = source[position..end].Replace("_", "", StringComparison.Ordinal);
        position = end;
        return (kind, text);
    }

    private int NameEnd(int position)
    {
        while (position < source.Length && PythonText.RuneAt(source, position, out var width) is var rune && PythonText.IsWord(rune))
            position += width;
        return position;
    }

    /// <summary>Where digits end, underscores between them allowed; <paramref name="position"/> itself where there are none.</summary>
    private int DigitsEnd(int position, Func<char, bool> isDigit, bool startsInside = false)
    {
        for (var inside = startsInside; ; inside = true)
        {
            var digit = inside && position < source.Length && source[position] == '_' ? position + 1 : position;
            if (digit >= source.Length || !isDigit(source[digit]))
                return position;
            position = digit + 1;
        }
    }

    private int? FloatEnd(int start)
    {
        if (start > 0 && source[start - 1] == '.')
            return null;
        var end = DigitsEnd(start, char.IsAsciiDigit);
        var hasFraction = end < source.Length && source[end] == '.' && DigitsEnd(end + 1, char.IsAsciiDigit) > end + 1;
        if (hasFraction)
            end = DigitsEnd(end + 1, char.IsAsciiDigit);
        if (end < source.Length && source[end] is 'e' or 'E')
        {
            var exponent = end + 1 < source.Length && source[end + 1] is '+' or '-' ? end + 2 : end + 1;
            if (DigitsEnd(exponent, char.IsAsciiDigit) is var exponentEnd && exponentEnd > exponent)
                return exponentEnd;
        }

        return hasFraction ? end : null;
    }

    private int IntegerEnd(int start)
    {
        if (source[start] != '0')
            return DigitsEnd(start, char.IsAsciiDigit);
        Func<char, bool>? isDigit = (start + 1 < source.Length ? source[start + 1] : '\0') switch
        {
            'x' or 'X' => char.IsAsciiHexDigit,
            'o' or 'O' => c => c is >= '0' and <= '7',
            'b' or 'B' => c => c is '0' or '1',
            _ => null,
        };
        if (isDigit is not null && DigitsEnd(start + 2, isDigit, startsInside: true) is var end && end > start + 2)
            return end;
        return DigitsEnd(start, c => c == '0');
    }

    // Python's 'unicode-escape'. What is not ASCII is first written as an escape itself, so a backslash before it escapes that backslash.
    private static string Unescape(string text, int line)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;
        var builder = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                builder.Append(text[i]);
                continue;
            }

            var c = text[++i];
            switch (c)
            {
                case '\n':
                    break;
                case 'x' or 'u' or 'U':
                    var width = c switch { 'x' => 2, 'u' => 4, _ => 8 };
                    AppendCodePoint(builder, i + width < text.Length ? text.AsSpan(i + 1, width) : text.AsSpan(i + 1), width, line);
                    i += width;
                    break;
                case >= '0' and <= '7':
                    var octal = 0;
                    for (var digits = 0; digits < 3 && i < text.Length && text[i] is >= '0' and <= '7'; digits++, i++)
                        octal = (octal * 8) + (text[i] - '0');
                    i--;
                    builder.Append((char)octal);
                    break;
                case 'N':
                    throw TemplateException.Syntax("Characters by name (\\N) are not known.", line);
                case > '\x7f':
                    var rune = PythonText.RuneAt(text, i, out var units);
                    var (letter, format) = rune.Value < 0x100 ? ('x', "x2") : rune.Value < 0x10000 ? ('u', "x4") : ('U', "x8");
                    builder.Append('\\').Append(letter).Append(rune.Value.ToString(format, CultureInfo.InvariantCulture));
                    i += units - 1;
                    break;
                default:
                    var plain = c switch { 'a' => '\a', 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'v' => '\v', '\\' or '\'' or '"' => c, _ => '\0' };
                    if (plain == '\0')
                        builder.Append('\\').Append(c);
                    else
                        builder.Append(plain);
                    break;
            }
        }

        return builder.ToString();
    }

    private static void AppendCodePoint(StringBuilder builder, ReadOnlySpan<char> digits, int width, int line)
    {
        if (digits.Length != width || !int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value is < 0 or > 0x10ffff)
            throw TemplateException.Syntax("Invalid escape in a string.", line);
        if (value < 0x10000)
            builder.Append((char)value);
        else
            builder.Append(char.ConvertFromUtf32(value));
    }
}
