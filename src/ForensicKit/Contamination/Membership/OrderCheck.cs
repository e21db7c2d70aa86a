using System.Globalization;
using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Membership;

/// <summary>What one look at an order says.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="P">Against seeded permutations, two-sided.</param>
public sealed record OrderSign(string Name, Probability P);

/// <summary>
/// Whether a file's order is exchangeable as far as its texts show, without any model: items sorted, grouped, getting longer, numbered, or next to their
/// like are likely in their order for everyone, and a model's preference for it proves nothing.
/// </summary>
/// <param name="Signs">What was looked at.</param>
/// <param name="Permutations">Permutations drawn.</param>
public sealed record OrderCheck(IReadOnlyList<OrderSign> Signs, int Permutations)
{
    private const double Alpha = 0.05;

    /// <summary>Why the order is not exchangeable; null where nothing speaks against it.</summary>
    public string? Objection
    {
        get
        {
            var worst = Signs.MinBy(s => s.P.Value)!;
            return worst.P.TimesCapped(Signs.Count).Value < Alpha
                ? string.Create(CultureInfo.InvariantCulture, $"The file's order is not exchangeable, by {worst.Name} (p {worst.P}, {Signs.Count} looks): it is likely by itself, whether or not a model has seen it.")
                : null;
        }
    }

    /// <summary>Looks at an order.</summary>
    /// <param name="items">Items in the order of their file; at least 3.</param>
    /// <param name="random">Draws permutations.</param>
    /// <param name="permutations">How many.</param>
    /// <param name="cancellationToken">Stops between permutations.</param>
    public static OrderCheck Run(IReadOnlyList<MembershipItem> items, PythonRandom random, int permutations, CancellationToken cancellationToken)
    {
        var n = items.Count;
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 3, nameof(items));
        int[] lengths = SetComparison.DoubledRanks([.. items.Select(i => (double)i.Text.Length)]);
        int[] alphabet = RanksOf([.. items.Select(i => i.Text)]);
        int[] subjects = RanksOf([.. items.Select(i => i.Subject)]);
        int[] firsts = RanksOf([.. items.Select(i => i.Text.Length > 0 ? i.Text[..1] : "")]);
        double[] numbers = [.. items.Select(i => FirstNumber(i.Text))];
        int[]? numbering = numbers.Count(double.IsNaN) * 2 < n ? SetComparison.DoubledRanks([.. numbers.Select(x => double.IsNaN(x) ? -1 : x)]) : null;
        var words = items.Select(i => (HashSet<string>)[.. Words.Of(i.Text)]).ToList();
        List<(string Name, Func<int[], double> Statistic)> looks =
        [
            ("a trend of length", o => Trend(o, lengths)),
            ("lengths of neighbours", o => Neighbours(o, (a, b) => -Math.Abs(lengths[a] - lengths[b]))),
            ("alphabetical order", o => Neighbours(o, (a, b) => alphabet[b] > alphabet[a] ? 1 : 0)),
            ("a trend through the alphabet", o => Trend(o, alphabet)),
            ("first letters of neighbours", o => Neighbours(o, (a, b) => firsts[a] == firsts[b] ? 1 : 0)),
            ("words shared with the next", o => Neighbours(o, (a, b) => Shared(words[a], words[b]))),
        ];
        if (subjects.Distinct().Count() > 1)
            looks.Add(("subjects of neighbours", o => Neighbours(o, (a, b) => subjects[a] == subjects[b] ? 1 : 0)));
        if (numbering is not null)
            looks.Add(("numbers in the texts", o => Trend(o, numbering)));
        int[] order = [.. Enumerable.Range(0, n)];
        double[] observed = [.. looks.Select(l => l.Statistic(order))];
        var (above, below) = (new int[looks.Count], new int[looks.Count]);
        for (var k = 0; k < permutations; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            random.Shuffle(order);
            for (var l = 0; l < looks.Count; l++)
            {
                // Sums of fractions in another order: equal ones must stay equal.
                var difference = looks[l].Statistic(order) - observed[l];
                above[l] += difference >= -1e-9 ? 1 : 0;
                below[l] += difference <= 1e-9 ? 1 : 0;
            }
        }

        return new([.. looks.Select((l, i) => new OrderSign(l.Name, P(above[i], below[i])))], permutations);

        Probability P(int reached, int under) =>
            Probability.FromValue((1.0 + Math.Min(reached, under)) / (permutations + 1.0)).TimesCapped(2);
    }

    private static double Trend(int[] order, int[] ranks)
    {
        var sum = 0.0;
        for (var i = 0; i < order.Length; i++)
            sum += (double)i * ranks[order[i]];
        return sum;
    }

    private static double Neighbours(int[] order, Func<int, int, double> alike)
    {
        var sum = 0.0;
        for (var i = 1; i < order.Length; i++)
            sum += alike(order[i - 1], order[i]);
        return sum;
    }

    private static double Shared(HashSet<string> a, HashSet<string> b)
    {
        if (b.Count < a.Count)
            (a, b) = (b, a);
        var common = 0;
        foreach (var word in a)
            common += b.Contains(word) ? 1 : 0;
        return a.Count + b.Count == 0 ? 0 : (double)common / (a.Count + b.Count - common);
    }

    private static int[] RanksOf(string[] texts)
    {
        string[] sorted = [.. texts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return [.. texts.Select(t => Array.BinarySearch(sorted, t, StringComparer.Ordinal))];
    }

    private static double FirstNumber(string text)
    {
        var start = text.AsSpan().IndexOfAnyInRange('0', '9');
        if (start < 0)
            return double.NaN;
        var end = start;
        while (end < text.Length && end - start < 15 && char.IsAsciiDigit(text[end]))
            end++;
        return double.Parse(text.AsSpan(start, end - start), CultureInfo.InvariantCulture);
    }
}
