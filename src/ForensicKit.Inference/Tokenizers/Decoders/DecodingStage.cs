using System.Text;

namespace ForensicKit.Inference.Tokenizers.Decoders;

/// <summary>Turns tokens into text, one after another.</summary>
internal interface ITokenDecoder
{
    /// <summary>Whether it makes one token of all, which it may give out in parts.</summary>
    bool IsFusing { get; }

    /// <summary>Begins a text.</summary>
    /// <param name="next">What takes the decoded tokens.</param>
    DecodingStage Begin(DecodingStage next);
}

/// <summary>A decoder at work on one text. It passes on at once what no later token can change.</summary>
internal abstract class DecodingStage
{
    /// <summary>Takes a token, or a part of one from a decoder that makes one token of all.</summary>
    public abstract void Add(string token);

    /// <summary>Takes the end of the text.</summary>
    public abstract void Finish();
}

/// <summary>Collects the text.</summary>
internal sealed class TextSink : DecodingStage
{
    private readonly StringBuilder _text = new();

    /// <inheritdoc/>
    public override void Add(string token) => _text.Append(token);

    /// <inheritdoc/>
    public override void Finish()
    {
    }

    /// <summary>Takes out what has come.</summary>
    public string Take()
    {
        if (_text.Length == 0)
            return "";
        var text = _text.ToString();
        _text.Clear();
        return text;
    }
}

/// <summary>One decoder after another.</summary>
internal sealed class DecoderSequence(IReadOnlyList<ITokenDecoder> steps) : ITokenDecoder
{
    /// <inheritdoc/>
    public bool IsFusing => steps.Any(s => s.IsFusing);

    /// <inheritdoc/>
    public DecodingStage Begin(DecodingStage next)
    {
        for (var i = steps.Count - 1; i >= 0; i--)
        {
            var parts = steps.Take(i).Any(s => s.IsFusing);
            if (parts && steps[i] is StripDecoder { IsForParts: true } strip)
            {
                next = strip.Begin(next, parts: true);
                continue;
            }

            // Other steps need their tokens whole, but for those that make one of all anyway.
            next = steps[i].Begin(next);
            if (parts && steps[i] is not FuseDecoder)
                next = new Gathering(next);
        }

        return next;
    }

    private sealed class Gathering(DecodingStage next) : DecodingStage
    {
        private readonly StringBuilder _token = new();

        public override void Add(string token) => _token.Append(token);

        public override void Finish()
        {
            next.Add(_token.ToString());
            next.Finish();
        }
    }
}
