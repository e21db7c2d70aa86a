using System.Globalization;
using ForensicKit.Inference.Tokenizers;
using ForensicKit.Models;

namespace ForensicKit.Inference.Engine;

/// <summary>The tokens of a context and of its continuation.</summary>
internal sealed record TokenPair(int[] Context, int[] Continuation);

/// <summary>Splits the tokens of a request as lm-evaluation-harness does (api/model.py, <c>_encode_pair</c>; models/huggingface.py).</summary>
/// <param name="tokenizer">The tokenizer.</param>
/// <param name="emptyContext">The token that stands for no context.</param>
/// <param name="begin">The token that begins texts; null where the model names none.</param>
/// <param name="contextLength">Most tokens of the model.</param>
internal sealed class ContinuationSplit(Tokenizer tokenizer, int emptyContext, int? begin, int contextLength)
{
    private (string? Text, int[] Ids) _last = (null, []);

    /// <summary>The tokens of a request.</summary>
    /// <exception cref="KitException">The continuation has no token of its own, or too many.</exception>
    public TokenPair Split(ContinuationRequest request)
    {
        if (request.Continuation.Length == 0)
            throw new KitException("A continuation is empty.", string.Create(CultureInfo.InvariantCulture, $"request {request.Id}"));
        var whole = tokenizer.Encode(request.Context + request.Continuation, addSpecialTokens: false).Ids;
        var context = Context(request.Context);
        // The whole is encoded and cut: a token that spans the seam would otherwise be split in two.
        int[] continuation = [.. whole.Skip(context.Length)];
        if (continuation.Length == 0)
            throw new KitException("A continuation has no token of its own: its text merges with the context's.", string.Create(CultureInfo.InvariantCulture, $"request {request.Id}"));
        if (continuation.Length > contextLength)
            throw new KitException(string.Create(CultureInfo.InvariantCulture, $"A continuation has {continuation.Length} tokens; the model's context holds {contextLength}."), string.Create(CultureInfo.InvariantCulture, $"request {request.Id}"));
        // Without a context, the first token follows the one that begins texts.
        if (context.Length == 0)
            context = [emptyContext];
        else if (request.AddsBeginToken)
            context = WithBegin(context, begin, string.Create(CultureInfo.InvariantCulture, $"request {request.Id}"));
        // The last token is never an input: one more fits. What does not fit is cut from the left.
        var excess = context.Length + continuation.Length - contextLength - 1;
        return new(excess > 0 ? context[excess..] : context, continuation);
    }

    /// <summary>
    /// A whole text in pieces that each fit the context (lm-evaluation-harness, utils.py, get_rolling_token_windows with one token of context): the first
    /// follows the token that begins texts; a later one is given the token before it, and the last as much before it as fits.
    /// </summary>
    /// <exception cref="KitException">The text has no token.</exception>
    public IEnumerable<TokenPair> Windows(string text, int id)
    {
        int[] ids = [.. tokenizer.Encode(text, addSpecialTokens: false).Ids];
        if (ids.Length == 0)
            throw new KitException("A text has no token.", string.Create(CultureInfo.InvariantCulture, $"request {id}"));
        for (var start = 0; start < ids.Length; start += contextLength)
        {
            var piece = ids[start..Math.Min(start + contextLength, ids.Length)];
            // The window always ends where the piece does and is as long as the context allows.
            var first = start == 0 ? 0 : Math.Max(0, start + piece.Length - contextLength - 1);
            int[] before = start == 0 ? [emptyContext] : ids[first..start];
            yield return new(before, piece);
        }
    }

    /// <summary>The tokens of a prompt behind the token that begins texts, unless it is there already.</summary>
    /// <exception cref="KitException">The model names no such token.</exception>
    internal static int[] WithBegin(int[] prompt, int? begin, string where) => begin is not { } token
        ? throw new KitException("The model names no token that begins texts.", where, "Leave 'begin_token' out of the protocol.")
        : prompt.Length > 0 && prompt[0] == token ? prompt : [token, .. prompt];

    // Requests about one context come together.
    private int[] Context(string text)
    {
        if (text != _last.Text)
            _last = (text, [.. tokenizer.Encode(Trimmed(text), addSpecialTokens: false).Ids]);
        return _last.Ids;
    }

    // As Python's str.rstrip(): with the four separators that .NET does not count as white space.
    internal static string Trimmed(string text)
    {
        var end = text.Length;
        while (end > 0 && (char.IsWhiteSpace(text[end - 1]) || text[end - 1] is >= '\x1c' and <= '\x1f'))
            end--;
        return text[..end];
    }
}
