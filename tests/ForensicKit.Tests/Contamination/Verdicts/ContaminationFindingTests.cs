using ForensicKit.Claims;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Calibration;
using ForensicKit.Contamination.Verdicts;
using ForensicKit.Findings;
using ForensicKit.Reporting;
using ForensicKit.Tests.Judgement;

namespace ForensicKit.Tests.Contamination.Verdicts;

public class ContaminationFindingTests
{
    [Fact]
    public void Three_statements_are_made_of_each_benchmark_and_none_follows_from_another()
    {
        var findings = ContaminationFinding.CreateAll(Compared(), null, Calibration(), 1);
        Assert.Equal(6, findings.Count);
        (string, string, string)[] said = [.. findings.Take(5).Select(f => (f["presence"].Display, f["memorisation"].Display, f["inflation"].Display))];
        Assert.Equal(
            [
                ("shown", "shown", "shown"),
                // There, and nothing learnt from it.
                ("shown", "not shown", "not shown"),
                ("not shown", "not tested", "not shown"),
                ("not shown", "not tested", "not tested"),
                // Without twins there is nothing to compare with.
                ("not tested", "not tested", "not tested"),
            ],
            said);
        Assert.All(findings.Take(5), f => Assert.Contains("none follows from another", f.Answer, StringComparison.Ordinal));
        Assert.All(findings, f =>
        {
            Assert.Empty(Binding.LiteralNumbers(f.Answer));
            Assert.DoesNotContain("{{", Binding.Print(f), StringComparison.Ordinal);
            Assert.Null(f.Verdict);
        });
        Assert.Equal("contamination/g0", findings[0].Id);
        Assert.Contains("0 of 380 trials on 20 models", Binding.Print(findings[5]), StringComparison.Ordinal);
        Assert.Contains("seen questions with their answers 4 times or more", Binding.Print(findings[5]), StringComparison.Ordinal);
    }

    [Fact]
    public void Memorisation_is_not_tested_where_the_items_differ_without_any_model()
    {
        var evidence = Compared();
        var blind = new Dictionary<string, BlindResult>(evidence.Settings.Blind, StringComparer.Ordinal) { ["inflated"] = new("inflated", 0.9, 0.8, 0.95, 0.001, "They can be told apart.") };
        var finding = ContaminationFinding.CreateAll(evidence with { Settings = evidence.Settings with { Blind = blind } }, null, null, 1)[0];
        Assert.Equal("not tested", finding["memorisation"].Display);
        Assert.Contains("told apart without any model", Binding.Print(finding), StringComparison.Ordinal);
        Assert.Equal("shown", finding["inflation"].Display);
    }

    [Fact]
    public void Without_a_calibration_nothing_is_said_of_it() =>
        Assert.Equal(5, ContaminationFinding.CreateAll(Compared(), null, null, 1).Count);

    [Fact]
    public void The_figures_are_drawn_with_what_they_show_in_words()
    {
        var power = CalibrationFigures.Power(new("fig-contamination-power", 9, "What would have been seen", "Shares.", "case"), Calibration());
        Assert.Contains("Memorisation", FigureSvg.Render(power, FigureVariant.Light), StringComparison.Ordinal);
        var estimates = CalibrationFigures.Estimates(new("fig-contamination-estimates", 10, "Estimated and true", "Points.", "case"), Calibration());
        Assert.Contains("of 4 intervals hold the true value", estimates.AltText, StringComparison.Ordinal);
        Assert.NotEqual("", PlotlyFigure.ToJson(estimates));
        var map = PlaceFigures.HitMap(new("fig-presence-map", 5, "Where", "Places.", "case"), [("a", [0, 0.005, 0.5, 1])]);
        Assert.Contains("4 places in 3 of 50 parts, at most 2 in one", map.AltText, StringComparison.Ordinal);
        Assert.Equal(50, map.Data.Rows.Count);
        var points = PlaceFigures.PointsExplained(new("fig-inflation-points", 7, "How much", "Scores.", "case"), [new("a", 76.9, 17.1, 13.2, 21, 60)]);
        Assert.Contains("76.9 measured", points.AltText, StringComparison.Ordinal);
        Assert.Contains("59.8", FigureSvg.Render(points, FigureVariant.Light), StringComparison.Ordinal);
    }

    private static ContaminationEvidence Compared()
    {
        var evidence = MeasuredSheets.Contamination();
        var blind = new[] { "inflated", "learnt-nothing" }.ToDictionary(name => name, name => new BlindResult(name, 0.5, 0.45, 0.55, 0.6, null), StringComparer.Ordinal);
        return evidence with { Settings = evidence.Settings with { Blind = blind } };
    }

    private static ZooCalibration Calibration() => new(new ZooResults
    {
        Zoo = "z",
        RecipeSha256 = "ab",
        Command = "forensickit organism zoo z",
        Clean = [new("small", 20, [])],
        Units =
        [
            Unit("clean-1", null, 0, 0.5, 0.5, 0), Unit("clean-2", null, 0, 0.4, 0.6, 1),
            Unit("leaked-1", "question-answer", 1, 0.3, 0.2, 2), Unit("leaked-2", "question-answer", 4, 1e-4, 1e-8, 20),
        ],
    });

    private static ZooUnit Unit(string member, string? way, int exposures, double memory, double inflation, double truth) => new()
    {
        Member = member,
        Size = "small",
        Benchmark = "a",
        Way = way,
        Exposures = exposures,
        Leaked = 10,
        Fresh = 20,
        Found = 0,
        FoundWrongly = 0,
        NotPlanted = 30,
        PresenceP = 0.5,
        MemoryNats = 0,
        MemoryP = memory,
        Points = truth + 1,
        Low = truth - 5,
        High = truth + 7,
        InflationP = inflation,
        Truth = truth,
    };
}
