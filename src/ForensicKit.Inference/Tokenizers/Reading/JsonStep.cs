using System.Text.Json;

namespace ForensicKit.Inference.Tokenizers.Reading;

/// <summary>Reads values of a step in <c>tokenizer.json</c>, and refuses by name what it does not know: a step left out would change tokens silently.</summary>
internal static class JsonStep
{
    private const int MaxId = 1 << 24;

    /// <summary>The name of a step's kind.</summary>
    /// <exception cref="TokenizerFormatException">It has none, or is no object.</exception>
    public static string Type(JsonElement step, string what) =>
        step.ValueKind == JsonValueKind.Object ? Text(step, "type") : throw new TokenizerFormatException($"{what} is not an object");

    /// <summary>Refuses options beyond the known ones.</summary>
    public static void Known(JsonElement element, string what, params ReadOnlySpan<string> keys)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new TokenizerFormatException($"{what} is not an object");
        foreach (var property in element.EnumerateObject())
        {
            if (!keys.Contains(property.Name) && property.Value.ValueKind != JsonValueKind.Null)
                throw new TokenizerFormatException($"'{property.Name}' of {what} is not supported");
        }
    }

    /// <summary>A value that may be missing or null.</summary>
    public static JsonElement? Optional(JsonElement element, string key) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A value that must be there.</summary>
    public static JsonElement Required(JsonElement element, string key) => Optional(element, key) ?? throw new TokenizerFormatException($"'{key}' is missing");

    /// <summary>The items of a list.</summary>
    public static JsonElement.ArrayEnumerator Items(JsonElement element, string key) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : throw new TokenizerFormatException($"'{key}' is not a list");

    /// <summary>A text that must be there.</summary>
    public static string Text(JsonElement element, string key) => String(Required(element, key), key);

    /// <summary>A value as text.</summary>
    public static string String(JsonElement value, string key) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new TokenizerFormatException($"'{key}' is not a text");

    /// <summary>One character that must be there.</summary>
    public static int Character(JsonElement element, string key) =>
        CodePoints.Of(Text(element, key)) is [var point] ? point : throw new TokenizerFormatException($"'{key}' is not one character");

    /// <summary>True or false.</summary>
    /// <param name="element">The step.</param>
    /// <param name="key">The option.</param>
    /// <param name="absent">What a missing one means; null where it must be there.</param>
    public static bool Flag(JsonElement element, string key, bool? absent = null) => Optional(element, key) is not { } value
        ? absent ?? throw new TokenizerFormatException($"'{key}' is missing")
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw new TokenizerFormatException($"'{key}' is not true or false");

    /// <summary>A whole number from 0 that must be there.</summary>
    public static int Count(JsonElement element, string key) => Required(element, key) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var count) && count >= 0
        ? count
        : throw new TokenizerFormatException($"'{key}' is not a whole number from 0");

    /// <summary>A token's id.</summary>
    public static int Id(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) && id is >= 0 and < MaxId
        ? id
        : throw new TokenizerFormatException("a token's id is not a whole number from 0 to 16,777,215");
}
