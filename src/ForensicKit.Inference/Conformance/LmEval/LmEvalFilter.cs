using System.Text.Json;
using System.Text.RegularExpressions;

namespace ForensicKit.Inference.Conformance.LmEval;

/// <summary>A pipeline of filters (lm-evaluation-harness 0.4.13, lm_eval/filters: extraction.py, selection.py, transformation.py).</summary>
internal sealed class LmEvalFilter
{
    private const int MatchMilliseconds = 2000;

    private readonly IReadOnlyList<Func<IReadOnlyList<string>, IReadOnlyList<string>>> _steps;

    private LmEvalFilter(string name, IReadOnlyList<Func<IReadOnlyList<string>, IReadOnlyList<string>>> steps) => (Name, _steps) = (name, steps);

    /// <summary>Name of the pipeline.</summary>
    public string Name { get; }

    /// <summary>The pipelines of a task; where it has none, the first response is taken.</summary>
    /// <exception cref="KitException">A filter is not supported.</exception>
    public static IReadOnlyList<LmEvalFilter> Of(JsonElement config) => config.TryGetProperty("filter_list", out var list) && list.ValueKind == JsonValueKind.Array
        ? [.. list.EnumerateArray().Select(p => new LmEvalFilter(p.GetProperty("name").GetString()!, [.. p.GetProperty("filter").EnumerateArray().Select(Step)]))]
        : [new("none", [responses => [.. responses.Take(1)]])];

    /// <summary>What is left of a document's responses.</summary>
    public IReadOnlyList<string> Apply(IReadOnlyList<string> responses) => _steps.Aggregate(responses, (left, step) => step(left));

    private static Func<IReadOnlyList<string>, IReadOnlyList<string>> Step(JsonElement filter)
    {
        string? Text(string name) => filter.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        int Number(string name, int otherwise) => filter.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : otherwise;
        switch (Text("function"))
        {
            case "take_first":
                return responses => [.. responses.Take(1)];
            case "take_first_k":
                var k = Number("k", 1);
                return responses => [.. responses.Take(k)];
            case "majority_vote":
                // The first seen on ties.
                return responses => [responses.GroupBy(r => r, StringComparer.Ordinal).OrderByDescending(g => g.Count()).First().Key];
            case "lowercase":
                return responses => [.. responses.Select(r => r.ToLowerInvariant())];
            case "uppercase":
                return responses => [.. responses.Select(r => r.ToUpperInvariant())];
            case "remove_whitespace":
                return responses => [.. responses.Select(r => r.TrimStart())];
            case "regex":
                var pattern = new Regex(Text("regex_pattern") ?? @"#### (\-?[0-9\.\,]+)", RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(MatchMilliseconds));
                var (select, fallback) = (Number("group_select", 0), Text("fallback") ?? "[invalid]");
                return responses => [.. responses.Select(r => Extract(pattern, r, select) ?? fallback)];
            case var other:
                throw new KitException($"The filter '{other}' is not supported.");
        }
    }

    // Python's findall: the whole match, its one group, or all groups, of which the first that is not empty counts.
    private static string? Extract(Regex pattern, string text, int select)
    {
        var matches = pattern.Matches(text);
        var at = select < 0 ? matches.Count + select : select;
        if (at < 0 || at >= matches.Count)
            return null;
        var groups = matches[at].Groups;
        var found = groups.Count switch
        {
            1 => groups[0].Value,
            2 => groups[1].Value,
            _ => groups.Values.Skip(1).Select(g => g.Value).FirstOrDefault(v => v.Length > 0),
        };
        return found?.Trim();
    }
}
