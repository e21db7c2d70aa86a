using System.Globalization;

namespace ForensicKit.Inference.Tokenizers;

/// <summary>
/// Unicode's canonical composition (NFC, Unicode Standard Annex 15) with own tables: .NET's depends on the system's ICU and does nothing where
/// globalization is invariant.
/// </summary>
internal static class CanonicalComposition
{
    private const int SyllableBase = 0xac00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11a7;
    private const int Leads = 19, Vowels = 21, Trails = 28;
    private static readonly Lazy<Tables> s_tables = new(Read);

    /// <summary>
    /// Composes <paramref name="text"/>. Spans are those of the reference library: a composed character keeps the span of the first of its parts.
    /// </summary>
    public static MappedText Compose(MappedText text)
    {
        // Below U+0300 everything is composed and nothing combines.
        if (!text.Points.AsSpan().ContainsAnyExceptInRange(0, 0x2ff))
            return text;
        var (points, changes) = Recompose(Decompose(text.Points));
        var builder = new MappedTextBuilder(points.Count);
        var source = 0;
        for (var i = 0; i < points.Count; i++)
        {
            // A change above zero was not there before; below zero, that many characters after its own went into it.
            var at = Math.Min(changes[i] > 0 ? Math.Max(source - 1, 0) : source, text.Length - 1);
            builder.Add(points[i], text.StartOf(at), text.EndOf(at));
            if (changes[i] <= 0)
                source += 1 - changes[i];
        }

        return builder.ToText();
    }

    private static List<(int Point, int Change, int Class)> Decompose(int[] points)
    {
        var tables = s_tables.Value;
        var result = new List<(int Point, int Change, int Class)>(points.Length);
        Span<int> parts = stackalloc int[8];
        foreach (var point in points)
        {
            var count = tables.Decompose(point, parts);
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

    private static (List<int> Points, List<int> Changes) Recompose(List<(int Point, int Change, int Class)> text)
    {
        var tables = s_tables.Value;
        var points = new List<int>(text.Count);
        var changes = new List<int>(text.Count);
        var starter = -1;
        var blocked = -1;
        foreach (var (point, change, kind) in text)
        {
            if (starter >= 0 && blocked < kind && tables.Compose(points[starter], point) is { } composed)
            {
                points[starter] = composed;
                changes[starter] += change - 1;
                continue;
            }

            if (kind == 0)
                (starter, blocked) = (points.Count, -1);
            else
                blocked = kind;
            points.Add(point);
            changes.Add(change);
        }

        return (points, changes);
    }

    private static Tables Read()
    {
        using var stream = typeof(CanonicalComposition).Assembly.GetManifestResourceStream("ForensicKit.Inference.Tokenizers.CanonicalComposition.txt")!;
        using var reader = new StreamReader(stream);
        var tables = new Tables();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            var fields = line.Split(';');
            var point = Hex(fields[0]);
            if (fields[1] != "0")
                tables.Classes[point] = byte.Parse(fields[1], CultureInfo.InvariantCulture);
            if (fields.Length < 3)
                continue;
            var parts = Array.ConvertAll(fields[2].Split(' '), Hex);
            tables.Decompositions[point] = parts;
            if (fields.Length < 4)
                tables.Compositions[(parts[0], parts[1])] = point;
        }

        return tables;
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private sealed class Tables
    {
        public Dictionary<int, byte> Classes { get; } = [];

        public Dictionary<int, int[]> Decompositions { get; } = [];

        public Dictionary<(int First, int Second), int> Compositions { get; } = [];

        public int ClassOf(int point) => point < 0x300 ? 0 : Classes.GetValueOrDefault(point);

        // In full: no decomposition is longer than four characters.
        public int Decompose(int point, Span<int> parts)
        {
            if (point is >= SyllableBase and < SyllableBase + (Leads * Vowels * Trails))
            {
                var index = point - SyllableBase;
                parts[0] = LeadBase + (index / (Vowels * Trails));
                parts[1] = VowelBase + (index / Trails % Vowels);
                parts[2] = TrailBase + (index % Trails);
                return index % Trails == 0 ? 2 : 3;
            }

            parts[0] = point;
            var count = 1;
            while (parts[0] >= 0xc0 && Decompositions.TryGetValue(parts[0], out var step))
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
