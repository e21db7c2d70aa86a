namespace ForensicKit.Inference.Tokenizers;

/// <summary>
/// A text on its way through a tokenizer, as code points that remember which code points of the original text they come from.
/// </summary>
/// <param name="points">The code points.</param>
/// <param name="starts">Where in the original each begins; null where nothing has moved.</param>
/// <param name="ends">Where in the original each ends.</param>
internal sealed class MappedText(int[] points, int[]? starts = null, int[]? ends = null)
{
    /// <summary>The code points.</summary>
    public int[] Points { get; } = points;

    /// <summary>How many there are.</summary>
    public int Length => Points.Length;

    /// <summary>Where in the original the code point <paramref name="index"/> begins.</summary>
    public int StartOf(int index) => starts is null ? index : starts[index];

    /// <summary>Where in the original the code point <paramref name="index"/> ends.</summary>
    public int EndOf(int index) => ends is null ? index + 1 : ends[index];

    /// <summary>A part, with its place in the original kept.</summary>
    public MappedText Slice(int start, int end)
    {
        if (start == 0 && end == Length)
            return this;
        var builder = new MappedTextBuilder(end - start);
        for (var i = start; i < end; i++)
            builder.Add(Points[i], StartOf(i), EndOf(i));
        return builder.ToText();
    }
}

/// <summary>Builds a <see cref="MappedText"/>.</summary>
internal sealed class MappedTextBuilder(int capacity)
{
    private int[] _points = new int[capacity];
    private int[] _starts = new int[capacity];
    private int[] _ends = new int[capacity];

    public int Length { get; private set; }

    public void Add(int point, int start, int end)
    {
        if (Length == _points.Length)
        {
            var size = Math.Max(16, Length * 2);
            Array.Resize(ref _points, size);
            Array.Resize(ref _starts, size);
            Array.Resize(ref _ends, size);
        }

        (_points[Length], _starts[Length], _ends[Length]) = (point, start, end);
        Length++;
    }

    public MappedText ToText() => new(_points[..Length], _starts[..Length], _ends[..Length]);
}

/// <summary>A text and the parts it is cut into; what no part covers was removed.</summary>
/// <param name="Text">The text.</param>
/// <param name="Parts">Ranges of code points, in order, none empty.</param>
internal sealed record TextPieces(MappedText Text, IReadOnlyList<(int Start, int End)> Parts);
