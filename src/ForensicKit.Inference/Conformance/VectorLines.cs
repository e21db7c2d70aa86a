using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace ForensicKit.Inference.Conformance;

/// <summary>Reads vectors that stand one to a line, and shows what differs.</summary>
internal static class VectorLines
{
    private const int MaxLine = 64 << 20;
    private const int MaxShown = 60;

    /// <summary>The lines of a JSON Lines file, packed or not, one at a time.</summary>
    /// <exception cref="KitException">The file cannot be read, or a line is too long or no JSON object.</exception>
    public static IEnumerable<(JsonElement Line, int Number)> Read(string file, CancellationToken cancellationToken)
    {
        using var stored = Checked(file, 0, () => new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read));
        using var packed = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stored, CompressionMode.Decompress) : null;
        Stream source = packed is null ? stored : packed;
        var block = new byte[1 << 16];
        var line = new MemoryStream();
        for (var (number, read) = (1, 1); read > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            read = Checked(file, number, () => source.Read(block));
            for (var at = 0; at < read;)
            {
                var length = block.AsSpan(at, read - at).IndexOf((byte)'\n');
                var end = length < 0 ? read : at + length;
                if (line.Length + end - at > MaxLine)
                    throw new KitException(string.Create(CultureInfo.InvariantCulture, $"Line {number} is longer than {MaxLine >> 20} MiB."), file);
                line.Write(block, at, end - at);
                at = end + 1;
                if (length < 0)
                    continue;
                if (line.Length > 0)
                    yield return (Parse(file, number, line), number);
                line.SetLength(0);
                number++;
            }

            if (read == 0 && line.Length > 0)
                yield return (Parse(file, number, line), number);
        }
    }

    /// <summary>Does what can fail on a hostile file.</summary>
    /// <exception cref="KitException">It failed.</exception>
    public static T Checked<T>(string file, int number, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or JsonException or IndexOutOfRangeException or OverflowException)
        {
            throw new KitException(string.Create(CultureInfo.InvariantCulture, $"Line {number} is no vector: {e.Message}"), file, "Give a folder in the format of golden/tokenizers.", ExitCode.BadInput, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new KitException($"The file cannot be read: {e.Message}", file, null, ExitCode.BadInput, e);
        }
    }

    /// <summary>A text, shortened, on one line.</summary>
    public static string Shown(string text)
    {
        var builder = new StringBuilder("'");
        foreach (var c in text.Length > MaxShown ? text.AsSpan(0, MaxShown) : text)
            builder.Append(c is < ' ' or (>= '\u007f' and < '\u00a0') || char.IsSurrogate(c) ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : c.ToString());
        return builder.Append(text.Length > MaxShown ? "…'" : "'").ToString();
    }

    /// <summary>Where two lists first differ.</summary>
    public static string Difference<T>(string what, IReadOnlyList<T> actual, IReadOnlyList<T> expected)
    {
        var at = 0;
        while (at < actual.Count && at < expected.Count && EqualityComparer<T>.Default.Equals(actual[at], expected[at]))
            at++;
        return string.Create(CultureInfo.InvariantCulture, $"{what}: from {at} on {Some(actual)} instead of {Some(expected)}");

        string Some(IReadOnlyList<T> list) =>
            $"[{string.Join(' ', list.Skip(at).Take(6).Select(i => i is string s ? Shown(s) : Convert.ToString(i, CultureInfo.InvariantCulture)))}{(list.Count > at + 6 ? " …" : "")}]";
    }

    private static JsonElement Parse(string file, int number, MemoryStream line) => Checked(file, number, () =>
    {
        using var document = JsonDocument.Parse(line.GetBuffer().AsMemory(0, (int)line.Length), new JsonDocumentOptions { MaxDepth = 64 });
        return document.RootElement.Clone();
    });
}
