using System.Text;
using ForensicKit.Inference.Tokenizers.Patterns;

namespace ForensicKit.Inference.Tokenizers.Decoders;

/// <summary>Rewrites each token on its own; the first may be another case.</summary>
internal abstract class EachTokenDecoder : ITokenDecoder
{
    /// <inheritdoc/>
    public bool IsFusing => false;

    /// <inheritdoc/>
    public DecodingStage Begin(DecodingStage next) => new Stage(this, next);

    /// <summary>What becomes of a token.</summary>
    protected abstract string Decode(string token, bool isFirst, StepBudget budget);

    private sealed class Stage(EachTokenDecoder decoder, DecodingStage next) : DecodingStage
    {
        private readonly StepBudget _budget = new(0);
        private bool _begun;

        public override void Add(string token)
        {
            _budget.Extend(token.Length);
            next.Add(decoder.Decode(token, !_begun, _budget));
            _begun = true;
        }

        public override void Finish() => next.Finish();
    }
}

/// <summary>Joins tokens with a space: what the format means by no decoder.</summary>
internal sealed class SpacedDecoder : EachTokenDecoder
{
    /// <inheritdoc/>
    protected override string Decode(string token, bool isFirst, StepBudget budget) => isFirst ? token : " " + token;
}

/// <summary>Replaces the matches of a pattern in each token.</summary>
internal sealed class ReplaceDecoder(IMatcher matcher, string content) : EachTokenDecoder
{
    /// <inheritdoc/>
    protected override string Decode(string token, bool isFirst, StepBudget budget)
    {
        if (matcher is LiteralMatcher literal)
            return token.Replace(CodePoints.Text(literal.Literal), content, StringComparison.Ordinal);
        var points = CodePoints.Of(token);
        var matches = new List<(int Start, int End)>();
        matcher.FindAll(points, matches, budget);
        var text = new StringBuilder(token.Length);
        var at = 0;
        foreach (var (start, end) in matches)
        {
            text.Append(CodePoints.Text(points.AsSpan(at, start - at))).Append(content);
            at = end;
        }

        return text.Append(CodePoints.Text(points.AsSpan(at))).ToString();
    }
}

/// <summary>Writes spaces for Metaspace's sign, and nothing for it in the first token unless the scheme is <see cref="PreTokenizers.PrependScheme.Never"/>.</summary>
internal sealed class MetaspaceDecoder(string sign, bool dropsFirst) : EachTokenDecoder
{
    /// <inheritdoc/>
    protected override string Decode(string token, bool isFirst, StepBudget budget) => token.Replace(sign, isFirst && dropsFirst ? "" : " ", StringComparison.Ordinal);
}

/// <summary>Joins the pieces of words, and puts spaces between words.</summary>
internal sealed class WordPieceDecoder(string prefix, bool cleanUp) : EachTokenDecoder
{
    private static readonly (string Old, string New)[] s_cleaning =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"),
        (" 're", "'re"),
    ];

    /// <summary>Takes away the spaces that stand before punctuation and short forms in English.</summary>
    public static string CleanUp(string text) => s_cleaning.Aggregate(text, (current, change) => current.Replace(change.Old, change.New, StringComparison.Ordinal));

    /// <inheritdoc/>
    protected override string Decode(string token, bool isFirst, StepBudget budget)
    {
        var text = isFirst ? token : token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
        return cleanUp ? CleanUp(text) : text;
    }
}

/// <summary>Makes one token of all.</summary>
internal sealed class FuseDecoder : ITokenDecoder
{
    /// <inheritdoc/>
    public bool IsFusing => true;

    /// <inheritdoc/>
    public DecodingStage Begin(DecodingStage next) => next;
}

/// <summary>Takes some of a character from both ends of each token.</summary>
internal sealed class StripDecoder(int content, int start, int stop) : ITokenDecoder
{
    /// <summary>Whether it works on a token that comes in parts.</summary>
    public bool IsForParts => stop == 0;

    /// <inheritdoc/>
    public bool IsFusing => false;

    /// <inheritdoc/>
    public DecodingStage Begin(DecodingStage next) => Begin(next, parts: false);

    /// <summary>Begins a text.</summary>
    /// <param name="next">What takes the decoded tokens.</param>
    /// <param name="parts">Whether all that comes is parts of one token.</param>
    public DecodingStage Begin(DecodingStage next, bool parts) => new Stage(this, next, parts);

    private string Strip(string token, ref int left)
    {
        var points = CodePoints.Of(token);
        var (from, to) = (0, points.Length);
        while (left > 0 && from < points.Length && points[from] == content)
            (from, left) = (from + 1, left - 1);
        if (from < points.Length)
            left = 0;
        for (var i = 0; i < stop && to > from && points[to - 1] == content; i++)
            to--;
        return CodePoints.Text(points.AsSpan(from, to - from));
    }

    private sealed class Stage(StripDecoder decoder, DecodingStage next, bool parts) : DecodingStage
    {
        private int _left = decoder.Start;

        public override void Add(string token)
        {
            if (!parts)
                _left = decoder.Start;
            next.Add(decoder.Strip(token, ref _left));
        }

        public override void Finish() => next.Finish();
    }

    private int Start => start;
}

/// <summary>Writes a space for the sign that ends words, and nothing at the end of the text.</summary>
internal sealed class WordEndDecoder(string suffix) : ITokenDecoder
{
    /// <inheritdoc/>
    public bool IsFusing => false;

    /// <inheritdoc/>
    public DecodingStage Begin(DecodingStage next) => new Stage(suffix, next);

    private sealed class Stage(string suffix, DecodingStage next) : DecodingStage
    {
        // Only what comes after a token tells whether it is the last.
        private string? _held;

        public override void Add(string token)
        {
            if (_held is not null)
                next.Add(Replace(_held, " "));
            _held = token;
        }

        public override void Finish()
        {
            if (_held is not null)
                next.Add(Replace(_held, ""));
            next.Finish();
        }

        private string Replace(string token, string by) => suffix.Length == 0
            ? by + string.Concat(token.EnumerateRunes().Select(rune => rune + by))
            : token.Replace(suffix, by, StringComparison.Ordinal);
    }
}

/// <summary>Connectionist temporal classification (Graves et al. 2006): repetitions are one, padding is none.</summary>
internal sealed class CtcDecoder(string padding, string wordDelimiter, bool cleanUp) : ITokenDecoder
{
    /// <inheritdoc/>
    public bool IsFusing => false;

    /// <inheritdoc/>
    public DecodingStage Begin(DecodingStage next) => new Stage(this, next);

    private string Decode(string token)
    {
        var text = padding.Length == 0 ? token : token.Replace(padding, "", StringComparison.Ordinal);
        if (!cleanUp)
            return text;
        text = WordPieceDecoder.CleanUp(text);
        return wordDelimiter.Length == 0 ? text : text.Replace(wordDelimiter, " ", StringComparison.Ordinal);
    }

    private sealed class Stage(CtcDecoder decoder, DecodingStage next) : DecodingStage
    {
        private string? _last;

        public override void Add(string token)
        {
            if (token == _last)
                return;
            _last = token;
            var text = decoder.Decode(token);
            if (text.Length > 0)
                next.Add(text);
        }

        public override void Finish() => next.Finish();
    }
}
