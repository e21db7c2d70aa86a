using System.Globalization;
using System.Text.Json;
using ForensicKit.Conformance;
using ForensicKit.Inference.Tokenizers;
using ForensicKit.Inference.Tokenizers.Decoders;
using ForensicKit.Inference.Tokenizers.Patterns;
using ForensicKit.Inference.Tokenizers.Reading;

namespace ForensicKit.Inference.Conformance;

/// <summary>Checks one step of a tokenizer: a line of <c>components.jsonl</c>.</summary>
internal static class TokenizerComponentCheck
{
    /// <summary>The results of the line's cases, or of its ranges as one.</summary>
    /// <exception cref="KitException">The line is no vector.</exception>
    public static IEnumerable<VectorResult> Check(JsonElement line, int number, string file)
    {
        var (kind, config) = VectorLines.Checked(file, number, () => (Text(line.GetProperty("kind")), line.GetProperty("config")));
        var name = string.Create(CultureInfo.InvariantCulture, $"{number} {kind} {Shown(config)}");
        if (kind == "regex-class")
        {
            var ranges = VectorLines.Checked(file, number, () => line.GetProperty("ranges").EnumerateArray().Select(r => (First: r[0].GetInt32(), Last: r[1].GetInt32())).ToList());
            yield return new(file, name, Guarded(() => ClassDifferences(Text(config), ranges)));
            yield break;
        }

        if (kind is not ("normalizer" or "pre_tokenizer" or "decoder"))
            throw new KitException($"Line {number.ToString(CultureInfo.InvariantCulture)} is of the kind '{kind}', which is not known.", file, "Known kinds: normalizer, pre_tokenizer, decoder, regex-class.");
        Func<JsonElement, object?>? step = null;
        var problem = Guarded(() =>
        {
            step = Step(kind, config);
            return [];
        });
        var cases = VectorLines.Checked(file, number, () => line.GetProperty("cases").EnumerateArray().Select(c => (Input: c[0], Expected: c[1])).ToList());
        for (var i = 0; i < cases.Count; i++)
        {
            var (input, expected) = cases[i];
            yield return new(file, string.Create(CultureInfo.InvariantCulture, $"{name} case {i}"), step is null ? problem : VectorLines.Checked(file, number, () => Guarded(() =>
            {
                var actual = JsonSerializer.SerializeToElement(step(input));
                return JsonElement.DeepEquals(actual, expected)
                    ? []
                    : [$"{VectorLines.Shown(input.GetRawText())}: {VectorLines.Shown(JsonSerializer.Serialize(actual))} instead of {VectorLines.Shown(JsonSerializer.Serialize(expected))}"];
            })));
        }
    }

    private static IReadOnlyList<string> Guarded(Func<IReadOnlyList<string>> check)
    {
        try
        {
            return check();
        }
        catch (KitException e)
        {
            return [e.What];
        }
        catch (TokenizerFormatException e)
        {
            return [e.Message];
        }
    }

    private static Func<JsonElement, object?> Step(string kind, JsonElement config)
    {
        switch (kind)
        {
            case "normalizer":
                var normalizer = NormalizerReader.Read(config);
                return input => CodePoints.Text(normalizer.Apply(new(CodePoints.Of(Text(input))), new(Text(input).Length)).Points);
            case "pre_tokenizer":
                var pre = PreTokenizerReader.Read(config);
                return input =>
                {
                    var pieces = pre.Apply(TextPieces.Whole(new(CodePoints.Of(Text(input)))), new(Text(input).Length));
                    return pieces.Parts.Select(p => new object[]
                    {
                        CodePoints.Text(pieces.Text.Points.AsSpan(p.Start, p.End - p.Start)), pieces.Text.StartOf(p.Start), pieces.Text.EndOf(p.End - 1),
                    }).ToList();
                };
            default:
                var decoder = DecoderReader.Read(config);
                return input =>
                {
                    var sink = new TextSink();
                    var stage = decoder.Begin(sink);
                    foreach (var token in input.EnumerateArray())
                        stage.Add(Text(token));
                    stage.Finish();
                    return sink.Take();
                };
        }
    }

    private static List<string> ClassDifferences(string expression, List<(int First, int Last)> ranges)
    {
        var pattern = new CodePointPattern(expression);
        var expected = new HashSet<int>(ranges.SelectMany(r => Enumerable.Range(r.First, Math.Clamp(r.Last - r.First + 1, 0, 0x110000))));
        var differences = new List<string>();
        for (var point = 0; point < 0x110000; point++)
        {
            if (point is < 0xd800 or > 0xdfff && pattern.MatchEnd([point], 0) == 1 != expected.Contains(point))
                differences.Add(string.Create(CultureInfo.InvariantCulture, $"U+{point:X4} is {(expected.Contains(point) ? "missing" : "too many")}"));
        }

        return differences;
    }

    private static string Shown(JsonElement config)
    {
        var text = config.GetRawText();
        return text.Length > 120 ? text[..120] + "…" : text;
    }

    private static string Text(JsonElement value) => value.GetString() ?? throw new FormatException("a text is null");
}
