using System.Globalization;
using ForensicKit.Evaluation;

namespace ForensicKit.Exchange;

/// <summary>What the kit's scoring rules are called in lm-evaluation-harness, and the standard error it gives.</summary>
internal static class HarnessMetrics
{
    /// <summary>The metric of a rule: <c>acc</c>, <c>acc_norm</c> and <c>acc_bytes</c> mean the same there as here; every other read answer is an <c>exact_match</c>.</summary>
    public static string Of(string rule, int samples) => rule switch
    {
        "code/pass-at-1" => "pass@1",
        "code/any-sample" => string.Create(CultureInfo.InvariantCulture, $"pass@{samples}"),
        _ when rule.StartsWith("code/pass@", StringComparison.Ordinal) => rule["code/".Length..],
        _ when rule.EndsWith("/sum", StringComparison.Ordinal) => "acc",
        _ when rule.EndsWith("/per-character", StringComparison.Ordinal) => "acc_norm",
        _ when rule.EndsWith("/per-byte", StringComparison.Ordinal) => "acc_bytes",
        // Not one of the harness's own.
        _ when rule.EndsWith("/per-token", StringComparison.Ordinal) => "acc_per_token",
        _ => "exact_match",
    };

    /// <summary>What a rule does, in words.</summary>
    public static string Describe(string rule) => ScoringRules.Find(rule)?.Description ?? ProgramRules.Find(rule)?.Description ?? rule;

    /// <summary>The mean.</summary>
    public static double Mean(IReadOnlyList<double> values) => Sum(values) / values.Count;

    /// <summary>
    /// The standard error of the mean, √(Σ(x − μ)²/(n − 1))/√n; null for fewer than two values (lm_eval/api/metrics.py, mean_stderr). Added one after the
    /// other, as Python's <c>sum</c> does before 3.12.
    /// </summary>
    public static double? StandardError(IReadOnlyList<double> values)
    {
        if (values.Count < 2)
            return null;
        var mean = Mean(values);
        return Math.Sqrt(Sum([.. values.Select(x => (x - mean) * (x - mean))]) / (values.Count - 1)) / Math.Sqrt(values.Count);
    }

    private static double Sum(IReadOnlyList<double> values)
    {
        var sum = 0.0;
        foreach (var value in values)
            sum += value;
        return sum;
    }
}
