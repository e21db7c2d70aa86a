using System.Globalization;
using System.Text.Json;
using ForensicKit.Claims;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Membership;
using ForensicKit.Contamination.Verdicts;
using ForensicKit.Evidence;
using ForensicKit.Latency;
using ForensicKit.Manifests;
using ForensicKit.Sensitivity;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Judgement;

/// <summary>What the steps of an investigation would have stored, made up so that the right answer is known.</summary>
internal static class MeasuredSheets
{
    public static PrintedScore Printed(string percent) => new("Model", percent, null, new Dictionary<string, string>(StringComparer.Ordinal), "sheet");

    /// <summary>A claim whose model answered the same items under the standard and another protocol.</summary>
    /// <param name="id">The claim's id.</param>
    /// <param name="claimed">The claimed score in percent.</param>
    /// <param name="both">Items right under both.</param>
    /// <param name="onlyOther">Items right under the other protocol alone.</param>
    /// <param name="onlyStandard">Items right under the standard protocol alone.</param>
    /// <param name="neither">Items right under none.</param>
    public static ClaimEvidence TwoProtocols(string id, string claimed, int both, int onlyOther, int onlyStandard, int neither)
    {
        var answers = Answers(both, (true, true)).Concat(Answers(onlyOther, (true, false))).Concat(Answers(onlyStandard, (false, true))).Concat(Answers(neither, (false, false)))
            .Select((a, i) => (Item: i.ToString(CultureInfo.InvariantCulture), a.Other, a.Standard)).ToList();
        // The other protocol's items in another order: they are paired by their ids.
        var reversed = Enumerable.Reverse(answers).ToList();
        return new()
        {
            Id = id,
            Benchmark = "Benchmark",
            Metric = "accuracy",
            Label = id,
            N = answers.Count,
            Claimed = Printed(claimed),
            Runs =
            [
                Run($"{id}-standard", ProtocolRole.Standard, [.. answers.Select(a => a.Item)], [.. answers.Select(a => a.Standard)]),
                Run($"{id}-claimed", ProtocolRole.Claimed, [.. reversed.Select(a => a.Item)], [.. reversed.Select(a => a.Other)]),
            ],
        };
    }

    /// <summary>A claim whose model's answers to the standard protocol were scored under a second rule too, and under one that averages over samples.</summary>
    public static ClaimEvidence TwoRules(string id, string claimed, int both, int onlyOther, int onlyStandard, int neither)
    {
        var own = TwoProtocols(id, claimed, both, onlyOther, onlyStandard, neither);
        var (standard, other) = (own.Runs[0], own.Runs[1]);
        var subjects = standard.ItemIds.Select((_, i) => i < standard.Items / 4 ? "few" : "many").ToList();
        return own with
        {
            Runs =
            [
                standard with { Subjects = subjects },
                standard with { Rule = "other", Title = "Other rule", Credits = [.. other.Credits.Reverse()] },
                standard with { Rule = "average", Title = "Average", Credits = [.. standard.Credits.Select(c => (c + 0.5) / 2)] },
            ],
        };
    }

    private static IEnumerable<(bool Other, bool Standard)> Answers(int count, (bool Other, bool Standard) answer) => Enumerable.Repeat(answer, count);

    private static RunScore Run(string runId, ProtocolRole role, IReadOnlyList<string> items, IReadOnlyList<bool> correct) =>
        new(runId, "model", "benchmark", Protocol(role), "rule", "Rule", items, [.. correct.Select(c => c ? 1.0 : 0)]);

    public static RunProtocol Protocol(ProtocolRole role) => new()
    {
        Id = role.ToString().ToLowerInvariant(),
        Title = $"{role} protocol",
        Role = role,
        Kind = ProtocolKind.Generation,
        Models = ["model"],
        Benchmarks = ["benchmark"],
        Prompt = new() { Template = "{{question}}" },
        Rules = ["rule"],
    };

    /// <summary>Benchmarks with inflation, without it, with too few items to say, with nothing leaked and without fresh twins.</summary>
    public static ContaminationEvidence Contamination()
    {
        var settings = new ScanSettings("method", 0.01, new Dictionary<string, int>(StringComparer.Ordinal) { ["inflated"] = 100 }, new Dictionary<string, long>(StringComparer.Ordinal));
        return new(
            new ScanRow("scan", JsonSerializer.Serialize(settings), 1_000, 20_000, DateTimeOffset.UnixEpoch), settings,
            [
                Benchmark("inflated", "g0", leaked: 100, suspectRight: 90, referenceRight: 40, fresh: 100),
                Benchmark("learnt-nothing", null, leaked: 4_000, suspectRight: 1_600, referenceRight: 1_600, fresh: 4_000),
                Benchmark("too-few", null, leaked: 5, suspectRight: 3, referenceRight: 2, fresh: 5),
                Benchmark("clean", null, leaked: 0, suspectRight: 0, referenceRight: 0, fresh: 50),
                Benchmark("no-twins", null, leaked: 20, suspectRight: 15, referenceRight: 9, fresh: 0),
            ],
            "Suspect", "Reference");
    }

    /// <summary>Benchmarks of which the suspect knows items, both models do, nothing can be told, and no reference model was asked.</summary>
    public static MembershipEvidence Membership()
    {
        var settings = new BatterySettings(
            "method", 1, 200, 200, new(), new(0.5, new(0.45, 0.55), 0.49, 0.6, 0.5, 0.7, 199, null), new("m", null, null, "cpu", "float32", "", 1, new Dictionary<string, string>(StringComparer.Ordinal), 256), "1");
        return new(
            [
                new("inflated", "Inflated", "g0", Asked(1e-6), Asked(0.4)), new("both", "Both", "g1", Asked(1e-6), Asked(1e-6)), new("mute", "Mute", "g2", Asked(null), Asked(null)),
                new("alone", "Alone", "g3", Asked(0.3), null), new("deaf", "Deaf", "g4", Asked(0.3), Asked(null)),
            ],
            "Suspect", "Reference");

        AskedBattery Asked(double? p) => new("battery", settings, MembershipOutcome.Adjust(
        [
            .. new[] { "scores/loss", "scores/min-k", "scores/min-k++", "masked-option" }.Select(test => MembershipBattery.Kept(test) with
            {
                P = p is { } value ? Probability.FromValue(value) : null,
                Refused = p is null ? "There are 3 items." : null,
                EffectName = "AUC within subjects",
                Effect = p is null ? null : 0.7,
                Interval = p is null ? null : new(0.6, 0.8),
            }),
            MembershipBattery.Kept("scores/dc-pdd") with { Refused = "There is no text that token frequencies come from." },
        ]));
    }

    private static BenchmarkPresence Benchmark(string name, string? claim, int leaked, int suspectRight, int referenceRight, int fresh) => new(
        name, name, claim,
        [
            .. Enumerable.Range(0, leaked).Select(i => new ItemPresence(name, $"t{i}", false, LeakKind.QuestionAndAnswer, 1 + (i % 12), 1 + (i % 12), 1, i % 2 == 0, true)),
            new ItemPresence(name, "q", false, LeakKind.QuestionOnly, 1, 1, 1, true, true),
            new ItemPresence(name, "stretch", false, null, 0, 0, 0.4, false, true),
            new ItemPresence(name, "short", false, null, 0, 0, 0, false, false),
            .. Enumerable.Range(0, fresh).Select(i => new ItemPresence(name, $"f{i}", true, i < 3 && leaked == 5 ? LeakKind.QuestionOnly : null, 0, 0, 0, false, true)),
        ],
        [
            .. Enumerable.Range(0, leaked).Select(i => new InflationItem($"t{i}", true, 1 + (i % 12), i < suspectRight, i < referenceRight)),
            // Both models get the same two fifths of fresh items right.
            .. Enumerable.Range(0, fresh).Select(i => new InflationItem($"f{i}", false, 0, i % 5 < 2, i % 5 < 2)),
        ],
        leaked + 3, [],
        [
            .. Enumerable.Range(0, leaked).Select(i => new AnswerLikelihood($"t{i}", true, -1 + (i < suspectRight - referenceRight ? 0.5 : 0), -1)),
            .. Enumerable.Range(0, fresh).Select(i => new AnswerLikelihood($"f{i}", false, -1 + (0.01 * (i % 3)), -1)),
        ],
        [.. Enumerable.Range(0, leaked).Select(i => (double)i / leaked)]);

    /// <summary>Three wordings on one benchmark: one that is clearly worse where <paramref name="isSensitive"/>, equal ones otherwise.</summary>
    public static SensitivityEvidence Sensitivity(bool isSensitive)
    {
        var correct = Enumerable.Range(0, 200).Select(i => (IReadOnlyList<bool>)[i % 2 == 0, i % 2 == 0, i % (isSensitive ? 5 : 2) == 0]).ToList();
        return new(
            "benchmark", VariantSpread.Measure(["plain", "colon", "letters"], correct, 1),
            new Dictionary<string, string>(StringComparer.Ordinal) { ["plain"] = "as it is", ["colon"] = "with a colon", ["letters"] = "with letters" }, "SELECT correct FROM scores");
    }

    /// <summary>One claim, at most 100 ms for 90 % of requests at 2 per second, and two loads in which every request takes as long as said.</summary>
    /// <param name="singleMs">Time to the first token with one request after the other.</param>
    /// <param name="underLoadMs">The same under the stated load.</param>
    /// <param name="requests">Requests of each load.</param>
    public static LatencyEvidence Latency(double singleMs, double underLoadMs, int requests = 100) => new(
        [new LatencyClaim("first-token", LatencyMetric.TimeToFirstToken, 0.9m, 100, Load.Poisson(2), "sheet")],
        new Dictionary<string, string>(StringComparer.Ordinal) { ["first-token"] = "a big machine" },
        [new(Load.SingleStream, Requests(singleMs, requests)), new(Load.Poisson(2), Requests(underLoadMs, requests))]);

    private static IReadOnlyList<LatencyRequest> Requests(double ms, int count) =>
        [.. Enumerable.Range(0, count).Select(i => new LatencyRequest(i, i * 500_000_000L, i * 500_000_000L, (i * 500_000_000L) + (long)(ms * 1e6), (i * 500_000_000L) + (long)(ms * 1e6) + 9_000_000, 10, false))];
}
