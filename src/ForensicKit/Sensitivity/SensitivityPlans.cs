using ForensicKit.Benchmarks;
using ForensicKit.Manifests;

namespace ForensicKit.Sensitivity;

/// <summary>The runs of a sensitivity step: every variant of the prompt on the same items.</summary>
internal static class SensitivityPlans
{
    /// <summary>A run for each variant. Choices are not listed in the prompt: each is scored as the answer.</summary>
    public static IReadOnlyList<(PromptVariant Variant, RunPlan Plan)> Of(SensitivityPlan plan) =>
    [
        .. PromptVariants.For(hasChoices: false).Select(variant => (variant, new RunPlan(plan.Model, plan.Benchmark, new RunProtocol
        {
            Id = "variant-" + variant.Id,
            Title = variant.Title,
            Role = ProtocolRole.Variant,
            Kind = ProtocolKind.Choices,
            Models = [plan.Model],
            Benchmarks = [plan.Benchmark],
            Prompt = new() { Template = variant.Context("{{question}}", []), BeforeAnswer = variant.Continuation("") },
            Rules = [plan.Rule],
        }))),
    ];

    /// <summary>The items: as many as the plan says, evenly from the whole benchmark.</summary>
    public static IReadOnlyList<BenchmarkItem> Items(SensitivityPlan plan, IReadOnlyList<BenchmarkItem> all) => BenchmarkItem.Evenly(all, plan.Items);
}
