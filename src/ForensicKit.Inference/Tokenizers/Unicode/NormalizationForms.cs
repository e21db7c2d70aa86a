using System.Globalization;
using System.Runtime.InteropServices;

namespace ForensicKit.Inference.Tokenizers.Unicode;

/// <summary>
/// Unicode's normalization forms (Unicode Standard Annex 15) with own tables: .NET's depend on the system's ICU, do nothing where globalization is
/// invariant, and know characters that the reference library does not.
/// </summary>
internal static class NormalizationForms
{
    private const int SyllableBase = 0xac00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11a7;
    private const int Leads = 19, Vowels = 21, Trails = 28;
    private const int LongestDecomposition = 18;
    private static readonly Lazy<Tables> s_tables = new(Read);

    /// <summary>NFC, or NFKC where <paramref name="compatible"/>.</summary>
    public static MappedText Compose(MappedText text, bool compatible)
    {
        // Below U+0300 (for NFKC, U+00A0) everything is composed and nothing combines.
        if (!text.Points.AsSpan().ContainsAnyExceptInRange(0, compatible ? 0x9f : 0x2ff) || s_tables.Value.IsComposed(text.Points, compatible))
            return text;
        return text.Rewrite(CollectionsMarshal.AsSpan(Recomposed(Decomposed(text.Points, compatible))));
    }

    /// <summary>NFD, or NFKD where <paramref name="compatible"/>.</summary>
    public static MappedText Decompose(MappedText text, bool compatible)
    {
        if (!text.Points.AsSpan().ContainsAnyExceptInRange(0, compatible ? 0x9f : 0xbf))
            return text;
        return text.Rewrite([.. Decomposed(text.Points, compatible).Select(p => new RewrittenPoint(p.Point, p.Change))]);
    }

    private static List<(int Point, int Change, int Class)> Decomposed(int[] points, bool compatible)
    {
        var tables = s_tables.Value;
        var result = new List<(int Point, int Change, int Class)>(points.Length);
        Span<int> parts = stackalloc int[LongestDecomposition];
        foreach (var point in points)
        {
            var count = tables.Decompose(point, compatible, parts);
            for (var i = 0; i < count; i++)
                result.Add((parts[i], i == 0 ? 0 : 1, tables.ClassOf(parts[i])));
        }

        // Marks are put in the order of their classes, those of one class staying as they are.
        for (var start = 0; start < result.Count; start++)
        {
            if (result[start].Class == 0)
                continue;
            var end = start;
            while (end < result.Count && result[end].Class != 0)
                end++;
            if (end - start > 1)
            {
                var sorted = result.GetRange(start, end - start).OrderBy(mark => mark.Class).ToList();
                for (var i = start; i < end; i++)
                    result[i] = sorted[i - start];
            }

            start = end;
        }

        return result;
    }

    private static List<RewrittenPoint> Recomposed(List<(int Point, int Change, int Class)> text)
    {
        var tables = s_tables.Value;
        var points = new List<RewrittenPoint>(text.Count);
        var starter = -1;
        var blocked = -1;
        foreach (var (point, change, kind) in text)
        {
            if (starter >= 0 && blocked < kind && tables.Compose(points[starter].Point, point) is { } composed)
            {
                points[starter] = new(composed, points[starter].Change + change - 1);
                continue;
            }

            if (kind == 0)
                (starter, blocked) = (points.Count, -1);
            else
                blocked = kind;
            points.Add(new(point, change));
        }

        return points;
    }

    private static Tables Read()
    {
        using var stream = typeof(NormalizationForms).Assembly.GetManifestResourceStream("ForensicKit.Inference.Tokenizers.Unicode.Normalization.txt")!;
        using var reader = new StreamReader(stream);
        var tables = new Tables();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            var fields = line.Split(';');
            var point = Hex(fields[0]);
            if (fields[1] == "k")
            {
                tables.Compatible[point] = Array.ConvertAll(fields[2].Split(' '), Hex);
                continue;
            }

            if (fields[1] != "0")
                tables.Classes[point] = byte.Parse(fields[1], CultureInfo.InvariantCulture);
            if (fields.Length < 3)
                continue;
            var parts = Array.ConvertAll(fields[2].Split(' '), Hex);
            tables.Canonical[point] = parts;
            if (fields.Length < 4)
                tables.Compositions[(parts[0], parts[1])] = point;
            else
                tables.Unstable.Add(point);
        }

        tables.Unstable.UnionWith(tables.Classes.Keys);
        tables.Unstable.UnionWith(tables.Compositions.Keys.Select(pair => pair.Second));

        return tables;
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private sealed class Tables
    {
        public Dictionary<int, byte> Classes { get; } = [];

        public Dictionary<int, int[]> Canonical { get; } = [];

        public Dictionary<int, int[]> Compatible { get; } = [];

        public Dictionary<(int First, int Second), int> Compositions { get; } = [];

        /// <summary>What composition could change: excluded from it, a mark, or the second part of a composed character.</summary>
        public HashSet<int> Unstable { get; } = [];

        public bool IsComposed(int[] points, bool compatible)
        {
            foreach (var point in points)
            {
                if (point >= 0x300 && (Unstable.Contains(point) || point is >= VowelBase and < TrailBase + Trails))
                    return false;
                if (compatible && point >= 0xa0 && Compatible.ContainsKey(point))
                    return false;
            }

            return true;
        }

        public int ClassOf(int point) => point < 0x300 ? 0 : Classes.GetValueOrDefault(point);

        // In full.
        public int Decompose(int point, bool compatible, Span<int> parts)
        {
            if (point is >= SyllableBase and < SyllableBase + (Leads * Vowels * Trails))
            {
                var index = point - SyllableBase;
                parts[0] = LeadBase + (index / (Vowels * Trails));
                parts[1] = VowelBase + (index / Trails % Vowels);
                parts[2] = TrailBase + (index % Trails);
                return index % Trails == 0 ? 2 : 3;
            }

            if (compatible && point >= 0xa0 && Compatible.TryGetValue(point, out var all))
            {
                all.CopyTo(parts);
                return all.Length;
            }

            parts[0] = point;
            var count = 1;
            while (parts[0] >= 0xc0 && Canonical.TryGetValue(parts[0], out var step))
            {
                // Only the first part of a step is ever decomposed again.
                parts[1..count].CopyTo(parts[step.Length..]);
                step.CopyTo(parts);
                count += step.Length - 1;
            }

            return count;
        }

        public int? Compose(int first, int second)
        {
            if (first is >= LeadBase and < LeadBase + Leads && second is >= VowelBase and < VowelBase + Vowels)
                return SyllableBase + ((((first - LeadBase) * Vowels) + second - VowelBase) * Trails);
            if (first is >= SyllableBase and < SyllableBase + (Leads * Vowels * Trails) && (first - SyllableBase) % Trails == 0 && second is > TrailBase and < TrailBase + Trails)
                return first + second - TrailBase;
            return Compositions.TryGetValue((first, second), out var composed) ? composed : null;
        }
    }
}
