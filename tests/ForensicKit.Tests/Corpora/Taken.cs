using System.Text;
using ForensicKit.Corpora;

namespace ForensicKit.Tests.Corpora;

/// <summary>A document as a test keeps it.</summary>
internal sealed record Taken(string Shard, long Record, string Id, string Text, long Offset)
{
    public static (List<Taken> Documents, ShardReading Reading) From(string name, byte[] bytes, CorpusOptions? options = null)
    {
        using var stream = new MemoryStream(bytes);
        return From(name, stream, options);
    }

    public static (List<Taken> Documents, ShardReading Reading) From(string name, string text, CorpusOptions? options = null) => From(name, Encoding.UTF8.GetBytes(text), options);

    public static (List<Taken> Documents, ShardReading Reading) From(string name, Stream stream, CorpusOptions? options = null)
    {
        var documents = new List<Taken>();
        var reading = new CorpusReader(options ?? new()).Read(name, stream, (in d) => documents.Add(Of(d)), TestContext.Current.CancellationToken);
        return (documents, reading);
    }

    public static Taken Of(in CorpusDocument d) => new(d.Shard, d.Record, Encoding.UTF8.GetString(d.Id), Encoding.UTF8.GetString(d.Text), d.TextOffset);
}
