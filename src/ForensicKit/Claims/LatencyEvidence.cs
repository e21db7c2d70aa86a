using ForensicKit.Latency;

namespace ForensicKit.Claims;

/// <summary>What the latency step stored.</summary>
/// <param name="Claims">The claims.</param>
/// <param name="Hardware">The hardware that each claim states, by its id.</param>
/// <param name="Measurements">What was measured, the lightest load first.</param>
public sealed record LatencyEvidence(IReadOnlyList<LatencyClaim> Claims, IReadOnlyDictionary<string, string> Hardware, IReadOnlyList<LatencyMeasurement> Measurements);
