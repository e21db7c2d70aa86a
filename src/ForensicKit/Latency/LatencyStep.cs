using System.Globalization;
using ForensicKit.Benchmarks;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;
using ForensicKit.Manifests;
using ForensicKit.Models;

namespace ForensicKit.Latency;

/// <summary>Measures a case's latency claims: one request after the other, then every load that a claim states. What is stored is not measured again.</summary>
internal static class LatencyStep
{
    // Requests that are asked and thrown away first, so that nothing is measured while code is still being compiled.
    private const int WarmUp = 8;

    /// <summary>The loads of a plan, the lightest first.</summary>
    public static IReadOnlyList<Load> Loads(LatencyPlan plan) => [Load.SingleStream, .. plan.Claims.Select(c => c.RatePerSecond).Distinct().Order().Select(Load.Poisson)];

    /// <summary>Id of a load in evidence.</summary>
    public static string IdOf(Load load) => load.Kind == LoadKind.SingleStream ? "single-stream" : string.Create(CultureInfo.InvariantCulture, $"poisson-{load.QueriesPerSecond:R}");

    /// <summary>Measures and stores.</summary>
    public static async Task RunAsync(
        LatencyPlan plan, long seed, IReadOnlyList<BenchmarkItem> items, ILanguageModel model, EvidenceDatabase evidence, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        // Answers of one length: no stop texts, so that every request costs the same.
        var requests = items.Select(i => new GenerationRequest(i.Index, ItemPrompts.Render(plan.Template, i), plan.MaxTokens, [], Sampling.Greedy)).ToList();
        foreach (var load in Loads(plan))
        {
            if (evidence.ReadLatency(IdOf(load), cancellationToken).Count > 0)
                continue;
            var schedule = load.Kind == LoadKind.SingleStream
                ? LoadSchedule.SingleStream(plan.SingleStreamRequests)
                : LoadSchedule.Poisson((ulong)seed, load.QueriesPerSecond!.Value, plan.OpenLoopRequests);
            var measured = new List<LatencyRequest>();
            // A single stream is one request at a time by its definition; a server serves as many as it may be asked.
            var concurrency = load.Kind == LoadKind.SingleStream ? 1 : (model as IServedModel)?.Concurrency ?? 1;
            await foreach (var request in new LoadRunner(model, TimeProvider.System, concurrency).RunAsync(schedule, requests, WarmUp, cancellationToken))
            {
                measured.Add(request);
                progress?.Report(new StepProgress($"Measuring latency, {load.Words}", measured.Count, schedule.ScheduledNs.Count, "requests"));
            }

            evidence.AppendLatency(IdOf(load), measured, cancellationToken);
        }
    }
}
