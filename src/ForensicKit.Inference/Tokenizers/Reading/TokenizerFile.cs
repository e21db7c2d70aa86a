using System.IO.Compression;
using System.Text.Json;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Tokenizers.Decoders;
using ForensicKit.Inference.Tokenizers.Models;
using ForensicKit.Inference.Tokenizers.Normalizers;
using ForensicKit.Inference.Tokenizers.PostProcessors;
using ForensicKit.Inference.Tokenizers.PreTokenizers;
using static ForensicKit.Inference.Tokenizers.Reading.JsonStep;

namespace ForensicKit.Inference.Tokenizers.Reading;

/// <summary>The steps of a tokenizer; null for one that does nothing.</summary>
internal sealed record TokenizerParts(
    IReadOnlyList<AddedToken> Added, INormalizer? Normalizer, IPreTokenizer? PreTokenizer, ITokenModel Model, PostProcessorChain PostProcessor, ITokenDecoder Decoder);

/// <summary>Reads the steps from <c>tokenizer.json</c>.</summary>
internal static class TokenizerFile
{
    private const int MaxFileBytes = 256 << 20;

    /// <summary>The bytes of a file, unpacked where its name ends in <c>.gz</c>.</summary>
    /// <exception cref="KitException">The file cannot be read, or is too large.</exception>
    public static byte[] Bytes(string file)
    {
        try
        {
            using var stored = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read);
            using var packed = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(stored, CompressionMode.Decompress) : null;
            Stream source = packed is null ? stored : packed;
            using var content = new MemoryStream();
            var block = new byte[1 << 16];
            for (int read; (read = source.Read(block)) > 0;)
            {
                if (content.Length + read > MaxFileBytes)
                    throw new KitException("The file is too large to be a tokenizer.", file);
                content.Write(block, 0, read);
            }

            return content.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new KitException($"The file cannot be read: {e.Message}", file, "A model's folder needs its tokenizer.json.", ExitCode.BadInput, e);
        }
    }

    /// <exception cref="KitException">The file breaks the format, or uses what is not supported.</exception>
    public static TokenizerParts Parse(ReadOnlyMemory<byte> json, string file)
    {
        var root = StrictJson.Object(json, file);
        try
        {
            Known(root, "the file", "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model");
            if (Optional(root, "version") is { } version && String(version, "version") is not "1.0" and var other)
                throw new TokenizerFormatException($"its version '{other}' is not known (known: 1.0)");
            if (Optional(root, "truncation") is not null || Optional(root, "padding") is not null)
                throw new TokenizerFormatException("it truncates or pads, which is not supported");
            var normalizer = Optional(root, "normalizer") is { } n ? NormalizerReader.Read(n) : null;
            var pre = Optional(root, "pre_tokenizer") is { } p ? PreTokenizerReader.Read(p) : null;
            var withoutBytes = WithoutBytes(pre);
            var (model, takesBytes) = ModelReader.Read(Optional(root, "model") ?? throw new TokenizerFormatException("it has no model"), withoutBytes is not null);
            return new(
                Optional(root, "added_tokens") is { } added ? Added(Items(added, "added_tokens"), model) : [],
                normalizer,
                takesBytes ? withoutBytes : pre,
                model,
                new(Optional(root, "post_processor") is { } post ? [.. PostProcessorReader.Read(post)] : []),
                Optional(root, "decoder") is { } decoder ? DecoderReader.Read(decoder) : new SpacedDecoder());
        }
        catch (TokenizerFormatException e)
        {
            throw new KitException($"The tokenizer cannot be used: {e.Message}.", file, null, ExitCode.BadInput, e);
        }
    }

    // The pre-tokenizer without its last step's rewriting as bytes; null where that is not what it does.
    private static IPreTokenizer? WithoutBytes(IPreTokenizer? pre) => pre switch
    {
        ByteLevelPreTokenizer bytes => bytes.WithoutBytes,
        PreTokenizerSequence { Steps: [.., ByteLevelPreTokenizer last] } sequence => new PreTokenizerSequence([.. sequence.Steps.SkipLast(1), last.WithoutBytes]),
        _ => null,
    };

    // As the reference does, ids are those of the vocabulary, and from its end on for tokens that are not in it; the file's are not looked at.
    private static List<AddedToken> Added(JsonElement.ArrayEnumerator items, ITokenModel model)
    {
        var tokens = new List<AddedToken>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var next = model.Size;
        foreach (var item in items)
        {
            Known(item, "an added token", "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
            _ = Id(Required(item, "id"));
            var content = Text(item, "content");
            if (content.Length == 0)
                continue;
            var isKnown = places.TryGetValue(content, out var place);
            var id = isKnown ? tokens[place].Id : model.Vocabulary.TryGetValue(content, out var inVocabulary) ? inVocabulary : next++;
            var token = new AddedToken(
                id, content, Flag(item, "special", absent: false), Flag(item, "single_word", absent: false),
                Flag(item, "lstrip", absent: false), Flag(item, "rstrip", absent: false), Flag(item, "normalized", absent: true));
            if (isKnown)
            {
                tokens[place] = token;
                continue;
            }

            places.Add(content, tokens.Count);
            tokens.Add(token);
        }

        return tokens;
    }
}
