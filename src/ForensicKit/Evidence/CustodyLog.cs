using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ForensicKit.Evidence;

/// <summary>One entry of the custody log.</summary>
/// <param name="Sequence">1, 2, 3, …</param>
/// <param name="Time">When, UTC.</param>
/// <param name="Kind">What happened: <c>opened</c>, <c>intake</c>, <c>run</c>, <c>finding</c>, <c>export</c>, <c>recovered</c>, <c>sealed</c>.</param>
/// <param name="Subject">What it happened to: a file, a run, a finding.</param>
/// <param name="Details">Further facts, names in ordinal order.</param>
/// <param name="Previous">Hash of the entry before; 64 zeros for the first.</param>
/// <param name="Hash">SHA-256 of this entry's bytes (which include <paramref name="Previous"/>), lower-case hex.</param>
public sealed record CustodyEntry(
    long Sequence, DateTimeOffset Time, string Kind, string Subject, IReadOnlyDictionary<string, string> Details, string Previous, string Hash);

/// <summary>Something to be written to a custody log.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Subject">What it happened to.</param>
/// <param name="Details">Further facts.</param>
public sealed record CustodyEvent(string Kind, string Subject, IReadOnlyList<(string Name, string Value)> Details)
{
    /// <summary>Whether an entry says the same.</summary>
    public bool IsSaidBy(CustodyEntry entry) => entry.Kind == Kind && entry.Subject == Subject && entry.Details.Count == Details.Count
        && Details.All(d => entry.Details.GetValueOrDefault(d.Name) == d.Value);
}

/// <summary>What reading a custody log brought to light.</summary>
/// <param name="Entries">Entries up to the first that does not fit.</param>
/// <param name="Problem">What is wrong and in which line; null where the chain is whole.</param>
/// <param name="TornBytes">Bytes of an unfinished last line, as an interruption leaves it; not part of the chain.</param>
public sealed record CustodyReading(IReadOnlyList<CustodyEntry> Entries, string? Problem, int TornBytes)
{
    /// <summary>Hash of the last entry; 64 zeros for an empty log.</summary>
    public string Head => Entries.Count == 0 ? CustodyLog.Genesis : Entries[^1].Hash;
}

/// <summary>
/// The custody log of a case: append-only JSON lines <c>{"entry":{…},"sha256":"…"}</c>, each entry carrying the hash of the one before.
/// </summary>
/// <remarks>
/// The hash covers the entry's own bytes as written, so nothing depends on how JSON is re-serialised. A lone author can rewrite a chain
/// that nobody has seen: the head is printed in the document, and publishing it is what fixes the chain.
/// </remarks>
public sealed class CustodyLog
{
    /// <summary>The hash before the first entry.</summary>
    public static readonly string Genesis = new('0', 64);

    private const long MaxBytes = 256L << 20;
    private static readonly JsonWriterOptions s_writer = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly TimeProvider _clock;

    /// <param name="path">The file, <c>custody.jsonl</c> of a case.</param>
    /// <param name="clock">The clock that dates entries.</param>
    public CustodyLog(string path, TimeProvider clock)
    {
        Path = path;
        _clock = clock;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Appends an entry and waits until it is on disk. Safe against other processes and against being killed at any moment.</summary>
    /// <exception cref="KitException">The log is broken (exit 3), locked by another process, or cannot be written.</exception>
    public CustodyEntry Append(string kind, string subject, params IReadOnlyList<(string Name, string Value)> details) =>
        Append(_ => [new(kind, subject, details)])[0];

    /// <summary>Appends several entries with one wait for the disk.</summary>
    /// <param name="choose">Given what the log holds, the entries to append; called while no other process can append.</param>
    /// <returns>The entries as written.</returns>
    /// <exception cref="KitException">The log is broken (exit 3), locked by another process, or cannot be written.</exception>
    public IReadOnlyList<CustodyEntry> Append(Func<IReadOnlyList<CustodyEntry>, IEnumerable<CustodyEvent>> choose)
    {
        using var file = FileAccessErrors.Explain(Path, () => OpenPatiently(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        var reading = Read(file);
        if (reading.Problem is { } problem)
            throw new KitException(problem, Path, "The log was changed after it was written; work from an untouched copy of the case.", ExitCode.Tampered);
        return FileAccessErrors.Explain(Path, () =>
        {
            var previous = reading.Entries.Count == 0 ? null : reading.Entries[^1];
            if (reading.TornBytes > 0)
            {
                file.SetLength(file.Length - reading.TornBytes);
                previous = Write(file, previous, new CustodyEvent("recovered", "custody.jsonl",
                    [("dropped_bytes", reading.TornBytes.ToString(CultureInfo.InvariantCulture)), ("reason", "an interrupted write left an unfinished line")]));
            }

            var written = new List<CustodyEntry>();
            foreach (var chosen in choose(reading.Entries))
                written.Add(previous = Write(file, previous, chosen));
            file.Flush(flushToDisk: true);
            return written;
        });
    }

    /// <summary>Reads and checks the whole chain.</summary>
    public CustodyReading Read()
    {
        if (!File.Exists(Path))
            return new([], null, 0);
        using var file = FileAccessErrors.Explain(Path, () => OpenPatiently(FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return Read(file);
    }

    private CustodyEntry Write(FileStream file, CustodyEntry? previous, CustodyEvent happened)
    {
        var entry = new CustodyEntry(
            (previous?.Sequence ?? 0) + 1,
            _clock.GetUtcNow(),
            happened.Kind,
            happened.Subject,
            new SortedDictionary<string, string>(happened.Details.ToDictionary(d => d.Name, d => d.Value, StringComparer.Ordinal), StringComparer.Ordinal),
            previous?.Hash ?? Genesis,
            "");
        var body = Serialise(entry);
        entry = entry with { Hash = Convert.ToHexStringLower(SHA256.HashData(body)) };
        var line = (byte[])[.. "{\"entry\":"u8, .. body, .. Encoding.ASCII.GetBytes($",\"sha256\":\"{entry.Hash}\"}}\n")];
        file.Seek(0, SeekOrigin.End);
        file.Write(line);
        return entry;
    }

    private static byte[] Serialise(CustodyEntry entry)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, s_writer))
        {
            json.WriteStartObject();
            json.WriteNumber("sequence", entry.Sequence);
            json.WriteString("time", entry.Time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            json.WriteString("kind", entry.Kind);
            json.WriteString("subject", entry.Subject);
            json.WriteStartObject("details");
            foreach (var (name, value) in entry.Details)
                json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteString("previous", entry.Previous);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static CustodyReading Read(FileStream file)
    {
        if (file.Length > MaxBytes)
            return new([], string.Create(CultureInfo.InvariantCulture, $"The custody log is larger than {MaxBytes >> 20} MiB."), 0);
        var bytes = new byte[file.Length];
        file.Seek(0, SeekOrigin.Begin);
        file.ReadExactly(bytes);

        var entries = new List<CustodyEntry>();
        var previous = Genesis;
        var start = 0;
        while (start < bytes.Length)
        {
            var length = bytes.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0)
                return new(entries, null, bytes.Length - start);
            var line = entries.Count + 1;
            if (Parse(bytes.AsMemory(start, length)) is not { } entry)
                return new(entries, string.Create(CultureInfo.InvariantCulture, $"Line {line} of the custody log does not match its hash."), 0);
            if (entry.Sequence != line || entry.Previous != previous)
                return new(entries, string.Create(CultureInfo.InvariantCulture, $"Line {line} of the custody log does not follow the line before: an entry was dropped, added or moved."), 0);
            entries.Add(entry);
            previous = entry.Hash;
            start += length + 1;
        }

        return new(entries, null, 0);
    }

    /// <summary>The entry of one line, or null where the line is not an entry with its own hash.</summary>
    private static CustodyEntry? Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 8 });
            var body = document.RootElement.GetProperty("entry");
            var hash = document.RootElement.GetProperty("sha256").GetString();
            // The line must be exactly what Write makes of entry and hash: no other fields, no other spelling.
            var raw = body.GetRawText();
            if (!line.Span.SequenceEqual(Encoding.UTF8.GetBytes($"{{\"entry\":{raw},\"sha256\":\"{hash}\"}}"))
                || hash != Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(raw))))
                return null;
            return new CustodyEntry(
                body.GetProperty("sequence").GetInt64(),
                body.GetProperty("time").GetDateTimeOffset(),
                body.GetProperty("kind").GetString()!,
                body.GetProperty("subject").GetString()!,
                body.GetProperty("details").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!, StringComparer.Ordinal),
                body.GetProperty("previous").GetString()!,
                hash);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    // Another notebook or the command line may be appending: wait up to about three seconds.
    private FileStream OpenPatiently(FileMode mode, FileAccess access, FileShare share)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                // Unbuffered: what cannot be written fails where it is written, not when the file is closed.
                return new FileStream(Path, mode, access, share, bufferSize: 0);
            }
            catch (IOException) when (attempt < 300 && File.Exists(Path))
            {
                Thread.Sleep(10);
            }
        }
    }
}
