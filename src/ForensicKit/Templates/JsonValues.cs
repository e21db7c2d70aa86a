using System.Globalization;
using System.Numerics;
using System.Text.Json;
using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates;

/// <summary>Turns JSON into the values of templates, as Python's <c>json</c> reads it.</summary>
internal static class JsonValues
{
    /// <summary>The value of a JSON element.</summary>
    /// <exception cref="KitException">A text in it is not valid Unicode, or a number has too many digits.</exception>
    public static Value Of(JsonElement element)
    {
        try
        {
            return Convert(element);
        }
        catch (InvalidOperationException e)
        {
            throw new KitException("A text that the template is given is not valid Unicode.", innerException: e);
        }
        catch (TemplateException e)
        {
            throw new KitException(e.Message, innerException: e);
        }
    }

    /// <summary>Messages made uniform: see <c>ChatRequest.NormaliseMessages</c>.</summary>
    public static Value Normalised(Value messages)
    {
        if (messages is not ListValue list)
            return messages;
        return new ListValue([.. list.Items.Select(item => item is DictValue message ? Normalised(message) : item)]);
    }

    private static DictValue Normalised(DictValue message)
    {
        var entries = message.Entries.Where(e => e.Value is not NoneValue).ToList();
        foreach (var name in new[] { "reasoning_content", "thinking", "reasoning" })
        {
            if (entries.Find(e => e.Key is StringValue key && key.Text == name) is { Key: not null } reasoning)
            {
                entries.Add(new(new StringValue("reasoning_content"), reasoning.Value));
                entries.Add(new(new StringValue("thinking"), reasoning.Value));
                break;
            }
        }

        return new(entries);
    }

    private static Value Convert(JsonElement element)
    {
        Budget.EnsureStack();
        return element.ValueKind switch
        {
            JsonValueKind.String => new StringValue(element.GetString()!),
            JsonValueKind.True => BoolValue.True,
            JsonValueKind.False => BoolValue.False,
            JsonValueKind.Number => Number(element.GetRawText()),
            JsonValueKind.Array => new ListValue([.. element.EnumerateArray().Select(Convert)]),
            JsonValueKind.Object => new DictValue(element.EnumerateObject().Select(p => KeyValuePair.Create<Value, Value>(new StringValue(p.Name), Convert(p.Value)))),
            _ => NoneValue.Instance,
        };
    }

    private static Value Number(string text)
    {
        if (text.AsSpan().IndexOfAny(".eE") >= 0)
            return new FloatValue(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
        return text.Length <= 4300 ? new IntValue(BigInteger.Parse(text, CultureInfo.InvariantCulture)) : throw TemplateException.Exceeded("A number has more than 4300 digits.");
    }
}
