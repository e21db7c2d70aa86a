using System.Text;
using System.Text.Json;

namespace ForensicKit.Inference.Endpoints;

/// <summary>What a server says of an error, for a message.</summary>
internal static class ErrorText
{
    /// <summary>The message in an error's body, or the body itself; not cleaned.</summary>
    public static string Of(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8 });
            var root = document.RootElement;
            var error = root.Field("error") ?? root;
            return error.ValueKind == JsonValueKind.String ? error.GetString()! : error.Text("message") ?? error.Text("detail") ?? error.GetRawText();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or EndpointFailure)
        {
            return Encoding.UTF8.GetString(body.Span);
        }
    }
}
