using System.Globalization;

namespace ForensicKit.Claims;

/// <summary>A typed statement about a model's score: metric, value and as much of the protocol as the claimant gives.</summary>
public sealed record Claim
{
    /// <summary>Identifier within the case, for example <c>gsm8k</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Id of the model in the case.</summary>
    public required string Model { get; init; }

    /// <summary>Name of the benchmark's manifest.</summary>
    public required string Benchmark { get; init; }

    /// <summary>The metric by name, for example <c>accuracy</c> or <c>pass@1</c>.</summary>
    public required string Metric { get; init; }

    /// <summary>The score in percent, exactly as printed, for example <c>82.50</c>: its digits say how it was rounded.</summary>
    public required string Claimed { get; init; }

    /// <summary>Items the score is said to be over.</summary>
    public required int N { get; init; }

    /// <summary>Samples per item that the score averages over; null where this is not said, and 1 is then assumed aloud.</summary>
    public int? SamplesPerItem { get; init; }

    /// <summary>What is said of the protocol.</summary>
    public ProtocolStatement Protocol { get; init; } = ProtocolStatement.Silent;

    /// <summary>Scores that others report for comparison.</summary>
    public IReadOnlyList<ReportedScore> Reported { get; init; } = [];

    /// <summary>Where the claim stands: document, table, version.</summary>
    public required string Source { get; init; }

    /// <summary>The claimed score as a share of 1.</summary>
    public double ClaimedRate => PrintedPercent.Rate(Claimed);

    /// <summary>Items times samples per item, with 1 sample where that is not said: the denominator of the score.</summary>
    public long Trials => (long)N * (SamplesPerItem ?? 1);
}

/// <summary>Whose score a reported one is.</summary>
public enum ReportedRole
{
    /// <summary>The claim's own model, run by somebody else.</summary>
    Reproduced,

    /// <summary>Another model, for comparison.</summary>
    Reference,
}

/// <summary>A score reported beside a claim; like it an aggregate, without items.</summary>
public sealed record ReportedScore
{
    /// <summary>Whose score it is.</summary>
    public required ReportedRole Role { get; init; }

    /// <summary>Id of the model in the case; null where it is the claim's own.</summary>
    public string? Model { get; init; }

    /// <summary>The score in percent, exactly as printed.</summary>
    public required string Value { get; init; }

    /// <summary>Items it is over; null where it is not said and the claim's <see cref="Claim.N"/> is assumed aloud.</summary>
    public int? N { get; init; }

    /// <summary>What is said of the protocol.</summary>
    public ProtocolStatement Protocol { get; init; } = ProtocolStatement.Silent;

    /// <summary>Where the score stands.</summary>
    public required string Source { get; init; }

    /// <summary>The score as a share of 1.</summary>
    public double Rate => PrintedPercent.Rate(Value);
}

/// <summary>Scores in percent as people print them.</summary>
internal static class PrintedPercent
{
    /// <summary>The share of 1, correctly rounded.</summary>
    public static double Rate(string printed) =>
        (double)(decimal.Parse(printed, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) / 100m);
}
