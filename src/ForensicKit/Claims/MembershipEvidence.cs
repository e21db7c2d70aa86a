using ForensicKit.Contamination.Membership;

namespace ForensicKit.Claims;

/// <summary>What models said of themselves.</summary>
/// <param name="Benchmarks">The benchmarks, in the order of the case.</param>
/// <param name="Suspect">The model under scrutiny, for people.</param>
/// <param name="Reference">The model that has seen neither set, for people; null where there is none.</param>
public sealed record MembershipEvidence(IReadOnlyList<BenchmarkMembership> Benchmarks, string Suspect, string? Reference);

/// <summary>What models said of one benchmark.</summary>
/// <param name="Name">Name of the benchmark's manifest.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="ClaimId">The claim about it; null for none.</param>
/// <param name="Suspect">The suspect's battery.</param>
/// <param name="Control">The same tests of the reference model, which cannot have seen the items; null where there is none.</param>
public sealed record BenchmarkMembership(string Name, string Title, string? ClaimId, AskedBattery Suspect, AskedBattery? Control);

/// <summary>A battery that was asked.</summary>
/// <param name="Id">Its id in evidence.</param>
/// <param name="Settings">How it was asked.</param>
/// <param name="Outcomes">Its outcomes, adjusted within the battery.</param>
public sealed record AskedBattery(string Id, BatterySettings Settings, IReadOnlyList<MembershipOutcome> Outcomes);
