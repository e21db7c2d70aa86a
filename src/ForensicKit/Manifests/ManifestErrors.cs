using System.Globalization;

namespace ForensicKit.Manifests;

/// <summary>A place in a manifest.</summary>
/// <param name="Line">1-based line.</param>
/// <param name="Column">1-based column.</param>
internal readonly record struct Position(long Line, long Column);

/// <summary>Everything that is wrong with one file, so that it is mended in one go.</summary>
internal sealed class ManifestErrors(string file)
{
    private const int MostShown = 50;

    private readonly List<(Position At, string What, string Mend)> _errors = [];

    /// <summary>Whether nothing is wrong so far.</summary>
    public bool IsEmpty => _errors.Count == 0;

    /// <summary>Notes one error.</summary>
    public void Add(Position at, string what, string mend) => _errors.Add((at, what, mend));

    /// <summary>Throws all errors as one, in the order of the file.</summary>
    /// <exception cref="KitException">There is at least one.</exception>
    public void ThrowIfAny()
    {
        if (_errors.Count == 0)
            return;
        var sorted = _errors.OrderBy(error => error.At.Line).ThenBy(error => error.At.Column).ToList();
        if (sorted.Count == 1)
            throw new KitException(sorted[0].What, Place(sorted[0].At), sorted[0].Mend);

        var lines = sorted.Take(MostShown).Select(error => $"  {Place(error.At)}: {error.What} {error.Mend}");
        var rest = sorted.Count > MostShown ? string.Create(CultureInfo.InvariantCulture, $"\n  and {sorted.Count - MostShown} more") : "";
        throw new KitException(string.Create(CultureInfo.InvariantCulture, $"{sorted.Count} errors.\n{string.Join('\n', lines)}{rest}"), file);
    }

    /// <summary>The known name that was probably meant, as the start of a sentence on how to mend; empty where none is near.</summary>
    public static string DidYouMean(string given, IEnumerable<string> known)
    {
        var nearest = known.Select(name => (Name: name, Distance: EditDistance(given, name)))
            .Where(candidate => candidate.Distance <= Math.Max(1, candidate.Name.Length / 3))
            .OrderBy(candidate => candidate.Distance).ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .Select(candidate => candidate.Name).FirstOrDefault();
        return nearest is null ? "" : $"Did you mean '{nearest}'? ";
    }

    private string Place(Position at) => string.Create(CultureInfo.InvariantCulture, $"{file}:{at.Line}:{at.Column}");

    // Insertions, deletions, substitutions and swaps of neighbours cost one each; long names are not near anything.
    private static int EditDistance(string a, string b)
    {
        if (a.Length > 64 || b.Length > 64)
            return int.MaxValue;
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
