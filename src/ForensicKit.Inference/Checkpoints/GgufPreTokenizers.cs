using System.Collections.Frozen;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>How a byte-level tokenizer cuts texts, by the name that <c>tokenizer.ggml.pre</c> gives it.</summary>
/// <param name="Splits">Patterns that cut one after another, each match a piece; the models' own, from their <c>tokenizer.json</c>.</param>
/// <param name="Digits">Whether every digit is a piece.</param>
/// <param name="Gpt2">Whether GPT-2's pattern, built into byte-level pre-tokenizers, cuts last.</param>
internal sealed record GgufPreTokenizer(IReadOnlyList<string> Splits, bool Digits, bool Gpt2)
{
    private const string AnyCaseContractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Letters = @"|[^\r\n\p{L}\p{N}]?\p{L}+";
    private const string Rest = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string RestWithSlash = @"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]";
    private const string Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";
    private const string Cl100k = AnyCaseContractions + Letters + @"|\p{N}{1,3}" + Rest;

    private static readonly FrozenDictionary<string, GgufPreTokenizer> s_known = new Dictionary<string, GgufPreTokenizer>(StringComparer.Ordinal)
    {
        ["llama3"] = new([Cl100k], false, false) { IgnoreMerges = true, AddBegin = true },
        ["llama-v3"] = new([Cl100k], false, false) { IgnoreMerges = true, AddBegin = true },
        ["llama-bpe"] = new([Cl100k], false, false) { IgnoreMerges = true, AddBegin = true },
        // GPT-4's, which OLMo 2 and Phi-4 have too.
        ["dbrx"] = new([Cl100k], false, false),
        ["qwen2"] = new([AnyCaseContractions + Letters + @"|\p{N}" + Rest], false, false) { Compose = true },
        ["deepseek-r1-qwen"] = new([AnyCaseContractions + Letters + @"|\p{N}" + Rest], false, false) { Compose = true },
        ["tekken"] = new([$@"[^\r\n\p{{L}}\p{{N}}]?{Upper}*{Lower}+|[^\r\n\p{{L}}\p{{N}}]?{Upper}+{Lower}*|\p{{N}}" + RestWithSlash], false, false) { IgnoreMerges = true, AddBegin = true },
        ["gpt-4o"] = new(
            [$@"[^\r\n\p{{L}}\p{{N}}]?{Upper}*{Lower}+{AnyCaseContractions}?|[^\r\n\p{{L}}\p{{N}}]?{Upper}+{Lower}*{AnyCaseContractions}?|\p{{N}}{{1,3}}" + RestWithSlash], false, false),
        ["gpt-2"] = new([], false, true),
        ["phi-2"] = new([], false, true),
        // GPT-NeoX's, which OLMo 1.7 took over.
        ["olmo"] = new([], false, true) { Compose = true },
        ["smollm"] = new([], true, true),
        ["starcoder"] = new([], true, true),
        ["refact"] = new([], true, true),
        // llama.cpp's own, for models that conversion did not recognise.
        ["default"] = new([@"[\p{P}\$\+<=>\^~\|]+", @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)", @"\p{N}+", "[0-9][0-9][0-9]"], false, false),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Whether a piece that is a token is taken whole.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>Whether texts begin with the token for that where the file does not say.</summary>
    public bool AddBegin { get; init; }

    /// <summary>Whether texts are composed (NFC) first.</summary>
    public bool Compose { get; init; }

    /// <summary>The names that are known.</summary>
    public static IEnumerable<string> Names => s_known.Keys.Order(StringComparer.Ordinal);

    /// <summary>By its name; null where it is not known.</summary>
    public static GgufPreTokenizer? Find(string name) => s_known.GetValueOrDefault(name);
}
