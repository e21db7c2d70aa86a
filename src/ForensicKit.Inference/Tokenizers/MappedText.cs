using System.Runtime.InteropServices;

namespace ForensicKit.Inference.Tokenizers;

/// <summary>A code point of a rewritten text and how it came about.</summary>
/// <param name="Point">The code point.</param>
/// <param name="Change">
/// 0 for one that stands in the place of the next old one; above 0 for one that was put in; −n for one that stands in the place of the next old
/// one and of n more.
/// </param>
internal readonly record struct RewrittenPoint(int Point, int Change);

/// <summary>
/// A text on its way through a tokenizer, as code points that remember which code points of the original text they come from.
/// </summary>
/// <param name="points">The code points.</param>
/// <param name="starts">Where in the original each begins; null where nothing has moved but by <paramref name="shift"/>.</param>
/// <param name="ends">Where in the original each ends.</param>
/// <param name="shift">Where in the original the first begins, if nothing has moved otherwise.</param>
internal sealed class MappedText(int[] points, int[]? starts = null, int[]? ends = null, int shift = 0)
{
    /// <summary>The code points.</summary>
    public int[] Points { get; } = points;

    /// <summary>How many there are.</summary>
    public int Length => Points.Length;

    /// <summary>Where in the original the code point <paramref name="index"/> begins.</summary>
    public int StartOf(int index) => starts is null ? shift + index : starts[index];

    /// <summary>Where in the original the code point <paramref name="index"/> ends.</summary>
    public int EndOf(int index) => ends is null ? shift + index + 1 : ends[index];

    /// <summary>A part, with its place in the original kept.</summary>
    public MappedText Slice(int start, int end) => start == 0 && end == Length
        ? this
        : new(Points[start..end], starts?[start..end], ends?[start..end], shift + start);

    /// <summary>The text with other code points. Spans are those of the reference library: what was put in has the span of what stands before it.</summary>
    /// <param name="rewritten">All code points of the new text.</param>
    /// <param name="skipped">Code points at the beginning of the old text that nothing stands for.</param>
    public MappedText Rewrite(ReadOnlySpan<RewrittenPoint> rewritten, int skipped = 0)
    {
        var builder = new MappedTextBuilder(rewritten.Length);
        var source = skipped;
        foreach (var (point, change) in rewritten)
        {
            var at = change > 0 ? source - 1 : source;
            if (at < 0 || Length == 0)
                builder.Add(point, StartOfAll, StartOfAll);
            else
                builder.Add(point, StartOf(Math.Min(at, Length - 1)), EndOf(Math.Min(at, Length - 1)));
            if (change <= 0)
                source += 1 - change;
        }

        return builder.ToText();
    }

    /// <summary>The text without some code points.</summary>
    public MappedText Where(Func<int, bool> isKept)
    {
        if (Array.TrueForAll(Points, point => isKept(point)))
            return this;
        var builder = new MappedTextBuilder(Length);
        for (var i = 0; i < Length; i++)
        {
            if (isKept(Points[i]))
                builder.Add(Points[i], StartOf(i), EndOf(i));
        }

        return builder.ToText();
    }

    /// <summary>The text with each code point replaced by another.</summary>
    public MappedText Select(Func<int, int> replacement)
    {
        var replaced = new int[Length];
        for (var i = 0; i < replaced.Length; i++)
            replaced[i] = replacement(Points[i]);
        return new(replaced, starts, ends, shift);
    }

    /// <summary>The text with code points before it, which have the span of its first; an empty text stays empty.</summary>
    public MappedText Prepend(ReadOnlySpan<int> before)
    {
        if (Length == 0 || before.Length == 0)
            return this;
        var builder = new MappedTextBuilder(Length + before.Length);
        foreach (var point in before)
            builder.Add(point, StartOf(0), EndOf(0));
        builder.AddAll(this, 0, Length);
        return builder.ToText();
    }

    private int StartOfAll => Length > 0 ? StartOf(0) : 0;
}

/// <summary>Builds a <see cref="MappedText"/>.</summary>
internal sealed class MappedTextBuilder(int capacity)
{
    private readonly List<int> _points = new(capacity);
    private readonly List<int> _starts = new(capacity);
    private readonly List<int> _ends = new(capacity);

    public int Length => _points.Count;

    public void Add(int point, int start, int end)
    {
        _points.Add(point);
        _starts.Add(start);
        _ends.Add(end);
    }

    /// <summary>Adds a part of a text with its places.</summary>
    public void AddAll(MappedText text, int start, int end)
    {
        _points.AddRange(text.Points.AsSpan(start, end - start));
        CollectionsMarshal.SetCount(_starts, _points.Count);
        CollectionsMarshal.SetCount(_ends, _points.Count);
        var starts = CollectionsMarshal.AsSpan(_starts)[^(end - start)..];
        var ends = CollectionsMarshal.AsSpan(_ends)[^(end - start)..];
        for (var i = start; i < end; i++)
            (starts[i - start], ends[i - start]) = (text.StartOf(i), text.EndOf(i));
    }

    public MappedText ToText() => new([.. _points], [.. _starts], [.. _ends]);
}

/// <summary>A text and the parts it is cut into; what no part covers was removed.</summary>
/// <param name="Text">The text.</param>
/// <param name="Parts">Ranges of code points, in order, none empty.</param>
internal sealed record TextPieces(MappedText Text, List<(int Start, int End)> Parts)
{
    /// <summary>A text in one piece; an empty text has none.</summary>
    public static TextPieces Whole(MappedText text) => new(text, text.Length == 0 ? [] : [(0, text.Length)]);
}
