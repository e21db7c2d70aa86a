using System.Globalization;
using ForensicKit.Inference.Tokenizers.Unicode;

namespace ForensicKit.Inference.Tokenizers.Patterns;

/// <summary>Sets of code points in a pattern.</summary>
internal sealed partial class PatternParser
{
    private CodePointClass Bracket()
    {
        if (++_depth > MaxDepth)
            throw Bad("classes nested too deeply");
        var negated = Next('^');
        CodePointClass? within = null;
        var ranges = new List<(int, int)>();
        var others = new List<CodePointClass>();
        var start = _at;
        while (true)
        {
            if (_at >= _text.Length)
                throw Bad("a '[' without its ']'");
            if (_at == start && Peek() == ']')
                throw Bad("an empty class");
            if (Next(']'))
                break;
            if (Peek() == '&' && _at + 1 < _text.Length && _text[_at + 1] == '&')
            {
                // What came before and what follows must both have a code point.
                _at += 2;
                within = new([.. ranges], 0, [.. others], negated: false, _ignoreCase, within);
                (ranges, others) = ([], []);
            }
            else
            {
                Member(ranges, others);
            }
        }

        _depth--;
        return new([.. ranges], 0, [.. others], negated, _ignoreCase, within);
    }

    private void Member(List<(int, int)> ranges, List<CodePointClass> others)
    {
        if (Next('['))
        {
            others.Add(Peek() == ':' ? Posix() : Bracket());
        }
        else if (Next('\\'))
        {
            var escaped = Escape(out var single);
            if (single is { } low && RangeFollows())
                ranges.Add(RangeFrom(low));
            else
                others.Add(escaped);
        }
        else
        {
            var c = _text[_at++];
            ranges.Add(RangeFollows() ? RangeFrom(c) : (c, c));
        }
    }

    // [:alpha:], after its first bracket.
    private CodePointClass Posix()
    {
        _at++;
        var negated = Next('^');
        var name = Until(':');
        if (!Next(']'))
            throw Bad("a '[:' without its ':]'");
        // Unlike the property of this name, it has symbols too.
        return name == "punct" ? new([], CodePointClass.Mask("P") | CodePointClass.Mask("S"), [], negated, ignoreCase: false) : Property(name, negated);
    }

    private bool RangeFollows() => _at + 1 < _text.Length && Peek() == '-' && _text[_at + 1] != ']';

    private (int, int) RangeFrom(int low)
    {
        _at++;
        var high = _text[_at++];
        if (high == '\\')
        {
            Escape(out var single);
            high = single ?? throw Bad("a range that ends in a class");
        }

        return high >= low ? (low, high) : throw Bad("a range that ends before it begins");
    }

    private CodePointClass Escape() => Escape(out _);

    private CodePointClass Escape(out int? single)
    {
        single = null;
        if (_at >= _text.Length)
            throw Bad("a '\\' at the end");
        var c = _text[_at++];
        switch (c)
        {
            case 's':
                return CodePointClass.Space;
            case 'S':
                return CodePointClass.Space.Not();
            case 'd':
                return CodePointClass.Digit;
            case 'D':
                return CodePointClass.Digit.Not();
            case 'w':
                return CodePointClass.Word;
            case 'W':
                return CodePointClass.Word.Not();
            case 'p' or 'P':
                return Category(negated: c == 'P');
            case 'n':
                single = '\n';
                break;
            case 'r':
                single = '\r';
                break;
            case 't':
                single = '\t';
                break;
            case 'f':
                single = '\f';
                break;
            case 'v':
                single = '\v';
                break;
            case 'x':
                single = Hexadecimal(2);
                break;
            case 'u':
                single = Hexadecimal(4);
                break;
            case < 128 when char.IsAsciiLetterOrDigit((char)c):
                throw Bad($"the escape '\\{(char)c}'");
            default:
                single = c;
                break;
        }

        return CodePointClass.Of(single.Value, _ignoreCase);
    }

    private CodePointClass Category(bool negated)
    {
        if (!Next('{'))
            throw Bad("a category without braces");
        negated ^= Next('^');
        return Property(Until('}'), negated);
    }

    private CodePointClass Property(string name, bool negated)
    {
        var mask = CodePointClass.Mask(name);
        if (mask != 0)
            return new([], mask, [], negated, ignoreCase: false);
        var set = UnicodeClasses.Property(name) ?? throw Bad($"the property '{name}'");
        return negated ? set.Not() : set;
    }

    private int Hexadecimal(int length)
    {
        var digits = Next('{') ? Until('}') : new string([.. Enumerable.Range(0, length).Select(_ => _at < _text.Length ? (char)_text[_at++] : '?')]);
        return int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 0x10ffff
            ? value
            : throw Bad("a broken hexadecimal code point");
    }

    private string Until(char end)
    {
        var start = _at;
        while (_at < _text.Length && Peek() != end)
            _at++;
        var text = CodePoints.Text(_text.AsSpan(start, _at - start));
        return Next(end) ? text : throw Bad($"a missing '{end}'");
    }
}
