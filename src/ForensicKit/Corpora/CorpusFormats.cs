using System.Text;

namespace ForensicKit.Corpora;

/// <summary>What a file is, decompressed.</summary>
internal enum CorpusFormat
{
    Text,
    JsonLines,
    JsonValues,
    Parquet,
    Tar,
    OtherArchive,
    Unknown,
}

/// <summary>Tells formats by name, and by the first bytes where the name says nothing.</summary>
internal static class CorpusFormats
{
    private const int HeadBytes = 8 << 10;

    private static readonly HashSet<string> s_text = new(
        ("txt text md markdown rst adoc tex bib org html htm xhtml xml svg css scss less js mjs cjs jsx ts tsx vue py pyi pyx ipynb c h cc cpp cxx hh hpp hxx m mm cs fs vb "
        + "java kt kts scala groovy go rs rb php pl pm lua r jl hs ml mli clj cljs ex exs erl hrl swift dart sql sh bash zsh fish ps1 bat cmd asm s v sv vhd f f90 pas lisp el scm "
        + "yaml yml toml ini cfg conf properties csv tsv log srt vtt diff patch cmake mk gradle tf proto graphql dockerfile makefile license readme").Split(' '),
        StringComparer.OrdinalIgnoreCase);

    /// <summary>What a name says of the format: files of the same bytes are read alike where this is the same.</summary>
    public static string ByName(string name)
    {
        var (compression, inner) = Compressions.Tell(name, []);
        return $"{Extension(inner).ToLowerInvariant()}/{compression}";
    }

    /// <summary>What <paramref name="file"/> is.</summary>
    public static CorpusFormat Tell(string name, PeekableStream file)
    {
        var extension = Extension(name);
        switch (extension.ToUpperInvariant())
        {
            case "JSONL" or "NDJSON" or "JSONLINES":
                return CorpusFormat.JsonLines;
            case "JSON":
                return Json(file) ?? CorpusFormat.JsonLines;
            case "PARQUET" or "PQ":
                return CorpusFormat.Parquet;
            case "TAR":
                return CorpusFormat.Tar;
        }

        if (s_text.Contains(extension))
            return CorpusFormat.Text;
        var head = file.Peek(HeadBytes);
        if (head.StartsWith("PAR1"u8))
            return CorpusFormat.Parquet;
        if (head.Length >= 512 && head[257..].StartsWith("ustar"u8))
            return CorpusFormat.Tar;
        if (head.StartsWith("PK\u0003\u0004"u8) || head.StartsWith("7z\u00BC"u8[..2]) && head is [_, _, 0xBC, 0xAF, 0x27, 0x1C, ..] || head.StartsWith("Rar!\u001A\u0007"u8))
            return CorpusFormat.OtherArchive;
        return Json(file) ?? (IsText(head) ? CorpusFormat.Text : CorpusFormat.Unknown);
    }

    private static string Extension(string name) => Path.GetExtension(name[(name.LastIndexOfAny(['/', '\\']) + 1)..]).TrimStart('.');

    /// <summary>How JSON is laid out, by its beginning; null where it is none.</summary>
    private static CorpusFormat? Json(PeekableStream file)
    {
        var head = file.Peek(HeadBytes);
        if (OtherEncoding(head))
            return null;
        if (head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            head = head[3..];
        var text = head.TrimStart(" \t\r\n"u8);
        if (text.IsEmpty || text[0] is not ((byte)'{' or (byte)'['))
            return null;
        var next = text[1..].TrimStart(" \t\r\n"u8);
        if (text[0] == (byte)'[')
            return next.StartsWith("{"u8) || next.StartsWith("]"u8) ? CorpusFormat.JsonValues : null;
        if (!next.StartsWith("\""u8) && !next.StartsWith("}"u8))
            return null;
        // An object that is not over where its first line is over is laid out for reading, not line by line.
        var line = text.IndexOf((byte)'\n');
        return line < 0 || text[..line].TrimEnd(" \t\r"u8).EndsWith("}"u8) ? CorpusFormat.JsonLines : CorpusFormat.JsonValues;
    }

    private static bool OtherEncoding(ReadOnlySpan<byte> head) => head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])
        || head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || head.StartsWith((ReadOnlySpan<byte>)[0, 0, 0xFE, 0xFF]);

    /// <summary>Whether a file of a name that says nothing may be taken for text: no byte of zero, and hardly any that is not UTF-8.</summary>
    private static bool IsText(ReadOnlySpan<byte> head)
    {
        if (OtherEncoding(head))
            return true;
        if (head.Contains((byte)0))
            return false;
        var bad = 0;
        for (var rest = head; !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf8(rest, out _, out var used) == System.Buffers.OperationStatus.InvalidData)
                bad++;
            rest = rest[used..];
        }

        // Latin-1 prose has some percent of them, machine code a third.
        return bad <= head.Length / 8;
    }
}
