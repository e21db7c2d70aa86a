namespace ForensicKit.Inference.Tokenizers.Patterns;

/// <summary>What an instruction of a pattern's program does.</summary>
internal enum Operation
{
    /// <summary>Takes one code point of <see cref="Instruction.Set"/>.</summary>
    Class,

    /// <summary>Takes A to B code points of <see cref="Instruction.Set"/>.</summary>
    Loop,

    /// <summary>Goes on at A, and where that fails at B.</summary>
    Split,

    /// <summary>Goes on at A.</summary>
    Jump,

    /// <summary>Goes on at A if the program that follows would match here.</summary>
    Ahead,

    /// <summary>Goes on at A if the program that follows would not match here.</summary>
    NotAhead,

    /// <summary>Takes what the program that follows matches first, without going back into it, and goes on at A.</summary>
    Atomic,

    /// <summary>The end of a program: it matched.</summary>
    Accept,
}

/// <summary>How much a quantifier takes.</summary>
internal enum Greed
{
    /// <summary>As much as possible, giving back.</summary>
    Greedy,

    /// <summary>As little as possible.</summary>
    Lazy,

    /// <summary>As much as possible, giving nothing back.</summary>
    Possessive,
}

/// <summary>One instruction.</summary>
internal readonly record struct Instruction(Operation Operation, int A = 0, int B = 0, CodePointClass? Set = null, Greed Greed = Greed.Greedy);

/// <summary>
/// A regular expression over Unicode code points. .NET's own work on UTF-16 units, where a letter beyond the basic plane is two halves and no letter.
/// </summary>
/// <remarks>Backtracks, alternatives in order, as Oniguruma does; the steps of one match are bounded. Safe for use by several threads.</remarks>
internal sealed class CodePointPattern
{
    private const long MaxSteps = 50_000_000;
    private const int MaxFrames = 1 << 21;
    private readonly Instruction[] _program;

    /// <exception cref="FormatException">The pattern is broken, or uses what is not supported.</exception>
    public CodePointPattern(string pattern)
    {
        Source = pattern;
        _program = PatternParser.Parse(pattern);
    }

    /// <summary>The pattern as it was written.</summary>
    public string Source { get; }

    /// <summary>The end of the match that begins at <paramref name="at"/>; -1 where none does.</summary>
    /// <param name="text">The text: nothing before or after it is seen.</param>
    /// <param name="at">Where to begin.</param>
    /// <exception cref="KitException">The pattern takes too many steps on this text.</exception>
    public int MatchEnd(ReadOnlySpan<int> text, int at)
    {
        var steps = 0L;
        return Run(text, 0, at, ref steps);
    }

    private int Run(ReadOnlySpan<int> text, int start, int at, ref long steps)
    {
        // Frames to go back to: instruction, lowest and highest position (the same for a split).
        Span<int> stack = stackalloc int[96];
        var used = 0;
        var pc = start;
        while (true)
        {
            if (++steps > MaxSteps)
                throw new KitException($"The tokenizer's pattern '{Source}' takes too long on a text.");
            var instruction = _program[pc];
            var matched = true;
            switch (instruction.Operation)
            {
                case Operation.Class:
                    matched = at < text.Length && instruction.Set!.Contains(text[at]);
                    at++;
                    pc++;
                    break;
                case Operation.Loop:
                    steps -= at;
                    matched = Loop(text, instruction, ref at, out var low, out var high);
                    steps += Math.Max(at, high);
                    pc++;
                    if (matched && low <= high)
                        Push(ref stack, ref used, instruction.Greed == Greed.Lazy ? ~pc : pc, low, high);
                    break;
                case Operation.Split:
                    Push(ref stack, ref used, instruction.B, at, at);
                    pc = instruction.A;
                    break;
                case Operation.Jump:
                    pc = instruction.A;
                    break;
                case Operation.Ahead or Operation.NotAhead:
                    matched = Run(text, pc + 1, at, ref steps) >= 0 == (instruction.Operation == Operation.Ahead);
                    pc = instruction.A;
                    break;
                case Operation.Atomic:
                    at = Run(text, pc + 1, at, ref steps);
                    matched = at >= 0;
                    pc = instruction.A;
                    break;
                default:
                    return at;
            }

            if (matched)
                continue;
            if (used == 0)
                return -1;
            var (frame, first, last) = (stack[used - 3], stack[used - 2], stack[used - 1]);
            // Lazy loops give more each time, others less. A frame holds positions that are still to be tried.
            (pc, at) = frame < 0 ? (~frame, first) : (frame, last);
            if (first == last)
                used -= 3;
            else if (frame < 0)
                stack[used - 2] = first + 1;
            else
                stack[used - 1] = last - 1;
        }
    }

    // Leaves at where the first try stands and low to high the positions for later ones (none where low > high).
    private static bool Loop(ReadOnlySpan<int> text, Instruction loop, ref int at, out int low, out int high)
    {
        var end = loop.B > text.Length - at ? text.Length : at + loop.B;
        var reached = at;
        while (reached < end && loop.Set!.Contains(text[reached]))
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

    private static void Push(ref Span<int> stack, ref int used, int frame, int low, int high)
    {
        if (used + 3 > stack.Length)
        {
            if (used >= MaxFrames * 3)
                throw new KitException("The tokenizer's pattern takes too much memory on a text.");
            var larger = new int[Math.Min(stack.Length * 2, MaxFrames * 3)];
            stack[..used].CopyTo(larger);
            stack = larger;
        }

        (stack[used], stack[used + 1], stack[used + 2]) = (frame, low, high);
        used += 3;
    }
}
