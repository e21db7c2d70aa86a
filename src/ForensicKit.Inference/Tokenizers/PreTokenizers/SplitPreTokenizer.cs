using ForensicKit.Inference.Tokenizers.Patterns;

namespace ForensicKit.Inference.Tokenizers.PreTokenizers;

/// <summary>What becomes of the matches of a pattern that cuts.</summary>
internal enum SplitBehaviour
{
    /// <summary>They are dropped.</summary>
    Removed,

    /// <summary>Each is a piece.</summary>
    Isolated,

    /// <summary>Each ends the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>Each begins the piece after it.</summary>
    MergedWithNext,

    /// <summary>Those beside each other are one piece.</summary>
    Contiguous,
}

/// <summary>Cuts at the matches of a pattern.</summary>
internal sealed class SplitPreTokenizer(IMatcher matcher, SplitBehaviour behaviour, bool invert = false) : IPreTokenizer
{
    /// <inheritdoc/>
    public TextPieces Apply(TextPieces pieces, StepBudget budget)
    {
        var parts = new List<(int Start, int End)>(pieces.Parts.Count * 2);
        var matches = new List<(int Start, int End)>();
        foreach (var (start, end) in pieces.Parts)
        {
            matches.Clear();
            matcher.FindAll(pieces.Text.Points.AsSpan(start, end - start), matches, budget);
            Cut(matches, start, end, parts);
        }

        return pieces with { Parts = parts };
    }

    private void Cut(List<(int Start, int End)> matches, int start, int end, List<(int Start, int End)> parts)
    {
        var first = parts.Count;
        if (behaviour == SplitBehaviour.MergedWithNext)
            CutFromEnd(matches, start, end, parts);
        else
            CutFromStart(matches, start, end, parts);

        // An empty match is a place to cut at, and then gone.
        var kept = first;
        for (var i = first; i < parts.Count; i++)
        {
            if (parts[i].End > parts[i].Start)
                parts[kept++] = parts[i];
        }

        parts.RemoveRange(kept, parts.Count - kept);
    }

    private void CutFromStart(List<(int Start, int End)> matches, int start, int end, List<(int Start, int End)> parts)
    {
        var first = parts.Count;
        var before = false;
        var at = start;
        foreach (var (from, to) in matches)
        {
            if (start + from > at)
                Add(at, start + from, invert);
            Add(start + from, start + to, !invert);
            at = start + to;
        }

        if (at < end)
            Add(at, end, invert);

        void Add(int from, int to, bool match)
        {
            var joins = behaviour switch
            {
                SplitBehaviour.MergedWithPrevious => match && !before,
                SplitBehaviour.Contiguous => match == before,
                _ => false,
            };
            if (joins && parts.Count > first)
                parts[^1] = (parts[^1].Start, to);
            else if (!(behaviour == SplitBehaviour.Removed && match))
                parts.Add((from, to));
            before = match;
        }
    }

    // MergedWithPrevious, seen from the end: a match joins the piece after it unless that begins with a match itself.
    private void CutFromEnd(List<(int Start, int End)> matches, int start, int end, List<(int Start, int End)> parts)
    {
        var first = parts.Count;
        var after = false;
        var at = end;
        for (var i = matches.Count - 1; i >= 0; i--)
        {
            if (start + matches[i].End < at)
                Add(start + matches[i].End, at, invert);
            Add(start + matches[i].Start, start + matches[i].End, !invert);
            at = start + matches[i].Start;
        }

        if (at > start)
            Add(start, at, invert);
        parts.Reverse(first, parts.Count - first);

        void Add(int from, int to, bool match)
        {
            if (match && !after && parts.Count > first)
                parts[^1] = (from, parts[^1].End);
            else
                parts.Add((from, to));
            after = match;
        }
    }
}
