using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using ForensicKit.Inference.Tokenizers.Patterns;

namespace ForensicKit.Inference.Tokenizers.Normalizers;

/// <summary>
/// The character map of a sentencepiece model: a double-array trie (Aoe 1989, in the form of the library darts-clone) from texts to places in a
/// block of replacements, each of which ends in a zero byte.
/// </summary>
internal sealed class PrecompiledNormalizer : INormalizer
{
    // Longer clusters are replaced character by character, as the reference does.
    private const int LongestCluster = 5;
    private readonly uint[] _trie;
    private readonly Dictionary<int, int[]> _replacements = [];

    /// <param name="map">The map: the trie's size in bytes (32 bits, little-endian), the trie, the replacements in UTF-8.</param>
    /// <exception cref="TokenizerFormatException">The map breaks the format.</exception>
    public PrecompiledNormalizer(ReadOnlySpan<byte> map)
    {
        if (map.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(map) is var size && (size > map.Length - 4 || size % 4 != 0))
            throw new TokenizerFormatException("the map of the normalizer Precompiled is cut short");
        _trie = new uint[size / 4];
        for (var i = 0; i < _trie.Length; i++)
            _trie[i] = BinaryPrimitives.ReadUInt32LittleEndian(map[(4 + (4 * i))..]);
        var block = map[(4 + (int)size)..];
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        try
        {
            for (var start = 0; start < block.Length;)
            {
                var length = block[start..].IndexOf((byte)0);
                if (length < 0)
                    length = block.Length - start;
                _replacements[start] = CodePoints.Of(strict.GetString(block.Slice(start, length)));
                start += length + 1;
            }
        }
        catch (DecoderFallbackException e)
        {
            throw new TokenizerFormatException("the map of the normalizer Precompiled has a replacement that is no text", e);
        }
    }

    /// <inheritdoc/>
    public MappedText Apply(MappedText text, StepBudget budget)
    {
        var rewritten = new List<RewrittenPoint>(text.Length + 8);
        var modified = false;
        // Clusters are found in UTF-16; where each ends among the code points is counted along.
        var units = CodePoints.Text(text.Points);
        var unit = 0;
        for (var at = 0; at < text.Length;)
        {
            var end = at;
            var bytes = 0;
            for (var left = ClusterLength(units.AsSpan(unit)); left > 0; end++)
            {
                bytes += CodePoints.Utf8Length(text.Points[end]);
                left -= text.Points[end] >= 0x10000 ? 2 : 1;
                unit += text.Points[end] >= 0x10000 ? 2 : 1;
            }

            if (bytes <= LongestCluster && Find(text.Points.AsSpan(at, end - at)) is { } whole)
            {
                Replace(rewritten, end - at, whole);
                modified = true;
                at = end;
                continue;
            }

            for (; at < end; at++)
            {
                if (Find(text.Points.AsSpan(at, 1)) is { } single)
                {
                    Replace(rewritten, 1, single);
                    modified = true;
                }
                else
                {
                    rewritten.Add(new(text.Points[at], 0));
                }
            }
        }

        return modified ? text.Rewrite(CollectionsMarshal.AsSpan(rewritten)) : text;
    }

    private static int ClusterLength(ReadOnlySpan<char> text) =>
        text[0] < 0x80 && (text.Length == 1 || text[1] < 0x80) && text[0] != '\r' ? 1 : StringInfo.GetNextTextElementLength(text);

    // What the reference notes of a replacement; at the beginning of a text it loses what is replaced by nothing.
    private static void Replace(List<RewrittenPoint> rewritten, int oldCount, int[] replacement)
    {
        foreach (var point in replacement)
            rewritten.Add(new(point, 0));
        var difference = replacement.Length - oldCount;
        for (var i = 0; i < difference; i++)
            rewritten[^(i + 1)] = rewritten[^(i + 1)] with { Change = 1 };
        if (difference < 0 && rewritten.Count > 0)
            rewritten[^1] = rewritten[^1] with { Change = rewritten[^1].Change + difference };
    }

    // The replacement of the shortest beginning of the text that the map has.
    private int[]? Find(ReadOnlySpan<int> text)
    {
        Span<byte> bytes = stackalloc byte[4];
        var node = 0u;
        if (!Unit(node, out var unit))
            return null;
        node ^= Offset(unit);
        foreach (var point in text)
        {
            var count = new Rune(point).EncodeToUtf8(bytes);
            foreach (var value in bytes[..count])
            {
                if (value == 0)
                    return null;
                node ^= value;
                if (!Unit(node, out unit) || (unit & 0x800000ff) != value)
                    return null;
                node ^= Offset(unit);
                if ((unit >> 8 & 1) == 1)
                    return Unit(node, out var leaf) ? _replacements.GetValueOrDefault((int)(leaf & 0x7fffffff)) : null;
            }
        }

        return null;
    }

    private bool Unit(uint node, out uint unit)
    {
        var inside = node < _trie.Length;
        unit = inside ? _trie[node] : 0;
        return inside;
    }

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & 0x200) >> 6);
}
