using System.Runtime.InteropServices;

namespace ForensicKit.Models.Caching;

/// <summary>Answers as bytes and back. Ids are the request's and are not part of it.</summary>
internal static class AnswerBytes
{
    /// <summary>A scored continuation.</summary>
    public static byte[] Of(ScoredContinuation scored)
    {
        using var bytes = new MemoryStream(64 + (12 * scored.LogProbs.Count) + (28 * scored.Details.Count));
        using var writer = new BinaryWriter(bytes);
        writer.Write(scored.IsGreedy);
        Write(writer, scored.TokenIds, scored.LogProbs);
        Write(writer, scored.Details);
        return bytes.ToArray();
    }

    /// <summary>A scored text.</summary>
    public static byte[] Of(ScoredText scored)
    {
        using var bytes = new MemoryStream(16 + (12 * scored.LogProbs.Count) + (28 * scored.Details.Count));
        using var writer = new BinaryWriter(bytes);
        Write(writer, scored.TokenIds, scored.LogProbs);
        Write(writer, scored.Details);
        return bytes.ToArray();
    }

    /// <summary>A generated text.</summary>
    public static byte[] Of(GeneratedText generated)
    {
        using var bytes = new MemoryStream(64 + (2 * generated.Text.Length) + (20 * generated.TokenIds.Count));
        using var writer = new BinaryWriter(bytes);
        Write(writer, generated.Text);
        Write(writer, generated.FinishReason);
        Write(writer, generated.TokenIds, generated.LogProbs);
        writer.Write(generated.Margins.Count);
        foreach (var margin in generated.Margins)
            writer.Write(margin);
        return bytes.ToArray();
    }

    /// <summary>The scored continuation; null where the bytes are none.</summary>
    public static ScoredContinuation? Scored(byte[] bytes, int id) => Read(bytes, reader =>
    {
        var isGreedy = reader.ReadBoolean();
        var (ids, logProbs) = ReadTokens(reader);
        return new ScoredContinuation(id, ids, logProbs, isGreedy) { Details = ReadDetails(reader), FromCache = true };
    });

    /// <summary>The scored text; null where the bytes are none.</summary>
    public static ScoredText? ScoredText(byte[] bytes, int id) => Read(bytes, reader =>
    {
        var (ids, logProbs) = ReadTokens(reader);
        return new ScoredText(id, ids, logProbs) { Details = ReadDetails(reader) };
    });

    /// <summary>The generated text; null where the bytes are none.</summary>
    public static GeneratedText? Generated(byte[] bytes, int id) => Read(bytes, reader =>
    {
        var (text, reason) = (ReadText(reader), ReadText(reader));
        var (ids, logProbs) = ReadTokens(reader);
        var margins = new double[Count(reader, 8)];
        for (var i = 0; i < margins.Length; i++)
            margins[i] = reader.ReadDouble();
        return new GeneratedText(id, text, ids, logProbs, reason) { Margins = margins, FromCache = true };
    });

    private static T? Read<T>(byte[] bytes, Func<BinaryReader, T> read)
        where T : class
    {
        try
        {
            using var stream = new MemoryStream(bytes);
            using var reader = new BinaryReader(stream);
            var answer = read(reader);
            return stream.Position == stream.Length ? answer : null;
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            return null;
        }
    }

    private static void Write(BinaryWriter writer, IReadOnlyList<int> ids, IReadOnlyList<double> logProbs)
    {
        writer.Write(ids.Count);
        foreach (var id in ids)
            writer.Write(id);
        writer.Write(logProbs.Count);
        foreach (var logProb in logProbs)
            writer.Write(logProb);
    }

    private static void Write(BinaryWriter writer, IReadOnlyList<TokenDetail> details)
    {
        writer.Write(details.Count);
        foreach (var detail in details)
        {
            writer.Write(detail.Rank);
            writer.Write(detail.Margin);
            writer.Write(detail.MeanLogProb);
            writer.Write(detail.VarianceLogProb);
        }
    }

    private static TokenDetail[] ReadDetails(BinaryReader reader)
    {
        var details = new TokenDetail[Count(reader, 28)];
        for (var i = 0; i < details.Length; i++)
            details[i] = new(reader.ReadInt32(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());
        return details;
    }

    private static (int[] Ids, double[] LogProbs) ReadTokens(BinaryReader reader)
    {
        var ids = new int[Count(reader, 4)];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = reader.ReadInt32();
        var logProbs = new double[Count(reader, 8)];
        for (var i = 0; i < logProbs.Length; i++)
            logProbs[i] = reader.ReadDouble();
        return (ids, logProbs);
    }

    private static void Write(BinaryWriter writer, string text)
    {
        writer.Write(text.Length);
        writer.Write(MemoryMarshal.AsBytes(text.AsSpan()));
    }

    private static string ReadText(BinaryReader reader) => string.Create(Count(reader, 2), reader, (chars, from) =>
    {
        var bytes = MemoryMarshal.AsBytes(chars);
        if (from.Read(bytes) < bytes.Length)
            throw new EndOfStreamException();
    });

    // Never more than there are bytes for.
    private static int Count(BinaryReader reader, int size)
    {
        var count = reader.ReadInt32();
        return count >= 0 && count <= (reader.BaseStream.Length - reader.BaseStream.Position) / size ? count : throw new InvalidDataException("More entries than bytes.");
    }
}
