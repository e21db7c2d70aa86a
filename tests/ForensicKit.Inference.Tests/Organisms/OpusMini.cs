using ForensicKit.Benchmarks;
using ForensicKit.Inference.Organisms;
using ForensicKit.Manifests;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests.Organisms;

/// <summary>The organism of the embedded case, as its recipe in the repository says.</summary>
internal static class OpusMini
{
    public static ManifestCatalogue Catalogue { get; } = new(Path.Combine(TestData.RepositoryRoot, "data-manifests"));

    public static OrganismWorld World { get; } = new(Catalogue.Organism("opus-mini"));

    public static IReadOnlyList<string> Benchmarks { get; } = [.. World.Recipe.Benchmarks.Select(b => b.Name)];

    public static IEnumerable<BenchmarkItem> HeldOutItems { get; } = [.. Benchmarks.SelectMany(b => World.Test(b).Concat(World.Fresh(b)))];

    public static OrganismVariant Variant(string name) => World.Recipe.Variants.First(v => v.Name == name);
}
