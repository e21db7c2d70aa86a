namespace ForensicKit.Inference.Tokenizers.Patterns;

/// <summary>Runs a pattern's program on one text.</summary>
/// <param name="program">The program.</param>
/// <param name="source">The pattern, for messages.</param>
/// <param name="text">The text.</param>
/// <param name="stack">Room for the first places to go back to.</param>
/// <param name="budget">Steps that are left.</param>
internal ref struct PatternMatcher(Instruction[] program, string source, ReadOnlySpan<int> text, Span<int> stack, StepBudget budget)
{
    /// <summary>Room for 32 places.</summary>
    public const int FirstFrames = 96;

    private const int MaxFrames = 1 << 21;
    private const int MaxDepth = 100;
    private readonly ReadOnlySpan<int> _text = text;
    private Span<int> _stack = stack;
    private long _stepsLeft = budget.Left;

    /// <summary>The end of the first of the alternatives that matches at <paramref name="at"/>; −1 where none does.</summary>
    public int Match(ReadOnlySpan<int> alternatives, int at)
    {
        var end = -1;
        for (var i = 0; i < alternatives.Length && end < 0; i++)
            end = Run(alternatives[i], at, 0, 0);
        budget.Left = _stepsLeft;
        return end;
    }

    private int Run(int pc, int at, int bottom, int depth)
    {
        // Frames to go back to: instruction, lowest and highest position (the same for a split).
        var used = bottom;
        if (depth > MaxDepth)
            throw new KitException($"The tokenizer's pattern '{source}' nests too deeply on a text.");
        while (true)
        {
            if (--_stepsLeft < 0)
                throw new KitException($"The tokenizer's pattern '{source}' takes too long on a text.");
            ref readonly var instruction = ref program[pc];
            var matched = true;
            switch (instruction.Operation)
            {
                case Operation.Class:
                    matched = at < _text.Length && instruction.Set!.Contains(_text[at]);
                    at++;
                    pc++;
                    break;
                case Operation.Loop:
                    var from = at;
                    matched = Loop(instruction, ref at, out var low, out var high);
                    _stepsLeft -= Math.Max(at, high) - from;
                    pc++;
                    if (matched && low <= high)
                        Push(ref used, instruction.Greed == Greed.Lazy ? ~pc : pc, low, high);
                    break;
                case Operation.Split:
                    Push(ref used, instruction.B, at, at);
                    pc = instruction.A;
                    break;
                case Operation.Jump:
                    pc = instruction.A;
                    break;
                case Operation.AheadClass:
                    matched = (at < _text.Length && instruction.Set!.Contains(_text[at])) == (instruction.A == 1);
                    pc++;
                    break;
                case Operation.Assert:
                    matched = IsAt((Place)instruction.A, at);
                    pc++;
                    break;
                case Operation.Ahead or Operation.NotAhead:
                    matched = Run(pc + 1, at, used, depth + 1) >= 0 == (instruction.Operation == Operation.Ahead);
                    pc = instruction.A;
                    break;
                case Operation.Behind or Operation.NotBehind:
                    matched = (at >= instruction.B && Run(pc + 1, at - instruction.B, used, depth + 1) == at) == (instruction.Operation == Operation.Behind);
                    pc = instruction.A;
                    break;
                case Operation.Atomic:
                    at = Run(pc + 1, at, used, depth + 1);
                    matched = at >= 0;
                    pc = instruction.A;
                    break;
                default:
                    return at;
            }

            if (matched)
                continue;
            if (used == bottom)
                return -1;
            var (frame, first, last) = (_stack[used - 3], _stack[used - 2], _stack[used - 1]);
            // Lazy loops give more each time, others less. A frame holds positions that are still to be tried.
            (pc, at) = frame < 0 ? (~frame, first) : (frame, last);
            if (first == last)
                used -= 3;
            else if (frame < 0)
                _stack[used - 2] = first + 1;
            else
                _stack[used - 1] = last - 1;
        }
    }

    // Leaves at where the first try stands and low to high the positions for later ones (none where low > high).
    private readonly bool Loop(in Instruction loop, ref int at, out int low, out int high)
    {
        var end = loop.B > _text.Length - at ? _text.Length : at + loop.B;
        var reached = at;
        var set = loop.Set!;
        while (reached < end && set.Contains(_text[reached]))
            reached++;
        var least = at + loop.A;
        (low, high) = (0, -1);
        if (reached < least)
            return false;
        if (loop.Greed == Greed.Possessive || least == reached)
        {
            at = reached;
            return true;
        }

        at = loop.Greed == Greed.Lazy ? least : reached;
        (low, high) = loop.Greed == Greed.Lazy ? (least + 1, reached) : (least, reached - 1);
        return true;
    }

    private readonly bool IsAt(Place place, int at) => place switch
    {
        Place.LineStart => at == 0 || (_text[at - 1] == '\n' && at < _text.Length),
        Place.LineEnd => at == _text.Length || _text[at] == '\n',
        Place.TextStart => at == 0,
        Place.TextEnd => at == _text.Length,
        Place.LastLineEnd => at == _text.Length || (at == _text.Length - 1 && _text[at] == '\n'),
        Place.WordBoundary => IsWord(at - 1) != IsWord(at),
        _ => IsWord(at - 1) == IsWord(at),
    };

    private readonly bool IsWord(int at) => at >= 0 && at < _text.Length && CodePointClass.Word.Contains(_text[at]);

    private void Push(ref int used, int frame, int low, int high)
    {
        if (used + 3 > _stack.Length)
        {
            if (used >= MaxFrames * 3)
                throw new KitException($"The tokenizer's pattern '{source}' takes too much memory on a text.");
            var larger = new int[Math.Min(_stack.Length * 2, MaxFrames * 3)];
            _stack[..used].CopyTo(larger);
            _stack = larger;
        }

        (_stack[used], _stack[used + 1], _stack[used + 2]) = (frame, low, high);
        used += 3;
    }
}
