using ForensicKit.Contamination.Calibration;
using ForensicKit.Findings;

namespace ForensicKit.Contamination.Verdicts;

/// <summary>The finding that says how far the verdicts on contamination can be trusted, and what they would have missed.</summary>
internal static class CalibrationFinding
{
    private const double Power = 0.9;

    /// <summary>The finding; it is about the case as a whole.</summary>
    /// <param name="calibration">What was measured.</param>
    /// <param name="asksModels">Whether the case's verdicts rest on tests that ask the model itself too, which were not calibrated.</param>
    public static Finding Create(ZooCalibration calibration, bool asksModels) => new()
    {
        Id = $"{ContaminationFinding.Kind}/calibration",
        Kind = ContaminationFinding.Kind,
        Question = "How often are such verdicts wrong, and what would they have missed?",
        Answer = Answer(calibration, asksModels),
        Rule = "Small models were trained with known leaks over sizes, ways of planting and exposures, and clean ones beside them; each was examined as a case of its own by the rule above, but for the control without any model, which can only take an accusation back, and for the tests that ask the model itself, whose p-values come from exchanging labels. "
            + "A false accusation is memorisation or inflation called shown of a clean model, every clean model with every other as its reference; true inflation is the lead on leaked items over many clean models, less the lead on items that did not leak.",
        Source = "data-manifests/zoos/default.results.json, made by 'forensickit organism zoo'; intervals: Clopper and Pearson 1934, for accusations by drawing models again (Efron 1979).",
        Query = "SELECT 'data-manifests/zoos/default.results.json' AS source",
        CannotShow = "How a larger model, or one trained otherwise, would have come out. Leaks in other words, of choices in a list or in another format are shown less often.",
        Values = [.. Values(calibration)],
    };

    private static string Answer(ZooCalibration calibration, bool asksModels)
    {
        var memory = calibration.SeenFrom(ContaminationStatement.Memorisation, Power) is null
            ? "Memorisation was not shown in {{power}} of them at any number of exposures that was tried"
            : "Memorisation would have been seen in at least {{power}} of models that had seen questions with their answers {{seen_memorisation}} or more";
        var inflation = calibration.SeenFrom(ContaminationStatement.Inflation, Power) is null
            ? "inflation, which takes more items, was not seen so often at any number of exposures up to {{most_exposures}}" : "inflation from {{seen_inflation}} on";
        var gain = calibration.SeenFromGain(Power) is null ? "" : " Where the true inflation was {{seen_gain}} or more, it was shown in at least {{power}} of benchmarks.";
        return (asksModels ? "Apart from the tests that ask the model itself, this rule" : "This rule") + " accuses clean models in {{false_share}} of trials ({{false_share|interval}}).\n"
            + $"That is {{{{accused|bare}}}} of {{{{trials}}}} on {{{{clean}}}}. Of its intervals of inflation {{{{coverage}}}} held the truth ({{{{coverage|interval}}}}). {memory}; {inflation}.{gain}";
    }

    private static IEnumerable<FindingValue> Values(ZooCalibration calibration)
    {
        var (accused, coverage) = (calibration.FalseAccusations, calibration.Coverage());
        yield return FindingValue.Number("false_share", "Share of trials in which a clean model is accused", 100 * accused.Share, 2, "%") with { Interval = (100 * accused.Interval.Lower, 100 * accused.Interval.Upper, 0.95) };
        yield return FindingValue.Count("accused", "Trials in which a clean model is accused", accused.Accused, "trials");
        yield return FindingValue.Count("trials", "Trials: pairs of a clean suspect and a clean reference", accused.Trials, "trials");
        yield return FindingValue.Count("clean", "Clean models of which they are made", accused.Organisms, "models");
        yield return FindingValue.Number("coverage", "Share of intervals of inflation that hold the truth", 100 * coverage.Share, 1, "%") with { Interval = (100 * coverage.Interval.Lower, 100 * coverage.Interval.Upper, 0.95) };
        yield return FindingValue.Count("intervals", "Intervals of inflation", coverage.Of, "intervals");
        yield return FindingValue.Number("power", "Share of leaky models in which it is shown", 100 * Power, 0, "%");
        yield return FindingValue.Count("most_exposures", "Most exposures that were tried", calibration.Exposures.DefaultIfEmpty(0).Max(), "times");
        if (calibration.SeenFromGain(Power) is { } points)
            yield return FindingValue.Number("seen_gain", "True inflation from which on it is shown so often, however the items leaked", points, 0, "points");
        foreach (var (statement, name) in new[] { (ContaminationStatement.Memorisation, "memorisation"), (ContaminationStatement.Inflation, "inflation") })
        {
            if (calibration.SeenFrom(statement, Power) is { } from)
                yield return FindingValue.Count($"seen_{name}", $"Exposures of question and answer from which on {name} is shown so often", from, from == 1 ? "time" : "times");
        }
    }
}
