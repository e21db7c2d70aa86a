using System.Formats.Tar;
using System.Text;
using ForensicKit.Corpora;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Corpora;

public class ArchiveTests
{
    private static byte[] Tar(params (string Name, byte[] Content)[] files) => Tar(files.Select(f => (TarEntry)new PaxTarEntry(TarEntryType.RegularFile, f.Name) { DataStream = new MemoryStream(f.Content) }));

    private static byte[] Tar(IEnumerable<TarEntry> entries)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, leaveOpen: true))
        {
            foreach (var entry in entries)
                writer.WriteEntry(entry);
        }

        return stream.ToArray();
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    [Theory]
    [InlineData("c.tar")]
    [InlineData("c.tar.gz")]
    [InlineData("c.tgz")]
    [InlineData("c.tar.zst")]
    [InlineData("c.tar.bz2")]
    [InlineData("c")]
    public void EntriesAreReadByTheirOwnNames(string name)
    {
        var tar = Tar(("./a/one.txt", Bytes("one")), ("b.jsonl", Bytes("{\"text\":\"x\"}\nbad\n{\"text\":\"y\"}\n")), ("c.json", Bytes("[{\"text\":\"z\"}]")),
            ("d.jsonl.gz", CompressedShardTests.Compress("gz", Bytes("{\"text\":\"packed\"}"))), ("e.py", Bytes("print()")), ("f.txt", []));
        var kind = name switch { "c.tgz" => "gz", _ when name.EndsWith(".gz", StringComparison.Ordinal) => "gz", _ when name.EndsWith(".zst", StringComparison.Ordinal) => "zst", _ when name.EndsWith(".bz2", StringComparison.Ordinal) => "bz2", _ => null };
        var (documents, reading) = Taken.From(name, kind is null ? tar : CompressedShardTests.Compress(kind, tar));
        Assert.Equal([("a/one.txt", 0, "one"), ("b.jsonl", 0, "x"), ("b.jsonl", 2, "y"), ("c.json", 0, "z"), ("d.jsonl.gz", 0, "packed"), ("e.py", 0, "print()")],
            documents.Select(d => (d.Shard[(name.Length + 1)..], d.Record, d.Text)));
        Assert.All(documents, d => Assert.StartsWith(name + "!", d.Shard, StringComparison.Ordinal));
        Assert.Equal((CorpusDefectKind.BadJson, 1, name + "!b.jsonl"), Assert.Single(reading.Defects.Select(d => (d.Kind, d.Record, d.Place))));
    }

    [Fact]
    public void ARealArchiveIsReadWhole()
    {
        var path = TestData.Require("data", "corpora", "python-code", "the-algorithms-python.tar.gz");
        var names = new List<string>();
        var reading = new CorpusReader(new()).Read(CorpusFiles.Find([path])[0], (in d) => names.Add(d.Shard), TestContext.Current.CancellationToken);
        Assert.Contains(path + "!conversions/rgb_hsv_conversion.py", names);
        Assert.Equal(reading.Documents, names.Count);
        Assert.DoesNotContain(reading.Defects, d => d.Kind is not CorpusDefectKind.NotText);
        Assert.Equal(Cases.Dossier.Sha256(path), reading.Sha256);
    }

    [Fact]
    public void NamesThatLeadElsewhereAreOnlyShown()
    {
        var (documents, _) = Taken.From("c.tar", Tar(((string[])["../../escape.txt", "/etc/absolute.txt", "line\n\u001b[31mred\u202E.txt"])
            .Select(n => (TarEntry)new GnuTarEntry(TarEntryType.RegularFile, n) { DataStream = new MemoryStream(Bytes("text")) })));
        Assert.Equal(["c.tar!../../escape.txt", "c.tar!/etc/absolute.txt", "c.tar!line\\u000a\\u001b[31mred\\u202e.txt"], documents.Select(d => d.Shard));
        Assert.False(File.Exists("../../escape.txt"));
    }

    [Fact]
    public void LinksAndDevicesArePassedOver()
    {
        var (documents, reading) = Taken.From("c.tar", Tar((IEnumerable<TarEntry>)[
            new PaxTarEntry(TarEntryType.SymbolicLink, "s") { LinkName = "/etc/passwd" },
            new PaxTarEntry(TarEntryType.HardLink, "h") { LinkName = "../x" },
            new PaxTarEntry(TarEntryType.Fifo, "f"),
            new PaxTarEntry(TarEntryType.CharacterDevice, "z"),
            new PaxTarEntry(TarEntryType.BlockDevice, "b"),
            new PaxTarEntry(TarEntryType.Directory, "d/"),
            new GnuTarEntry(TarEntryType.RegularFile, "a.txt") { DataStream = new MemoryStream(Bytes("after")) }]));
        Assert.Equal(["after"], documents.Select(d => d.Text));
        Assert.Equal(5, reading.DefectCounts[CorpusDefectKind.NotAFile]);
        Assert.Contains(reading.Defects, d => d.Place == "c.tar!s" && d.Detail.Contains("SymbolicLink", StringComparison.Ordinal));
    }

    [Fact]
    public void AnArchiveInAnArchiveIsNamed()
    {
        var inner = Tar(("x.txt", Bytes("inside")));
        var (documents, reading) = Taken.From("c.tar.gz", CompressedShardTests.Compress("gz", Tar(
            ("i.tar", inner), ("i", inner), ("i.tar.gz", CompressedShardTests.Compress("gz", inner)), ("i.zip", [.. "PK\u0003\u0004"u8, 0, 0]), ("image", [0x89, 0x50, 0, 1]), ("a.txt", Bytes("after")))));
        Assert.Equal(["after"], documents.Select(d => d.Text));
        Assert.Equal((4, 1), (reading.DefectCounts[CorpusDefectKind.ArchiveInArchive], reading.DefectCounts[CorpusDefectKind.NotText]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ACutArchiveGivesWhatCameBefore(bool packed)
    {
        var tar = Tar(("a.txt", Bytes("first")), ("b.txt", Bytes(string.Concat(Enumerable.Range(0, 40_000).Select(i => (i * 7919 % 10_007).ToString(System.Globalization.CultureInfo.InvariantCulture) + " ")))));
        var bytes = packed ? CompressedShardTests.Compress("gz", tar) : tar;
        var (documents, reading) = Taken.From(packed ? "c.tar.gz" : "c.tar", bytes[..(bytes.Length / 2)]);
        Assert.Equal("first", documents[0].Text);
        Assert.Equal("c.tar" + (packed ? ".gz" : "") + "!b.txt", documents[1].Shard);
        Assert.Equal(1, reading.DefectCounts[CorpusDefectKind.Cut]);
        Assert.Single(reading.DefectCounts);
    }

    [Fact]
    public void AHeaderWithoutEndIsCut()
    {
        // A long name of 1 GiB, as GNU tar writes them.
        var header = Tar((IEnumerable<TarEntry>)[new GnuTarEntry(TarEntryType.RegularFile, new string('n', 300))]).AsSpan(0, 512).ToArray();
        Assert.Equal((byte)'L', header[156]);
        "10000000000\0"u8.CopyTo(header.AsSpan(124));
        header.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
        var (documents, reading) = Taken.From("c.tar", [.. header, .. new byte[4 << 20]]);
        Assert.Empty(documents);
        Assert.Equal([CorpusDefectKind.Cut], reading.DefectCounts.Keys);
    }

    [Fact]
    public void DamageAnywhereNeverEndsMoreThanTheShard()
    {
        var whole = Tar(("a/one.txt", Bytes("one")), (new string('n', 200) + ".jsonl", Bytes("{\"text\":\"x\"}\n")), ("c.json", Bytes("[{\"text\":\"z\"}]")));
        var random = new Random(3);
        for (var i = 0; i < 3000; i++)
        {
            var bytes = whole.ToArray();
            for (var hits = random.Next(1, 4); hits > 0; hits--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var (_, reading) = Taken.From("c.tar", bytes);
            Assert.Equal(64, reading.Sha256.Length);
        }
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData(" [ {\"text\":\"a ] } \\\" \"} ,\n {\"text\":\"b\",\"m\":[{}]} ] \n", "a ] } \" |b")]
    [InlineData("{\n \"text\": \"a\"\n}\n{\n \"text\": \"b\"\n}", "a|b")]
    [InlineData("{\"text\":\"a\"}\n{\"text\":\"b\"}", "a|b")]
    [InlineData("{\"text\":\"a\"}", "a")]
    [InlineData("[{\"text\":\"a\"}, 12, \"s\", [1,[2]], {\"text\":\"b\"}]", "a|b", CorpusDefectKind.BadJson, 3)]
    [InlineData("[{\"text\":\"a\"}", "a", CorpusDefectKind.BadJson, 1)]
    [InlineData("[{\"text\":\"a\"}] x", "a", CorpusDefectKind.BadJson, 1)]
    [InlineData("[{\"text\":\"a\"},{\"text\":\"b", "a", CorpusDefectKind.BadJson, 2)]
    [InlineData("[{\"text\":\"a\"}}}}", "a", CorpusDefectKind.BadJson, 4)]
    public void JsonThatIsNotLineByLineIsReadToo(string json, string texts, CorpusDefectKind kind = default, int count = 0)
    {
        foreach (var prefix in (string[])["", "\uFEFF"])
        {
            var (documents, reading) = Taken.From("a.json", prefix + json);
            Assert.Equal(texts, string.Join('|', documents.Select(d => d.Text)));
            Assert.Equal(count, reading.DefectCounts.GetValueOrDefault(kind));
        }
    }

    [Fact]
    public void LongArraysAreReadThroughSmallBuffers()
    {
        var items = Enumerable.Range(0, 60_000).Select(i => $"{{\"id\":{i},\"text\":\"back\\\\slash \\\"{new string('x', i % 50)}\"}}").ToList();
        var (documents, reading) = Taken.From("a.json", "[\n" + string.Join(",\n", items) + "]");
        Assert.Equal(60_000, documents.Count);
        Assert.Equal("back\\slash \"" + new string('x', 49), documents[49].Text);
        Assert.Empty(reading.Defects);
        (documents, reading) = Taken.From("a.json", $"[{items[0]},{{\"text\":\"{new string('y', 5_000_000)}\"}},{items[1]}]", new() { MaximumRecordBytes = 1000 });
        Assert.Equal(["0", "1"], documents.Select(d => d.Id));
        Assert.Equal(1, reading.DefectCounts[CorpusDefectKind.TooLong]);
    }
}
