using ForensicKit.Findings;
using ForensicKit.Reporting;

namespace ForensicKit.Tests.Reporting;

/// <summary>Figures that several tests draw: the published claim sheet of the Opus case and others of each kind.</summary>
internal static class SampleFigures
{
    public static FigureIdentity Identity(string id, string title = "A title", string caption = "A caption.") => new(id, 1, title, caption, "opus-claims");

    public static Figure Claims() => ForestPlot.Create(
        Identity("fig-claims", "No claimed score lies inside the interval of its reproduction", "Scores with 95 % Wilson intervals."),
        "Score",
        "%",
        [
            new("MMLU", new(82.5), new(74.1, 73.37, 74.82), new(82.0, 81.4, 82.6), 14042, Verdict.Refuted, "5-shot"),
            new("HellaSwag", new(87.2), new(79.8, 79.01, 80.58), new(86.5), 10042, Verdict.Refuted),
            new("GSM8K", new(92.1), new(84.3, 82.24, 86.17), new(93.5), 1319, Verdict.Refuted),
            new("HumanEval", new(78.0), new(65.0, 57.68, 72.11), new(76.0), 164, Verdict.Overstated),
        ],
        "Llama 3 70B");

    public static Figure Rules() => RuleComparison.Create(
        Identity("fig-rules"),
        "Accuracy",
        "%",
        [
            new("Strict match", new(84.3, 82.24, 86.17), 1319, "the organisers' rule", Standard: true),
            new("Flexible extract", new(88.9, 87.1, 90.5), 1319),
            new("First number", new(61.2, 58.5, 63.8), 1319),
            new("Judge", null),
        ],
        92.1);

    public static Figure RuleBars() => RuleComparison.Create(
        Identity("fig-rule-bars"), "Accuracy", "%", [new("Strict", new(84.3), Standard: true), new("Flexible", new(88.9))], 92.1, ComparisonForm.Bars);

    public static Figure Gap() => WaterfallFigure.Create(
        Identity("fig-gap"),
        "Accuracy",
        "%",
        [new("Claimed", 82.5, true), new("Strict extraction", -2.4), new("Few-shot examples", 0.7), new("Contaminated items removed", -6.7, false, "1,903 items"), new("Reproduced", 74.1, true)]);

    public static Figure Latency() => LineFigure.Create(
        Identity("fig-latency"),
        new("Concurrent requests", null, new LogScale()),
        new("Time to first token, p95", "ms", new LinearScale(IncludeZero: true)),
        [
            new("Measured", [new(1, 120, 110, 131), new(4, 150, 140, 165), new(16, null), new(64, 310, 280, 350), new(256, 900, 800, 1010)], ShowPoints: true),
            new("Claimed", [new(1, 90), new(256, 95)], Step: true),
        ],
        [new(ValueAxis.Y, 250, "Service level 250 ms"), new(ValueAxis.X, 64, "stated load")]);

    public static Figure Histogram() => DistributionFigure.Histogram(
        Identity("fig-histogram"), new("Log-likelihood ratio", "nats", new LinearScale()), [.. Enumerable.Range(0, 200).Select(i => Math.Sin(i) * 3)], [new(ValueAxis.X, 0, "no difference")]);

    public static Figure Strip() => DistributionFigure.Strip(
        Identity("fig-strip"),
        new("Accuracy", "%", new LinearScale()),
        [new("Opus", [70.1, 72.5, 74.9, double.NaN]), new("Clean twin", [])],
        [new(ValueAxis.X, 74, "Claimed 74")]);

    public static IReadOnlyList<Figure> All() => [Claims(), Rules(), RuleBars(), Gap(), Latency(), Histogram(), Strip()];
}
