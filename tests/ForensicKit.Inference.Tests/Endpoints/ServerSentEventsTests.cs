using System.Text;
using CsCheck;
using ForensicKit.Inference.Endpoints;

namespace ForensicKit.Inference.Tests.Endpoints;

public class ServerSentEventsTests
{
    private static readonly string[] s_parts = ["data: ü🙂\n", "\n", "\r\n", "\r", ": c\n", "data:x\r\n", "id: 1\r", "data"];

    [Theory]
    [InlineData("data: a\n\ndata: b\n\n", "a|b")]
    [InlineData("data: a\r\n\r\ndata: b\r\n\r\n", "a|b")]
    [InlineData("data: a\r\rdata: b\r\r", "a|b")]
    [InlineData("data:a\n\n", "a")]
    [InlineData("data:  a\n\n", " a")]
    [InlineData("data: a\ndata: b\n\n", "a\nb")]
    [InlineData("data\n\n", "")]
    [InlineData(": comment\n\nevent: x\nid: 7\nretry: 5\ndata: a\n\n", "a")]
    [InlineData("event: only\n\n\n\ndata: a\n\n", "a")]
    [InlineData("database: x\n\ndata: a\n\n", "a")]
    [InlineData("data: a\n\ndata: unfinished\n", "a")]
    [InlineData("", null)]
    public async Task Events_are_read_as_the_standard_says(string sent, string? data) => Assert.Equal(data, await Read(sent, 4096));

    [Fact]
    public async Task Where_the_bytes_are_cut_makes_no_difference()
    {
        await Gen.Select(Gen.Int[0, 7].Array[0, 12], Gen.Int[1, 7]).SampleAsync(async sample =>
        {
            var sent = string.Concat(sample.Item1.Select(i => s_parts[i]));
            Assert.Equal(await Read(sent, 4096), await Read(sent, sample.Item2));
        });
    }

    [Fact]
    public async Task There_is_a_bound()
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("data: abc\n\n", 1000))));
        var events = new ServerSentEvents(new Dripping(stream, 100), 500);
        await Assert.ThrowsAsync<EndpointFailure>(async () =>
        {
            while (await events.NextAsync(CancellationToken.None) is not null)
            {
            }
        });
    }

    private static async Task<string?> Read(string sent, int atOnce)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(sent));
        var events = new ServerSentEvents(new Dripping(stream, atOnce), 1 << 20);
        var read = new List<string>();
        while (await events.NextAsync(CancellationToken.None) is { } data)
            read.Add(Encoding.UTF8.GetString(data));
        return read.Count == 0 ? null : string.Join('|', read);
    }

    /// <summary>Gives a few bytes at a time.</summary>
    private sealed class Dripping(Stream inner, int atOnce) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, Math.Min(count, atOnce));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer[..Math.Min(buffer.Length, atOnce)], cancellationToken);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
