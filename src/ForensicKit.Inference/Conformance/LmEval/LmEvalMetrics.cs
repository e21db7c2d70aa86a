using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ForensicKit.Inference.Conformance.LmEval;

/// <summary>Metrics of a document and of a task (lm-evaluation-harness 0.4.13, lm_eval/api/metrics.py and process_results of lm_eval/api/task.py).</summary>
internal static partial class LmEvalMetrics
{
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    /// <summary>The score that each choice is ranked by under a metric; null where the metric ranks nothing.</summary>
    public static IReadOnlyList<double>? Ranking(string metric, IReadOnlyList<double> logLikelihoods, IReadOnlyList<string> choices) => metric switch
    {
        "acc" => logLikelihoods,
        "acc_norm" => [.. logLikelihoods.Zip(choices, (l, c) => l / c.EnumerateRunes().Count())],
        "acc_bytes" => [.. logLikelihoods.Zip(choices, (l, c) => l / Encoding.UTF8.GetByteCount(c))],
        _ => null,
    };

    /// <summary>The first of the largest.</summary>
    public static int ArgMax(IReadOnlyList<double> values)
    {
        var best = 0;
        for (var i = 1; i < values.Count; i++)
            best = values[i] > values[best] ? i : best;
        return best;
    }

    /// <summary>Whether a prediction is the reference, what the metric ignores aside.</summary>
    public static bool ExactMatch(JsonElement metric, string prediction, string reference)
    {
        bool IsTrue(string name) => metric.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
        string Normal(string text)
        {
            if (metric.TryGetProperty("regexes_to_ignore", out var ignored) && ignored.ValueKind == JsonValueKind.Array)
            {
                foreach (var pattern in ignored.EnumerateArray())
                    text = Regex.Replace(text, pattern.GetString()!, "", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(2));
            }

            if (IsTrue("ignore_case"))
                text = text.ToLowerInvariant();
            if (IsTrue("ignore_punctuation"))
                text = string.Concat(text.Where(c => !Punctuation.Contains(c, StringComparison.Ordinal)));
            return IsTrue("ignore_numbers") ? string.Concat(text.Where(c => !char.IsAsciiDigit(c))) : text;
        }

        return Normal(prediction) == Normal(reference);
    }

    /// <summary>What a text's length is counted in.</summary>
    public static long Weight(string metric, string text) => metric == "word_perplexity" ? Spaces().Count(text) + 1 : Encoding.UTF8.GetByteCount(text);

    /// <summary>A perplexity over texts.</summary>
    /// <param name="metric">word_perplexity, byte_perplexity or bits_per_byte.</param>
    /// <param name="texts">Log-likelihood and weight of each.</param>
    public static double Perplexity(string metric, IReadOnlyList<(double LogLikelihood, long Weight)> texts)
    {
        var mean = -texts.Sum(t => t.LogLikelihood) / texts.Sum(t => t.Weight);
        return metric == "bits_per_byte" ? mean / Math.Log(2) : Math.Exp(mean);
    }

    /// <summary>The pooled standard error of a group: √(Σ(nᵢ − 1)·sᵢ²·nᵢ/(N − k)/N); null where a task has none.</summary>
    public static double? PooledStandardError(IReadOnlyList<(double? Error, long Items)> tasks)
    {
        if (tasks.Any(t => t.Error is null))
            return null;
        var all = tasks.Sum(t => t.Items);
        return Math.Sqrt(tasks.Sum(t => (t.Items - 1) * t.Error!.Value * t.Error.Value * t.Items) / (all - tasks.Count) / all);
    }

    // Python's \s counts the four separators that .NET does not.
    [GeneratedRegex(@"[\s\x1c-\x1f]+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Spaces();
}
