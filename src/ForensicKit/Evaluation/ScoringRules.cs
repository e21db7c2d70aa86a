namespace ForensicKit.Evaluation;

/// <summary>Every documented way of scoring stored responses.</summary>
public static class ScoringRules
{
    /// <summary>Every rule, in the order of tables.</summary>
    public static IReadOnlyList<IScoringRule> All { get; } = [.. Gsm8kRules.All, .. VotingRules.All, .. ChoiceRules.All];

    /// <summary>Ids of every rule, those that run programs included.</summary>
    public static IReadOnlyList<string> Ids { get; } = [.. All.Select(rule => rule.Id), .. ProgramRules.All.Select(rule => rule.Id)];

    /// <summary>Name for people of a rule of either kind; its id where there is none.</summary>
    public static string TitleOf(string id) => Find(id)?.Title ?? ProgramRules.Find(id)?.Title ?? id;

    /// <summary>The rule of that id, rules with a number of samples in their name included; null where there is none.</summary>
    public static IScoringRule? Find(string id) => All.FirstOrDefault(rule => rule.Id == id) ?? VotingRules.Find(id);
}
