using System.Globalization;
using ForensicKit.Claims;
using ForensicKit.Contamination.Calibration;
using ForensicKit.Findings;
using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Verdicts;

/// <summary>Findings that say of each benchmark, apart from each other, whether presence, memorisation and inflation are shown.</summary>
public static class ContaminationFinding
{
    /// <summary>Kind of the findings.</summary>
    public const string Kind = "contamination";

    /// <summary>The findings, in the order of the benchmarks.</summary>
    /// <param name="evidence">What the contamination step stored; null where there is no training text.</param>
    /// <param name="membership">What models were asked themselves; null where they were not.</param>
    /// <param name="calibration">How far verdicts can be trusted; null where that is not known.</param>
    /// <param name="seed">Seed of the permutations.</param>
    public static IReadOnlyList<Finding> CreateAll(ContaminationEvidence? evidence, MembershipEvidence? membership, ZooCalibration? calibration, uint seed)
    {
        var asked = (membership?.Benchmarks ?? []).ToDictionary(b => b.Name, StringComparer.Ordinal);
        var measured = (evidence?.Benchmarks ?? []).Select(b => MeasuredBenchmark.Of(b, asked.GetValueOrDefault(b.Name), evidence!.Settings, seed)).ToList();
        measured.AddRange(asked.Values.Where(a => measured.TrueForAll(m => m.Name != a.Name)).Select(MeasuredBenchmark.Of));
        var verdicts = ContaminationVerdicts.Of([.. measured.SelectMany(m => m.Tests)]);
        return
        [
            .. measured.Select(m => Create(m, [.. verdicts.Where(v => v.Benchmark == m.Name)])),
            .. calibration is null ? (Finding[])[] : [CalibrationFinding.Create(calibration, membership is not null)],
        ];
    }

    private static Finding Create(MeasuredBenchmark m, IReadOnlyList<StatementVerdict> verdicts) => new()
    {
        Id = $"{Kind}/{m.ClaimId ?? m.Name}",
        Kind = Kind,
        ClaimId = m.ClaimId,
        Question = $"What can be said of {m.Name}: presence, memorisation, inflation?",
        Answer = Answer(m, verdicts),
        Rule = "Tests of one statement about one benchmark are combined: two by Bonferroni’s method, three or more by the harmonic mean with the factor that makes it valid under any dependence. The combined p-values of all benchmarks and statements are corrected for false discoveries; "
            + "a statement is shown where its corrected p is at most the level, and not shown otherwise. The likelihood of right answers is not compared where leaked and fresh items can be told apart without any model, and what the model itself shows does not count where the reference model shows it too.",
        Source = "Vovk and Wang 2020; Benjamini and Hochberg 1995; presence: Fisher 1935; memorisation: reference-model scores (Carlini et al. 2021) against fresh twins by permutation within strata (Phipson and Smyth 2010), and the battery of tests that ask the model itself; "
            + "inflation: difference in differences by exact exchange of labels.",
        Query = m.Query,
        CannotShow = "That a statement which is not shown is false. Presence says nothing of memory, and memory nothing of a score.",
        Values = [.. Values(m, verdicts)],
    };

    private static string Answer(MeasuredBenchmark m, IReadOnlyList<StatementVerdict> verdicts)
    {
        var headline = "Presence is {{presence}}, memorisation {{memorisation}}, inflation {{inflation}}.";
        var parts = new List<string>();
        foreach (var verdict in verdicts)
        {
            var name = Name(verdict.Statement);
            parts.Add($"{char.ToUpperInvariant(name[0])}{name[1..]}: p = {{{{p_{name}}}}}, and p = {{{{q_{name}}}}} after correction over the case.");
        }

        if (m.Likelihood?.Interval is not null)
            parts.Add("The right answers of leaked items gained {{memory}} ({{memory|interval}}) over what the reference model and fresh items account for.");
        if (m.NotCompared is { } why)
            parts.Add($"The likelihood of right answers was not compared: {why}.");
        if (m.Memory is { IsUsable: true })
            parts.Add("Tests that ask the model itself: p = {{p_battery}}.");
        if (m.Memory is { IsUsable: false })
            parts.Add("Tests that ask the model itself do not count, since the reference model fails them as well (p = {{p_battery_control}}).");
        parts.Add("The three are separate statements: none follows from another.");

        return $"{headline}\n{string.Join(' ', parts)}";
    }

    private static IEnumerable<FindingValue> Values(MeasuredBenchmark m, IReadOnlyList<StatementVerdict> verdicts)
    {
        foreach (var statement in Enum.GetValues<ContaminationStatement>())
        {
            var verdict = verdicts.FirstOrDefault(v => v.Statement == statement);
            var name = Name(statement);
            yield return FindingValue.Word(name, char.ToUpperInvariant(name[0]) + name[1..], verdict is null ? "not tested" : verdict.IsShown ? "shown" : "not shown");
            if (verdict is null)
                continue;
            // The battery samples: another machine gives nearly the same.
            Func<string, string, Probability, FindingValue> p = verdict.Tests.Any(t => t.Name == MeasuredBenchmark.Battery) ? MembershipFinding.P : FindingValue.P;
            yield return p($"p_{name}", $"Combined p of no {name} ({string.Join(", ", verdict.Tests.Select(t => t.Name))})", verdict.Combined);
            yield return p($"q_{name}", "The same, corrected over the case", verdict.Adjusted);
        }

        if (m.Memory is { } battery)
        {
            yield return MembershipFinding.P("p_battery", "Combined p of the tests that ask the model itself", battery.P);
            if (battery.ControlP is { } control)
                yield return MembershipFinding.P("p_battery_control", "The same of the reference model", control);
        }

        if (m.Likelihood is { } memory)
        {
            yield return FindingValue.Number("memory", "Gain in log-likelihood of the right answer on leaked items", memory.Nats, 3, "nats per token") with
            {
                Interval = memory.Interval is { } i ? (i.Lower, i.Upper, 0.95) : null,
            };
            yield return FindingValue.Count("permutations", "Permutations drawn", memory.Permutations, "permutations");
        }

        if (m.Blind is { } blind)
        {
            yield return FindingValue.Number("blind", "Area under the curve of a classifier without any model, leaked against fresh items", blind.Area, 3, "") with { Interval = (blind.Low, blind.High, 0.95) };
            yield return FindingValue.P("blind_p", "p of no difference without any model", Probability.FromValue(blind.P));
        }

        yield return FindingValue.Number("level", "Rate of false discoveries among statements that are shown", 100 * ContaminationVerdicts.Level, 1, "%");
    }

    private static string Name(ContaminationStatement statement) => statement.ToString().ToLower(CultureInfo.InvariantCulture);
}
