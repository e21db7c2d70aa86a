using System.Text.Json;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>Parses JSON that others wrote: no key twice, bounded depth, and every text a text.</summary>
internal static class StrictJson
{
    /// <summary>The root object.</summary>
    /// <param name="json">UTF-8; a byte order mark is not allowed.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="what">What it is, for messages: <c>The file</c>.</param>
    /// <exception cref="KitException">It is not valid JSON, not an object, or a text in it is not valid Unicode.</exception>
    public static JsonElement Object(ReadOnlyMemory<byte> json, string path, string what = "The file")
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new KitException($"{what} is not a JSON object.", path);
            CheckTexts(document.RootElement);
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new KitException($"{what} is not valid JSON: {e.Message}", path, innerException: e);
        }
    }

    // The parser leaves texts undecoded: bytes that are no UTF-8 and halves of surrogate pairs would surface at first use.
    private static void CheckTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    CheckTexts(item);
                break;
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    CheckTexts(property.Value);
                }

                break;
            default:
                break;
        }
    }
}
