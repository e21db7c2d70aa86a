using System.Text;

namespace ForensicKit.Inference.Engine;

/// <summary>The text of an answer as it grows, and the first of the texts that end it.</summary>
internal sealed class StopTexts
{
    private readonly IReadOnlyList<string> _stops;
    private readonly int _longest;
    private readonly StringBuilder _text = new();

    public StopTexts(IReadOnlyList<string> stops)
    {
        _stops = stops;
        _longest = stops.Count == 0 ? 0 : stops.Max(stop => stop.Length);
    }

    /// <summary>The text so far, without a stop text and what follows it.</summary>
    public string Text => _text.ToString();

    /// <summary>Characters of it that no later text can turn into a part of a stop text.</summary>
    public int Settled { get; private set; }

    /// <summary>Appends to the text.</summary>
    /// <returns>Whether it holds a stop text now: the text then ends before the first.</returns>
    public bool Add(string piece)
    {
        if (piece.Length == 0)
            return false;
        _text.Append(piece);
        // What was there before holds no stop text: a new one ends in the new piece.
        var from = Math.Max(0, _text.Length - piece.Length - _longest + 1);
        var tail = _text.ToString(from, _text.Length - from);
        var first = -1;
        foreach (var stop in _stops)
        {
            if (tail.IndexOf(stop, StringComparison.Ordinal) is >= 0 and var at && (first < 0 || at < first))
                first = at;
        }

        if (first >= 0)
        {
            _text.Length = from + first;
            Settled = _text.Length;
            return true;
        }

        Settled = _text.Length - Held(tail);
        return false;
    }

    /// <summary>Ends the text: nothing is held back any more.</summary>
    public void End() => Settled = _text.Length;

    /// <summary>A part of the text.</summary>
    public string Part(int start, int end) => _text.ToString(start, end - start);

    // The longest end of the text that a stop text begins with.
    private int Held(string tail)
    {
        for (var length = Math.Min(tail.Length, _longest - 1); length > 0; length--)
        {
            var end = tail.AsSpan(tail.Length - length);
            foreach (var stop in _stops)
            {
                if (stop.AsSpan().StartsWith(end, StringComparison.Ordinal))
                    return length;
            }
        }

        return 0;
    }
}
