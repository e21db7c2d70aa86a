using System.Globalization;
using System.Text.Json;

namespace ForensicKit.Conformance;

/// <summary>What this build does with one file of statistics vectors.</summary>
public interface IStatisticsVectorFile
{
    /// <summary>The file's name without extension, for example <c>binomial-intervals</c>.</summary>
    string Name { get; }

    /// <summary>The tolerances where the file does not use the default (relative 1e-12, absolute 1e-12 at 0).</summary>
    (double Relative, double Absolute) Tolerance => (1e-12, 1e-12);

    /// <summary>
    /// Computes from the inputs of a case and compares. Inputs that must be rejected throw <see cref="ArgumentException"/>.
    /// Every value the case holds is read as an input, compared, or ignored by name: an unread value counts as a difference.
    /// </summary>
    void Check(VectorComparison comparison);
}

/// <summary>
/// Reference vectors of statistics: files <c>{about, source, tolerance, cases}</c>, each case inputs and expected values, or inputs and
/// <c>error</c> where the input must be rejected.
/// </summary>
public sealed class StatisticsVectors : IConformanceKind
{
    private readonly Dictionary<string, IStatisticsVectorFile> _files;

    /// <summary>All files this build knows: every <see cref="IStatisticsVectorFile"/> of this assembly.</summary>
    public StatisticsVectors()
        : this(typeof(StatisticsVectors).Assembly.GetTypes()
            .Where(t => t is { IsAbstract: false, IsInterface: false } && t.IsAssignableTo(typeof(IStatisticsVectorFile)))
            .Select(t => (IStatisticsVectorFile)Activator.CreateInstance(t)!))
    {
    }

    /// <param name="files">The files to know.</param>
    public StatisticsVectors(IEnumerable<IStatisticsVectorFile> files) =>
        _files = files.ToDictionary(f => f.Name, StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Kind => "statistics";

    /// <summary>Names of the files this build can check, in order.</summary>
    public IEnumerable<string> Known => _files.Keys.Order(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IEnumerable<VectorResult> Run(string path, CancellationToken cancellationToken)
    {
        string[] files = File.Exists(path) ? [path]
            : Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
            : throw new KitException("There is no such file or folder.", path, "Give a folder of statistics vectors, or one file of it.");
        if (files.Length == 0)
            throw new KitException("The folder holds no .json file of vectors.", path, "Give a folder in the format of golden/statistics.");
        var root = File.Exists(path) ? Path.GetDirectoryName(Path.GetFullPath(path))! : path;
        return files.SelectMany(file => RunFile(file, Path.GetRelativePath(root, file), cancellationToken));
    }

    private IEnumerable<VectorResult> RunFile(string file, string shown, CancellationToken cancellationToken)
    {
        if (Find(Path.GetFileNameWithoutExtension(file)) is not { } vectorFile)
            return [new VectorResult(shown, "-", ["this build has nothing that answers vectors of this name"])];
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(File.ReadAllBytes(file));
        }
        catch (JsonException e)
        {
            throw new KitException($"This is not JSON: {e.Message}", file, "Fetch the vectors again.", innerException: e);
        }

        return RunCases(document, vectorFile, shown, cancellationToken);
    }

    // A twin with other inputs may carry a suffix, for example grim-2.json.
    private IStatisticsVectorFile? Find(string stem) => _files.GetValueOrDefault(stem)
        ?? _files.Values.Where(f => stem.StartsWith(f.Name, StringComparison.Ordinal) && !char.IsLetterOrDigit(stem[f.Name.Length]))
            .MaxBy(f => f.Name.Length);

    private static IEnumerable<VectorResult> RunCases(JsonDocument document, IStatisticsVectorFile vectorFile, string shown, CancellationToken cancellationToken)
    {
        using (document)
        {
            if (!document.RootElement.TryGetProperty("cases", out var cases) || cases.ValueKind != JsonValueKind.Array)
                throw new KitException("The file has no list 'cases'.", shown, "Give files in the format of golden/statistics.");
            var index = 0;
            foreach (var @case in cases.EnumerateArray())
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return RunCase(@case, cases, index++, vectorFile, shown);
            }
        }
    }

    private static VectorResult RunCase(JsonElement @case, JsonElement cases, int index, IStatisticsVectorFile vectorFile, string shown)
    {
        var label = index.ToString(CultureInfo.InvariantCulture);
        foreach (var key in (string[])["kind", "name"])
        {
            if (@case.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String)
                label += " " + value.GetString();
        }

        var (relative, absolute) = vectorFile.Tolerance;
        var comparison = new VectorComparison(@case, cases) { RelativeTolerance = relative, AbsoluteTolerance = absolute };
        comparison.Ignore("kind", "name", "error", "note");
        var mustReject = @case.TryGetProperty("error", out var error);
        try
        {
            vectorFile.Check(comparison);
        }
        catch (ArgumentException e)
        {
            return mustReject
                ? new VectorResult(shown, label, [])
                : new VectorResult(shown, label, [$"rejected: {e.Message}"]);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or KeyNotFoundException or ArithmeticException or IndexOutOfRangeException)
        {
            return new VectorResult(shown, label, [$"{e.GetType().Name}: {e.Message}"]);
        }

        if (mustReject)
            return new VectorResult(shown, label, [$"accepted, but must be rejected: {error}"]);
        return new VectorResult(shown, label, [.. comparison.Differences, .. comparison.Unread.Select(n => $"{n}: not checked by this build")]);
    }
}
