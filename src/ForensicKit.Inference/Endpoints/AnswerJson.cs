using System.Globalization;
using System.Text;
using System.Text.Json;
using ForensicKit.Inference.Checkpoints;

namespace ForensicKit.Inference.Endpoints;

/// <summary>Reads what a server answers: every field is of the right kind, or the answer is refused.</summary>
internal static class AnswerJson
{
    // vLLM writes -9999 for minus infinity: it is kept as said. Anything far below is no number to add up.
    private const double Least = -1e5;
    private const double Rounding = 1e-3;

    /// <summary>An answer's root object.</summary>
    /// <exception cref="EndpointFailure">It is no JSON object.</exception>
    public static JsonElement Parse(byte[] json)
    {
        try
        {
            return StrictJson.Object(json, "endpoint", "The answer");
        }
        catch (KitException e)
        {
            // The parser's own exception may quote what the server sent.
            throw EndpointFailure.Broken(e.What);
        }
    }

    /// <summary>Every text in an element, names of fields included.</summary>
    public static IEnumerable<string> Texts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                yield return element.GetString()!;
                break;
            case JsonValueKind.Array:
                foreach (var text in element.EnumerateArray().SelectMany(Texts))
                    yield return text;
                break;
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    yield return property.Name;
                    foreach (var text in Texts(property.Value))
                        yield return text;
                }

                break;
            default:
                break;
        }
    }

    /// <summary>A field's value; null where it is absent or null.</summary>
    public static JsonElement? Field(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A field's text; null where it is absent.</summary>
    public static string? Text(this JsonElement element, string name) => element.Field(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        _ => throw Wrong(name, "a text"),
    };

    /// <summary>A field's whole number; null where it is absent.</summary>
    public static int? Whole(this JsonElement element, string name) => element.Field(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var number) => number,
        _ => throw Wrong(name, "a whole number"),
    };

    /// <summary>A field's entries; null where it is absent.</summary>
    public static IReadOnlyList<JsonElement>? List(this JsonElement element, string name) => element.Field(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } value => [.. value.EnumerateArray()],
        _ => throw Wrong(name, "a list"),
    };

    /// <summary>A log-probability, in nats.</summary>
    /// <exception cref="EndpointFailure">It is no number, or none that a log-probability can be.</exception>
    public static double LogProb(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Number)
            throw Wrong(name, "a number");
        var number = value.GetDouble();
        return number is >= Least and <= Rounding
            ? number
            : throw EndpointFailure.Broken(string.Create(CultureInfo.InvariantCulture, $"'{name}' in the answer is {number:R}, which is no log-probability."));
    }

    /// <summary>A log-probability of another token, in nats; null where it is a stand-in for minus infinity (llama.cpp: the lowest float).</summary>
    /// <exception cref="EndpointFailure">It is no number, or none that a log-probability can be.</exception>
    public static double? TopLogProb(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.GetDouble() is < Least and >= float.MinValue ? null : LogProb(value, name);

    /// <summary>The one choice of an answer; null where it has none.</summary>
    /// <exception cref="EndpointFailure">There are several, or it is another than the one asked for.</exception>
    public static JsonElement? Choice(JsonElement answer)
    {
        if (answer.Field("error") is not null)
            throw EndpointFailure.Broken("The answer is an error: " + ErrorText.Of(Encoding.UTF8.GetBytes(answer.GetRawText())));
        var choices = answer.List("choices") ?? throw Wrong("choices", "a list");
        if (choices.Count == 0)
            return null;
        return choices.Count == 1 && choices[0].ValueKind == JsonValueKind.Object && (choices[0].Whole("index") ?? 0) == 0
            ? choices[0]
            : throw EndpointFailure.Broken(string.Create(CultureInfo.InvariantCulture, $"The answer has {choices.Count} choices or a wrong index where one was asked for."));
    }

    /// <summary>Why an answer ends, in the kit's words; null where it goes on.</summary>
    public static string? FinishReason(JsonElement choice) => choice.Text("finish_reason") switch
    {
        null => null,
        "stop" or "eos" or "eos_token" or "stop_sequence" => "stop",
        { Length: <= 40 } other when other.All(c => char.IsAsciiLetterLower(c) || c == '_') && other.Length > 0 => other,
        _ => throw EndpointFailure.Broken("'finish_reason' in the answer is none."),
    };

    /// <summary>A field that is not what it should be.</summary>
    public static EndpointFailure Wrong(string name, string expected) => EndpointFailure.Broken($"'{name}' in the answer is not {expected}.");
}
