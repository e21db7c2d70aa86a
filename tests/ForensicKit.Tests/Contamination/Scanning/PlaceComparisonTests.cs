using System.Text;
using CsCheck;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Scanning;

namespace ForensicKit.Tests.Contamination.Scanning;

/// <summary>The comparison against a slow one that is written down as it is defined.</summary>
public sealed class PlaceComparisonTests
{
    private static readonly string[] s_words = [.. Enumerable.Range(0, 24).Select(i => new string((char)('a' + i), 4) + "x")];

    private static readonly ScanIndex s_index = ScanIndex.Of([.. Enumerable.Range(0, 60).Select(i => new ScanItem(
        "b", i.ToString(System.Globalization.CultureInfo.InvariantCulture),
        [new("question", Text(new Random(i), 20 + (i % 30)), ScanRole.Question), new("answer", Text(new Random(1000 + i), i % 25), ScanRole.Answer)]))]);

    [Fact]
    public void Score_and_place_are_those_of_the_definition()
    {
        var near = 0;
        Gen.Select(Gen.Int[0, 59], Gen.Int[0, 1 << 30], Gen.Int[1, 120], Gen.Bool).Sample((number, seed, length, isCopy) =>
        {
            var entry = s_index.Entries[number];
            var words = new WordList();
            var random = new Random(seed);
            var text = isCopy ? string.Join(' ', entry.Text.Split(' ').Where(_ => random.NextDouble() < 0.8)) : Text(random, length);
            WordReader.Read(Encoding.UTF8.GetBytes(text), s_index.Words, adds: false, words);
            var comparison = new PlaceComparison(s_index);
            foreach (var unit in entry.Units.Where(u => u.Total > 0 && !u.IsShort))
            {
                var found = comparison.Compare(entry, unit, words.Ids, 0, words.Count - 1, -100, -100, out var agreement);
                var slow = new Slow(entry, unit, words.Ids.ToArray());
                Assert.True(found);
                // Of several windows that hold as much, any may be taken; at its ends a hundredth of what agrees may be cut off.
                Assert.Contains(slow.Best, w => Math.Abs(agreement.Matched - ((slow.Most + slow.InOrder(w.Start, w.End)) / 2)) < 1e-3 && w.Start <= agreement.Start && agreement.End <= w.End
                    && Math.Abs(Math.Max(agreement.Rank, unit.MayBeNear ? slow.Near(w.Start, w.End, agreement.End - agreement.Start) : 0) - agreement.Score) < 1e-4);
                Assert.InRange(slow.Bag(agreement.Start, agreement.End), (0.98 * slow.Most) - 1e-3, slow.Most + 1e-3);
                Assert.Equal((agreement.Matched - s_index.ChanceNats) / unit.Total, agreement.Rank, 1e-4);
                Assert.Equal(Math.Min(1, agreement.Matched / unit.Total), agreement.Coverage, 1e-4);
                if (agreement.Score > agreement.Rank)
                    near++;
            }
        }, iter: 400);
        Assert.True(near > 20);
    }

    [Fact]
    public void An_edited_copy_is_worth_its_best_alignment()
    {
        // Enough text to count phrases in: a few hundred words, of which some follow each other often.
        var names = Enumerable.Range(0, 300).Select(i => "w" + string.Concat(Enumerable.Range(0, 3).Select(k => (char)('a' + (i / (int)Math.Pow(7, k) % 7))))).ToArray();
        string[] Words(Random random, int count)
        {
            var words = new List<string>();
            for (var at = 0; words.Count < count; at = random.NextDouble() < 0.5 ? (at + 1) % 300 : random.Next(300))
                words.Add(names[at]);
            return [.. words];
        }

        var index = ScanIndex.Of([.. Enumerable.Range(0, 9000).Select(i => new ScanItem(
            "b", i.ToString(System.Globalization.CultureInfo.InvariantCulture), [new("question", string.Join(' ', Words(new Random(i), i < 100 ? 4 + (i % 20) : 60)), ScanRole.Question)]))]);
        var (there, not) = (0, 0);
        Gen.Select(Gen.Int[0, 99], Gen.Int[0, 1 << 30], Gen.Double[0, 0.6]).Sample((number, seed, rate) =>
        {
            var entry = index.Entries[number];
            var random = new Random(seed);
            var edited = entry.Text.Split(' ').SelectMany(w => (random.NextDouble() < rate ? random.Next(3) : 3) switch
            {
                0 => [],
                1 => [Words(random, 1)[0]],
                2 => [w, "unknown"],
                _ => (string[])[w],
            });
            string[] text = [.. Words(random, random.Next(8)), .. edited, .. Words(random, random.Next(8))];
            var words = new WordList();
            WordReader.Read(Encoding.UTF8.GetBytes(string.Join(' ', text)), index.Words, adds: false, words);
            var unit = Assert.Single(entry.Units, u => u.Unit == ScanUnit.Edited);
            var windows = new Slow(entry, unit, words.Ids.ToArray(), [.. entry.Alone.Select(a => a + 2.03f)]).Best.ConvertAll(w => AsEdited(entry, words.Ids[w.Start..w.End].ToArray()));
            if (new PlaceComparison(index).Compare(entry, unit, words.Ids, 0, words.Count - 1, 0, 0, out var agreement) && agreement.End > 0)
            {
                there++;
                Assert.Contains(windows, nats => Math.Abs(nats - agreement.Matched) < 1e-3 && nats >= 16 - 1e-3);
                Assert.Equal(agreement.Matched / unit.Total, agreement.Score, 1e-4);
            }
            else
            {
                not++;
                Assert.Contains(windows, nats => nats < 16 + 1e-3);
            }
        }, iter: 300);
        Assert.True(there > 50 && not > 20, $"{there}, {not}");
        Assert.DoesNotContain(s_index.Entries.SelectMany(e => e.Units), u => u.Unit == ScanUnit.Edited);
    }

    [Fact]
    public void Words_cost_chance_what_the_other_items_say()
    {
        var texts = Enumerable.Range(0, 9000).Select(i => Enumerable.Range(0, 60).Select(k => "w" + (char)('a' + (i * (k + 3) % 23)) + (char)('a' + ((i + (k * k)) % 19)) + (i % 3 == 0 && k == 4 ? "qx" : "x")).ToArray()).ToList();
        texts[7] = ["wabx", "wcdx", "12", "a", .. texts[7][..5]];
        var index = ScanIndex.Of([.. texts.Select((t, i) => new ScanItem("b", i.ToString(System.Globalization.CultureInfo.InvariantCulture), [new("question", string.Join(' ', t), ScanRole.Question)]))]);
        var words = index.Entries.Select(e => e.Words).ToList();
        var all = words.Sum(t => t.Distinct().Count());
        foreach (var number in (int[])[0, 7, 8, 1234])
        {
            double Others(params int[] phrase) => words.Where((_, i) => i != number).Count(t => Enumerable.Range(0, t.Length - phrase.Length + 1).Any(at => t.AsSpan(at, phrase.Length).SequenceEqual(phrase)));
            var (entry, text) = (index.Entries[number], words[number]);
            for (var i = 0; i < text.Length; i++)
            {
                var alone = (Others(text[i]) + 0.5) / all;
                var p = alone;
                for (var before = 1; before <= Math.Min(2, i); before++)
                    p = (Others(text[(i - before)..(i + 1)]) + (5 * p)) / (Others(text[(i - before)..i]) + 5);
                var most = number == 7 && i is 2 or 3 ? 2.5 : double.PositiveInfinity;
                Assert.Equal(Math.Min(most, -Math.Log(alone)), entry.Alone[i], 1e-3);
                Assert.Equal(Math.Min(Math.Min(most, -Math.Log(alone)), -Math.Log(p)), entry.After[i], 1e-3);
            }
        }
    }

    // Every window of the definition's length, its words counted anew, and the longest common subsequence by the textbook.
    private sealed class Slow
    {
        private readonly int[] _words;
        private readonly float[] _weights;
        private readonly int[] _text;
        private readonly Dictionary<int, (int Count, double Mean)> _worth;

        public Slow(ScanEntry entry, UnitWords unit, int[] text, float[]? weights = null)
        {
            _words = [.. entry.Words[unit.Start..unit.End], .. entry.Words[unit.Start2..unit.End2]];
            _weights = weights ?? [.. entry.Weights[unit.Start..unit.End], .. entry.Weights[unit.Start2..unit.End2]];
            _text = text;
            _worth = _words.Zip(_weights).GroupBy(p => p.First).ToDictionary(g => g.Key, g => (g.Count(), g.Average(p => (double)p.Second)));
            Length = (int)(_words.Length * 1.3f) + 6;
            var windows = Enumerable.Range(1, text.Length).Select(end => (Start: Math.Max(0, end - Length), End: end)).ToList();
            Most = windows.Max(w => Bag(w.Start, w.End));
            Best = [.. windows.Where(w => Bag(w.Start, w.End) > Most - 1e-3)];
        }

        public List<(int Start, int End)> Best { get; }

        public int Length { get; }

        public double Most { get; }

        public double Bag(int start, int end) =>
            _text[start..end].GroupBy(w => w).Sum(g => _worth.TryGetValue(g.Key, out var w) ? Math.Min(w.Count, g.Count()) * w.Mean : 0);

        // Where enough words stand in order and are worth enough, the share of nats in order. Less of the words will do where they are worth more,
        // stand close together and three of them in a row.
        public double Near(int start, int end, int length)
        {
            var ordered = InOrder(start, end);
            var count = InOrder(start, end, _ => 1);
            var missing = _words.Length <= 10 ? (_words.Length - 1) / 4 : Math.Floor(0.3 * _words.Length + 1e-9);
            var isNearlyAll = count >= _words.Length - missing;
            var isMost = ordered >= 18 && _words.Length >= 8 && count / _words.Length >= 0.6 - 1e-9 && length <= 1.15 * _words.Length && Run(start, end) >= 3;
            return ordered >= 13 && (isNearlyAll || isMost) ? ordered / _weights.Sum() : 0;
        }

        private int Run(int start, int end) => Enumerable.Range(start, end - start).Max(i => Enumerable.Range(0, _words.Length).Max(j =>
        {
            var run = 0;
            while (i + run < end && j + run < _words.Length && _text[i + run] == _words[j + run])
                run++;
            return run;
        }));

        public double InOrder(int start, int end) => InOrder(start, end, j => _weights[j]);

        private double InOrder(int start, int end, Func<int, double> worth)
        {
            var table = new double[end - start + 1, _words.Length + 1];
            for (var i = 1; i <= end - start; i++)
            {
                for (var j = 1; j <= _words.Length; j++)
                {
                    table[i, j] = Math.Max(table[i - 1, j], table[i, j - 1]);
                    if (_text[start + i - 1] == _words[j - 1])
                        table[i, j] = Math.Max(table[i, j], table[i - 1, j - 1] + worth(j - 1));
                }
            }

            return table[end - start, _words.Length];
        }
    }

    // The best alignment, every way tried: what is left of the question from word i on, in the text from word j on.
    private static double AsEdited(ScanEntry entry, int[] text)
    {
        var known = new Dictionary<(int, int), double>();
        double From(int i, int j, bool isBegun)
        {
            if (i == entry.QuestionWords)
                return 0;
            if (isBegun && known.TryGetValue((i, j), out var best))
                return best;
            best = From(i + 1, j, isBegun: true) - 3;
            if (j < text.Length)
            {
                best = Math.Max(best, From(i + 1, j + 1, isBegun: true) - 2.2);
                best = Math.Max(best, From(i, j + 1, isBegun) - (isBegun ? 3 : 0));
                if (text[j] == entry.Words[i])
                {
                    var follows = i > 0 && j > 0 && text[j - 1] == entry.Words[i - 1];
                    best = Math.Max(best, From(i + 1, j + 1, isBegun: true) - 0.17 + (follows ? entry.After[i] : entry.Alone[i]));
                }
            }

            if (isBegun)
                known[(i, j)] = best;
            return best;
        }

        return From(0, 0, isBegun: false);
    }

    private static string Text(Random random, int count) => string.Join(' ', Enumerable.Range(0, count).Select(_ => s_words[(int)(s_words.Length * Math.Pow(random.NextDouble(), 2))]));
}
