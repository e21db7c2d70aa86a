using System.Globalization;
using System.Numerics;
using System.Text.Json;
using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="PythonRandom"/>. The name of a list is the sequence of calls that gave it, each list from a fresh generator.</summary>
public sealed class PythonRandomVectors : IStatisticsVectorFile
{
    // Gaussian and exponential numbers pass through the C library's logarithm and sine, whose last bit is the system's own.
    private const double LastBit = 2.3e-16;

    /// <inheritdoc/>
    public string Name => "python-random";

    /// <inheritdoc/>
    public (double Relative, double Absolute) Tolerance => (0, 0);

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var seed = comparison.Input("seed");
        var type = comparison.OptionalInput("seed_type")?.GetString();
        PythonRandom Fresh() => type == "str" ? new(seed.GetString()!) : new(BigInteger.Parse(seed.ToString(), CultureInfo.InvariantCulture));
        switch (comparison.Input("kind").GetString())
        {
            case "choice":
                Fresh().Choice(Enumerable.Range(0, comparison.Input("n").GetInt32()).ToArray());
                break;
            case "sample":
                CheckSample(comparison, Fresh());
                break;
            default:
                foreach (var list in comparison.Case.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Array))
                    CheckList(comparison, list.Name, list.Value, Fresh());
                break;
        }
    }

    private static void CheckSample(VectorComparison comparison, PythonRandom random)
    {
        int n = comparison.Input("n").GetInt32(), k = comparison.Input("k").GetInt32();
        var sample = random.SampleIndices(n, k);
        comparison.Integers("sample", [.. sample.Select(i => (long)i)]);
        comparison.Integer("set_size_bound", PythonRandom.SampleSetBound(k));
        comparison.Text("method", n <= PythonRandom.SampleSetBound(k) ? "pool" : "set");
    }

    private static void CheckList(VectorComparison comparison, string name, JsonElement expected, PythonRandom random)
    {
        comparison.Ignore(name);
        var position = 0;
        foreach (var call in Calls(name, expected.GetArrayLength()))
        {
            if (position == expected.GetArrayLength())
            {
                comparison.Differs(name, $"{position.ToString(CultureInfo.InvariantCulture)} values", "more calls");
                return;
            }

            call(random, comparison, name, expected[position++]);
        }

        if (position != expected.GetArrayLength())
            comparison.Differs(name, $"{expected.GetArrayLength().ToString(CultureInfo.InvariantCulture)} values", "fewer calls");
    }

    private delegate void Call(PythonRandom random, VectorComparison comparison, string label, JsonElement expected);

    // randrange_5_50_3__randint_-3_3__randrange_1e12: calls are parted by two underscores (or _then_, with the same function), arguments by one.
    private static IEnumerable<Call> Calls(string name, int length)
    {
        if (name == "random")
            return Enumerable.Repeat<Call>((r, c, l, e) => c.Number(l, e, r.Random()), length);
        return name.Split("__").SelectMany(CallsOfOneFunction);
    }

    private static IEnumerable<Call> CallsOfOneFunction(string text)
    {
        var separator = text.IndexOf('_', StringComparison.Ordinal);
        var function = text[..separator];
        var arguments = text[(separator + 1)..].Split("_then_").Select(a => a.Split('_')).ToArray();
        return function switch
        {
            "getrandbits" => arguments[0].Select<string, Call>(a => (r, c, l, e) =>
                c.Text(l, e, r.RandomBits(int.Parse(a, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture))),
            "gauss" => arguments.SelectMany(Gauss),
            "choice" => arguments[0].Skip(2).Select<string, Call>(a => (r, c, l, e) => c.Integer(l, e, r.Choice(RangeOf(a)))),
            "randrange" => [(r, c, l, e) => c.Integer(l, e, RandomRange(r, [.. arguments[0].Select(Whole)]))],
            "randint" => [(r, c, l, e) => c.Integer(l, e, r.Integer(Whole(arguments[0][0]), Whole(arguments[0][1])))],
            "uniform" => [(r, c, l, e) => c.Number(l, e, r.Uniform(Real(arguments[0][0]), Real(arguments[0][1])))],
            "expovariate" => [(r, c, l, e) => c.Number(l, e, r.ExponentialVariate(Real(arguments[0][0])), LastBit)],
            "choices" => Choices(RangeOf(arguments[0][0]["range".Length..]), (int)Whole(arguments[0][1][1..])),
            "shuffle" => arguments.Select<string[], Call>(a => (r, c, l, e) =>
            {
                var items = RangeOf(a[0]);
                r.Shuffle(items);
                c.Integers(l, e, items);
            }),
            _ => throw new FormatException($"'{text}' names no call that is known."),
        };
    }

    // 0_1_x5: five calls of gauss(0, 1).
    private static IEnumerable<Call> Gauss(string[] arguments) => Enumerable.Repeat<Call>(
        (r, c, l, e) => c.Number(l, e, r.Gauss(Real(arguments[0]), Real(arguments[1])), LastBit),
        arguments.Length > 2 ? (int)Whole(arguments[2][1..]) : 1);

    // One call that gives many: made when the first value is asked for.
    private static IEnumerable<Call> Choices(long[] items, int count)
    {
        long[]? drawn = null;
        return Enumerable.Range(0, count).Select<int, Call>(i => (r, c, l, e) => c.Integer(l, e, (drawn ??= r.Choices(items, count))[i]));
    }

    private static long RandomRange(PythonRandom random, long[] arguments) => arguments.Length switch
    {
        1 => random.Range(0, arguments[0]),
        2 => random.Range(arguments[0], arguments[1]),
        _ => random.Range(arguments[0], arguments[1], arguments[2]),
    };

    private static long[] RangeOf(string count) => [.. Enumerable.Range(0, (int)Whole(count)).Select(i => (long)i)];

    private static long Whole(string text) => (long)decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static double Real(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
