using System.Globalization;

namespace ForensicKit.Inference.Tokenizers.Patterns;

/// <summary>Parses the part of Oniguruma's syntax that tokenizers use into a program for <see cref="CodePointPattern"/>.</summary>
internal sealed partial class PatternParser
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

    /// <exception cref="TokenizerFormatException">The pattern is broken, or uses what is not supported; the message says what and where.</exception>
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
        while (Quantifier() is var (least, most))
        {
            // After braces, Oniguruma reads '+' as a second quantifier, and '?' too where the count is exact.
            var braces = _text[_at - 1] == '}';
            var kind = !(braces && least == most) && Next('?') ? Greed.Lazy : !braces && Next('+') ? Greed.Possessive : Greed.Greedy;
            if (nullable)
                throw Bad("a quantifier of what can match nothing");
            if (_program.Count == start + 1 && _program[start].Operation == Operation.Class)
                _program[start] = new(Operation.Loop, least, most, _program[start].Set, kind);
            else
                Repeat(start, least, most, kind);
            nullable = least == 0;
        }

        return nullable;
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

        if (Place() is { } place)
        {
            Add(new(Operation.Assert, (int)place));
            return true;
        }

        if (Next('\\'))
        {
            Add(new(Operation.Class, Set: Escape()));
            return false;
        }

        if (Peek() is '*' or '+' or '?')
            throw Bad($"'{(char)Peek()}' here");
        if (_ignoreCase && _at + 1 < _text.Length && CaseFolding.AreOneCharacter(_text[_at], _text[_at + 1]))
            throw Bad($"'{(char)_text[_at]}{(char)_text[_at + 1]}' in any case");
        Add(new(Operation.Class, Set: CodePointClass.Of(_text[_at++], _ignoreCase)));
        return false;
    }

    private Place? Place()
    {
        var place = (Peek(), _at + 1 < _text.Length ? _text[_at + 1] : -1) switch
        {
            ('^', _) => Patterns.Place.LineStart,
            ('$', _) => Patterns.Place.LineEnd,
            ('\\', 'A') => Patterns.Place.TextStart,
            ('\\', 'z') => Patterns.Place.TextEnd,
            ('\\', 'Z') => Patterns.Place.LastLineEnd,
            ('\\', 'b') => Patterns.Place.WordBoundary,
            ('\\', 'B') => Patterns.Place.NoWordBoundary,
            _ => default(Place?),
        };
        _at += place is null ? 0 : Peek() == '\\' ? 2 : 1;
        return place;
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
            else if (Peek() == '<' && _at + 1 < _text.Length && _text[_at + 1] is '=' or '!')
                look = _text[(_at += 2) - 1] == '=' ? Operation.Behind : Operation.NotBehind;
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
        if (look is Operation.Ahead or Operation.NotAhead && _program.Count == start + 2 && _program[start + 1].Operation == Operation.Class)
        {
            // One code point ahead needs no program of its own.
            _program[start] = new(Operation.AheadClass, look == Operation.Ahead ? 1 : 0, Set: _program[start + 1].Set);
            _program.RemoveAt(start + 1);
            return true;
        }

        var length = look is Operation.Behind or Operation.NotBehind ? Length(start + 1, _program.Count) : 0;
        Add(new(Operation.Accept));
        _program[start] = new(look.Value, _program.Count, length);
        return nullable || look != Operation.Atomic;
    }

    // How much a part of the program takes, the same on every way through it.
    private int Length(int pc, int end)
    {
        var length = 0;
        while (pc < end)
        {
            var instruction = _program[pc];
            switch (instruction.Operation)
            {
                case Operation.Class:
                    length++;
                    pc++;
                    break;
                case Operation.Loop when instruction.A == instruction.B:
                    length += instruction.A;
                    pc++;
                    break;
                case Operation.Split:
                    // Each alternative but the last ends in a jump to the common end.
                    var after = _program[instruction.B - 1].Operation == Operation.Jump ? _program[instruction.B - 1].A : -1;
                    if (after < instruction.B || Length(instruction.A, instruction.B - 1) is var first && first != Length(instruction.B, after))
                        throw Bad("a look behind of no fixed length");
                    length += first;
                    pc = after;
                    break;
                case Operation.AheadClass or Operation.Assert:
                    pc++;
                    break;
                case Operation.Ahead or Operation.NotAhead or Operation.Behind or Operation.NotBehind:
                    pc = instruction.A;
                    break;
                case Operation.Atomic:
                    length += Length(pc + 1, instruction.A - 1);
                    pc = instruction.A;
                    break;
                default:
                    throw Bad("a look behind of no fixed length");
            }
        }

        return length;
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
            ["", var most] => (0, Bound(most)),
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
                Operation.Jump or Operation.Ahead or Operation.NotAhead or Operation.Behind or Operation.NotBehind or Operation.Atomic => instruction with { A = instruction.A + by },
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

    private TokenizerFormatException Bad(string problem) =>
        new(string.Create(CultureInfo.InvariantCulture, $"the pattern '{_pattern}' has {problem}, which is not supported (character {Math.Min(_at, _text.Length)})"));
}
