using System.Globalization;

namespace ForensicKit.Inference.Tokenizers.Patterns;

/// <summary>Parses the part of Oniguruma's syntax that tokenizers use into a program for <see cref="CodePointPattern"/>.</summary>
internal sealed class PatternParser
{
    private const int MaxInstructions = 10_000;
    private const int MaxDepth = 50;
    private readonly string _pattern;
    private readonly int[] _text;
    private readonly List<Instruction> _program = [];
    private int _at;
    private int _depth;
    private bool _ignoreCase;

    private PatternParser(string pattern)
    {
        _pattern = pattern;
        _text = CodePoints.Of(pattern);
    }

    /// <exception cref="FormatException">The pattern is broken, or uses what is not supported; the message says what and where.</exception>
    public static Instruction[] Parse(string pattern)
    {
        var parser = new PatternParser(pattern);
        parser.Alternatives();
        if (parser._at < parser._text.Length)
            throw parser.Bad("a ')' without its '('");
        parser.Add(new(Operation.Accept));
        return [.. parser._program];
    }

    // Returns whether what was parsed can match nothing.
    private bool Alternatives()
    {
        if (++_depth > MaxDepth)
            throw Bad("groups nested too deeply");
        var start = _program.Count;
        var ends = new List<int>();
        var nullable = Sequence();
        while (Next('|'))
        {
            _program.Insert(start, default);
            Shift(start, _program.Count, 1);
            ends.Add(_program.Count);
            Add(default);
            _program[start] = new(Operation.Split, start + 1, _program.Count);
            start = _program.Count;
            nullable |= Sequence();
        }

        foreach (var end in ends)
            _program[end] = new(Operation.Jump, _program.Count);
        _depth--;
        return nullable;
    }

    private bool Sequence()
    {
        var nullable = true;
        while (_at < _text.Length && Peek() is not ('|' or ')'))
            nullable &= Quantified();
        return nullable;
    }

    private bool Quantified()
    {
        var start = _program.Count;
        var nullable = Atom();
        if (Quantifier() is not var (least, most))
            return nullable;
        // After braces, Oniguruma reads '+' as a second quantifier, and '?' too where the count is exact.
        var braces = _text[_at - 1] == '}';
        var kind = !(braces && least == most) && Next('?') ? Greed.Lazy : !braces && Next('+') ? Greed.Possessive : Greed.Greedy;
        if (Quantifier() is not null)
            throw Bad("a quantifier of a quantifier");
        if (nullable)
            throw Bad("a quantifier of what can match nothing");
        if (_program.Count == start + 1 && _program[start].Operation == Operation.Class)
            _program[start] = new(Operation.Loop, least, most, _program[start].Set, kind);
        else
            Repeat(start, least, most, kind);
        return least == 0;
    }

    // Copies of what begins at start: the required ones, then optional ones or a loop.
    private void Repeat(int start, int least, int most, Greed kind)
    {
        var body = _program.GetRange(start, _program.Count - start);
        _program.RemoveRange(start, body.Count);
        if (kind == Greed.Possessive)
            Add(new(Operation.Atomic));
        for (var i = 0; i < least; i++)
            Append(body, start);
        if (most == int.MaxValue)
        {
            var loop = _program.Count;
            Add(default);
            Append(body, start);
            Add(new(Operation.Jump, loop));
            _program[loop] = Choice(loop + 1, _program.Count, kind);
        }
        else
        {
            var choices = new List<int>();
            for (var i = least; i < most; i++)
            {
                choices.Add(_program.Count);
                Add(default);
                Append(body, start);
            }

            foreach (var choice in choices)
                _program[choice] = Choice(choice + 1, _program.Count, kind);
        }

        if (kind == Greed.Possessive)
        {
            Add(new(Operation.Accept));
            _program[start] = new(Operation.Atomic, _program.Count);
        }
    }

    private static Instruction Choice(int body, int after, Greed kind) =>
        kind == Greed.Lazy ? new(Operation.Split, after, body) : new(Operation.Split, body, after);

    private bool Atom()
    {
        if (Next('('))
            return Group();
        if (Next('['))
        {
            Add(new(Operation.Class, Set: Bracket()));
            return false;
        }

        if (Next('.'))
        {
            Add(new(Operation.Class, Set: CodePointClass.Of('\n').Not()));
            return false;
        }

        if (Next('\\'))
        {
            Add(new(Operation.Class, Set: Escape()));
            return false;
        }

        if (Peek() is '*' or '+' or '?' or '^' or '$')
            throw Bad($"'{(char)Peek()}' here");
        Add(new(Operation.Class, Set: CodePointClass.Of(_text[_at++], _ignoreCase)));
        return false;
    }

    private bool Group()
    {
        var outer = _ignoreCase;
        Operation? look = null;
        if (Next('?'))
        {
            if (Next('='))
                look = Operation.Ahead;
            else if (Next('!'))
                look = Operation.NotAhead;
            else if (Next('>'))
                look = Operation.Atomic;
            else if (Next('i'))
                _ignoreCase = Next(':') ? true : throw Bad("an option for the rest of a group");
            else if (!Next(':'))
                throw Bad("a group of this kind");
        }

        var start = _program.Count;
        if (look is not null)
            Add(default);
        var nullable = Alternatives();
        if (!Next(')'))
            throw Bad("a '(' without its ')'");
        _ignoreCase = outer;
        if (look is null)
            return nullable;
        Add(new(Operation.Accept));
        _program[start] = new(look.Value, _program.Count);
        return nullable || look != Operation.Atomic;
    }

    private CodePointClass Bracket()
    {
        var negated = Next('^');
        var ranges = new List<(int, int)>();
        var others = new List<CodePointClass>();
        var first = true;
        while (!Next(']'))
        {
            if (_at >= _text.Length)
                throw Bad("a '[' without its ']'");
            if (first && Peek() == ']')
                throw Bad("an empty class");
            first = false;
            if (Peek() == '[' || (Peek() == '&' && _at + 1 < _text.Length && _text[_at + 1] == '&'))
                throw Bad("a class inside a class");
            if (Next('\\'))
            {
                var escaped = Escape(out var single);
                if (single is not { } low || !RangeFollows())
                {
                    others.Add(escaped);
                    continue;
                }

                ranges.Add(RangeFrom(low));
                continue;
            }

            var c = _text[_at++];
            ranges.Add(RangeFollows() ? RangeFrom(c) : (c, c));
        }

        return new([.. ranges], 0, [.. others], negated, _ignoreCase);
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
            case 'x':
                single = Hexadecimal();
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
        var name = Until('}');
        var mask = CodePointClass.Mask(name);
        if (mask == 0)
            throw Bad($"the property '{name}'");
        return new([], mask, [], negated, ignoreCase: false);
    }

    private int Hexadecimal()
    {
        var digits = Next('{') ? Until('}') : new string([.. Enumerable.Range(0, 2).Select(_ => _at < _text.Length ? (char)_text[_at++] : '?')]);
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

    private (int Least, int Most)? Quantifier()
    {
        if (Next('*'))
            return (0, int.MaxValue);
        if (Next('+'))
            return (1, int.MaxValue);
        if (Next('?'))
            return (0, 1);
        if (!Next('{'))
            return null;
        var parts = Until('}').Split(',');
        int Bound(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= 1000 ? value : throw Bad("a broken quantifier");
        return parts switch
        {
            [var exact] => (Bound(exact), Bound(exact)),
            [var least, ""] => (Bound(least), int.MaxValue),
            [var least, var most] when Bound(least) <= Bound(most) => (Bound(least), Bound(most)),
            _ => throw Bad("a broken quantifier"),
        };
    }

    private void Append(List<Instruction> body, int origin)
    {
        var at = _program.Count;
        foreach (var instruction in body)
            Add(instruction);
        Shift(at, _program.Count, at - origin);
    }

    // Moves the targets of jumps inside a part of the program that was moved itself.
    private void Shift(int from, int to, int by)
    {
        for (var i = from; i < to; i++)
        {
            var instruction = _program[i];
            _program[i] = instruction.Operation switch
            {
                Operation.Jump or Operation.Ahead or Operation.NotAhead or Operation.Atomic => instruction with { A = instruction.A + by },
                Operation.Split => instruction with { A = instruction.A + by, B = instruction.B + by },
                _ => instruction,
            };
        }
    }

    private void Add(Instruction instruction)
    {
        if (_program.Count >= MaxInstructions)
            throw Bad("too large a pattern");
        _program.Add(instruction);
    }

    private int Peek() => _at < _text.Length ? _text[_at] : -1;

    private bool Next(int c)
    {
        if (Peek() != c)
            return false;
        _at++;
        return true;
    }

    private FormatException Bad(string problem) =>
        new(string.Create(CultureInfo.InvariantCulture, $"the pattern '{_pattern}' has {problem}, which is not supported (character {Math.Min(_at, _text.Length)})"));
}
