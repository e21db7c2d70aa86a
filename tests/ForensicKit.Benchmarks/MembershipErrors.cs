using System.Globalization;
using System.Text.Json;
using ForensicKit.Cases;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Calibration;
using ForensicKit.Contamination.Membership;
using ForensicKit.Inference.Organisms;
using ForensicKit.Manifests;
using ForensicKit.Statistics;

namespace ForensicKit.Benchmarks;

/// <summary>How often tests that ask the model accuse models that saw nothing, and how often those that did: on organisms, of which the truth is known.</summary>
internal static class MembershipErrors
{
    private const int MostReferences = 20;
    private const int Replicates = 1000;

    /// <summary>ConStat over a zoo's answers: published items against fresh twins, clean organisms of both sizes as reference models.</summary>
    /// <param name="folder">Folder of the zoo's answers, one file an organism.</param>
    /// <param name="zoo">Name of the zoo.</param>
    public static void ConStatRun(string folder, string zoo)
    {
        var kit = KitFolder.Locate();
        var results = ZooResults.Read(Path.Combine(kit.Root, "data-manifests", "zoos", zoo + ".results.json"));
        var recipe = ManifestReader.ReadZoo(Path.Combine(kit.Root, "data-manifests", "zoos", zoo + ".yaml"));
        var answers = Directory.EnumerateFiles(folder, "*.json").Select(f => JsonSerializer.Deserialize<ZooAnswers>(File.ReadAllText(f))!).ToDictionary(a => a.Member, StringComparer.Ordinal);
        var clean = ZooPlan.Members(recipe).Where(m => m.Plants.Count == 0).Select(m => answers[m.Name]).ToList();
        foreach (var (title, sort, isReference) in new (string, bool, Func<string, string, bool>)[]
        {
            ("all sizes, as published", true, (_, _) => true),
            ("all sizes, pairs kept together", false, (_, _) => true),
            ("the suspect's size only, as published", true, SameSize),
            ("the other size only, as published", true, (a, b) => !SameSize(a, b)),
            ("the other size only, pairs kept together", false, (a, b) => !SameSize(a, b)),
        }.Take(recipe.Sizes.Count == 1 ? 2 : 5))
        {
            Console.WriteLine($"### {title}");
            Tell([.. results.Units.AsParallel().AsOrdered().WithDegreeOfParallelism(2).Select(u => Look(u, answers[u.Member], clean, sort, isReference)).OfType<Seen>()]);
        }

        static bool SameSize(string a, string b) => a.Split('-')[0] == b.Split('-')[0];
    }

    private static Seen? Look(ZooUnit unit, ZooAnswers suspect, List<ZooAnswers> clean, bool sort, Func<string, string, bool> isReference)
    {
        var own = Of(suspect);
        var able = clean.Where(c => c.Member != suspect.Member && c.Test.ContainsKey(unit.Benchmark) && isReference(c.Member, suspect.Member)).ToList();
        var taken = Math.Min(MostReferences, able.Count);
        List<ItemScores> models = [.. Enumerable.Range(0, taken).Select(i => Of(able[(int)((i + 0.5) * able.Count / taken)]))];
        var guess = unit.Benchmark == "mini-gsm8k" ? 0 : 0.25;
        var options = new ConStatOptions { Replicates = Replicates, Sort = sort, RandomPerformance = (guess, guess) };
        try
        {
            ConStatScores scores = new(models, own);
            var result = ConStat.Test(scores, options, new NumpyRandomState(42));
            // What leaked is a part of the benchmark: so much of the truth can be seen in the whole.
            return new(unit, Math.Max(result.PValue, 1.0 / (Replicates + 1)), 100 * result.Delta, unit.Way is null ? 0 : unit.Truth * unit.Leaked / own.Benchmark.Count, ConStatTest.Objection(scores) is not null);
        }
        catch (ArgumentException)
        {
            return null;
        }

        ItemScores Of(ZooAnswers a) => new(Numbers(a.Test), Numbers(a.Fresh));
        double[] Numbers(IReadOnlyDictionary<string, ExamAnswers> set) => [.. set[unit.Benchmark].Correct.Select(c => c ? 1.0 : 0)];
    }

    private static void Tell(IReadOnlyList<Seen> everything)
    {
        var refused = everything.Where(s => s.IsRefused && s.Unit.Way is null).ToList();
        var all = everything.Where(s => !s.IsRefused).ToList();
        var clean = all.Where(s => s.Unit.Way is null).ToList();
        Row("clean, all", clean);
        foreach (var group in clean.GroupBy(s => $"clean, {s.Unit.Size}, {s.Unit.Benchmark}"))
            Row(group.Key, [.. group]);
        Row("clean, refused: stronger than every reference model", refused);
        foreach (var group in all.Where(s => s.Unit.Way == "question-answer").GroupBy(s => s.Unit.Exposures).OrderBy(g => g.Key))
            Row($"question-answer, {group.Key} exposures", [.. group]);
        Row("question-only, all", [.. all.Where(s => s.Unit.Way == "question-only")]);
        var leaked = all.Where(s => s.Unit.Way == "question-answer").ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"δ − truth of question-answer: mean {leaked.Average(s => s.Points - s.Truth):F2} points, standard deviation {Moments.StandardDeviation([.. leaked.Select(s => s.Points - s.Truth)]):F2}; correlation {Correlation(leaked):F3}"));

        static void Row(string name, List<Seen> rows)
        {
            if (rows.Count > 0)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {name} | {rows.Count} | {ErrorTable.Share([.. rows.Select(r => r.P)], 0.05)} | {ErrorTable.Share([.. rows.Select(r => r.P)], 0.01)} | {rows.Average(r => r.Points):F2} ({(rows.Count > 1 ? Moments.StandardDeviation([.. rows.Select(r => r.Points)]) : 0):F2}) | {rows.Average(r => r.Truth):F2} |"));
            }
        }
    }

    private static double Correlation(IReadOnlyList<Seen> rows)
    {
        double a = rows.Average(r => r.Points), b = rows.Average(r => r.Truth);
        return rows.Sum(r => (r.Points - a) * (r.Truth - b)) / Math.Sqrt(rows.Sum(r => Math.Pow(r.Points - a, 2)) * rows.Sum(r => Math.Pow(r.Truth - b, 2)));
    }

    private sealed record Seen(ZooUnit Unit, double P, double Points, double Truth, bool IsRefused);
}

/// <summary>Shares of p-values as they are told.</summary>
internal static class ErrorTable
{
    /// <summary>How many are at most a level, with the exact 95% interval of the share in percent.</summary>
    public static string Share(IReadOnlyList<double> p, double level)
    {
        var below = p.Count(x => x <= level * (1 + 1e-9));
        var interval = BinomialInterval.ClopperPearson(below, p.Count, 0.95);
        return string.Create(CultureInfo.InvariantCulture, $"{below} of {p.Count}, {100.0 * below / p.Count:F1} % ({100 * interval.Lower:F1}–{100 * interval.Upper:F1})");
    }
}
