namespace ForensicKit.Findings.Judgement;

/// <summary>The sentences of verdicts on gaps; numbers are bindings to the finding's values. The first line is the verdict in one sentence.</summary>
internal static class GapWords
{
    /// <summary>What was measured on the claim's own items and gives its digits.</summary>
    public const string Digits =
        "Claimed {{claimed}}, reproduced {{reproduced}}: the standard protocol gives the printed digits on these items.\n"
        + "The model was asked here, so on this test set the claim is confirmed as it stands; on new questions of the same kind the score has a {{reproduced|interval}}. Whether it was earned is another question.";

    /// <summary>The sentences of a verdict.</summary>
    /// <param name="verdict">The verdict.</param>
    /// <param name="isAdverse">Whether a gap within the margin is rejected, whatever the verdict.</param>
    /// <param name="measured">What the case asked itself; null where it rests on printed scores.</param>
    /// <param name="isImpossible">Whether a printed score is arithmetically impossible.</param>
    public static string Of(Verdict verdict, bool isAdverse, MeasuredGap? measured, bool isImpossible)
    {
        var (isStopped, mayStop) = (measured?.Standard.IsStopped == true, measured?.Standard.Protocol.StopsWhenRefuted == true);
        // A score over the items up to a stop is not the score on all of them.
        var scores = isStopped ? "Claimed {{claimed}}, {{reproduced}} on the {{n}} asked" : "Claimed {{claimed}}, reproduced {{reproduced}}";
        var interval = isStopped ? "The score on them has a {{reproduced|interval}} that holds whenever one stops" : "The reproduced score has a {{reproduced|interval}}";
        var reading = mayStop ? "whenever one looks, the claim read as a fixed number" : "however the claim is read";
        return scores + verdict switch
        {
            Verdict.NotReproducible when !isImpossible => ": this harness misses a score that is known, so it is no measure of the claim.\n"
                + "The control {{control_model}} scores {{control_score}} here and is known to score {{control_known}}. Taken at face value, a gap within the margin of {{margin}} is rejected with p = {{p_adverse_holm}}.",
            Verdict.NotReproducible => ": a printed score is arithmetically impossible, so there is no verdict until the counts are shown.\n"
                + (isAdverse
                    ? $"Taken at face value, the gap of {{{{gap}}}} is larger than the margin of {{{{margin}}}} {reading} (a gap within the margin is rejected with p = {{{{p_adverse_holm}}}})."
                    : "Taken at face value, a gap larger than the margin of {{margin}} would not have been shown either (p = {{p_adverse_holm}})."),
            Verdict.Refuted => ": {{gap}} too high, and no protocol that was asked comes within {{margin}} of the claim.\n"
                + interval + ". Under each of {{configurations}} a gap within the margin is rejected, the nearest with p = {{p_refuted_holm}}.",
            Verdict.Overstated => ": {{gap}} too high, more than chance and margin allow.\n"
                + interval + "; over the whole sheet the gap is larger than {{gap_lower}}. A gap within the margin of {{margin}} is rejected with p = {{p_adverse_holm}} " + reading + ".",
            Verdict.Supported => ": the claim holds within {{margin}}.\n"
                + interval + "; a gap of the margin or more is rejected with p = {{p_support_holm}}.",
            _ when isAdverse && measured?.Control.Outcome == ControlOutcome.Undecided => ": {{gap}} too high, but the control was not shown to score what it is known to, so nothing is held against the claim.\n"
                + "The control {{control_model}} scores {{control_score}} here and is known to score {{control_known}}; that the two agree within {{margin}} is not shown (p = {{p_control}}). A gap within the margin is rejected with p = {{p_adverse_holm}}.",
            _ when isAdverse => ": {{gap}} too high, but a control is missing, so nothing is held against the claim.\n"
                + "No model whose score is known was measured beside it: a fault of this harness could give the same gap. A gap within the margin of {{margin}} is rejected with p = {{p_adverse_holm}}.",
            _ => ": too few items to say whether the claim holds within {{margin}}.\n"
                + interval + "; neither a gap within the margin (p = {{p_adverse_holm}}) nor one of the margin or more (p = {{p_support_holm}}) is rejected.",
        };
    }

    /// <summary>What is said of a run that stopped before it had asked everything.</summary>
    /// <param name="measured">What was asked.</param>
    public static string Stopped(MeasuredGap measured) => " The run was to ask {{items_total}} in random order and asked {{n}}"
        + (measured.Sequential.MayStop ? "; it stopped because after {{sequential_after}} the claim, read as a fixed number, was refuted at the level of {{sequential_level}}, however often one had looked." : ".")
        + " What the model scores on all of them was not measured.";

    /// <summary>What follows an adverse verdict on a claim whose model was asked here.</summary>
    /// <param name="measured">What was asked.</param>
    /// <param name="isExplained">Whether the held-out half shows that the best configuration gives the claim within the margin.</param>
    /// <param name="givesDigits">Whether the best configuration gives the printed digits on all of the claim's items.</param>
    public static string After(MeasuredGap measured, bool isExplained, bool givesDigits)
    {
        var best = measured.Best is null
                ? measured.Protocols > 1 ? " Since a run stopped early, too few items were asked under all of {{configurations}} to say which of them is best." : " No other protocol was asked, and without one no claim is refuted."
            : measured.Best.Shared is not null ? AmongShared(measured.Best, isExplained)
            : measured.Best.Configuration.IsStandard ? " Of {{configurations}} the standard protocol itself scores highest on one half of the items, with {{best_held_out}} on the other half."
            : " Of {{configurations}}, “{{best_configuration}}” scores highest on one half of the items, with {{best_held_out}} ({{best_held_out|interval}}) on the other half"
                + (isExplained ? ": it explains the claim, as a gap of {{margin}} or more is rejected there with p = {{p_explained_holm}}."
                    : "; that it gives the claim within {{margin}} is not shown by that half alone (p = {{p_explained_holm}}).")
                + (givesDigits ? " On these very items it gives the printed digits." : "");
        var control = measured.Control.Outcome == ControlOutcome.Passed ? " The harness is sound as far as the control goes: {{control_model}} scores {{control_score}} here and is known to score {{control_known}}." : "";
        var sequential = measured.Sequential.MayStop && !measured.Standard.IsStopped ? " Read as a fixed number, the claim would have been refuted after the first {{sequential_after}} in random order, however often one had looked." : "";
        return best + control + sequential;
    }

    private static string AmongShared(HeldOutBest best, bool isExplained) => " On half of the {{shared_items}} that were asked under all of {{configurations}}, "
        + (best.Configuration.Run.IsStopped ? "“{{best_configuration}}” scores highest, whose run stopped early: it explains nothing."
            : "“{{best_configuration}}” scores highest, and {{best_held_out}} ({{best_held_out|interval}}) on the {{held_out_items}} that no stopped run was asked"
                + (isExplained ? ": it explains the claim, as a gap of {{margin}} or more is rejected there with p = {{p_explained_holm}}."
                    : "; that it gives the claim within {{margin}} is not shown (p = {{p_explained_holm}})."));

    /// <summary>How claim, score and reference stand to each other.</summary>
    /// <param name="isClaimedAbove">Whether the claim stands above the reference.</param>
    /// <param name="isReproducedAbove">Whether the reproduced score does.</param>
    public static string Reference(bool isClaimedAbove, bool isReproducedAbove) => isClaimedAbove == isReproducedAbove
        ? " Beside the reference at {{reference}} the order is the same either way."
        : isClaimedAbove
            ? " As claimed it would stand above the reference at {{reference}}; as reproduced it stands {{below_reference}} below."
            : " As claimed it would stand below the reference at {{reference}}; as reproduced it stands above.";
}
