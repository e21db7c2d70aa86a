using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ForensicKit.Evidence;

/// <summary>What this process is: recorded with every run and printed in the document.</summary>
/// <param name="KitVersion">Version and commit of ForensicKit.</param>
/// <param name="Libraries">Versions of the libraries that matter for results, by name.</param>
/// <param name="Platform">Operating system, architecture and runtime.</param>
/// <param name="Threads">Processors this process may use.</param>
public sealed record Provenance(string KitVersion, IReadOnlyDictionary<string, string> Libraries, string Platform, int Threads)
{
    /// <summary>Of the running process.</summary>
    public static Provenance Current { get; } = new(
        VersionOf(typeof(Provenance).Assembly),
        new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["DuckDB.NET"] = VersionOf(typeof(DuckDB.NET.Data.DuckDBConnection).Assembly),
            ["MathNet.Numerics"] = VersionOf(typeof(MathNet.Numerics.SpecialFunctions).Assembly),
        },
        $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {RuntimeInformation.FrameworkDescription}",
        Environment.ProcessorCount);

    /// <summary>This process together with the libraries and threads of a model that it asks.</summary>
    public Provenance With(IReadOnlyDictionary<string, string> libraries, int threads) => this with
    {
        Libraries = new SortedDictionary<string, string>(Libraries.Concat(libraries).DistinctBy(l => l.Key, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal),
        Threads = threads,
    };

    /// <summary><see cref="Libraries"/> as JSON.</summary>
    public string LibrariesJson => JsonSerializer.Serialize(Libraries);

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version?.ToString() ?? "unknown";
}

/// <summary>One run as evidence keeps it.</summary>
public sealed record Run
{
    /// <summary>Identifier: the first 16 hex digits of a SHA-256 over everything that decides the responses.</summary>
    public required string Id { get; init; }

    /// <summary>Model id of the case.</summary>
    public required string Model { get; init; }

    /// <summary>Benchmark name.</summary>
    public required string Benchmark { get; init; }

    /// <summary><c>recorded</c> or <c>inference</c>.</summary>
    public required string Origin { get; init; }

    /// <summary>The protocol as JSON; what is not known is absent.</summary>
    public required string Protocol { get; init; }

    /// <summary>Hash of the weights, or of the recorded files.</summary>
    public string? ModelSha256 { get; init; }

    /// <summary>Hash of the tokenizer.</summary>
    public string? TokenizerSha256 { get; init; }

    /// <summary>Device the model ran on.</summary>
    public string? Device { get; init; }

    /// <summary>Data type of the weights in computation.</summary>
    public string? DType { get; init; }

    /// <summary>Batch shape or policy.</summary>
    public string? BatchShape { get; init; }

    /// <summary>Seed of sampling.</summary>
    public long? Seed { get; init; }
}

/// <summary>A printed score as evidence keeps it; see <see cref="EvidenceSchema.ReportedScores"/>.</summary>
public sealed record ReportedScoreRow(
    string ClaimId, string Role, string Model, string Benchmark, string Metric, string Printed, long? N, string Protocol, string Source);
