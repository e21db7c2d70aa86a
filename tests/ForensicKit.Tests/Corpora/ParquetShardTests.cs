using System.Globalization;
using System.Security.Cryptography;
using DuckDB.NET.Data;
using ForensicKit.Corpora;
using ForensicKit.TestSupport;
using Parquet;
using Parquet.Schema;

namespace ForensicKit.Tests.Corpora;

public class ParquetShardTests
{
    private static async Task<byte[]> Write(CompressionMethod compression = CompressionMethod.Snappy, int groups = 2)
    {
        var text = new DataField<string>("text");
        var id = new DataField<long>("id");
        using var stream = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(text, id), stream, new ParquetOptions { CompressionMethod = compression }, append: false, CancellationToken.None))
        {
            for (var i = 0; i < groups; i++)
            {
                using var group = writer.CreateRowGroup();
                await group.WriteAsync(text, new string[] { "größe 😀 " + i.ToString(CultureInfo.InvariantCulture), null!, "", "last" });
                await group.WriteAsync<long>(id, new long[] { 4 * i, 1, 2, 3 });
            }
        }

        return stream.ToArray();
    }

    private static byte[] WriteWithDuckDb(string select, string options)
    {
        using var folder = new TemporaryFolder();
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"COPY ({select}) TO '{folder["a.parquet"]}' (FORMAT parquet, {options})";
        command.ExecuteNonQuery();
        return File.ReadAllBytes(folder["a.parquet"]);
    }

    [Theory]
    [InlineData(CompressionMethod.None)]
    [InlineData(CompressionMethod.Snappy)]
    [InlineData(CompressionMethod.Gzip)]
    [InlineData(CompressionMethod.Zstd)]
    public async Task RowsAreDocuments(CompressionMethod compression)
    {
        var bytes = await Write(compression);
        Taken[] expected = [new("", 0, "0", "größe 😀 0", 0), new("", 2, "2", "", 0), new("", 3, "3", "last", 0), new("", 4, "4", "größe 😀 1", 0), new("", 6, "2", "", 0), new("", 7, "3", "last", 0)];
        foreach (var name in (string[])["a.parquet", "a", "a.parquet.gz"])
        {
            var stored = name.EndsWith(".gz", StringComparison.Ordinal) ? CompressedShardTests.Compress("gz", bytes) : bytes;
            var (documents, reading) = Taken.From(name, stored);
            Assert.Equal(expected.Select(e => e with { Shard = name }), documents);
            Assert.Equal((6, 8, 2), (reading.Documents, reading.Records, reading.DefectCounts[CorpusDefectKind.NoText]));
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(stored)), reading.Sha256);
            Assert.Equal(stored.Length, reading.RawBytes);
        }
    }

    [Theory]
    [InlineData("COMPRESSION snappy")]
    [InlineData("COMPRESSION zstd, ROW_GROUP_SIZE 2048")]
    [InlineData("COMPRESSION uncompressed, PARQUET_VERSION v2")]
    public void AnotherWritersFilesAreRead(string options)
    {
        var (documents, reading) = Taken.From("a.parquet", WriteWithDuckDb("SELECT 'id ' || i AS id, [i] AS numbers, 'text of row ' || i AS content, i % 7 AS n FROM range(5000) r(i)", options));
        Assert.Equal(5000, reading.Documents);
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => new Taken("a.parquet", i, string.Create(CultureInfo.InvariantCulture, $"id {i}"), string.Create(CultureInfo.InvariantCulture, $"text of row {i}"), 0)), documents);
        Assert.Empty(reading.Defects);
    }

    [Fact]
    public void BytesAreGivenAsTheyAre()
    {
        var (documents, reading) = Taken.From("a.parquet", WriteWithDuckDb("SELECT 'caf\\xE9'::BLOB AS text, 7::INTEGER AS id", "COMPRESSION zstd"));
        Assert.Equal([new("a.parquet", 0, "7", "caf\uFFFD", 0)], documents);
        Assert.Equal(1, reading.DefectCounts[CorpusDefectKind.InvalidUtf8]);
    }

    [Theory]
    [InlineData("SELECT 1 AS other", "other")]
    [InlineData("SELECT ['a'] AS text", "nested")]
    [InlineData("SELECT {'a': 'b'} AS text", "nested")]
    [InlineData("SELECT 12 AS text", "not of strings")]
    public void AColumnThatIsNotThereOrNotTextIsNamed(string select, string said)
    {
        var (documents, reading) = Taken.From("a.parquet", WriteWithDuckDb(select, "COMPRESSION snappy"));
        Assert.Empty(documents);
        var defect = Assert.Single(reading.Defects);
        Assert.Equal(CorpusDefectKind.Column, defect.Kind);
        Assert.Contains(said, defect.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void ADictionaryThatRepeatsALongTextStopsAtTheExpansionLimit()
    {
        var (_, reading) = Taken.From("a.parquet", WriteWithDuckDb("SELECT repeat('long ', 1000) AS text FROM range(100000)", "COMPRESSION zstd"), new() { ExpansionAllowance = 1 << 20 });
        Assert.Equal(1, reading.DefectCounts[CorpusDefectKind.Expansion]);
        Assert.InRange(reading.TextBytes, 1, 200 << 20);
    }

    [Fact]
    public async Task AColumnBeyondTheLimitIsRefused()
    {
        var (documents, reading) = Taken.From("a.parquet", await Write(), new() { MaximumColumnBytes = 10 });
        Assert.Empty(documents);
        Assert.Contains("larger than the limit", Assert.Single(reading.Defects).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DamageAnywhereNeverEndsMoreThanTheShard()
    {
        var random = new Random(11);
        foreach (var whole in (byte[][])[await Write(), WriteWithDuckDb("SELECT i AS id, 'text of row ' || (i % 50) AS text FROM range(500) r(i)", "COMPRESSION snappy, ROW_GROUP_SIZE 100")])
        {
            for (var i = 0; i < 1500; i++)
            {
                var bytes = whole.ToArray();
                // Half of the damage goes into the footer, where the most can go wrong.
                for (var hits = random.Next(1, 4); hits > 0; hits--)
                    bytes[i % 2 == 0 ? random.Next(bytes.Length) : random.Next(bytes.Length - Math.Min(bytes.Length, 400), bytes.Length - 4)] = (byte)random.Next(256);
                var (_, reading) = Taken.From("a.parquet", i % 10 == 0 ? bytes[random.Next(bytes.Length)..] : bytes);
                Assert.Equal(64, reading.Sha256.Length);
            }
        }
    }

    [Fact]
    public void AFooterThatNestsOrCountsTooMuchIsRefused()
    {
        // FileMetaData with an unknown struct in a struct in a struct …, a list of two thousand million, a schema of one child each, and a number
        // where the schema should be: libraries then read on somewhere else, for ever.
        byte[][] footers =
        [
            [0xCC, .. Enumerable.Repeat((byte)0x1C, 1_000_000)],
            [0x15, 0x02, 0x15, 0x02, 0x00],
            [0x15, 0x02, 0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07],
            [0x15, 0x02, 0x19, 0xFC, 0xA0, 0x8D, 0x06, .. Enumerable.Repeat((byte[])[0x55, 0x02, 0x00], 100_000).SelectMany(b => b), 0x00],
        ];
        foreach (var footer in footers)
        {
            var (documents, reading) = Taken.From("a.parquet", [.. "PAR1"u8, .. footer, .. BitConverter.GetBytes(footer.Length), .. "PAR1"u8]);
            Assert.Empty(documents);
            Assert.Matches("nested|too long|another type", Assert.Single(reading.Defects).Detail);
        }
    }
}
