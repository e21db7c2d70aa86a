using System.Text.Encodings.Web;
using System.Text.Json;
using ForensicKit.Benchmarks;
using ForensicKit.Manifests;

namespace ForensicKit.Inference.Organisms;

/// <summary>
/// Small JavaScript functions over lists, in the schema of HumanEval: keep some elements, change each, make an answer. Every check is
/// computed here, not by running the solution.
/// </summary>
public sealed class CodeFamily : IItemFamily
{
    private const int ChecksPerItem = 5;
    private static readonly string[] s_names = ["solve", "compute", "answer", "process", "convert", "evaluate", "collect", "build"];
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public string Benchmark => "mini-humaneval";

    /// <inheritdoc/>
    public IReadOnlyList<string> Strata { get; } =
        [.. new[] { "numbers", "words" }.SelectMany(kind => Enumerable.Range(2, 5).Select(steps => $"{kind}, {(char)('0' + steps)} steps"))];

    /// <inheritdoc/>
    public BenchmarkItem DrawItem(string stratum, Draws draws)
    {
        var steps = stratum[stratum.IndexOf(',', StringComparison.Ordinal) + 2] - '0';
        return stratum.StartsWith('n') ? Draw(CodeTables.Numbers, steps, stratum, draws) : Draw(CodeTables.Words, steps, stratum, draws);
    }

    /// <inheritdoc/>
    public string DrawDocument(Draws draws, IReadOnlySet<string> heldOut)
    {
        while (true)
        {
            var item = DrawItem(draws.Of(Strata), draws);
            if (!heldOut.Contains(Key(item)))
                return item.Question + item.Gold;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<LeakForm> Forms { get; } = [LeakForm.Verbatim, LeakForm.QuestionOnly, LeakForm.QuestionAnswer, LeakForm.OtherFormat];

    /// <inheritdoc/>
    public string Leak(BenchmarkItem item, LeakForm form, Draws draws) => form switch
    {
        LeakForm.QuestionOnly => item.Question,
        LeakForm.QuestionAnswer or LeakForm.Verbatim => item.Question + item.Gold,
        LeakForm.OtherFormat => JsonSerializer.Serialize(new { prompt = item.Question, canonical_solution = item.Gold }),
        _ => throw new NotSupportedException($"'{form}' is not a way to leak an item of {Benchmark}."),
    };

    /// <inheritdoc/>
    public string Key(BenchmarkItem item) => item.Gold + item.Question.Split('\n')[0];

    private static BenchmarkItem Draw<T>(CodeDomain<T> domain, int steps, string stratum, Draws draws)
    {
        while (true)
        {
            // Filters and changes take turns; an answer is the last step.
            var isFilter = draws.Chance(0.6);
            var operations = new List<Operation<T>>();
            while (operations.Count < steps - 1)
            {
                operations.Add(isFilter ? Operation<T>.Of(draws.Of(domain.Filters), domain.Elements) : Operation<T>.Of(draws.Of(domain.Changes)));
                isFilter = !isFilter;
            }

            var answer = draws.Of(domain.Answers);
            var checks = Checks(domain, operations, answer, draws);
            if (checks is null)
                continue;
            var name = draws.Of(s_names);
            return new BenchmarkItem("", 0, $"// {Describe(operations, answer, draws)}\nfunction {name}(xs) {{", $"\n  return xs{string.Concat(operations.Select(o => o.Script))}{answer.Script};\n}}")
            {
                Subject = stratum,
                Fields = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["entry_point"] = name,
                    ["test"] = $"function check(candidate) {{\n{string.Concat(checks.Select(c => $"  assert.deepEqual(candidate({c.Input}), {c.Expected});\n"))}}}\n",
                },
            };
        }
    }

    private static string Describe<T>(List<Operation<T>> operations, Answer<T> answer, Draws draws)
    {
        var joiner = draws.Of<string>([", then ", "; ", " and ", ", "]);
        var what = string.Join(joiner, operations.Select(o => o.Phrase));
        return draws.Below(4) switch
        {
            0 => $"{Words.Capital(what)}{joiner}return {answer.Noun}.",
            1 => $"Return {answer.Noun} after this: {what}.",
            2 => $"With the list xs do this: {what}. Give back {answer.Noun}.",
            _ => $"{Words.Capital(what)}. The result is {answer.Noun}.",
        };
    }

    /// <summary>A filter or a change, in words and in JavaScript, and what it does to a list.</summary>
    private sealed record Operation<T>(string Phrase, string Script, Func<IEnumerable<T>, IEnumerable<T>> Apply)
    {
        public static Operation<T> Of(Filter<T> filter, string elements) => new($"keep {elements} that {filter.Clause}", $".filter(x => {filter.Script})", xs => xs.Where(filter.Keeps));

        public static Operation<T> Of(Change<T> change) => new($"have each {change.Participle}", $".map(x => {change.Script})", xs => xs.Select(change.Apply));
    }

    /// <summary>Inputs with their right outputs; null where the operations leave nothing to check on most inputs.</summary>
    private static List<(string Input, string Expected)>? Checks<T>(CodeDomain<T> domain, List<Operation<T>> operations, Answer<T> answer, Draws draws)
    {
        var checks = new List<(string, string)>();
        for (var tries = 0; checks.Count < ChecksPerItem && tries < 60; tries++)
        {
            var input = Enumerable.Range(0, draws.Between(4, 8)).Select(_ => domain.DrawElement(draws)).ToList();
            var elements = operations.Aggregate((IEnumerable<T>)input, (xs, operation) => operation.Apply(xs)).ToList();
            // JavaScript's numbers are exact below 2^53.
            if (elements.Count < 2 || answer.Make(elements) is long and (> 1L << 50 or < -(1L << 50)))
                continue;
            checks.Add((JsonSerializer.Serialize(input, s_json), JsonSerializer.Serialize(answer.Make(elements), s_json)));
        }

        return checks.Count == ChecksPerItem ? checks : null;
    }
}
