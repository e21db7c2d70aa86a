using ForensicKit.Claims;
using ForensicKit.Contamination.Membership;
using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Verdicts;

/// <summary>What a battery of tests that ask the model itself says of one statement about a benchmark.</summary>
/// <param name="Tests">Kinds of test that gave a p-value.</param>
/// <param name="P">Their combined p-value.</param>
/// <param name="ControlP">
/// The same of the reference model, which cannot have seen the items; null where it was not asked or every test of it refused, and for inflation, whose tests take the
/// reference model out themselves.
/// </param>
public sealed record BatteryVerdict(int Tests, Probability P, Probability? ControlP)
{
    /// <summary>A reference model that fails the same tests at this level shows that the sets differ in themselves.</summary>
    public const double ControlLevel = 0.05;

    /// <summary>Whether the battery may speak: the reference model does not fail it as well.</summary>
    public bool IsUsable => ControlP is not { Value: <= ControlLevel };

    /// <summary>What the battery says; null where no test of the statement gave a p-value.</summary>
    /// <remarks>
    /// Statistics of one test rest on the same answers and agree where there is something to see: they are combined by the harmonic mean that is valid
    /// under any dependence. Tests are few and one may see what others cannot: Bonferroni.
    /// </remarks>
    public static BatteryVerdict? Of(BenchmarkMembership benchmark, ContaminationStatement statement) =>
        Combined(benchmark.Suspect.Outcomes, statement) is { } own
            ? new(own.Tests, own.P, statement == ContaminationStatement.Memorisation && benchmark.Control is { } control ? Combined(control.Outcomes, statement)?.P : null) : null;

    private static (int Tests, Probability P)? Combined(IReadOnlyList<MembershipOutcome> outcomes, ContaminationStatement statement)
    {
        var tests = outcomes.Where(o => o.P is not null).GroupBy(o => MembershipBattery.TestOf(o.Test)).Where(g => g.Key.Statement == statement)
            .Select(g => PCombination.AnyDependence([.. g.Select(o => o.P!.Value)])).ToList();
        return tests.Count == 0 ? null : (tests.Count, PCombination.Bonferroni(tests));
    }
}
