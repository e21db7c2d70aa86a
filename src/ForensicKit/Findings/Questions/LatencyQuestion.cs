using ForensicKit.Claims;
using ForensicKit.Latency;

namespace ForensicKit.Findings.Questions;

/// <summary>Whether latency claims hold under the load they state.</summary>
public sealed class LatencyQuestion : Question
{
    /// <inheritdoc/>
    public override string Kind => LatencyFinding.Kind;

    /// <inheritdoc/>
    public override string Title => "Is it as fast as claimed?";

    /// <inheritdoc/>
    public override string Asked => "Latency was claimed for a percentile of requests under a stated load. Does it hold here under that load, and under which load would it?";

    /// <inheritdoc/>
    public override string Done => "The model in this process was asked one request after the other, then at random times at the claimed rate, drawn from the seed of the case. Times run from the moment a request was to arrive. Requests over the claimed value were counted and tested exactly; the error rate is shared among the claims.";

    /// <inheritdoc/>
    public override string CannotShow => "What the claimant’s hardware gives. Where even the lightest load is slower than claimed, this machine may be the reason, and no verdict is given.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Ask(ClaimSheet sheet)
    {
        if (sheet.Latency is not { } latency)
            yield break;
        var alpha = sheet.Alpha / Math.Max(1, latency.Claims.Count);
        foreach (var claim in latency.Claims)
        {
            var finding = LatencyFinding.Create(
                claim, latency.Measurements, "SELECT load_id, request_index, (first_token_ns - scheduled_ns) / 1e6 AS ttft_ms, (last_token_ns - first_token_ns) / 1e6 / (tokens - 1) AS tpot_ms FROM latency_requests ORDER BY ALL", alpha);
            yield return HoldsAtLeisure(claim, latency, alpha) ? finding : OnSlowerMachine(finding, latency.Hardware[claim.Id]);
        }
    }

    // The control: the claim must hold under the lightest load, or this machine is no place to judge it.
    private static bool HoldsAtLeisure(LatencyClaim claim, LatencyEvidence latency, double alpha) =>
        latency.Measurements.FirstOrDefault(m => m.Load.Kind == LoadKind.SingleStream) is { } single
        && LatencyClaimTest.Run(LatencyValues.Of([.. single.Requests], claim.Metric), claim.Percentile, claim.LimitMs, alpha).Verdict == Verdict.Supported;

    private static Finding OnSlowerMachine(Finding finding, string hardware) => finding.Verdict != Verdict.Overstated ? finding : finding with
    {
        Verdict = Verdict.InsufficientEvidence,
        Answer = "Even one request after the other is not shown to be as fast as claimed here, so this machine cannot judge the claim, which was made for {{hardware}}.\n" + finding.Answer.Replace('\n', ' '),
        Values = [.. finding.Values, FindingValue.Word("hardware", "Hardware that the claim states", hardware) with { Comparison = ComparisonRule.Ignore }],
    };
}
