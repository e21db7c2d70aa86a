using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using ForensicKit.Corpora;
using ForensicKit.TestSupport;
using ICSharpCode.SharpZipLib.BZip2;

namespace ForensicKit.Tests.Corpora;

public class CompressedShardTests
{
    private static readonly string s_lines = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{{\"id\":{i},\"text\":\"line {i * 7919 % 10_007} of a corpus\"}}\n"));

    public static TheoryData<string> Compressions => ["gz", "zst", "bz2"];

    internal static byte[] Compress(string kind, byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (Stream compressor = kind switch
        {
            "gz" => new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true),
            "zst" => new ZstdSharp.CompressionStream(stream, 3, leaveOpen: true),
            "bz2" => new BZip2OutputStream(stream) { IsStreamOwner = false },
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        })
            compressor.Write(bytes);
        return stream.ToArray();
    }

    [Theory]
    [InlineData("")]
    [InlineData(".gz")]
    [InlineData(".zst")]
    [InlineData(".bz2")]
    [InlineData(".xz")]
    public void RealShardsGiveTheSameDocuments(string suffix)
    {
        var folder = TestData.Require("data", "contamination", "decon-fixtures", "training");
        var shard = Assert.Single(CorpusFiles.Find([Path.Combine(folder, "contaminated_mixed.jsonl" + suffix)]));
        var expected = File.ReadLines(Path.Combine(folder, "contaminated_mixed.jsonl")).Where(l => l.Length > 0)
            .Select(l => System.Text.Json.Nodes.JsonNode.Parse(l)!["text"]!.GetValue<string>()).ToList();
        var texts = new List<string>();
        var reading = new CorpusReader(new()).Read(shard, (in d) => texts.Add(Encoding.UTF8.GetString(d.Text)), TestContext.Current.CancellationToken);
        Assert.Equal(expected, texts);
        Assert.Empty(reading.Defects);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(shard.Path!))), reading.Sha256);
        Assert.Equal(shard.Bytes, reading.RawBytes);
    }

    [Fact]
    public void XzStreamsConcatenatedPaddedCutOrDamagedAreReadAsFarAsTheyGo()
    {
        var part = File.ReadAllBytes(TestData.Require("data", "contamination", "decon-fixtures", "training", "contaminated_mixed.jsonl.xz"));
        var (documents, reading) = Taken.From("a.jsonl.xz", [.. part, 0, 0, 0, 0, 0, 0, 0, 0, .. part]);
        // The shard's last line has no end, so that it and the first of the next are one.
        Assert.Equal([0L, 1, 2, 3, 5, 6, 7, 8], documents.Select(d => d.Record));
        Assert.Equal([CorpusDefectKind.BadJson], reading.DefectCounts.Keys);
        (_, reading) = Taken.From("a.jsonl.xz", part[..(part.Length / 2)]);
        Assert.Equal([CorpusDefectKind.Cut], reading.DefectCounts.Keys);
        (_, reading) = Taken.From("a.jsonl.xz", part[..^30]);
        Assert.Equal([CorpusDefectKind.Cut], reading.DefectCounts.Keys);
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            var bytes = part.ToArray();
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            (_, reading) = Taken.From("a.jsonl.xz", bytes);
            Assert.Equal(64, reading.Sha256.Length);
        }
    }

    [Fact]
    public void RealBooksAreReadWhole()
    {
        var folder = TestData.Require("data", "corpora", "classic-books");
        long documents = 0;
        foreach (var shard in CorpusFiles.Find([Path.Combine(folder, "*.jsonl.gz")]))
        {
            var reading = new CorpusReader(new()).Read(shard, (in d) => Assert.False(d.Id.IsEmpty), TestContext.Current.CancellationToken);
            Assert.Empty(reading.Defects);
            documents += reading.Documents;
        }

        Assert.Equal(97, documents);
    }

    [Theory]
    [MemberData(nameof(Compressions))]
    public void ConcatenatedStreamsAreOne(string kind)
    {
        var half = s_lines.IndexOf('\n', s_lines.Length / 2) - 5;
        byte[] bytes = [.. Compress(kind, Encoding.UTF8.GetBytes(s_lines[..half])), .. Compress(kind, []), .. Compress(kind, Encoding.UTF8.GetBytes(s_lines[half..]))];
        foreach (var name in (string[])["a.jsonl." + kind, "a", "a.jsonl"])
        {
            var (documents, reading) = Taken.From(name, bytes);
            Assert.Equal(20_000, documents.Count);
            Assert.Empty(reading.Defects);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), reading.Sha256);
        }
    }

    [Theory]
    [MemberData(nameof(Compressions))]
    public void ACutShardGivesWhatCameBefore(string kind)
    {
        var whole = Compress(kind, Encoding.UTF8.GetBytes(s_lines));
        var (documents, reading) = Taken.From("a.jsonl." + kind, whole[..(whole.Length * 3 / 4)]);
        Assert.InRange(documents.Count, kind == "bz2" ? 0 : 10_000, 17_000);
        Assert.Equal(Enumerable.Range(0, documents.Count).Select(i => (long)i), documents.Select(d => d.Record));
        Assert.Equal([CorpusDefectKind.Cut], reading.DefectCounts.Keys);
        Assert.Equal(1, reading.DefectCounts[CorpusDefectKind.Cut]);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(whole.AsSpan(0, whole.Length * 3 / 4))), reading.Sha256);
    }

    [Theory]
    [MemberData(nameof(Compressions))]
    public void DamageAnywhereNeverEndsMoreThanTheShard(string kind)
    {
        var whole = Compress(kind, Encoding.UTF8.GetBytes(s_lines[..40_000]));
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            var bytes = whole.ToArray();
            for (var hits = random.Next(1, 6); hits > 0; hits--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var (_, reading) = Taken.From("a.jsonl." + kind, bytes[..random.Next(bytes.Length / 2, bytes.Length + 1)]);
            Assert.Equal(64, reading.Sha256.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Compressions))]
    public void NotCompressedAfterAllIsCut(string kind)
    {
        foreach (var content in (string[])["{\"text\":\"a\"}\n", ""])
        {
            var (documents, reading) = Taken.From("a.jsonl." + kind, content);
            Assert.Empty(documents);
            Assert.Equal([CorpusDefectKind.Cut], reading.DefectCounts.Keys);
        }
    }

    [Fact]
    public void CompressionInsideCompressionIsNamed()
    {
        var (documents, reading) = Taken.From("a.jsonl.gz.gz", Compress("gz", Compress("gz", Encoding.UTF8.GetBytes(s_lines))));
        Assert.Empty(documents);
        Assert.Equal([CorpusDefectKind.ArchiveInArchive], reading.DefectCounts.Keys);
    }

    [Theory]
    [InlineData("bomb.txt.gz")]
    [InlineData("bomb.jsonl.gz")]
    public void ABombStopsAtTheExpansionLimit(string name)
    {
        // One member of 64 MiB of zeros, again and again up to 10 GiB.
        var member = Compress("gz", new byte[64 << 20]);
        using var bomb = new RepeatedStream(member, 160);
        long largest = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var reading = new CorpusReader(new() { MaximumExpansion = 100 }).Read(name, bomb, (in d) => largest = Math.Max(largest, d.Text.Length), TestContext.Current.CancellationToken);
        Assert.Equal(1, reading.DefectCounts[CorpusDefectKind.Expansion]);
        Assert.InRange(reading.TextBytes, 0, 5L << 28);
        Assert.InRange(largest, 0, 4 << 20);
        Assert.Equal(member.Length * 160L, reading.RawBytes);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 600L << 20);
    }

    [Fact]
    public void AZstdWindowBeyondTheLimitIsRefused()
    {
        // A frame header that asks for a window of 1 GiB, and an empty last block.
        var (documents, reading) = Taken.From("a.jsonl.zst", [0x28, 0xB5, 0x2F, 0xFD, 0x00, 20 << 3, 0x01, 0x00, 0x00]);
        Assert.Empty(documents);
        Assert.Equal([CorpusDefectKind.Cut], reading.DefectCounts.Keys);
    }

    [Fact]
    public void ASkippableZstdFrameIsPassedOver()
    {
        var frame = new byte[12];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, 0x184D2A50);
        frame[4] = 4;
        var (documents, reading) = Taken.From("a.jsonl", [.. frame, .. Compress("zst", "{\"text\":\"a\"}"u8.ToArray())]);
        Assert.Equal(["a"], documents.Select(d => d.Text));
        Assert.Empty(reading.Defects);
    }

    private sealed class RepeatedStream(byte[] part, int times) : MemoryStream(part)
    {
        private int _left = times;

        public override int Read(Span<byte> buffer)
        {
            var read = base.Read(buffer);
            if (read > 0 || --_left == 0)
                return read;
            Position = 0;
            return base.Read(buffer);
        }
    }
}
