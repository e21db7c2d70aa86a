using System.Globalization;
using ForensicKit.Claims;
using ForensicKit.Evaluation;
using ForensicKit.Findings;
using ForensicKit.Findings.Questions;
using ForensicKit.Manifests;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Judgement;

/// <summary>How a made-up claimant came by the printed score.</summary>
public enum ClaimantKind
{
    /// <summary>The true rate of the questions' super-population, rounded to one decimal.</summary>
    TrueRate,

    /// <summary>An own run on the very same items: item by item as likely to be right as ours, drawn again.</summary>
    SameItems,

    /// <summary>An own run on other items of the same kind, as many.</summary>
    OtherItems,
}

/// <summary>
/// Claimants whose honesty is known, judged as the kit judges a case that asked the model itself: the standard protocol and one more that is as
/// good, a control that passes, α = 0.05, a margin of one point, one claim to a sheet (Holm's correction then takes nothing away).
/// </summary>
public static class MadeUpClaimants
{
    /// <summary>Numbers of items: HumanEval, the benchmarks of the default case, GSM8K, a large one.</summary>
    public static IReadOnlyList<int> Sizes { get; } = [164, 480, 1_319, 5_000];

    /// <summary>Mean true rates.</summary>
    public static IReadOnlyList<double> Rates { get; } = [0.15, 0.45, 0.75, 0.93];

    /// <summary>Judges one claimant.</summary>
    /// <param name="random">Draws.</param>
    /// <param name="kind">How the claim came about.</param>
    /// <param name="n">Items.</param>
    /// <param name="rate">Mean true rate.</param>
    /// <param name="lie">What is added to the claim, in points.</param>
    /// <param name="stops">Whether the standard protocol stops once the claim is refuted.</param>
    public static Finding Judge(NumpyRandomState random, ClaimantKind kind, int n, double rate, double lie = 0, bool stops = false)
    {
        // Items are easy or hard: each has its own chance to be right, Beta(2·rate, 2·(1 − rate)) by Jöhnk's method.
        double[] items = [.. Enumerable.Range(0, n).Select(_ => Beta(random, 2 * rate, 2 * (1 - rate)))];
        var claimed = (100 * kind switch
        {
            ClaimantKind.TrueRate => rate,
            ClaimantKind.SameItems => Draw(random, items).Average(),
            _ => Draw(random, [.. items.Select(_ => Beta(random, 2 * rate, 2 * (1 - rate)))]).Average(),
        }) + lie;
        var printed = Printable(Math.Min(100, claimed), n);
        var standard = Run("standard", ProtocolRole.Standard, Draw(random, items));
        if (stops)
            standard = UntilRefuted(standard, printed);
        var claim = new ClaimEvidence
        {
            Id = "claim",
            Benchmark = "Benchmark",
            Metric = "accuracy",
            Label = "claim",
            N = n,
            Claimed = Score(printed, n),
            Reproduced = Score(standard.Percent.ToString("F2", CultureInfo.InvariantCulture), standard.Items),
            Runs = [standard, Run("claimed", ProtocolRole.Claimed, Draw(random, items))],
            Controls = [new ControlEvidence("Control", Score("50.0", 10), Run("control", ProtocolRole.Standard, [1, 0, 1, 0, 1, 0, 1, 0, 1, 0]))],
        };
        return new GapQuestion().Ask(new ClaimSheet("made up", 0.05, 1, [claim]) { Seed = 1 }).Single();
    }

    /// <summary>Share of claimants against whom the verdict is.</summary>
    public static double AdverseShare(uint seed, ClaimantKind kind, int n, double rate, int claimants, double lie = 0, bool stops = false)
    {
        var random = new NumpyRandomState(seed);
        return Enumerable.Range(0, claimants).Count(_ => Judge(random, kind, n, rate, lie, stops).Verdict!.Value.IsAdverse()) / (double)claimants;
    }

    // The nearest whole number of right answers, so that no claim is arithmetically impossible.
    private static string Printable(double percent, int n) => (100.0 * Math.Round(percent / 100 * n) / n).ToString("F1", CultureInfo.InvariantCulture);

    private static double[] Draw(NumpyRandomState random, IReadOnlyList<double> items) => [.. items.Select(p => random.Random() < p ? 1.0 : 0)];

    private static double Beta(NumpyRandomState random, double a, double b)
    {
        while (true)
        {
            var (x, y) = (Math.Pow(random.Random(), 1 / a), Math.Pow(random.Random(), 1 / b));
            if (x + y is > 0 and <= 1)
                return x / (x + y);
        }
    }

    // What a run that looks after each batch would have asked.
    private static RunScore UntilRefuted(RunScore run, string claimed)
    {
        var credits = run.ByItem();
        var order = RefutationWatch.Order(run.ItemIds, 1, "claim");
        var test = new SequentialRefutation(double.Parse(claimed, CultureInfo.InvariantCulture) / 100, 0.01, 0.05);
        var stop = RefutationWatch.Looks(order.Count).First(look => look == order.Count || test.Decide(order.Take(look).Select(id => credits[id])).MayStop);
        var asked = order.Take(stop).ToList();
        return run with { Protocol = run.Protocol with { StopsWhenRefuted = true }, PlannedIds = run.ItemIds, ItemIds = asked, Credits = [.. asked.Select(id => credits[id])] };
    }

    private static PrintedScore Score(string printed, int n) => new("Model", printed, n, new Dictionary<string, string>(StringComparer.Ordinal), "made up");

    private static RunScore Run(string id, ProtocolRole role, double[] credits) => new(
        id, "model", "benchmark",
        new RunProtocol { Id = id, Title = id, Role = role, Kind = ProtocolKind.Choices, Models = ["model"], Benchmarks = ["benchmark"], Prompt = new() { Template = "{{question}}" }, Rules = ["rule"] },
        "rule", "Rule", [.. credits.Select((_, i) => i.ToString(CultureInfo.InvariantCulture))], credits);
}
