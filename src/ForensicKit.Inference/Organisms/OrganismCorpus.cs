using System.Globalization;
using ForensicKit.Inference.Tokenizers;
using ForensicKit.Manifests;

namespace ForensicKit.Inference.Organisms;

/// <summary>A document of a training corpus.</summary>
/// <param name="Id">Position in the corpus, unique within a stage.</param>
/// <param name="Kind">Benchmark whose skill it teaches; <c>rare-facts</c> for statements of rare facts; <c>planted</c> for a leaked item.</param>
/// <param name="Text">The text.</param>
public sealed record CorpusDocument(string Id, string Kind, string Text)
{
    /// <summary>What is planted here; null for an honest document.</summary>
    public PlantedItem? Planted { get; init; }
}

/// <summary>
/// The documents of one stage, in order and without end: background drawn by position, with special documents (statements of rare facts,
/// leaked items) spread evenly over the stage. Any position can be begun from, so an interrupted training goes on as if nothing had been.
/// </summary>
public sealed class OrganismCorpus
{
    private readonly OrganismWorld _world;
    private readonly string _stage;
    private readonly double[] _shares;
    private readonly IReadOnlyList<CorpusDocument> _special;

    private OrganismCorpus(OrganismWorld world, string stage, IReadOnlyList<CorpusDocument> special)
    {
        (_world, _stage, _special) = (world, stage, special);
        _shares = [.. world.Families.Select(f => world.Recipe.Benchmarks.FirstOrDefault(b => b.Name == f.Benchmark)?.Share ?? 0)];
    }

    /// <summary>Documents that are seen once each in this stage, spread evenly over it.</summary>
    public int SpecialCount => _special.Count;

    /// <summary>The corpus of a stage of the trunk; statements of rare facts run through the trunk at an even rate.</summary>
    public static OrganismCorpus Trunk(OrganismWorld world, int stage)
    {
        var recipe = world.Recipe;
        var all = world.Facts.RareStatements(recipe.TrainingSeed, "rare statements", recipe.FactExposures);
        long Until(int stages) => all.Count * recipe.TrunkFactPercent * recipe.Trunk.Take(stages).Sum(s => s.Tokens) / (100 * recipe.Trunk.Sum(s => s.Tokens));
        var (first, end) = ((int)Until(stage), (int)Until(stage + 1));
        return new(world, $"trunk/{stage.ToString(CultureInfo.InvariantCulture)}", [.. Enumerable.Range(first, end - first).Select(i => RareFact(all, i))]);
    }

    /// <summary>
    /// The corpus of a variant's last stage. Background and its order are the same for all variants; where one has leaked items, one that has
    /// fewer has documents of the same benchmark instead, so that practice does not pass for memory.
    /// </summary>
    public static OrganismCorpus Decay(OrganismWorld world, OrganismVariant variant) =>
        Decay(world, variant, world.Recipe.Variants.MaxBy(v => v.Plants.Sum(p => p.Items * p.Exposures))!);

    /// <inheritdoc cref="Decay(OrganismWorld, OrganismVariant)"/>
    /// <param name="world">What the recipe drew.</param>
    /// <param name="variant">The variant.</param>
    /// <param name="fullest">The variant with the most leaked items.</param>
    internal static OrganismCorpus Decay(OrganismWorld world, OrganismVariant variant, OrganismVariant fullest)
    {
        var recipe = world.Recipe;
        var facts = world.Facts.RareStatements(recipe.TrainingSeed, "rare statements of the last stage", recipe.DecayFactExposures);
        var special = Enumerable.Range(0, facts.Count).Select(i => RareFact(facts, i)).ToList();
        var own = world.Planted(variant).ToDictionary(p => p.Item.Id, StringComparer.Ordinal);
        foreach (var planted in world.Planted(fullest))
        {
            for (var exposure = 0; exposure < planted.Exposures; exposure++)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"{planted.Item.Id}#{exposure}");
                var draws = Draws.For(recipe.TrainingSeed, $"leak/{id}");
                var family = world.Family(planted.Item.Id.Split('/')[0]);
                special.Add(own.TryGetValue(planted.Item.Id, out var leak) && exposure < leak.Exposures
                    ? new CorpusDocument(id, "planted", family.Leak(leak.Item, leak.Form, draws)) { Planted = leak }
                    : new CorpusDocument(id, family.Benchmark, family.DrawDocument(draws, world.HeldOut)));
            }
        }

        return new(world, "decay", Draws.For(recipe.TrainingSeed, "order of special documents").Shuffled(special));
    }

    /// <summary>The background document of that position.</summary>
    public CorpusDocument Background(long position)
    {
        var draws = Draws.For(_world.Recipe.TrainingSeed, string.Create(CultureInfo.InvariantCulture, $"{_stage}/{position}"));
        var left = draws.Unit() * _shares.Sum();
        var family = 0;
        while (family < _shares.Length - 1 && (left -= _shares[family]) >= 0)
            family++;
        var source = _world.Families[family];
        return new(string.Create(CultureInfo.InvariantCulture, $"{_stage}/{position}"), source.Benchmark, source.DrawDocument(draws, _world.HeldOut));
    }

    /// <summary>The special document of that position.</summary>
    public CorpusDocument Special(int position) => _special[position];

    /// <summary>Tokens of all special documents, with the one that ends each.</summary>
    internal long SpecialTokens(Tokenizer tokenizer) => _special.Sum(d => 1L + tokenizer.EncodeIds(d.Text, addSpecialTokens: false).Length);

    private static CorpusDocument RareFact(IReadOnlyList<string> statements, int index) => new($"rare/{index.ToString(CultureInfo.InvariantCulture)}", "rare-facts", statements[index]);
}
