namespace ForensicKit.Findings;

/// <summary>The five verdicts on a claim. "Insufficient evidence" is an answer.</summary>
public enum Verdict
{
    /// <summary>The score is not lower than the claim by the margin or more (non-inferiority).</summary>
    Supported,

    /// <summary>The claim exceeds the score under the claimed protocol by more than the margin, whichever way the claim is understood.</summary>
    Overstated,

    /// <summary>The claim exceeds the score by more than the margin under every admissible protocol, those that favour it included.</summary>
    Refuted,

    /// <summary>A gate fails: something needed is missing, impossible or contradictory. Not a statistical outcome.</summary>
    NotReproducible,

    /// <summary>Neither that the claim holds within the margin nor that it does not has been shown.</summary>
    InsufficientEvidence,
}

/// <summary>Words for verdicts.</summary>
public static class VerdictText
{
    /// <summary>The verdict as people read it.</summary>
    public static string Words(this Verdict verdict) => verdict switch
    {
        Verdict.Supported => "Supported",
        Verdict.Overstated => "Overstated",
        Verdict.Refuted => "Refuted",
        Verdict.NotReproducible => "Not reproducible",
        Verdict.InsufficientEvidence => "Insufficient evidence",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "There are five verdicts."),
    };

    /// <summary>Whether the verdict speaks against the claimant.</summary>
    public static bool IsAdverse(this Verdict verdict) => verdict is Verdict.Overstated or Verdict.Refuted;
}
