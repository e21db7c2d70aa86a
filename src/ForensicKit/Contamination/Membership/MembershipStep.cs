using System.Text.Json;
using ForensicKit.Evidence;
using ForensicKit.Manifests;
using ForensicKit.Models;

namespace ForensicKit.Contamination.Membership;

/// <summary>One battery of a case: a model and a benchmark.</summary>
/// <param name="Id">SHA-256 over models, items, tests and seed (first 16 hex digits).</param>
/// <param name="Benchmark">What it is asked about.</param>
/// <param name="Model">Id of the model that is asked.</param>
/// <param name="Reference">Id of the model that takes out how hard items are; null where there is none, as when it is asked itself.</param>
internal sealed record BatteryPlan(string Id, SuspectedBenchmark Benchmark, string Model, string? Reference);

/// <summary>How a battery was asked.</summary>
/// <param name="Method">The method and its version.</param>
/// <param name="Seed">Every draw comes from it.</param>
/// <param name="Members">Items under suspicion.</param>
/// <param name="NonMembers">Items that cannot have been trained on.</param>
/// <param name="Options">Numbers of draws.</param>
/// <param name="Blind">What a classifier without any model makes of both sets; null where there is nothing to compare.</param>
/// <param name="Engine">What answered.</param>
/// <param name="KitVersion">Version and commit of the kit.</param>
public sealed record BatterySettings(string Method, long Seed, int Members, int NonMembers, MembershipOptions Options, KeptBlind? Blind, ModelDescription Engine, string KitVersion);

/// <summary>Asks a case's suspect, and its reference model as a control, about benchmarks; a battery that is stored is not asked again.</summary>
internal static class MembershipStep
{
    // Changes where the same models and items would give other numbers.
    private const string Method = "membership battery; 1";

    /// <summary>The batteries of a case: of each benchmark the suspect's and, where there is a reference model, its own.</summary>
    /// <param name="manifest">The case.</param>
    /// <param name="plan">What to ask.</param>
    /// <param name="modelOf">The manifest of a model of the case.</param>
    /// <param name="benchmarkOf">The manifest of a benchmark.</param>
    public static IReadOnlyList<BatteryPlan> Batteries(CaseManifest manifest, MembershipPlan plan, Func<string, ModelManifest> modelOf, Func<string, BenchmarkManifest> benchmarkOf)
    {
        return [.. plan.Benchmarks.SelectMany(b => plan.Reference is { } reference ? new[] { Of(b, manifest.SuspectId, reference), Of(b, reference, null) } : [Of(b, manifest.SuspectId, null)])];

        BatteryPlan Of(SuspectedBenchmark benchmark, string model, string? reference)
        {
            var models = new[] { model, reference }.OfType<string>().Select(modelOf).ToList();
            var artifacts = models.SelectMany(m => m.Artifacts).Concat(new[] { benchmark.Benchmark, benchmark.Fresh }.OfType<string>().SelectMany(b => benchmarkOf(b).ItemArtifacts));
            var asked = JsonSerializer.Serialize(new
            {
                Method,
                plan.Items,
                plan.Tests,
                benchmark,
                model,
                reference,
                manifest.Seed,
                endpoints = models.Select(m => m.Endpoint?.Identity),
                files = artifacts.Select(a => a.Sha256),
            });
            return new(EvidenceDatabase.Sha256(asked)[..16], benchmark, model, reference);
        }
    }

    /// <summary>Asks one battery and stores it.</summary>
    /// <param name="battery">The battery.</param>
    /// <param name="plan">How much is asked.</param>
    /// <param name="context">Items and models.</param>
    /// <param name="evidence">Where it is stored.</param>
    /// <param name="now">When.</param>
    /// <param name="progress">Told of answers.</param>
    /// <param name="cancellationToken">Stops between answers; nothing of the battery is stored then.</param>
    public static async Task RunAsync(
        BatteryPlan battery, MembershipPlan plan, MembershipContext context, EvidenceDatabase evidence, DateTimeOffset now, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        var outcomes = await MembershipBattery.AskAsync(context, plan.Tests.Count > 0 ? plan.Tests : null, progress, cancellationToken).ConfigureAwait(false);
        var settings = new BatterySettings(
            Method, context.Seed, context.Members.Count, context.NonMembers.Count, context.Options, MembershipReport.BlindOf(context, cancellationToken), context.Model.Description, Provenance.Current.KitVersion);
        evidence.AppendBattery(new(battery.Id, battery.Benchmark.Benchmark, battery.Model, JsonSerializer.Serialize(settings), now), outcomes, cancellationToken);
    }

    /// <summary>What a battery has at hand.</summary>
    /// <param name="members">Items of the benchmark, in their order.</param>
    /// <param name="others">Items of its twin; empty where there is none.</param>
    /// <param name="most">Most items of each.</param>
    /// <param name="benchmark">The benchmark.</param>
    /// <param name="model">The model that is asked.</param>
    /// <param name="reference">The reference model; null for none.</param>
    /// <param name="seed">Seed of every draw.</param>
    public static MembershipContext Context(
        IReadOnlyList<MembershipItem> members, IReadOnlyList<MembershipItem> others, int most, BenchmarkManifest benchmark, ILanguageModel model, ILanguageModel? reference, long seed) => new()
        {
            Model = model,
            Members = [.. members.Take(most)],
            NonMembers = Sampled.Evenly(others, most),
            Reference = reference,
            Dataset = benchmark.Title,
            Split = benchmark.Items.Split,
            Seed = seed,
        };
}
