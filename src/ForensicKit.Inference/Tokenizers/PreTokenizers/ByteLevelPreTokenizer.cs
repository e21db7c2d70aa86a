using System.Text;
using ForensicKit.Inference.Tokenizers.Patterns;

namespace ForensicKit.Inference.Tokenizers.PreTokenizers;

/// <summary>Rewrites pieces as the characters of their bytes, after cutting them by GPT-2's pattern where asked to.</summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool usePattern) : IPreTokenizer
{
    private static readonly CodePointPattern s_pattern = new(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+");
    private static readonly SplitPreTokenizer s_split = new(s_pattern, SplitBehaviour.Isolated);

    /// <summary>The same without the rewriting, for a model that takes the bytes itself.</summary>
    public IPreTokenizer WithoutBytes { get; } = new Cutting(addPrefixSpace, usePattern);

    /// <inheritdoc/>
    public TextPieces Apply(TextPieces pieces, StepBudget budget)
    {
        var cut = WithoutBytes.Apply(pieces, budget);
        var builder = new MappedTextBuilder(cut.Text.Length + 16);
        var parts = new List<(int, int)>(cut.Parts.Count);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var (start, end) in cut.Parts)
        {
            var from = builder.Length;
            for (var i = start; i < end; i++)
            {
                var count = new Rune(cut.Text.Points[i]).EncodeToUtf8(bytes);
                for (var b = 0; b < count; b++)
                    builder.Add(ByteAlphabet.PointOf(bytes[b]), cut.Text.StartOf(i), cut.Text.EndOf(i));
            }

            parts.Add((from, builder.Length));
        }

        return new(builder.ToText(), parts);
    }

    private sealed class Cutting(bool addPrefixSpace, bool usePattern) : IPreTokenizer
    {
        public TextPieces Apply(TextPieces pieces, StepBudget budget)
        {
            var spaced = addPrefixSpace ? Spaced(pieces) : pieces;
            return usePattern ? s_split.Apply(spaced, budget) : spaced;
        }

        // The space has the span of the character it stands before.
        private static TextPieces Spaced(TextPieces pieces)
        {
            var builder = new MappedTextBuilder(pieces.Text.Length + pieces.Parts.Count);
            var parts = new List<(int, int)>(pieces.Parts.Count);
            foreach (var (start, end) in pieces.Parts)
            {
                var from = builder.Length;
                if (pieces.Text.Points[start] != ' ')
                    builder.Add(' ', pieces.Text.StartOf(start), pieces.Text.EndOf(start));
                builder.AddAll(pieces.Text, start, end);
                parts.Add((from, builder.Length));
            }

            return new(builder.ToText(), parts);
        }
    }
}
