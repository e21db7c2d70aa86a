using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ForensicKit.Reporting;

/// <summary>
/// The bundled font (IBM Plex Sans, SIL Open Font License 1.1): its bytes, and the advance widths by which text is measured, so that
/// every machine arranges a figure alike. Its figures are tabular by design: every digit has the same width.
/// </summary>
/// <remarks>Reads the tables head, hhea, hmtx and cmap (formats 4 and 12) as described in the OpenType specification 1.9.</remarks>
public sealed class FigureFont
{
    /// <summary>The font's family name.</summary>
    public const string Family = "IBM Plex Sans";

    /// <summary>The family with fallbacks for programs that lack it, as CSS <c>font-family</c>.</summary>
    public const string FamilyList = "'IBM Plex Sans','Segoe UI',system-ui,'Helvetica Neue',Arial,sans-serif";

    private static readonly Lazy<FigureFont> LazyRegular = new(() => new FigureFont("IBMPlexSans-Regular.ttf"));
    private static readonly Lazy<FigureFont> LazySemiBold = new(() => new FigureFont("IBMPlexSans-SemiBold.ttf"));

    private readonly byte[] _file;
    private readonly Dictionary<int, ushort> _glyphs = [];
    private readonly int _unitsPerEm;
    private readonly int _advanceCount;
    private readonly int _advances;

    private FigureFont(string resource)
    {
        _file = Read(resource);
        _unitsPerEm = UInt16(Table("head") + 18);
        _advanceCount = UInt16(Table("hhea") + 34);
        _advances = Table("hmtx");
        ReadCharacterMap(Table("cmap"));
    }

    /// <summary>Weight 400.</summary>
    public static FigureFont Regular => LazyRegular.Value;

    /// <summary>Weight 600.</summary>
    public static FigureFont SemiBold => LazySemiBold.Value;

    /// <summary>The text of the font's licence.</summary>
    public static string Licence => Encoding.UTF8.GetString(Read("OFL.txt"));

    /// <summary>The font file (TrueType).</summary>
    public ReadOnlyMemory<byte> File => _file;

    /// <summary>Whether the font has a glyph for this character.</summary>
    public bool Has(Rune rune) => _glyphs.ContainsKey(rune.Value);

    /// <summary>
    /// Width of a line of text in px at <paramref name="size"/> px, without kerning. Characters that the font lacks are counted as one em,
    /// the widest that a fallback font usually needs.
    /// </summary>
    public double Measure(string text, double size)
    {
        long units = 0;
        foreach (var rune in text.EnumerateRunes())
            units += Advance(rune);
        return units * size / _unitsPerEm;
    }

    private int Advance(Rune rune)
    {
        if (_glyphs.TryGetValue(rune.Value, out var glyph))
            return UInt16(_advances + (4 * Math.Min(glyph, _advanceCount - 1)));
        return Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            ? 0
            : _unitsPerEm;
    }

    private static byte[] Read(string resource)
    {
        using var stream = typeof(FigureFont).Assembly.GetManifestResourceStream("ForensicKit.Fonts." + resource)
            ?? throw new InvalidOperationException($"The assembly lacks its font resource '{resource}'.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private int Table(string tag)
    {
        for (var i = 0; i < UInt16(4); i++)
        {
            var record = 12 + (16 * i);
            if (Encoding.ASCII.GetString(_file, record, 4) == tag)
                return (int)UInt32(record + 8);
        }

        throw new InvalidOperationException($"The bundled font has no table '{tag}'.");
    }

    private void ReadCharacterMap(int cmap)
    {
        for (var i = 0; i < UInt16(cmap + 2); i++)
        {
            var subtable = cmap + (int)UInt32(cmap + 4 + (8 * i) + 4);
            switch (UInt16(subtable))
            {
                case 4:
                    ReadSegments(subtable);
                    break;
                case 12:
                    ReadGroups(subtable);
                    break;
            }
        }
    }

    private void ReadSegments(int subtable)
    {
        var doubled = UInt16(subtable + 6);
        var (ends, starts) = (subtable + 14, subtable + 16 + doubled);
        var (deltas, offsets) = (starts + doubled, starts + (2 * doubled));
        for (var s = 0; s < doubled; s += 2)
        {
            for (int c = UInt16(starts + s); c <= UInt16(ends + s) && c != 0xFFFF; c++)
            {
                var offset = UInt16(offsets + s);
                var glyph = offset == 0 ? c : UInt16(offsets + s + offset + (2 * (c - UInt16(starts + s))));
                if (offset == 0 || glyph != 0)
                    glyph = (glyph + UInt16(deltas + s)) & 0xFFFF;
                if (glyph != 0)
                    _glyphs.TryAdd(c, (ushort)glyph);
            }
        }
    }

    private void ReadGroups(int subtable)
    {
        for (var g = 0; g < UInt32(subtable + 12); g++)
        {
            var group = subtable + 16 + (12 * g);
            var (first, last, glyph) = (UInt32(group), UInt32(group + 4), UInt32(group + 8));
            for (var c = first; c <= last; c++)
                _glyphs.TryAdd((int)c, (ushort)(glyph + c - first));
        }
    }

    private int UInt16(int offset) => BinaryPrimitives.ReadUInt16BigEndian(_file.AsSpan(offset));

    private uint UInt32(int offset) => BinaryPrimitives.ReadUInt32BigEndian(_file.AsSpan(offset));
}
