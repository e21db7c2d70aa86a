using System.Text;
using ForensicKit.Evidence;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Evidence;

public sealed class CustodyLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CustodyLog _log;

    public CustodyLogTests() => _log = new CustodyLog(_folder["custody.jsonl"], new FixedClock());

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Entries_are_chained_and_read_back()
    {
        var first = _log.Append("opened", "case.yaml", ("sha256", "ab"), ("alpha", "0.05"));
        var second = _log.Append("finding", "gap/mmlu \"é\u2028<");
        var reading = _log.Read();
        Assert.Null(reading.Problem);
        Assert.Equal([1L, 2L], reading.Entries.Select(e => e.Sequence));
        Assert.Equal(CustodyLog.Genesis, reading.Entries[0].Previous);
        Assert.Equal(first.Hash, reading.Entries[1].Previous);
        Assert.Equal(second.Hash, reading.Head);
        Assert.Equal("gap/mmlu \"é\u2028<", reading.Entries[1].Subject);
        Assert.Equal(["alpha", "sha256"], reading.Entries[0].Details.Keys);
    }

    [Fact]
    public void Every_flipped_byte_is_noticed()
    {
        for (var i = 0; i < 4; i++)
            _log.Append("run", $"run-{i}", ("n", "1"));
        var bytes = File.ReadAllBytes(_log.Path);
        for (var i = 0; i < bytes.Length; i++)
        {
            var altered = (byte[])bytes.Clone();
            altered[i] ^= 1;
            File.WriteAllBytes(_log.Path, altered);
            var reading = _log.Read();
            // The last byte is the final line's end: without it the line is unfinished, which is not the whole chain either.
            Assert.True(reading.Problem is not null || reading.TornBytes > 0, $"byte {i}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_dropped_line_is_noticed(int dropped)
    {
        for (var i = 0; i < 4; i++)
            _log.Append("run", $"run-{i}");
        var lines = File.ReadAllLines(_log.Path).ToList();
        lines.RemoveAt(dropped);
        File.WriteAllText(_log.Path, string.Join('\n', lines) + "\n");
        Assert.Contains("does not follow", _log.Read().Problem, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Tampered, Assert.Throws<KitException>(() => _log.Append("run", "late")).ExitCode);
    }

    [Fact]
    public void An_unfinished_last_line_is_dropped_and_said()
    {
        _log.Append("opened", "case.yaml");
        File.AppendAllText(_log.Path, "{\"entry\":{\"seq", Encoding.ASCII);
        _log.Append("run", "a");
        var reading = _log.Read();
        Assert.Null(reading.Problem);
        Assert.Equal(["opened", "recovered", "run"], reading.Entries.Select(e => e.Kind));
        Assert.Equal("14", reading.Entries[1].Details["dropped_bytes"]);
    }

    [Fact]
    public void Writers_on_several_threads_keep_one_chain()
    {
        Parallel.For(0, 40, i => _log.Append("run", $"run-{i}"));
        var reading = _log.Read();
        Assert.Null(reading.Problem);
        Assert.Equal(40, reading.Entries.Count);
    }
}
