namespace ForensicKit.Claims;

/// <summary>A case's claims with everything that was measured for them: what questions are asked of. Read from evidence alone.</summary>
/// <param name="CaseName">Name of the case.</param>
/// <param name="Alpha">Error tolerated over the whole sheet.</param>
/// <param name="MarginPoints">Margin δ in points: a smaller gap does not matter.</param>
/// <param name="Claims">The claims, in the order of the case file.</param>
public sealed record ClaimSheet(string CaseName, double Alpha, double MarginPoints, IReadOnlyList<ClaimEvidence> Claims)
{
    /// <summary>Seed of everything that draws: halves and orders of items.</summary>
    public long Seed { get; init; }

    /// <summary>Ids of the protocols under which a claim may be understood.</summary>
    public IReadOnlyList<string> AdmissibleProtocols { get; init; } = [];

    /// <summary>What the contamination step stored; null where it has not been done.</summary>
    public ContaminationEvidence? Contamination { get; init; }

    /// <summary>What the suspect was asked itself; null where it has not been, or not of every benchmark.</summary>
    public MembershipEvidence? Membership { get; init; }

    /// <summary>How far verdicts on contamination can be trusted, as the kit's zoo of organisms says; null where its results are not there.</summary>
    public Contamination.Calibration.ZooCalibration? Calibration { get; init; }

    /// <summary>What the sensitivity step stored; null where it has not been done.</summary>
    public Sensitivity.SensitivityEvidence? Sensitivity { get; init; }

    /// <summary>What the latency step stored; null where it has not been done.</summary>
    public LatencyEvidence? Latency { get; init; }

    /// <summary>Confidence level that holds for all claims at once (Bonferroni): 1 − α/m.</summary>
    public double SimultaneousLevel => 1 - (Alpha / Math.Max(1, Claims.Count));
}

/// <summary>A printed score.</summary>
/// <param name="Model">Whose score, for people.</param>
/// <param name="Text">The value as printed, in percent.</param>
/// <param name="N">Items it is said to be computed on; null where that is not said.</param>
/// <param name="Protocol">What is stated of the protocol, by field name.</param>
/// <param name="Source">Where it was printed.</param>
public sealed record PrintedScore(string Model, string Text, long? N, IReadOnlyDictionary<string, string> Protocol, string Source)
{
    /// <summary>The value in percent.</summary>
    public double Percent => double.Parse(Text, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Digits after the decimal point.</summary>
    public int Decimals => Text.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 ? Text.Length - dot - 1 : 0;

    /// <summary>The whole number of right answers nearest to the printed rate.</summary>
    public long NearestCount(long n) => (long)Math.Round(Percent / 100 * n, MidpointRounding.AwayFromZero);
}

/// <summary>The score of stored responses under one rule.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Run">The run, for people: what distinguishes it from other runs of the same model.</param>
/// <param name="Rule">The rule's id.</param>
/// <param name="Title">The rule's name.</param>
/// <param name="IsOwnVerdict">Whether this repeats the recording's own flags instead of scoring anew.</param>
/// <param name="Correct">Items scored correct.</param>
/// <param name="Items">Items scored.</param>
/// <param name="Unscorable">Items the rule could not be applied to; counted as wrong in <paramref name="Items"/>.</param>
public sealed record RuleScore(string RunId, string Run, string Rule, string Title, bool IsOwnVerdict, long Correct, long Items, long Unscorable)
{
    /// <summary>The score in percent.</summary>
    public double Percent => 100.0 * Correct / Items;
}

/// <summary>One claim and what was measured for it.</summary>
public sealed record ClaimEvidence
{
    /// <summary>The claim's id.</summary>
    public required string Id { get; init; }

    /// <summary>Benchmark, for people.</summary>
    public required string Benchmark { get; init; }

    /// <summary>Metric name.</summary>
    public required string Metric { get; init; }

    /// <summary>The claim as printed.</summary>
    public required PrintedScore Claimed { get; init; }

    /// <summary>Items of the benchmark.</summary>
    public required long N { get; init; }

    /// <summary>Samples per item; null where the claim does not say.</summary>
    public int? SamplesPerItem { get; init; }

    /// <summary>An independent reproduction known only as a printed score.</summary>
    public PrintedScore? Reproduced { get; init; }

    /// <summary>Items that were measured: of the reproduction where it says, which may have asked only some; else those of the claim.</summary>
    public long MeasuredItems => Reproduced?.N ?? N;

    /// <summary>A reference model's printed score.</summary>
    public PrintedScore? Reference { get; init; }

    /// <summary>Scores of stored responses; empty where there are none.</summary>
    public IReadOnlyList<RuleScore> RuleScores { get; init; } = [];

    /// <summary>Scores of the claim's model on the claim's benchmark, asked by this case: every protocol under every rule.</summary>
    public IReadOnlyList<RunScore> Runs { get; init; } = [];

    /// <summary>The score under the benchmark's standard protocol and its own rule; null where this case did not ask.</summary>
    public RunScore? Standard => Runs.FirstOrDefault(r => r.Protocol.Role == Manifests.ProtocolRole.Standard && r.IsOwnRule);

    /// <summary>The score under the protocol that is thought to explain the claim, and its own rule; null where there is none.</summary>
    public RunScore? AsClaimed => Runs.FirstOrDefault(r => r.Protocol.Role == Manifests.ProtocolRole.Claimed && r.IsOwnRule);

    /// <summary>Positive controls on the claim's benchmark; empty where the case names none.</summary>
    public IReadOnlyList<ControlEvidence> Controls { get; init; } = [];

    /// <summary>Other models under the same standard protocol, asked by this case.</summary>
    public IReadOnlyList<ReferenceRun> References { get; init; } = [];

    /// <summary>Credits of every combination of the choices among which the claim's gap is divided; null where the case does not divide it, or not yet.</summary>
    public AttributionEvidence? Attribution { get; init; }

    /// <summary>A name for the claim in tables and figures; distinct within a sheet.</summary>
    public required string Label { get; init; }
}
