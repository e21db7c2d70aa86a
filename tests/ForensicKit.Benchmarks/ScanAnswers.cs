using System.Globalization;
using System.Text;
using ForensicKit.Cases;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Scanning;

namespace ForensicKit.Benchmarks;

/// <summary>
/// Whether a scan tells questions, answers and questions with answers apart, with GSM8K, MMLU, HellaSwag and HumanEval loaded: up to 1,000 items of each benchmark
/// (seed 7), each within 300 words of books, or with another item of its benchmark behind it.
/// </summary>
internal static class ScanAnswers
{
    private const int PerKind = 1000;

    /// <param name="data">Folder that holds the benchmarks and corpora (<c>data</c>).</param>
    public static void Run(string data)
    {
        var benchmarks = ((string[])["gsm8k", "humaneval", "hellaswag", "mmlu"]).ToDictionary(name => name, ScanQuality.Items, StringComparer.Ordinal);
        var index = ScanIndex.Of([.. benchmarks.Keys.SelectMany(name => ScanBenchmarks.Read(KitFolder.Locate(), name, default))]);
        var scanner = new TextScanner(index, ScanCalibration.Of(index, Environment.ProcessorCount).Thresholds());
        var filler = new ScanQuality.Filler(Path.Combine(data, "corpora", "classic-books"));
        var random = new Random(7);
        foreach (var (name, items) in benchmarks)
        {
            var chosen = items.ToArray();
            random.Shuffle(chosen);
            chosen = chosen[..Math.Min(chosen.Length, PerKind)];
            foreach (var rate in (double[])[0, 0.05, 0.1, 0.2])
            {
                Tell($"{name} {rate:P0} question", i => Edited(i.Question, rate));
                if (chosen[0].Choices.Count > 0)
                    Tell($"{name} {rate:P0} question and choices", i => Edited(i.Question + "\n" + string.Join('\n', i.Choices), rate));
                Tell($"{name} {rate:P0} question and answer", i => Edited(i.Question + "\n" + i.Gold, rate));
                if (name is "gsm8k" or "humaneval")
                    Tell($"{name} {rate:P0} answer", i => Edited(i.Gold, rate));
            }

            Tell($"{name} question and another's question and answer", i => i.Question + "\n" + Another(i).Question + "\n" + Another(i).Gold);
            Tell($"{name} question twice", i => i.Question + "\n" + i.Question);
            Tell($"{name} question and answer, another's in front", i => Another(i).Question + "\n" + Another(i).Gold + "\n" + i.Question + "\n" + i.Gold);
            Tell($"{name} question behind its answer", i => i.Gold + "\n" + i.Question);

            BenchmarkItem Another(BenchmarkItem item) => chosen[(Array.IndexOf(chosen, item) + 1) % chosen.Length];

            string Edited(string text, double rate) => rate == 0 ? text : ScanQuality.Edited(text, rate, random, filler);

            void Tell(string kind, Func<BenchmarkItem, string> alter)
            {
                var kinds = new Dictionary<LeakKind, int>();
                foreach (var item in chosen)
                {
                    var told = scanner.Scan(Encoding.UTF8.GetBytes(filler.Around(alter(item)))).Where(h => h.Class == HitClass.Leak && h.Item.ItemId == item.Id).Select(h => h.Kind).ToList();
                    if (told.Count > 0)
                        kinds[told.Max()] = kinds.GetValueOrDefault(told.Max()) + 1;
                }

                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind,-55} {string.Join("  ", Enum.GetValues<LeakKind>().Select(k => $"{k} {(double)kinds.GetValueOrDefault(k) / kinds.Values.Sum():F3}"))}  of {kinds.Values.Sum()}"));
            }
        }
    }
}
