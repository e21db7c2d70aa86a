using System.Text;

namespace ForensicKit.Templates.Values;

/// <summary>A text. Lengths, positions and slices count code points, as in Python.</summary>
/// <param name="text">The text in UTF-16.</param>
/// <param name="isMarkup">Whether it was marked safe for HTML: what is added to it is escaped.</param>
internal sealed class StringValue(string text, bool isMarkup = false) : Value
{
    public static readonly StringValue Empty = new("");

    // Length in code points; -1 until it is asked for. Equal to the length in UTF-16 for nearly every text.
    private int _length = -1;

    public override string TypeName => IsMarkup ? "Markup" : "str";

    public override bool IsTrue => Text.Length > 0;

    public override long Weight => 1 + (Text.Length >> 4);

    public string Text { get; } = text;

    public bool IsMarkup { get; } = isMarkup;

    /// <summary>Length in code points.</summary>
    public int Length
    {
        get
        {
            if (_length < 0)
                _length = CountCodePoints(Text);
            return _length;
        }
    }

    /// <summary>The same kind of text with other content.</summary>
    public StringValue With(string other) => other.Length == 0 && !IsMarkup ? Empty : new(other, IsMarkup);

    /// <summary>Position in UTF-16 of a code point; <paramref name="index"/> from 0 to <see cref="Length"/>.</summary>
    public int Offset(int index)
    {
        if (Length == Text.Length)
            return index;
        var offset = 0;
        for (; index > 0; index--)
            offset += IsPair(Text, offset) ? 2 : 1;
        return offset;
    }

    /// <summary>Index of the code point at a position in UTF-16.</summary>
    public int Index(int offset) => Length == Text.Length ? offset : CountCodePoints(Text.AsSpan(0, offset));

    /// <summary>The code points <paramref name="start"/> to before <paramref name="stop"/>, both from 0 to <see cref="Length"/>.</summary>
    public StringValue Part(int start, int stop)
    {
        if (start >= stop)
            return With("");
        if (start == 0 && stop == Length)
            return this;
        var from = Offset(start);
        return With(Text[from..(Length == Text.Length ? stop : Offset(stop))]);
    }

    /// <summary>One text per code point.</summary>
    public IEnumerable<StringValue> Characters()
    {
        for (var i = 0; i < Text.Length;)
        {
            var width = IsPair(Text, i) ? 2 : 1;
            yield return With(Text.Substring(i, width));
            i += width;
        }
    }

    /// <summary>The code points at the given indexes.</summary>
    public StringValue Pick(IEnumerable<int> indexes)
    {
        var units = Length == Text.Length ? null : Characters().Select(c => c.Text).ToArray();
        var builder = new StringBuilder();
        foreach (var index in indexes)
        {
            if (units is null)
                builder.Append(Text[index]);
            else
                builder.Append(units[index]);
        }

        return With(builder.ToString());
    }

    /// <summary>Length of a text in code points; halves of surrogate pairs count as one each.</summary>
    public static int CountCodePoints(ReadOnlySpan<char> text)
    {
        var count = text.Length;
        if (text.IndexOfAnyInRange('\ud800', '\udbff') < 0)
            return count;
        for (var i = 0; i + 1 < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i], text[i + 1]))
            {
                count--;
                i++;
            }
        }

        return count;
    }

    private static bool IsPair(string text, int offset) => offset + 1 < text.Length && char.IsSurrogatePair(text[offset], text[offset + 1]);
}
