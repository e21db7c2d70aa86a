namespace ForensicKit.Inference.Tokenizers.Patterns;

/// <summary>Finds what cuts a text or is replaced in it.</summary>
internal interface IMatcher
{
    /// <summary>Adds all matches from left to right, none overlapping another.</summary>
    /// <param name="text">The text: nothing before or after it is seen.</param>
    /// <param name="matches">Where they are added.</param>
    /// <param name="budget">Steps that are left.</param>
    void FindAll(ReadOnlySpan<int> text, List<(int Start, int End)> matches, StepBudget budget);
}

/// <summary>Finds a literal text.</summary>
internal sealed class LiteralMatcher(int[] literal) : IMatcher
{
    /// <summary>The text, not empty.</summary>
    public int[] Literal => literal;

    /// <inheritdoc/>
    public void FindAll(ReadOnlySpan<int> text, List<(int Start, int End)> matches, StepBudget budget)
    {
        for (var at = 0; text[at..].IndexOf(literal) is >= 0 and var found;)
        {
            matches.Add((at + found, at + found + literal.Length));
            at += found + literal.Length;
        }
    }
}

/// <summary>Finds single code points of a set.</summary>
internal sealed class ClassMatcher(CodePointClass set) : IMatcher
{
    /// <inheritdoc/>
    public void FindAll(ReadOnlySpan<int> text, List<(int Start, int End)> matches, StepBudget budget)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (set.Contains(text[at]))
                matches.Add((at, at + 1));
        }
    }
}

/// <summary>Finds runs of code points of one of several sets: the first that has a run's first code point.</summary>
internal sealed class RunMatcher(params CodePointClass[] sets) : IMatcher
{
    /// <inheritdoc/>
    public void FindAll(ReadOnlySpan<int> text, List<(int Start, int End)> matches, StepBudget budget)
    {
        for (var at = 0; at < text.Length;)
        {
            var start = at++;
            foreach (var set in sets)
            {
                if (!set.Contains(text[start]))
                    continue;
                while (at < text.Length && set.Contains(text[at]))
                    at++;
                matches.Add((start, at));
                break;
            }
        }
    }
}
