using ForensicKit.Corpora;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Corpora;

public class CorpusFilesTests
{
    private static TemporaryFolder Corpus()
    {
        var folder = new TemporaryFolder();
        foreach (var name in (string[])["b.jsonl", "a/x.txt", "a/b/c.jsonl.gz", "a/b/d.txt", "B.txt", "a-z.txt"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            File.WriteAllText(folder[name], name);
        }

        File.WriteAllText(folder["empty.txt"], "");
        return folder;
    }

    private static string[] Names(IReadOnlyList<CorpusShard> shards, TemporaryFolder folder) => [.. shards.Select(s => s.Name.Replace(folder.Path + "/", "~", StringComparison.Ordinal))];

    [Fact]
    public void AFolderIsSearchedInOrdinalOrder()
    {
        using var folder = Corpus();
        var shards = CorpusFiles.Find([folder.Path]);
        Assert.Equal(["B.txt", "a-z.txt", "a/b/c.jsonl.gz", "a/b/d.txt", "a/x.txt", "b.jsonl"], Names(shards, folder));
        Assert.All(shards, s => Assert.Equal(new FileInfo(s.Path!).Length, s.Bytes));
    }

    [Theory]
    [InlineData("*.txt", "~B.txt ~a-z.txt")]
    [InlineData("?.txt", "~B.txt")]
    [InlineData("**/*.txt", "~B.txt ~a-z.txt ~a/b/d.txt ~a/x.txt")]
    [InlineData("**/b/*", "~a/b/c.jsonl.gz ~a/b/d.txt")]
    [InlineData("a/**", "~a/b/c.jsonl.gz ~a/b/d.txt ~a/x.txt")]
    [InlineData("*/*/c.*", "~a/b/c.jsonl.gz")]
    [InlineData("**/**/**/c.*", "~a/b/c.jsonl.gz")]
    public void PatternsMatchNamesWithinFolders(string pattern, string expected)
    {
        using var folder = Corpus();
        Assert.Equal(expected.Split(' '), Names(CorpusFiles.Find([folder.Path + "/" + pattern]), folder));
    }

    [Fact]
    public void EachFileComesOnceAndNamesDiffer()
    {
        using var folder = Corpus();
        var shards = CorpusFiles.Find(["-", folder["a", "x.txt"], folder.Path, folder["a"], folder["a"] + "/*.txt", "-"]);
        Assert.Equal(7, shards.Count);
        Assert.Equal(7, shards.Select(s => s.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal((null, "-"), (shards[0].Path, shards[0].Name));
    }

    [Fact]
    public void LinksAreNotFollowedBySearches()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        using var folder = Corpus();
        using var outside = Corpus();
        Directory.CreateSymbolicLink(folder["a", "loop"], folder.Path);
        Directory.CreateSymbolicLink(folder["a", "out"], outside.Path);
        File.CreateSymbolicLink(folder["link.txt"], outside["B.txt"]);
        var passedOver = new List<string>();
        var shards = CorpusFiles.Find([folder.Path, folder.Path + "/**/*.txt"], (path, why) => passedOver.Add(Path.GetFileName(path) + ": " + why));
        Assert.Equal(6, shards.Count);
        Assert.Contains("loop: a symbolic link", passedOver);
        Assert.Contains("out: a symbolic link", passedOver);
        Assert.Contains("link.txt: a symbolic link", passedOver);
        Assert.Contains("empty.txt: empty, or not a file", passedOver);
        Assert.Equal(folder["link.txt"], Assert.Single(CorpusFiles.Find([folder["link.txt"]])).Path);
    }

    [Fact]
    public void WhatIsNotThereIsSaid()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(folder["no.txt"], Assert.Throws<KitException>(() => CorpusFiles.Find([folder["no.txt"]])).Message, StringComparison.Ordinal);
        Assert.Throws<KitException>(() => CorpusFiles.Find([folder.Path]));
        Assert.Throws<KitException>(() => CorpusFiles.Find([folder.Path + "/*.txt"]));
        Assert.Throws<KitException>(() => CorpusFiles.Find([folder["no"] + "/*/*.txt"]));
    }

    [Fact]
    public void AShardThatCannotBeOpenedIsSaid()
    {
        using var folder = new TemporaryFolder();
        var reader = new CorpusReader(new());
        foreach (var path in (string[])[folder["gone.txt"], folder.Path])
        {
            var said = Assert.Throws<KitException>(() => reader.Read(new("x", path, 1), (in _) => { }, CancellationToken.None));
            Assert.Equal(path, said.Where);
            Assert.NotNull(said.Mend);
        }
    }

    [Fact]
    public void ReadingCanBeCancelled()
    {
        using var cancel = new CancellationTokenSource();
        using var stream = new MemoryStream(new byte[10 << 20]);
        Assert.Throws<OperationCanceledException>(() => new CorpusReader(new()).Read("a.txt", stream, (in _) => cancel.Cancel(), cancel.Token));
    }

    [Fact]
    public void ContradictingOptionsAreRefused()
    {
        foreach (var options in (CorpusOptions[])[new() { TextFields = [] }, new() { PieceBytes = 100, PieceOverlapBytes = 50 }, new() { MaximumRecordBytes = 0 }, new() { MaximumExpansion = 0 }])
            Assert.Throws<KitException>(() => new CorpusReader(options));
    }
}
