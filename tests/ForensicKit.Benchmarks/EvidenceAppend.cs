using BenchmarkDotNet.Attributes;
using DuckDB.NET.Data;
using ForensicKit.Evidence;

namespace ForensicKit.Benchmarks;

/// <summary>What safety costs: a batch of responses through the evidence database (open, one transaction, close) against DuckDB's bare appender.</summary>
public class EvidenceAppend
{
    private const int Rows = 4096;
    private readonly string _folder = Directory.CreateTempSubdirectory("forensickit-benchmark-").FullName;
    private EvidenceDatabase _evidence = null!;
    private DuckDBConnection _bare = null!;
    private int _batch;

    /// <summary>Both databases with the same table.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _evidence = EvidenceDatabase.Open(Path.Combine(_folder, "evidence.duckdb"), "benchmark", "00", DateTimeOffset.UnixEpoch, CancellationToken.None);
        _bare = new DuckDBConnection("Data Source=" + Path.Combine(_folder, "bare.duckdb"));
        _bare.Open();
        using var command = _bare.CreateCommand();
        command.CommandText = EvidenceSchema.Responses.CreateStatement();
        command.ExecuteNonQuery();
    }

    /// <summary>Removes both.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _bare.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The kit's way: short connection, one transaction, on disk when it returns.</summary>
    [Benchmark]
    public void Evidence() => _evidence.AppendResponses(Batch(), CancellationToken.None);

    /// <summary>The limit: an open connection, no transaction of its own.</summary>
    [Benchmark(Baseline = true)]
    public void BareAppender()
    {
        using var appender = _bare.CreateAppender("responses");
        foreach (var r in Batch())
        {
            appender.CreateRow()
                .AppendValue(r.RunId).AppendValue(r.ItemId).AppendValue(r.ItemIndex).AppendValue(-1).AppendValue(0).AppendNullValue().AppendValue(r.Text)
                .AppendNullValue().AppendNullValue().AppendNullValue().AppendNullValue().AppendNullValue().AppendNullValue().AppendNullValue().AppendNullValue()
                .AppendNullValue().AppendNullValue().AppendNullValue()
                .EndRow();
        }
    }

    private Response[] Batch()
    {
        var run = "run-" + (_batch++).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return [.. Enumerable.Range(0, Rows).Select(i => new Response
        {
            RunId = run,
            ItemId = "gsm8k/test/" + i.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ItemIndex = i,
            Text = "She eats 3 for breakfast and uses 4 for muffins, so 16 - 3 - 4 = 9 are left, and 9 * 2 = 18.\n#### 18",
        })];
    }
}
