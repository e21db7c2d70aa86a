using System.Globalization;
using ForensicKit.Manifests;

namespace ForensicKit.Inference.Organisms;

/// <summary>One model of a zoo.</summary>
/// <param name="Size">Its size.</param>
/// <param name="Name">Its name, unique in the zoo: <c>SIZE-clean-3</c>, <c>SIZE-leaked-17</c>.</param>
/// <param name="Seed">Seed of its last stage and of which items are planted.</param>
/// <param name="Plants">What is planted in it; empty in a clean one.</param>
public sealed record ZooMember(ZooSize Size, string Name, long Seed, IReadOnlyList<Plant> Plants)
{
    /// <summary>The member as a variant of its size's recipe.</summary>
    public OrganismVariant Variant => new(Name, Plants) { PlantSeed = Seed };
}

/// <summary>Who is in a zoo: every way of planting meets every number of exposures on every benchmark equally often, in an order drawn from the seed.</summary>
public static class ZooPlan
{
    /// <summary>The members of a zoo, size by size, clean ones first.</summary>
    public static IReadOnlyList<ZooMember> Members(ZooRecipe recipe) =>
        [.. recipe.Sizes.SelectMany(size => Clean(recipe, size).Concat(Contaminated(recipe, size)))];

    /// <summary>What is planted in the fullest member there could be: shorter ones see other text of the same kind instead.</summary>
    public static OrganismVariant Fullest(ZooRecipe recipe, ZooMember member) => new(
        "fullest", [.. member.Size.Benchmarks.Select(b => new Plant(b, recipe.Leaked, LeakForm.Verbatim, recipe.Exposures.Max()))])
    { PlantSeed = member.Seed };

    private static IEnumerable<ZooMember> Clean(ZooRecipe recipe, ZooSize size) => Enumerable.Range(0, size.Clean).Select(i => new ZooMember(
        size, Name(size, "clean", i), SeedOf(recipe, size, "clean", i), []));

    private static IEnumerable<ZooMember> Contaminated(ZooRecipe recipe, ZooSize size)
    {
        for (var i = 0; i < size.Contaminated; i++)
            yield return new(size, Name(size, "leaked", i), SeedOf(recipe, size, "leaked", i), [.. size.Benchmarks.Select(b => PlantOf(recipe, size, b, i))]);
    }

    // Round by round every way meets every number of exposures once, each round in another order.
    private static Plant PlantOf(ZooRecipe recipe, ZooSize size, string benchmark, int number)
    {
        var cells = recipe.Ways[benchmark].SelectMany(way => recipe.Exposures.Select(exposures => (way, exposures))).ToList();
        var (round, place) = (number / cells.Count, number % cells.Count);
        var (way, exposures) = Draws.For(recipe.Seed, string.Create(CultureInfo.InvariantCulture, $"zoo/{size.Name}/{benchmark}/{round}")).Shuffled(cells)[place];
        return new Plant(benchmark, recipe.Leaked, way, exposures);
    }

    private static string Name(ZooSize size, string kind, int i) => string.Create(CultureInfo.InvariantCulture, $"{size.Name}-{kind}-{i + 1}");

    // Positive, so that it can be written in a recipe.
    private static long SeedOf(ZooRecipe recipe, ZooSize size, string kind, int i) => (long)(Draws.For(recipe.Seed, "zoo member " + Name(size, kind, i)).NextBits() >> 2);
}
