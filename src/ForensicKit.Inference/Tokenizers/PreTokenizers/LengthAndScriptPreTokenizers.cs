using ForensicKit.Inference.Tokenizers.Patterns;
using ForensicKit.Inference.Tokenizers.Unicode;

namespace ForensicKit.Inference.Tokenizers.PreTokenizers;

/// <summary>Cuts into pieces of so many code points.</summary>
internal sealed class FixedLengthPreTokenizer(int length) : IPreTokenizer
{
    /// <inheritdoc/>
    public TextPieces Apply(TextPieces pieces, StepBudget budget)
    {
        var parts = new List<(int, int)>();
        foreach (var (start, end) in pieces.Parts)
        {
            for (var at = start; at < end; at += Math.Min(length, end - at))
                parts.Add((at, at + Math.Min(length, end - at)));
        }

        return pieces with { Parts = parts };
    }
}

/// <summary>Cuts where the script changes, as sentencepiece does: a space, and what has no script, goes with what stands around it.</summary>
internal sealed class UnicodeScriptsPreTokenizer : IPreTokenizer
{
    private const int Any = -1;
    private static readonly int s_han = UnicodeClasses.ScriptOf(0x4e00);

    /// <inheritdoc/>
    public TextPieces Apply(TextPieces pieces, StepBudget budget)
    {
        var parts = new List<(int, int)>();
        foreach (var (start, end) in pieces.Parts)
        {
            // What comes before the first place where the script changes is lost, as in the reference.
            int? from = null;
            int? last = null;
            for (var i = start; i < end; i++)
            {
                var script = pieces.Text.Points[i] switch
                {
                    ' ' => Any,
                    0x30fc => s_han,
                    var point => UnicodeClasses.ScriptOf(point),
                };
                if (script == Any)
                    continue;
                if (last != script)
                {
                    if (from is { } begun)
                        parts.Add((begun, i));
                    from = i;
                }

                last = script;
            }

            if (from is { } open)
                parts.Add((open, end));
        }

        return pieces with { Parts = parts };
    }
}
