using System.Globalization;
using ForensicKit.Claims;
using ForensicKit.Contamination.Membership;
using ForensicKit.Findings;

namespace ForensicKit.Contamination.Verdicts;

/// <summary>Findings that say of each benchmark what the suspect itself shows, test by test.</summary>
internal static class MembershipFinding
{
    /// <summary>Kind of the findings.</summary>
    public const string Kind = "membership";

    // Ranks of scores, and sampled answers, may be exchanged by the last bit of another processor.
    private static readonly ComparisonRule s_nearly = ComparisonRule.Absolute(0.02);

    /// <summary>The finding on a benchmark.</summary>
    /// <param name="benchmark">What was asked.</param>
    /// <param name="evidence">Names of the models.</param>
    /// <param name="alpha">Level of a single test, after correction within the battery.</param>
    public static Finding Create(BenchmarkMembership benchmark, MembershipEvidence evidence, double alpha)
    {
        var outcomes = benchmark.Suspect.Outcomes;
        var verdict = BatteryVerdict.Of(benchmark, ContaminationStatement.Memorisation);
        return new()
        {
            Id = $"{Kind}/{benchmark.ClaimId ?? benchmark.Name}",
            Kind = Kind,
            ClaimId = benchmark.ClaimId,
            Question = $"Does the model itself show that it was trained on {benchmark.Title}?",
            Answer = Answer(benchmark, evidence, verdict, outcomes),
            Rule = "Each test has its own null and refuses where its assumptions fail, above all where members and non-members can be told apart without any model. "
                + "Statistics of one test are put together (Simes), tests are corrected within the battery (Benjamini and Hochberg). For the verdict on memorisation the statistics of a test are combined by the harmonic mean "
                + "that is valid under any dependence and the tests by Bonferroni’s method; they count only where the reference model does not fail the same tests at 5 %.",
            Source = "Tests: " + string.Join("; ", outcomes.Select(o => MembershipBattery.TestOf(o.Test)).Distinct().Select(t => $"{t.Name}: {t.Null}")),
            Query = $"SELECT test, p, refused, effect_name, effect, lower, upper FROM membership_tests WHERE battery_id = '{benchmark.Suspect.Id}' ORDER BY test_index",
            CannotShow = string.Join(' ', outcomes.Select(o => MembershipBattery.TestOf(o.Test)).Distinct().Select(t => $"{t.Name}: {t.CannotSee}")) + " " + MembershipReport.Caution,
            Values = [.. Values(benchmark, verdict, outcomes, alpha)],
        };
    }

    /// <summary>A p-value that another machine repeats nearly.</summary>
    internal static FindingValue P(string name, string label, Statistics.Probability p) => FindingValue.P(name, label, p) with { Comparison = s_nearly };

    private static string Answer(BenchmarkMembership benchmark, MembershipEvidence evidence, BatteryVerdict? verdict, IReadOnlyList<MembershipOutcome> outcomes)
    {
        var refused = outcomes.Any(o => o.Refused is not null) ? ", {{refused}} refused" : "";
        if (verdict is null)
            return "The model was asked about {{members|bare}} published and {{non_members|bare}} fresh items, and no test of memory could be made.\n" + Refusals(outcomes);
        var headline = $"Of {{{{given}}}} on {{{{members|bare}}}} published items{(benchmark.Suspect.Settings.NonMembers > 0 ? " and {{non_members|bare}} fresh ones" : "")}, {{{{small}}}} a corrected p of at most {{{{alpha}}}}{refused}.";
        var control = benchmark.Control is null ? "There is no reference model that was asked the same."
            : verdict.ControlP is null ? $"Of {evidence.Reference} no test gave a p-value."
            : verdict.IsUsable ? $"{evidence.Reference}, which has not seen the items, does not fail the same tests (p = {{{{p_control}}}})."
            : $"{evidence.Reference}, which has not seen the items, fails the same tests (p = {{{{p_control}}}}): the sets differ in themselves, and nothing is concluded from the suspect’s.";
        return $"{headline}\nTests of memory together: p = {{{{p_memory}}}}. {control} {Refusals(outcomes)}".TrimEnd();
    }

    private static string Refusals(IReadOnlyList<MembershipOutcome> outcomes)
    {
        var reasons = string.Join(' ', outcomes.Where(o => o.Refused is not null).GroupBy(o => o.Refused!, StringComparer.Ordinal)
            .Select(g => $"{string.Join(", ", g.Select(o => o.Test))}: {{{{{NameOf("refused", g.First().Test)}}}}}"));
        return reasons.Length == 0 ? "" : "Refused – " + reasons;
    }

    private static IEnumerable<FindingValue> Values(BenchmarkMembership benchmark, BatteryVerdict? verdict, IReadOnlyList<MembershipOutcome> outcomes, double alpha)
    {
        yield return FindingValue.Count("members", "Published items", benchmark.Suspect.Settings.Members);
        yield return FindingValue.Count("non_members", "Fresh items", benchmark.Suspect.Settings.NonMembers);
        var given = outcomes.Count(o => o.P is not null);
        yield return FindingValue.Count("given", "Test statistics with a p-value", given, given == 1 ? "test statistic" : "test statistics");
        var small = outcomes.Count(o => o.Adjusted is { } p && p.Value <= alpha);
        yield return FindingValue.Count("small", "Of them with a corrected p of at most the level", small, small == 1 ? "has" : "have");
        yield return FindingValue.Number("alpha", "Level", 100 * alpha, 0, "%");
        var refusals = outcomes.Count(o => o.Refused is not null);
        yield return FindingValue.Count("refused", "Test statistics that refused", refusals, "");
        if (verdict is not null)
        {
            yield return P("p_memory", "Combined p of the tests of memory", verdict.P);
            if (verdict.ControlP is { } control)
                yield return P("p_control", "The same of the reference model", control);
        }

        if (benchmark.Suspect.Settings.Blind is { } blind)
            yield return FindingValue.Number("blind", "Area under the curve of a classifier without any model", blind.Area, 3, "") with { Interval = (blind.Interval.Lower, blind.Interval.Upper, 0.95) };
        foreach (var o in outcomes)
        {
            if (o.Refused is { } reason)
                yield return FindingValue.Word(NameOf("refused", o.Test), $"{o.Test}: why it refused", reason);
            if (o.P is not { } p)
                continue;
            yield return P(NameOf("p", o.Test), $"{o.Test}: p", p);
            yield return P(NameOf("q", o.Test), $"{o.Test}: p, corrected within the battery", o.Adjusted ?? p);
            if (o.Effect is { } effect)
                yield return FindingValue.Number(NameOf("effect", o.Test), $"{o.Test}: {o.EffectName}", effect, 3, "") with { Interval = o.Interval is { } i ? (i.Lower, i.Upper, 0.95) : null, Comparison = ComparisonRule.Absolute(0.01) };
            if (benchmark.Control?.Outcomes.FirstOrDefault(c => c.Test == o.Test)?.P is { } control)
                yield return P(NameOf("control", o.Test), $"{o.Test}: p of the reference model", control);
        }
    }

    // min-k and min-k++ stay apart.
    private static string NameOf(string what, string test) =>
        what + "_" + test.Replace("++", "_plus", StringComparison.Ordinal).Replace('/', '_').Replace('-', '_').ToLower(CultureInfo.InvariantCulture);
}
