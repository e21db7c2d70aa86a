namespace ForensicKit.Inference.Tokenizers.Patterns;

/// <summary>
/// A regular expression over Unicode code points. .NET's own work on UTF-16 units, where a letter beyond the basic plane is two halves and no letter.
/// </summary>
/// <remarks>
/// Backtracks, alternatives in order, as Oniguruma does; the steps that a text may take are bounded. Which of the alternatives can begin with an
/// ASCII character is known beforehand. Safe for use by several threads.
/// </remarks>
internal sealed class CodePointPattern : IMatcher
{
    private const int MaxAlternatives = 64;
    private readonly Instruction[] _program;
    private readonly int[] _alternatives;
    private readonly int[][] _byFirst = new int[128][];

    /// <exception cref="TokenizerFormatException">The pattern is broken, or uses what is not supported.</exception>
    public CodePointPattern(string pattern)
    {
        Source = pattern;
        _program = PatternParser.Parse(pattern);
        var alternatives = new List<int>();
        CollectAlternatives(0, alternatives);
        _alternatives = alternatives.Count <= MaxAlternatives ? [.. alternatives] : [0];
        for (var c = 0; c < _byFirst.Length; c++)
            _byFirst[c] = [.. _alternatives.Where(a => CanBeginWith(a, c, []))];
    }

    /// <summary>The pattern as it was written.</summary>
    public string Source { get; }

    /// <summary>The end of the match that begins at <paramref name="at"/>; -1 where none does.</summary>
    /// <param name="text">The text: nothing before or after it is seen.</param>
    /// <param name="at">Where to begin.</param>
    /// <exception cref="KitException">The pattern takes too many steps on this text.</exception>
    public int MatchEnd(ReadOnlySpan<int> text, int at)
    {
        var matcher = new PatternMatcher(_program, Source, text, stackalloc int[PatternMatcher.FirstFrames], new(text.Length));
        return matcher.Match(at < text.Length && text[at] < 128 ? _byFirst[text[at]] : _alternatives, at);
    }

    /// <inheritdoc/>
    /// <exception cref="KitException">The pattern takes too many steps on this text.</exception>
    public void FindAll(ReadOnlySpan<int> text, List<(int Start, int End)> matches, StepBudget budget)
    {
        var matcher = new PatternMatcher(_program, Source, text, stackalloc int[PatternMatcher.FirstFrames], budget);
        var last = -1;
        for (var at = 0; at <= text.Length && text.Length > 0;)
        {
            var end = matcher.Match(at < text.Length && text[at] < 128 ? _byFirst[text[at]] : _alternatives, at);
            // An empty match right after another is none.
            if (end < at || (end == at && at == last))
            {
                at++;
                continue;
            }

            matches.Add((at, end));
            last = end;
            at = end;
        }
    }

    // A choice at the very beginning is as good as alternatives.
    private void CollectAlternatives(int pc, List<int> alternatives)
    {
        while (_program[pc].Operation == Operation.Split && alternatives.Count <= MaxAlternatives)
        {
            CollectAlternatives(_program[pc].A, alternatives);
            pc = _program[pc].B;
        }

        alternatives.Add(pc);
    }

    // Whether the program from pc can match what begins with c, or nothing; yes where that is hard to tell.
    private bool CanBeginWith(int pc, int c, HashSet<int> seen)
    {
        while (seen.Add(pc))
        {
            var instruction = _program[pc];
            switch (instruction.Operation)
            {
                case Operation.Class:
                    return instruction.Set!.Contains(c);
                case Operation.Loop:
                    if (instruction.B > 0 && instruction.Set!.Contains(c))
                        return true;
                    if (instruction.A > 0)
                        return false;
                    pc++;
                    break;
                case Operation.Split:
                    if (CanBeginWith(instruction.A, c, seen))
                        return true;
                    pc = instruction.B;
                    break;
                case Operation.Jump:
                    pc = instruction.A;
                    break;
                case Operation.Ahead or Operation.NotAhead or Operation.Behind or Operation.NotBehind:
                    pc = instruction.A;
                    break;
                case Operation.AheadClass or Operation.Assert:
                    pc++;
                    break;
                default:
                    return true;
            }
        }

        return false;
    }
}
