using ForensicKit.Claims;

namespace ForensicKit.Findings.Questions;

/// <summary>
/// A question that is asked of every claim: one section of the document, one kind of finding. A new question is one new file and its line
/// in <see cref="All"/>.
/// </summary>
public abstract class Question
{
    /// <summary>All questions, in the order of the document.</summary>
    public static IReadOnlyList<Question> All { get; } =
        [new GapQuestion(), new RuleQuestion(), new ScoringQuestion(), new ProtocolQuestion(), new AttributionQuestion(), new PresenceQuestion(), new InflationQuestion(), new MembershipQuestion(), new ContaminationQuestion(), new ComparisonQuestion(), new SensitivityQuestion(), new LatencyQuestion(), new ArithmeticQuestion(), new CompletenessQuestion(), new LuckQuestion(), new PowerQuestion()];

    /// <summary>Kind of its findings, for example <c>gap</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>The section's heading: the question.</summary>
    public abstract string Title { get; }

    /// <summary>What was asked, and why it matters.</summary>
    public abstract string Asked { get; }

    /// <summary>What was done.</summary>
    public abstract string Done { get; }

    /// <summary>What the answers cannot show.</summary>
    public abstract string CannotShow { get; }

    /// <summary>The findings of this kind on the sheet, in the order of its claims; empty where the question does not apply.</summary>
    public abstract IEnumerable<Finding> Ask(ClaimSheet sheet);

    /// <summary>Asks every question of the sheet; stops between findings.</summary>
    public static IReadOnlyList<Finding> AskAll(ClaimSheet sheet, CancellationToken cancellationToken = default)
    {
        var findings = new List<Finding>();
        foreach (var finding in All.SelectMany(q => q.Ask(sheet)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            findings.Add(finding);
        }

        return findings;
    }

    /// <summary>SQL that shows a claim's printed scores.</summary>
    protected static string PrintedScoresQuery(ClaimEvidence claim) =>
        $"SELECT role, model, printed, n, protocol, source FROM reported_scores WHERE claim_id = {Sql(claim.Id)}";

    /// <summary>A text literal of SQL.</summary>
    protected static string Sql(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
