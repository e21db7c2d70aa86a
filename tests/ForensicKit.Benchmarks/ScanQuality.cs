using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ForensicKit.Cases;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Scanning;
using ForensicKit.Corpora;
using ForensicKit.Evidence;

namespace ForensicKit.Benchmarks;

/// <summary>
/// What a scan finds and what it takes for an item, with GSM8K, MMLU, HellaSwag and HumanEval loaded: items edited word by word and with their
/// sentences reordered (seed 5), items rephrased by language models, and texts of the items' kinds that are not items. Each stands within
/// 300 words of books.
/// </summary>
internal static class ScanQuality
{
    private const int PerKind = 1000;
    private const int LeastLong = 13;

    /// <param name="data">Folder that holds the benchmarks, corpora and rephrased items (<c>data</c>).</param>
    /// <param name="more">Where at hand, benbench's <c>GSM8K_rewritten-test-1.jsonl</c>, and questions of other examinations: JSON Lines with a field <c>question</c>.</param>
    public static void Run(string data, IReadOnlyList<string> more)
    {
        var benbench = more.FirstOrDefault(f => Path.GetFileName(f).Contains("rewritten", StringComparison.Ordinal));
        var benchmarks = ((string[])["gsm8k", "mmlu", "hellaswag", "humaneval"]).ToDictionary(name => name, Items, StringComparer.Ordinal);
        List<ScanItem> all = [.. benchmarks.Keys.SelectMany(name => ScanBenchmarks.Read(KitFolder.Locate(), name, default))];
        var scanner = Scanner(all);
        // As if no other split were at hand: what texts of the items' kind do that nobody has published.
        var alone = Scanner([.. all.Where(i => !i.IsExample)]);
        var filler = new Filler(Path.Combine(data, "corpora", "classic-books"));
        var (random, others) = (new Random(5), new Random(6));
        // Of questions worth looking for in parts: 13 words or more.
        var longer = all.Where(i => !i.IsExample && ItemTexts.Question(i).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length >= LeastLong).Select(i => i.ItemId).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, items) in benchmarks)
        {
            var chosen = Enumerable.Range(0, PerKind).Select(_ => items[random.Next(items.Count)]).ToList();
            Altered($"{name} verbatim, question", chosen, i => i.Question);
            Altered($"{name} verbatim, question and answer", chosen, i => i.Question + " " + i.Gold);
            Altered($"{name} sentences reordered", chosen, i => Reordered(i.Question + " " + i.Gold, random));
            foreach (var rate in (double[])[0.05, 0.1, 0.2, 0.3])
            {
                Altered(string.Create(CultureInfo.InvariantCulture, $"{name} {rate:P0} edited, question"), chosen, i => Edited(i.Question, rate, random, filler));
                Altered(string.Create(CultureInfo.InvariantCulture, $"{name} {rate:P0} edited, question and answer"), chosen, i => Edited(i.Question + " " + i.Gold, rate, random, filler));
                if (chosen[0].Choices.Count > 0)
                    Altered(string.Create(CultureInfo.InvariantCulture, $"{name} {rate:P0} edited, question and choices"), chosen, i => Edited(i.Question + " " + string.Join(' ', i.Choices), rate, others, filler));
            }

            Altered($"{name} numbers exchanged, question", [.. chosen.Where(i => i.Question.Any(char.IsAsciiDigit))], i => WithOtherNumbers(i.Question, others));
        }

        var rephrased = Path.Combine(data, "contamination", "rephrased");
        Planted("lmsys, GSM8K", benchmarks["gsm8k"], Texts(Path.Combine(rephrased, "rephrase_gsm8k.jsonl"), "text"));
        foreach (var subject in (string[])["abstract_algebra", "sociology"])
            Planted($"lmsys, {subject}", [.. benchmarks["mmlu"].Where(i => i.Subject == subject)], Texts(Path.Combine(rephrased, $"{subject}_test_rephrase_english_filtered_question.jsonl"), "text"));
        if (benbench is not null)
        {
            var byQuestion = benchmarks["gsm8k"].DistinctBy(i => i.Question.Trim()).ToDictionary(i => i.Question.Trim(), StringComparer.Ordinal);
            List<BenchmarkItem> meant = [.. Texts(benbench, "question").Select(q => byQuestion[q.Trim()])];
            var questions = Texts(benbench, "rewritten_question");
            Planted("benbench, question", meant, questions);
            Planted("benbench, question and answer", meant, [.. questions.Zip(Texts(benbench, "rewritten_answer"), (q, a) => q + " " + a)]);
        }

        var train = File.ReadLines(Path.Combine(data, "benchmarks", "gsm8k", "train.jsonl")).Select(l => JsonDocument.Parse(l).RootElement)
            .Select(e => e.GetProperty("question").GetString() + " " + e.GetProperty("answer").GetString());
        Negative("GSM8K train", train.Select(filler.Around));
        Negative("MMLU dev with choices", BenchmarkFormats.ReadPool(KitFolder.Locate().Benchmark("mmlu"), "dev", Store("mmlu"), default).Select(i => filler.Around(i.Question + "\n" + string.Join('\n', i.Choices))));
        foreach (var file in more.Where(f => f != benbench))
            Negative(Path.GetFileName(file), Texts(file, "question").Distinct(StringComparer.Ordinal).Select(filler.Around));
        Negative("Python files", Documents(Path.Combine(data, "corpora", "python-code", "the-algorithms-python.tar.gz"), ".py"));

        void Altered(string kind, IReadOnlyList<BenchmarkItem> items, Func<BenchmarkItem, string> alter) => Planted(kind, items, [.. items.Select(alter)]);

        void Planted(string kind, IReadOnlyList<BenchmarkItem> items, IReadOnlyList<string> texts)
        {
            var pairs = items.Zip(texts).Where(p => p.Second.Trim().Length > 0).ToList();
            var isFound = pairs.ConvertAll(p => Leaks(filler.Around(p.Second)).Any(h => h.Item.ItemId == p.First.Id));
            Tell(kind, isFound.Count(f => f), pairs.Count);
            if (pairs.Exists(p => !longer.Contains(p.First.Id)))
                Tell($"      of {LeastLong} words or more", isFound.Zip(pairs).Count(p => p.First && longer.Contains(p.Second.First.Id)), pairs.Count(p => longer.Contains(p.First.Id)));
        }

        void Negative(string kind, IEnumerable<string> texts)
        {
            var given = texts.ToList();
            Tell("none: " + kind, given.Count(t => Leaks(t).Any()), given.Count);
            Tell("      not held against other splits", given.Count(t => LeaksOf(alone, t).Any()), given.Count);
        }

        IEnumerable<ScanHit> Leaks(string text) => LeaksOf(scanner, text);
    }

    private static IEnumerable<ScanHit> LeaksOf(TextScanner scanner, string text) => scanner.Scan(Encoding.UTF8.GetBytes(text)).Where(h => h.Class == HitClass.Leak);

    private static TextScanner Scanner(List<ScanItem> items)
    {
        var index = ScanIndex.Of(items);
        return new(index, ScanCalibration.Of(index, Environment.ProcessorCount).Thresholds());
    }

    private static void Tell(string kind, int found, int of) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind,-48} {found,5} of {of,5}  {(double)found / of:F4}"));

    internal static IReadOnlyList<BenchmarkItem> Items(string name) => BenchmarkFormats.Read(KitFolder.Locate().Benchmark(name), Store(name), default);

    private static ArtifactStore Store(string name) =>
        ArtifactStore.For(KitFolder.Locate().Benchmark(name).FilePath, Environment.GetEnvironmentVariable(ArtifactStore.DataVariable));

    private static List<string> Texts(string file, string field) => [.. File.ReadLines(file).Select(l => JsonDocument.Parse(l).RootElement.GetProperty(field).GetString()!)];

    private static List<string> Documents(string file, string ending)
    {
        var texts = new List<string>();
        new CorpusReader(new()).Read(new CorpusShard(file, file, 1), (in CorpusDocument d) =>
        {
            if (d.Shard.EndsWith(ending, StringComparison.Ordinal))
                texts.Add(Encoding.UTF8.GetString(d.Text));
        }, default);
        return texts;
    }

    // As the planted corpus was made: of the words chosen 60 % are exchanged, 20 % left out, 20 % get another word behind them.
    internal static string Edited(string text, double rate, Random random, Filler filler)
    {
        var words = new List<string>();
        foreach (var word in text.Split(' '))
        {
            var edit = random.NextDouble() < rate ? random.NextDouble() : 2;
            if (edit >= 0.8)
                words.Add(word);
            if (edit is < 0.6 or (>= 0.8 and < 1))
                words.Add(filler.Word(random));
        }

        return string.Join(' ', words);
    }

    private static string WithOtherNumbers(string text, Random random) =>
        Regex.Replace(text, "[0-9]+", m => string.Concat(m.Value.Select((_, i) => (char)random.Next(i == 0 ? '1' : '0', '9' + 1))), RegexOptions.None, TimeSpan.FromSeconds(1));

    private static string Reordered(string text, Random random)
    {
        var sentences = text.Split(['.', '?', '!'], StringSplitOptions.RemoveEmptyEntries);
        random.Shuffle(sentences);
        return string.Join(". ", sentences);
    }

    // Words of books, 150 before and after, further on with every text.
    internal sealed class Filler(string folder)
    {
        private readonly string[] _words = [.. Documents(Directory.EnumerateFiles(folder, "*.jsonl.gz").Order(StringComparer.Ordinal).First(), "").SelectMany(t => t.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))];
        private int _at;

        public string Word(Random random) => _words[random.Next(_words.Length)];

        public string Around(string text)
        {
            _at = (_at + 300) % (_words.Length - 300);
            return string.Join(' ', _words.AsSpan(_at, 150)!) + "\n" + text + "\n" + string.Join(' ', _words.AsSpan(_at + 150, 150)!);
        }
    }
}
