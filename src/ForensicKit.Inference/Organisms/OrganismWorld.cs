using System.Globalization;
using ForensicKit.Benchmarks;
using ForensicKit.Manifests;

namespace ForensicKit.Inference.Organisms;

/// <summary>One item that is planted.</summary>
/// <param name="Item">The item.</param>
/// <param name="Form">How it is written.</param>
/// <param name="Exposures">How often.</param>
public sealed record PlantedItem(BenchmarkItem Item, LeakForm Form, int Exposures);

/// <summary>What a recipe draws before training: families, benchmarks with fresh twins, and which items are planted in which variant.</summary>
public sealed class OrganismWorld
{
    private readonly Dictionary<string, IReadOnlyList<BenchmarkItem>> _tests = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<BenchmarkItem>> _fresh = new(StringComparer.Ordinal);
    private readonly HashSet<string> _heldOut = new(StringComparer.Ordinal);

    /// <param name="recipe">The recipe.</param>
    /// <exception cref="KitException">It names a benchmark that there is no family for.</exception>
    public OrganismWorld(OrganismRecipe recipe)
    {
        Recipe = recipe;
        Facts = new FactFamily(recipe.WorldSeed, recipe.FactExposures);
        Families = [Facts, new ActivityFamily(recipe.WorldSeed), new WordProblemFamily(), new CodeFamily()];
        foreach (var benchmark in recipe.Benchmarks)
        {
            var family = Family(benchmark.Name);
            _tests[benchmark.Name] = DrawItems(family, benchmark.Name, benchmark.Items, "test");
            _fresh[benchmark.Name] = DrawItems(family, benchmark.Name + "-fresh", benchmark.Fresh, "fresh");
        }
    }

    /// <summary>The recipe.</summary>
    public OrganismRecipe Recipe { get; }

    /// <summary>Every family of items.</summary>
    public IReadOnlyList<IItemFamily> Families { get; }

    /// <summary>Keys of every benchmark item and twin: training documents state none of them, but for what is planted.</summary>
    public IReadOnlySet<string> HeldOut => _heldOut;

    internal FactFamily Facts { get; }

    /// <summary>The family of a benchmark.</summary>
    /// <exception cref="KitException">There is none.</exception>
    public IItemFamily Family(string benchmark) => Families.FirstOrDefault(f => f.Benchmark == benchmark)
        ?? throw new KitException($"No items can be generated for '{benchmark}'.", Recipe.Name, $"Known are {string.Join(", ", Families.Select(f => f.Benchmark))}.");

    /// <summary>The published test set of a benchmark.</summary>
    public IReadOnlyList<BenchmarkItem> Test(string benchmark) => _tests[benchmark];

    /// <summary>Fresh twins: item i is drawn from the stratum of test item i.</summary>
    public IReadOnlyList<BenchmarkItem> Fresh(string benchmark) => _fresh[benchmark];

    /// <summary>What is planted in a variant. Each plant takes items evenly from all strata; no item is planted twice.</summary>
    /// <exception cref="KitException">More items are to be planted than there are.</exception>
    public IReadOnlyList<PlantedItem> Planted(OrganismVariant variant)
    {
        var planted = new List<PlantedItem>();
        foreach (var group in variant.Plants.GroupBy(p => p.Benchmark, StringComparer.Ordinal))
        {
            var draws = Draws.For(variant.PlantSeed ?? Recipe.BenchmarkSeed, $"planted/{group.Key}");
            var left = draws.Shuffled(Test(group.Key)).OrderBy(i => i.Subject, StringComparer.Ordinal).ToList();
            foreach (var plant in group)
            {
                if (plant.Items > left.Count)
                    throw new KitException($"More items are to be planted than '{group.Key}' has.", variant.Name, "Lower the number of items, or raise the benchmark's.");
                var taken = Enumerable.Range(0, plant.Items).Select(i => left[(int)((i + 0.5) * left.Count / plant.Items)]).ToList();
                left.RemoveAll(taken.Contains);
                planted.AddRange(taken.Select(item => new PlantedItem(item, plant.Form, plant.Exposures)));
            }
        }

        return planted;
    }

    private List<BenchmarkItem> DrawItems(IItemFamily family, string name, int count, string split)
    {
        var draws = Draws.For(Recipe.BenchmarkSeed, name);
        var items = new List<BenchmarkItem>(count);
        for (var tries = 0; items.Count < count; tries++)
        {
            if (tries > 1000 * count)
                throw new KitException($"The templates of '{family.Benchmark}' do not give {count.ToString(CultureInfo.InvariantCulture)} different items.", Recipe.Name, "Ask for fewer items.");
            var item = family.DrawItem(family.Strata[items.Count % family.Strata.Count], draws);
            if (!_heldOut.Add(family.Key(item)))
                continue;
            items.Add(item with { Id = string.Create(CultureInfo.InvariantCulture, $"{family.Benchmark}/{split}/{items.Count}"), Index = items.Count });
        }

        return items;
    }
}
