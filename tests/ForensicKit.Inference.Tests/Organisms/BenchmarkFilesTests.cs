using System.Security.Cryptography;
using ForensicKit.Benchmarks;
using ForensicKit.Evidence;
using ForensicKit.Inference.Organisms;
using ForensicKit.Manifests;
using ForensicKit.TestSupport;
using FactAttribute = Xunit.FactAttribute;

namespace ForensicKit.Inference.Tests.Organisms;

public sealed class BenchmarkFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Benchmarks => [.. OpusMini.Benchmarks];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Benchmarks))]
    public void Written_items_are_read_back(string benchmark)
    {
        var items = OpusMini.World.Fresh(benchmark);
        var (read, ids) = WriteAndRead(benchmark, items);
        Assert.Equal(items.Count, read.Count);
        foreach (var item in items)
        {
            var back = read[ids[item.Id]];
            Assert.Equal((item.Question, item.Gold, item.GoldChoice), (back.Question, back.Gold, back.GoldChoice));
            Assert.Equal(item.Choices, back.Choices);
        }

        Assert.All(items.Where(_ => benchmark == "mini-hellaswag"), item => Assert.Equal(item.Subject, read[ids[item.Id]].Subject));
        Assert.All(items.Where(_ => benchmark == "mini-mmlu"), item => Assert.Equal(item.Fields["subject"], read[ids[item.Id]].Subject));
        Assert.All(items.Where(_ => benchmark == "mini-humaneval"), item => Assert.Equal((item.Fields["test"], item.Fields["entry_point"]), (read[ids[item.Id]].Fields["test"], read[ids[item.Id]].Fields["entry_point"])));
    }

    [Theory]
    [MemberData(nameof(Benchmarks))]
    public void Characters_that_formats_use_themselves_are_kept(string benchmark)
    {
        var item = OpusMini.World.Test(benchmark)[0];
        const string odd = "a, \"b\"\nc \\ é 日本 \u2028 </script>";
        var altered = item with
        {
            Question = odd + item.Question,
            Choices = item.Choices.Count == 0 ? [] : [odd, .. item.Choices.Skip(1)],
            GoldChoice = item.Choices.Count == 0 ? null : 0,
            Gold = item.Choices.Count == 0 ? odd + item.Gold : odd,
        };
        var (read, ids) = WriteAndRead(benchmark, [altered]);
        var back = read[ids[item.Id]];
        Assert.Equal((altered.Question, altered.Gold, altered.GoldChoice), (back.Question, back.Gold, back.GoldChoice));
        Assert.Equal(altered.Choices, back.Choices);
    }

    [Theory]
    [MemberData(nameof(Benchmarks))]
    public void The_same_items_give_the_same_bytes(string benchmark)
    {
        var (first, again) = (BenchmarkFiles.Write(benchmark, "n", OpusMini.World.Test(benchmark)).Files, BenchmarkFiles.Write(benchmark, "n", OpusMini.World.Test(benchmark)).Files);
        Assert.Equal(first.Select(f => (f.Name, Convert.ToHexString(f.Content))), again.Select(f => (f.Name, Convert.ToHexString(f.Content))));
    }

    [Fact]
    public void An_unknown_family_is_refused() => Assert.Throws<KitException>(() => BenchmarkFiles.Write("mini-arc", "n", []));

    private (Dictionary<string, BenchmarkItem> Items, IReadOnlyDictionary<string, string> Ids) WriteAndRead(string family, IReadOnlyList<BenchmarkItem> items)
    {
        var name = family + "-copy";
        var (files, ids) = BenchmarkFiles.Write(family, name, items);
        var published = new List<OrganismPublisher.PublishedFile>();
        foreach (var (file, content) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder["files", file])!);
            File.WriteAllBytes(_folder["files", file], content);
            published.Add(new(file, Convert.ToHexStringLower(SHA256.HashData(content)), content.Length));
        }

        Directory.CreateDirectory(_folder["manifests", "benchmarks"]);
        File.WriteAllText(_folder["manifests", "benchmarks", name + ".yaml"], BenchmarkManifestText.Of(family, name, ", copy", items.Count, published, "recipe"));
        var manifest = new ManifestCatalogue(_folder["manifests"]).Benchmark(name);
        return (BenchmarkFormats.Read(manifest, new ArtifactStore([_folder["files"]]), CancellationToken.None).ToDictionary(i => i.Id, StringComparer.Ordinal), ids);
    }
}
