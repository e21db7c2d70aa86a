namespace ForensicKit.Evaluation;

/// <summary>Every documented way of scoring stored responses.</summary>
public static class ScoringRules
{
    /// <summary>Every rule, in the order of tables.</summary>
    public static IReadOnlyList<IScoringRule> All { get; } = [.. Gsm8kRules.All, .. HellaSwagRules.All];

    /// <summary>The rule of that id; null where there is none.</summary>
    public static IScoringRule? Find(string id) => All.FirstOrDefault(rule => rule.Id == id);
}
