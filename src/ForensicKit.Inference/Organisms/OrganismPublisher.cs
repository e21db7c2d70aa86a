using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using ForensicKit.Evidence;
using ForensicKit.Manifests;

namespace ForensicKit.Inference.Organisms;

/// <summary>
/// Lays trained organisms out as the files of a case: benchmarks with fresh twins, models, snippets of the training text, manifests with every
/// hash, and what was planted. Written from the recipe and the trained models alone, so it can be written again.
/// </summary>
/// <param name="world">What the recipe drew.</param>
public sealed class OrganismPublisher(OrganismWorld world)
{
    private const string Licence = "MIT";
    private const int BackgroundDocuments = 24_000;
    private const int HardNegativesPerBenchmark = 150;
    private const int Shards = 8;
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes everything.</summary>
    /// <param name="models">Folder with the trained models, one folder each.</param>
    /// <param name="manifests">The kit's <c>data-manifests</c>.</param>
    /// <param name="caseName">Name of the case whose folder holds the files.</param>
    public void Write(string models, string manifests, string caseName)
    {
        var folder = Path.Combine(manifests, "cases", caseName);
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var benchmark in world.Recipe.Benchmarks)
        {
            foreach (var (name, items, title) in new[] { (benchmark.Name, world.Test(benchmark.Name), ""), (benchmark.Name + "-fresh", world.Fresh(benchmark.Name), ", fresh twin") })
            {
                var (files, own) = BenchmarkFiles.Write(benchmark.Name, name, items);
                foreach (var (id, file) in own)
                    ids[id] = file;
                var artifacts = files.Select(f => Save(folder, Path.Combine("benchmarks", f.Name), f.Content, caseName)).ToList();
                AtomicFile.WriteText(Path.Combine(manifests, "benchmarks", name + ".yaml"), BenchmarkManifestText.Of(benchmark.Name, name, title, items.Count, artifacts, world.Recipe.Name));
            }
        }

        foreach (var variant in world.Recipe.Variants)
        {
            var artifacts = new[] { "config.json", "model.safetensors", "tokenizer.json" }
                .Select(f => Save(folder, Path.Combine("models", variant.Name, f), File.ReadAllBytes(Path.Combine(models, variant.Name, f)), caseName)).ToList();
            AtomicFile.WriteText(Path.Combine(manifests, "models", variant.Name + ".yaml"), BenchmarkManifestText.Model(variant.Name, artifacts, world.Recipe.Name));
        }

        foreach (var variant in world.Recipe.Variants)
        {
            var documents = Snippets(variant);
            Save(folder, $"snippets-{variant.Name}.jsonl.gz", BenchmarkFiles.Gzip(BenchmarkFiles.Lines(documents, d => new { id = d.Id, shard = d.Shard, text = d.Document.Text })), caseName);
            if (variant.Plants.Count > 0)
                AtomicFile.WriteText(Path.Combine(folder, "planted.json"), Truth(variant, documents, ids));
        }
    }

    /// <summary>The text of a variant that is at hand: every special document, hard negatives (other items of the same templates), and background.</summary>
    private List<(string Id, string Shard, CorpusDocument Document)> Snippets(OrganismVariant variant)
    {
        var corpus = OrganismCorpus.Decay(world, variant);
        var draws = Draws.For(world.Recipe.BenchmarkSeed, "snippets");
        var documents = Enumerable.Range(0, corpus.SpecialCount).Select(corpus.Special)
            .Concat(Enumerable.Range(0, BackgroundDocuments).Select(i => corpus.Background(i)))
            .Concat(world.Families.SelectMany(f => HardNegatives(f, draws)));
        return [.. draws.Shuffled(documents).Select((d, i) => (
            string.Create(CultureInfo.InvariantCulture, $"doc-{i:000000}"), string.Create(CultureInfo.InvariantCulture, $"part-{i % Shards}"), d))];
    }

    private IEnumerable<CorpusDocument> HardNegatives(IItemFamily family, Draws draws)
    {
        for (var i = 0; i < HardNegativesPerBenchmark;)
        {
            var item = family.DrawItem(family.Strata[i % family.Strata.Count], draws);
            if (world.HeldOut.Contains(family.Key(item)))
                continue;
            yield return new CorpusDocument($"negative/{i.ToString(CultureInfo.InvariantCulture)}", "hard-negative", family.Leak(item, LeakForm.QuestionAnswer, draws));
            i++;
        }
    }

    private string Truth(OrganismVariant variant, List<(string Id, string Shard, CorpusDocument Document)> documents, Dictionary<string, string> ids) => JsonSerializer.Serialize(
        new
        {
            recipe = world.Recipe.Name,
            items = world.Planted(variant).OrderBy(p => ids[p.Item.Id], StringComparer.Ordinal)
                .Select(p => new { item = ids[p.Item.Id], form = p.Form.ToString(), exposures = p.Exposures }),
            documents = documents.Where(d => d.Document.Planted is not null).ToDictionary(d => d.Id, d => ids[d.Document.Planted!.Item.Id], StringComparer.Ordinal),
            hardNegatives = documents.Where(d => d.Document.Kind == "hard-negative").Select(d => d.Id),
        },
        s_json) + "\n";

    private static PublishedFile Save(string folder, string path, byte[] content, string caseName)
    {
        var file = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        AtomicFile.Write(file, content);
        return new($"{caseName}/{path.Replace('\\', '/')}", Convert.ToHexStringLower(SHA256.HashData(content)), content.Length);
    }

    /// <summary>A file of the case.</summary>
    internal sealed record PublishedFile(string Path, string Sha256, long Bytes)
    {
        /// <summary>An entry of a manifest's artifacts.</summary>
        public string Yaml(string id, string recipe) => string.Create(CultureInfo.InvariantCulture, $"""
              - id: {id}
                path: {Path}
                sha256: {Sha256}
                bytes: {Bytes}
                source: made by the kit from data-manifests/organisms/{recipe}.yaml
                licence: {Licence}

            """);
    }
}
