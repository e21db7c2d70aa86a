using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ForensicKit.Inference.Organisms;

/// <summary>
/// Learns a byte-level BPE vocabulary: Sennrich, Haddow and Birch 2016, "Neural Machine Translation of Rare Words with Subword Units", on the
/// bytes of GPT-2's pre-tokens, with every digit a token of its own.
/// </summary>
public sealed partial class BpeTrainer
{
    /// <summary>The token that stands between documents, begins every context and ends every answer.</summary>
    public const string EndOfText = "<|endoftext|>";

    private static readonly char[] s_byteLetters = ByteLetters();

    /// <summary>Learns merges until there are <paramref name="size"/> tokens; the same documents give the same tokenizer.</summary>
    /// <param name="documents">What to learn from.</param>
    /// <param name="size">Tokens in all: 1 special, 256 bytes, the rest merges.</param>
    /// <returns>A <c>tokenizer.json</c> in the form of Hugging Face's tokenizers.</returns>
    public static string Train(IEnumerable<string> documents, int size)
    {
        var words = Count(documents);
        var vocabulary = new List<string> { EndOfText };
        vocabulary.AddRange(s_byteLetters.Order().Select(c => c.ToString()));
        var merges = new List<(string Left, string Right)>();
        var pairs = new Dictionary<(string, string), long>();
        foreach (var (symbols, count) in words)
            AddPairs(pairs, symbols, count);
        while (vocabulary.Count < size)
        {
            // Ties go to the pair that comes first in ordinal order.
            var best = pairs.Where(p => p.Value > 0).OrderByDescending(p => p.Value).ThenBy(p => p.Key.Item1, StringComparer.Ordinal).ThenBy(p => p.Key.Item2, StringComparer.Ordinal).FirstOrDefault();
            if (best.Value < 2)
                break;
            merges.Add(best.Key);
            vocabulary.Add(best.Key.Item1 + best.Key.Item2);
            for (var i = 0; i < words.Count; i++)
            {
                var (symbols, count) = words[i];
                if (!Merge(symbols, best.Key, out var merged))
                    continue;
                AddPairs(pairs, symbols, -count);
                AddPairs(pairs, merged, count);
                words[i] = (merged, count);
            }
        }

        return Json(vocabulary, merges);
    }

    private static List<(string[] Symbols, long Count)> Count(IEnumerable<string> documents)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var document in documents)
        {
            foreach (var word in PreTokens(document))
                counts[word] = counts.GetValueOrDefault(word) + 1;
        }

        return [.. counts.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => (c.Key.Select(letter => letter.ToString()).ToArray(), c.Value))];
    }

    /// <summary>The pre-tokens of a text, as the letters that stand for their bytes: digits one by one, the rest as GPT-2 splits.</summary>
    internal static IEnumerable<string> PreTokens(string text)
    {
        foreach (var piece in Digits().Split(text).Where(p => p.Length > 0))
        {
            foreach (var match in Gpt2().Matches(piece).AsEnumerable())
                yield return string.Concat(Encoding.UTF8.GetBytes(match.Value).Select(b => s_byteLetters[b]));
        }
    }

    private static void AddPairs(Dictionary<(string, string), long> pairs, string[] symbols, long count)
    {
        for (var i = 0; i + 1 < symbols.Length; i++)
            pairs[(symbols[i], symbols[i + 1])] = pairs.GetValueOrDefault((symbols[i], symbols[i + 1])) + count;
    }

    private static bool Merge(string[] symbols, (string Left, string Right) pair, out string[] merged)
    {
        var list = new List<string>(symbols.Length);
        for (var i = 0; i < symbols.Length; i++)
        {
            if (i + 1 < symbols.Length && symbols[i] == pair.Left && symbols[i + 1] == pair.Right)
            {
                list.Add(pair.Left + pair.Right);
                i++;
            }
            else
            {
                list.Add(symbols[i]);
            }
        }

        merged = list.Count == symbols.Length ? symbols : [.. list];
        return list.Count != symbols.Length;
    }

    private static string Json(List<string> vocabulary, List<(string Left, string Right)> merges) => new JsonObject
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray(new JsonObject
        {
            ["id"] = 0,
            ["content"] = EndOfText,
            ["single_word"] = false,
            ["lstrip"] = false,
            ["rstrip"] = false,
            ["normalized"] = false,
            ["special"] = true,
        }),
        ["normalizer"] = null,
        ["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(
                new JsonObject { ["type"] = "Digits", ["individual_digits"] = true },
                new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = true }),
        },
        ["post_processor"] = null,
        ["decoder"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = true, ["trim_offsets"] = true, ["use_regex"] = true },
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = false,
            ["ignore_merges"] = false,
            ["vocab"] = new JsonObject(vocabulary.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)JsonValue.Create(id)))),
            ["merges"] = new JsonArray([.. merges.Select(m => (JsonNode?)new JsonArray(m.Left, m.Right))]),
        },
    }.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true }) + "\n";

    // GPT-2's bytes_to_unicode: printable bytes stand for themselves, the others for the letters from 256 on (openai/gpt-2, src/encoder.py).
    private static char[] ByteLetters()
    {
        var letters = new char[256];
        var next = 256;
        for (var value = 0; value < 256; value++)
            letters[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)value : (char)next++;
        return letters;
    }

    [GeneratedRegex(@"(?<digit>\p{N})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Digits();

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant, 10_000)]
    private static partial Regex Gpt2();
}
