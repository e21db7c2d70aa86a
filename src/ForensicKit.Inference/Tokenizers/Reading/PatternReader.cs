using System.Text.Json;
using ForensicKit.Inference.Tokenizers.Patterns;
using ForensicKit.Inference.Tokenizers.PreTokenizers;
using static ForensicKit.Inference.Tokenizers.Reading.JsonStep;

namespace ForensicKit.Inference.Tokenizers.Reading;

/// <summary>Reads patterns, and what becomes of their matches.</summary>
internal static class PatternReader
{
    /// <exception cref="TokenizerFormatException">The pattern is broken, empty, or not supported.</exception>
    public static IMatcher Read(JsonElement pattern)
    {
        Known(pattern, "a pattern", "Regex", "String");
        if (Optional(pattern, "Regex") is { } expression)
            return new CodePointPattern(String(expression, "Regex"));
        var literal = CodePoints.Of(Text(pattern, "String"));
        return literal.Length > 0 ? new LiteralMatcher(literal) : throw new TokenizerFormatException("a pattern is empty");
    }

    /// <exception cref="TokenizerFormatException">There is no such behaviour.</exception>
    public static SplitBehaviour Behaviour(string name) => name switch
    {
        "Removed" => SplitBehaviour.Removed,
        "Isolated" => SplitBehaviour.Isolated,
        "MergedWithPrevious" => SplitBehaviour.MergedWithPrevious,
        "MergedWithNext" => SplitBehaviour.MergedWithNext,
        "Contiguous" => SplitBehaviour.Contiguous,
        _ => throw new TokenizerFormatException($"the behaviour '{name}' is not known"),
    };
}
