using System.Globalization;
using System.Text.Json;
using ForensicKit.Cases;
using ForensicKit.Contamination.Membership;
using ForensicKit.Inference;
using ForensicKit.Inference.Organisms;
using ForensicKit.Manifests;
using ForensicKit.Statistics;

namespace ForensicKit.Benchmarks;

/// <summary>
/// P-values of the battery on organisms that share a zoo's trunk: clean ones, and ones that saw 60 of 240 published items with their answers. Members are 120
/// published items, non-members 120 fresh twins, both evenly; and, for the level of the tests, twins of which a draw says which is called the member.
/// </summary>
internal static class BatteryErrors
{
    private const int Organisms = 24;
    private const int ItemsOfASet = 120;
    private static readonly string[] s_tests = ["scores", "completion", "masked-option", "peakedness", "option-order", "exchangeability", "quiz"];

    /// <summary>Trains, asks and prints.</summary>
    /// <param name="zoo">Folder of a zoo of the default recipe, of which the trunk of the small size is there.</param>
    /// <param name="kept">Folder for the models and every p-value, from which an ended run goes on; null for none.</param>
    public static async Task RunAsync(string zoo, string? kept)
    {
        var recipe = ManifestReader.ReadZoo(Path.Combine(KitFolder.Locate().Root, "data-manifests", "zoos", "default.yaml"));
        var size = recipe.Sizes.Single(s => s.Name == "small");
        var plan = ZooPlan.Members(recipe).Where(m => m.Size == size).ToList();
        var clean = plan.Where(m => m.Plants.Count == 0).Take(Organisms).ToList();
        // The plan has too few that saw questions with answers so often on both benchmarks.
        var leaked = plan.Where(m => m.Plants.Count > 0).Take(Organisms)
            .Select((m, i) => m with { Plants = [.. size.Benchmarks.Select(b => new Plant(b, recipe.Leaked, LeakForm.QuestionAnswer, i % 2 == 0 ? 4 : 8))] }).ToList();
        var folder = kept is null ? Directory.CreateTempSubdirectory("battery") : Directory.CreateDirectory(kept);
        var outcomes = Path.Combine(folder.FullName, "outcomes.jsonl");
        List<Look> looks = File.Exists(outcomes) ? [.. File.ReadLines(outcomes).Select(l => JsonSerializer.Deserialize<Look>(l)!)] : [];
        try
        {
            using var trunk = new OrganismTrainer(new OrganismWorld(recipe.Trunk(size)), Path.Combine(zoo, size.Name)).TrainTrunk(null, null, default);
            foreach (var member in clean.Concat(leaked))
            {
                if (File.Exists(Path.Combine(folder.FullName, member.Name, "model.safetensors")))
                    continue;
                var world = new OrganismWorld(recipe.Trunk(size) with { TrainingSeed = member.Seed });
                new OrganismTrainer(world, folder.FullName).Finish(trunk, member.Variant, OrganismCorpus.Decay(world, member.Variant, ZooPlan.Fullest(recipe, member)), default);
            }

            for (var i = 0; i < Organisms; i++)
            {
                await LookAsync("clean", i, clean[i], clean[(i + 1) % Organisms], isDrawn: false);
                await LookAsync("clean, labels drawn", i, clean[i], clean[(i + 1) % Organisms], isDrawn: true);
                await LookAsync(i % 2 == 0 ? "4 exposures" : "8 exposures", i, leaked[i], clean[i], isDrawn: false);
                Console.Error.WriteLine($"{i + 1} of {Organisms}");
            }
        }
        finally
        {
            if (kept is null)
                folder.Delete(recursive: true);
        }

        Tell(looks);

        async Task LookAsync(string kind, int number, ZooMember suspect, ZooMember other, bool isDrawn)
        {
            using var model = TorchLanguageModel.Load(Path.Combine(folder.FullName, suspect.Name), new("cpu", 1));
            using var reference = TorchLanguageModel.Load(Path.Combine(folder.FullName, other.Name), new("cpu", 1));
            var world = new OrganismWorld(recipe.Trunk(size));
            foreach (var benchmark in size.Benchmarks)
            {
                if (looks.Exists(l => l.Kind == kind && l.Member == suspect.Name && l.Benchmark == benchmark))
                    continue;
                List<MembershipItem> test = [.. world.Test(benchmark).Select(Item)], fresh = [.. world.Fresh(benchmark).Select(Item)];
                var draws = Draws.For(number, $"labels of {benchmark}");
                if (isDrawn)
                {
                    for (var i = 0; i < test.Count; i++)
                        (test[i], fresh[i]) = draws.Chance(0.5) ? (test[i], fresh[i]) : (fresh[i], test[i]);
                }

                var context = new MembershipContext
                {
                    Model = model,
                    Reference = reference,
                    // In no order: a file that goes through its subjects in turn is refused.
                    Members = draws.Shuffled(Sampled.Evenly(test, ItemsOfASet)),
                    NonMembers = Sampled.Evenly(fresh, ItemsOfASet),
                    Seed = number,
                    Dataset = benchmark,
                    Options = new() { Permutations = 1999, WrittenItems = 60, Samples = 5, AnswerTokens = 24 },
                };
                List<Look> told = [.. (await MembershipBattery.RunAsync(context, s_tests, null, default)).Outcomes.Select(o => new Look(kind, suspect.Name, benchmark, o.Test, o.P?.Value, o.Effect, o.Refused))];
                File.AppendAllLines(outcomes, told.Select(l => JsonSerializer.Serialize(l)));
                looks.AddRange(told);
            }
        }

        static MembershipItem Item(BenchmarkItem i) => MembershipItem.From(i, i.Fields.ContainsKey("activity_label") ? $"{i.Subject}: {i.Question}" : $"Question: {i.Question}\nAnswer:");
    }

    private static void Tell(List<Look> looks)
    {
        // Statistics of a test put together as the battery does.
        var together = looks.Where(l => l.P is not null && l.Test.Contains('/', StringComparison.Ordinal)).GroupBy(l => (l.Kind, l.Member, l.Benchmark, Test: l.Test.Split('/')[0] + " (Simes)"))
            .Select(g => new Look(g.Key.Kind, g.Key.Member, g.Key.Benchmark, g.Key.Test, MultipleTesting.BenjaminiHochberg([.. g.Select(l => Probability.FromValue(l.P!.Value))]).Min(p => p.Value), null, null));
        foreach (var test in looks.Concat(together).GroupBy(l => l.Test).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            foreach (var kind in test.GroupBy(l => l.Kind))
            {
                List<double> p = [.. kind.Where(l => l.P is not null).Select(l => l.P!.Value)];
                Console.WriteLine($"| {test.Key} | {kind.Key} | {kind.Count(l => l.P is null)} of {kind.Count()} | " + (p.Count == 0 ? "– | – | – |" : string.Create(CultureInfo.InvariantCulture,
                    $"{ErrorTable.Share(p, 0.05)} | {ErrorTable.Share(p, 0.01)} | {string.Join(", ", kind.Where(l => l.P is not null).GroupBy(l => l.Benchmark).Select(b => $"{b.Count(l => l.P <= 0.05 * (1 + 1e-9))} of {b.Count()} {b.Key}"))} |")));
            }
        }

        foreach (var reason in looks.Where(l => l.Refused is not null).GroupBy(l => $"{l.Test}, {l.Benchmark}: {(l.Refused!.Length > 90 ? l.Refused[..90] : l.Refused)}"))
            Console.WriteLine($"refused {reason.Count()} times: {reason.Key}");
    }

    private sealed record Look(string Kind, string Member, string Benchmark, string Test, double? P, double? Effect, string? Refused);
}
