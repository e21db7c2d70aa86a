
namespace ForensicKit.Inference.Engine;

/// <summary>A token whose probability is wanted.</summary>
/// <param name="Position">Position in its sequence of the token before it.</param>
/// <param name="Result">Index of the result it belongs to.</param>
/// <param name="Index">Its place in the result.</param>
/// <param name="Token">Its id.</param>
internal readonly record struct ScoringTarget(int Position, int Result, int Index, int Token);

/// <summary>What the model reads to answer one request, and what is wanted of it.</summary>
/// <param name="Tokens">The tokens; at least one.</param>
/// <param name="Regime">How its length changes the rotary frequencies: sequences that differ in this share nothing.</param>
/// <param name="Targets">What is wanted, by position.</param>
internal sealed record TokenSequence(int[] Tokens, int Regime, IReadOnlyList<ScoringTarget> Targets);

/// <summary>Tokens that one or more sequences have in common, after those of its parent.</summary>
internal sealed class TokenNode(TokenNode? parent, int start, int regime, int[] tokens)
{
    /// <summary>What comes before; null for a beginning.</summary>
    public TokenNode? Parent { get; } = parent;

    /// <summary>Position of the first token.</summary>
    public int Start { get; } = start;

    /// <summary>The regime of its sequences.</summary>
    public int Regime { get; } = regime;

    /// <summary>The tokens.</summary>
    public int[] Tokens { get; } = tokens;

    /// <summary>What may follow.</summary>
    public List<TokenNode> Children { get; } = [];

    /// <summary>What is wanted at its positions, in their order.</summary>
    public List<ScoringTarget> Targets { get; } = [];

    /// <summary>Where its keys and values lie while it has children to be run.</summary>
    public KeptTokens? Kept { get; set; }

    /// <summary>The nodes before it, from the beginning.</summary>
    public IEnumerable<TokenNode> Ancestors => Parent is null ? [] : Parent.Ancestors.Append(Parent);

    /// <summary>Cuts the node in two: its first half becomes a node of its own with the second as its only child.</summary>
    public TokenNode Halve()
    {
        var half = Tokens.Length / 2;
        var first = new TokenNode(Parent, Start, Regime, Tokens[..half]);
        var second = new TokenNode(first, Start + half, Regime, Tokens[half..]);
        foreach (var child in Children)
            second.Adopt(child);
        first.Children.Add(second);
        first.Targets.AddRange(Targets.Where(t => t.Position < second.Start));
        second.Targets.AddRange(Targets.Where(t => t.Position >= second.Start));
        return first;
    }

    private void Adopt(TokenNode child)
    {
        var copy = new TokenNode(this, child.Start, child.Regime, child.Tokens);
        copy.Targets.AddRange(child.Targets);
        foreach (var grandchild in child.Children)
            copy.Adopt(grandchild);
        Children.Add(copy);
    }
}

/// <summary>Arranges sequences so that what they begin with in common is read once.</summary>
internal static class TokenTree
{
    // Sharing fewer tokens costs more in copying than reading them again.
    private const int WorthSharing = 8;

    /// <summary>The beginnings.</summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="share">Whether to share at all.</param>
    public static IReadOnlyList<TokenNode> Make(IReadOnlyList<TokenSequence> sequences, bool share)
    {
        var roots = new List<TokenNode>();
        if (!share)
        {
            foreach (var sequence in sequences)
                roots.Add(Leaf(null, 0, sequence));
            return roots;
        }

        foreach (var regime in sequences.GroupBy(s => s.Regime).OrderBy(g => g.Key))
        {
            TokenSequence[] sorted = [.. regime];
            Array.Sort(sorted, (a, b) => TokenOrder.Comparer.Compare(a.Tokens, b.Tokens));
            Add(roots, null, sorted, 0);
        }

        return roots;
    }

    private static void Add(List<TokenNode> nodes, TokenNode? parent, ReadOnlySpan<TokenSequence> sorted, int from)
    {
        // Of sorted sequences, the first and the last have least in common.
        var common = sorted[0].Tokens.AsSpan().CommonPrefixLength(sorted[^1].Tokens);
        if (sorted.Length == 1)
        {
            nodes.Add(Leaf(parent, from, sorted[0]));
            return;
        }

        if (common - from >= WorthSharing || common == sorted[^1].Tokens.Length)
        {
            var node = new TokenNode(parent, from, sorted[0].Regime, sorted[0].Tokens[from..common]);
            foreach (var sequence in sorted)
                node.Targets.AddRange(sequence.Targets.Where(t => t.Position >= from && t.Position < common));
            node.Targets.Sort((a, b) => (a.Position, a.Result, a.Index).CompareTo((b.Position, b.Result, b.Index)));
            nodes.Add(node);
            // Those that end here are in the node.
            while (sorted.Length > 0 && sorted[0].Tokens.Length == common)
                sorted = sorted[1..];
            Divide(node.Children, node, sorted, common, common);
        }
        else
        {
            Divide(nodes, parent, sorted, common, from);
        }
    }

    // By the token at a position: sequences that have the same one may share more.
    private static void Divide(List<TokenNode> nodes, TokenNode? parent, ReadOnlySpan<TokenSequence> sorted, int position, int from)
    {
        while (sorted.Length > 0)
        {
            var end = 1;
            if (sorted[0].Tokens.Length > position)
            {
                while (end < sorted.Length && sorted[end].Tokens[position] == sorted[0].Tokens[position])
                    end++;
            }
            else
            {
                while (end < sorted.Length && sorted[end].Tokens.Length == position)
                    end++;
            }

            Add(nodes, parent, sorted[..end], from);
            sorted = sorted[end..];
        }
    }

    private static TokenNode Leaf(TokenNode? parent, int from, TokenSequence sequence)
    {
        var node = new TokenNode(parent, from, sequence.Regime, sequence.Tokens[from..]);
        // What is before lies in the nodes before; where sequences share too little for one, it is said by each.
        node.Targets.AddRange(sequence.Targets.Where(t => t.Position >= from));
        return node;
    }
}
