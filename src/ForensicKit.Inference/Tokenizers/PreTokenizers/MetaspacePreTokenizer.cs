using ForensicKit.Inference.Tokenizers.Patterns;

namespace ForensicKit.Inference.Tokenizers.PreTokenizers;

/// <summary>Before what Metaspace puts its sign.</summary>
internal enum PrependScheme
{
    /// <summary>Before every piece.</summary>
    Always,

    /// <summary>Before the piece that begins the text.</summary>
    First,

    /// <summary>Before none.</summary>
    Never,
}

/// <summary>Writes a sign for spaces and before a text, and cuts before it where asked to.</summary>
internal sealed class MetaspacePreTokenizer(int sign, PrependScheme scheme, bool split) : IPreTokenizer
{
    private readonly SplitPreTokenizer _split = new(new LiteralMatcher([sign]), SplitBehaviour.MergedWithNext);

    /// <inheritdoc/>
    public TextPieces Apply(TextPieces pieces, StepBudget budget)
    {
        var builder = new MappedTextBuilder(pieces.Text.Length + pieces.Parts.Count);
        var parts = new List<(int, int)>(pieces.Parts.Count);
        foreach (var (start, end) in pieces.Parts)
        {
            var from = builder.Length;
            var first = pieces.Text.Points[start];
            var isMissing = first != ' ' && first != sign;
            if (isMissing && (scheme == PrependScheme.Always || (scheme == PrependScheme.First && pieces.Text.StartOf(start) == 0)))
                builder.Add(sign, pieces.Text.StartOf(start), pieces.Text.EndOf(start));
            for (var i = start; i < end; i++)
                builder.Add(pieces.Text.Points[i] == ' ' ? sign : pieces.Text.Points[i], pieces.Text.StartOf(i), pieces.Text.EndOf(i));
            parts.Add((from, builder.Length));
        }

        var whole = new TextPieces(builder.ToText(), parts);
        return split ? _split.Apply(whole, budget) : whole;
    }
}
