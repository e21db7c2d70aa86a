using System.Runtime.InteropServices;
using System.Text;
using ForensicKit.Inference.Tokenizers.Patterns;

namespace ForensicKit.Inference.Tokenizers.Normalizers;

/// <summary>Puts a text before any text that is not empty.</summary>
internal sealed class PrependNormalizer(int[] before) : INormalizer
{
    /// <inheritdoc/>
    public MappedText Apply(MappedText text, StepBudget budget) => text.Prepend(before);
}

/// <summary>Replaces the matches of a pattern; what is put in has the span of the last character of the match.</summary>
internal sealed class ReplaceNormalizer(IMatcher matcher, int[] content) : INormalizer
{
    /// <inheritdoc/>
    public MappedText Apply(MappedText text, StepBudget budget)
    {
        if (content.Length == 1 && matcher is LiteralMatcher { Literal: [var single] })
            return text.Points.AsSpan().Contains(single) ? text.Select(point => point == single ? content[0] : point) : text;
        var matches = new List<(int Start, int End)>();
        matcher.FindAll(text.Points, matches, budget);
        if (matches.Count == 0)
            return text;
        var builder = new MappedTextBuilder(text.Length + (matches.Count * content.Length));
        var at = 0;
        foreach (var (start, end) in matches)
        {
            builder.AddAll(text, at, start);
            foreach (var point in content)
            {
                if (end > 0)
                    builder.Add(point, text.StartOf(end - 1), text.EndOf(end - 1));
                else
                    builder.Add(point, text.Length > 0 ? text.StartOf(0) : 0, text.Length > 0 ? text.StartOf(0) : 0);
            }

            at = end;
        }

        builder.AddAll(text, at, text.Length);
        return builder.ToText();
    }
}

/// <summary>Rewrites a text as the characters of its bytes.</summary>
internal sealed class ByteLevelNormalizer : INormalizer
{
    /// <inheritdoc/>
    public MappedText Apply(MappedText text, StepBudget budget)
    {
        var rewritten = new List<RewrittenPoint>(text.Length * 2);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var point in text.Points)
        {
            var count = new Rune(point).EncodeToUtf8(bytes);
            for (var i = 0; i < count; i++)
                rewritten.Add(new(ByteAlphabet.PointOf(bytes[i]), i == 0 ? 0 : 1));
        }

        return text.Rewrite(CollectionsMarshal.AsSpan(rewritten));
    }
}
