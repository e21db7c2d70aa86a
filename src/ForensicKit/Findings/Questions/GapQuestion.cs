using ForensicKit.Claims;
using ForensicKit.Findings.Judgement;
using ForensicKit.Statistics;

namespace ForensicKit.Findings.Questions;

/// <summary>
/// Whether a claim exceeds a reproduction by more than chance and margin, and where the case asked the model itself, whether any admissible
/// protocol gives it; gives the one verdict on each claim.
/// </summary>
/// <remarks>
/// A printed claim can be read in three ways: (A) as a fixed number, tested by the exact binomial; (B) as an independent sample's estimate,
/// tested by the difference of two proportions; (C) as a score on the very same items with the pairing unknown, tested at the least
/// favourable pairing. An adverse verdict is an intersection–union test: it needs all three, so its p is their maximum, and Holm's
/// correction runs over the sheet. With δ &gt; 0 Supported and Overstated exclude each other. Where the case asked the model itself, an adverse
/// verdict also needs a positive control, and a refutation the same tests under every protocol of the envelope.
/// </remarks>
public sealed class GapQuestion : Question
{
    private const string PrintedRule =
        "Not reproducible where a gate fails (a printed score is arithmetically impossible). Overstated where the hypothesis that the gap is at most the margin "
        + "is rejected for the claim as a fixed number (A), as an independent estimate (B) and on the same items at the least favourable pairing (C), Holm-corrected over the sheet. "
        + "Supported where the hypothesis that the gap is at least the margin is rejected, Holm-corrected. Refuted is not given where only printed scores are at hand: no other protocol was asked. "
        + "Insufficient evidence otherwise.";

    private const string MeasuredRule =
        "Not reproducible where a gate fails: a printed score is arithmetically impossible, or a model whose score is known misses it in this harness. "
        + "Supported where the model was asked under the standard protocol on the very items and its score rounds to the printed digits, or where the hypothesis that the gap is at least the margin is rejected, Holm-corrected over the sheet. "
        + "Overstated where the hypothesis that the gap is at most the margin is rejected for the claim as a fixed number (A), as an independent estimate (B) and on the same items at the least favourable pairing (C), Holm-corrected, "
        + "and a positive control scored in this harness what it is known to: within the margin on the very same items, or by two one-sided tests. Without a control the verdict is insufficient evidence. "
        + "Refuted where that holds under every protocol that is admissible or was asked because it might explain the claim, under each of its rules: the largest p counts, Holm-corrected; two protocols at least. "
        + "A protocol explains an overstated claim where it scored highest on a random half of the items and on the other half the hypothesis that the gap to it is at least the margin is rejected, Holm-corrected. "
        + "Insufficient evidence otherwise.";

    private const string StoppingRule =
        " The standard protocol asks items in random order and stops once the claim is refuted: what counts against the claim is then a p that holds at any time of looking, the claim read as a fixed number "
        + "(a mixture of likelihood ratios, at α divided over the claims), in place of A, B and C: an error of the claim’s own, where it was measured on few items, is not allowed for. A run that stopped before its end supports nothing, and its intervals are confidence sequences.";

    private const string StoppedCannotShow =
        " The score on all items: the run stopped early, where the score looked worst. What needs a fixed number of items was therefore not asked of it: comparisons with other models, protocols and rules, luck, power, "
        + "the shares of the gap, and what leaked items are worth.";

    /// <inheritdoc/>
    public override string Kind => "gap";

    /// <inheritdoc/>
    public override string Title => "Is the gap larger than chance and margin?";

    /// <inheritdoc/>
    public override string Asked => "Each claim stands beside a score measured under the standard protocol. Could sampling alone explain the difference, and if not, is the difference larger than the margin of the case? Where the case asked the model itself: does any other protocol give the claim?";

    /// <inheritdoc/>
    public override string Done => "The gap was tested with the claim read as a fixed number, as an independent estimate, and as a score on the same items whose pairing is unknown. An adverse verdict needs all three beyond the margin, corrected by Holm’s method over the sheet. "
        + "Where the case asked the model itself, it also needs a positive control in the same harness, and a claim is refuted only if it exceeds the score under every protocol that was asked; the best of them was chosen on one half of the items and tested on the other.";

    /// <inheritdoc/>
    public override string CannotShow => "Why the gap exists. A different protocol, contaminated training data, another extraction rule and an honest mistake can leave the same gap. A claim is refuted only against the protocols that were asked; one that nobody asked may give it. Where only printed scores are at hand, no positive control was run in the harness that measured them, and no claim is refuted.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Ask(ClaimSheet sheet)
    {
        var claims = sheet.Claims.Where(c => c.Reproduced is not null && c.RuleScores.Count == 0).ToList();
        if (claims.Count == 0)
            return [];
        var tests = claims.Select(c => new GapTests(c, sheet)).ToList();
        var holm = new[] { Holm(t => t.Readings.Adverse), Holm(t => t.Readings.Support), Holm(t => t.Measured?.Refuting ?? Probability.One), Holm(t => t.Measured?.Explaining ?? Probability.One) };
        return claims.Select((claim, i) => Answer(sheet, claim, tests[i], new(holm[0][i], holm[1][i], holm[2][i], holm[3][i])));

        IReadOnlyList<Probability> Holm(Func<GapTests, Probability> p) => MultipleTesting.Holm([.. tests.Select(p)]);
    }

    /// <summary>The p-values of one claim, Holm-corrected over the sheet.</summary>
    private sealed record Corrected(Probability Adverse, Probability Support, Probability Refuting, Probability Explaining);

    private Finding Answer(ClaimSheet sheet, ClaimEvidence claim, GapTests t, Corrected p)
    {
        var isImpossible = ArithmeticQuestion.IsImpossible(claim, claim.Reproduced) || ArithmeticQuestion.IsImpossible(claim, claim.Claimed);
        var isAdverse = p.Adverse.Value <= sheet.Alpha;
        var verdict = isImpossible ? Verdict.NotReproducible
            : t.GivesTheDigits ? Verdict.Supported
            : isAdverse ? Adverse(sheet, t, p)
            : p.Support.Value <= sheet.Alpha ? Verdict.Supported
            : Verdict.InsufficientEvidence;
        var isExplained = verdict == Verdict.Overstated && p.Explaining.Value <= sheet.Alpha;
        var sentences = (t.GivesTheDigits && verdict == Verdict.Supported ? GapWords.Digits : GapWords.Of(verdict, isAdverse, t.Measured, isImpossible))
            + (t.IsStopped ? GapWords.Stopped(t.Measured!) : "")
            + (verdict.IsAdverse() && t.Measured is not null ? GapWords.After(t.Measured, isExplained, t.BestGivesTheDigits) : "")
            + (claim.Reference is { } reference && !t.IsStopped ? GapWords.Reference(claim.Claimed.Percent > reference.Percent, claim.Reproduced!.Percent > reference.Percent) : "");
        return new Finding
        {
            Id = $"{Kind}/{claim.Id}",
            Kind = Kind,
            ClaimId = claim.Id,
            Question = Title,
            Answer = sentences,
            Verdict = verdict,
            Rule = t.Measured is null ? PrintedRule : t.MayStop ? MeasuredRule + StoppingRule : MeasuredRule,
            Source = "Exact binomial test; Farrington and Manning 1990 and Newcombe 1998 (two proportions); McNemar 1947 at the least favourable pairing; Holm 1979; intersection–union test, Berger 1982"
                + (t.Measured is null ? "." : "; two one-sided tests, Schuirmann 1987; mixtures of likelihood ratios, Robbins 1970, Ville 1939" + (t.IsStopped ? "; confidence sequences, Howard et al. 2021." : ".")),
            Query = t.Measured is null ? PrintedScoresQuery(claim)
                : $"SELECT run_id, rule, item_index, correct, credit FROM scores WHERE run_id IN ({string.Join(", ", t.Measured.Envelope.Select(c => Sql(c.Run.RunId)).Distinct(StringComparer.Ordinal))}) ORDER BY item_index, run_id, rule",
            CannotShow = t.IsStopped ? CannotShow + StoppedCannotShow : CannotShow,
            Values = [.. Values(sheet, claim, t, p), .. t.Measured is { } measured ? MeasuredValues(measured, p, isExplained) : []],
        };
    }

    // A gap beyond the margin speaks against the claim only where the harness is known to be sound, or where others measured it.
    private static Verdict Adverse(ClaimSheet sheet, GapTests t, Corrected p) => t.Measured?.Control.Outcome switch
    {
        ControlOutcome.Failed => Verdict.NotReproducible,
        ControlOutcome.Missing or ControlOutcome.Undecided => Verdict.InsufficientEvidence,
        ControlOutcome.Passed when p.Refuting.Value <= sheet.Alpha => Verdict.Refuted,
        _ => Verdict.Overstated,
    };

    private static IEnumerable<FindingValue> Values(ClaimSheet sheet, ClaimEvidence claim, GapTests t, Corrected p)
    {
        var reproduced = claim.Reproduced!;
        var decimals = Math.Max(claim.Claimed.Decimals, reproduced.Decimals);
        yield return new("claimed", "Claimed", claim.Claimed.Text, claim.Claimed.Text, "%");
        yield return new("reproduced", t.IsStopped ? "Reproduced on the items asked, interval that holds whenever one stops" : "Reproduced", reproduced.Text, reproduced.Text, "%") { Interval = Percent(t.Score95, 0.95) };
        yield return FindingValue.Count("n", t.IsStopped ? "Items asked" : "Items", t.N);
        if (t.IsStopped)
            yield return FindingValue.Count("items_total", "Items that the run would have asked", t.Measured!.Standard.PlannedIds.Count);
        yield return FindingValue.Count("claimed_count", "Right answers claimed, nearest whole number", t.Claimed, "");
        yield return FindingValue.Count("reproduced_count", "Right answers reproduced, nearest whole number", t.Reproduced, "");
        yield return FindingValue.Number("gap", "Gap, claimed minus reproduced", claim.Claimed.Percent - reproduced.Percent, decimals, "points") with { Interval = Percent(t.Gap95, 0.95) };
        yield return FindingValue.Number("gap_lower", t.IsStopped ? "Lower bound of the gap that holds whenever one stops, simultaneous over the sheet" : "Lower bound of the gap, one-sided, simultaneous over the sheet", 100 * t.LowerBound, 2, "points");
        yield return FindingValue.Number("margin", "Margin", sheet.MarginPoints, 0, "points") with { Comparison = ComparisonRule.Exact };
        yield return FindingValue.Number("simultaneous", t.IsStopped ? "Reproduced, interval that holds whenever one stops, simultaneous over the sheet" : "Reproduced, exact interval simultaneous over the sheet", reproduced.Percent, reproduced.Decimals, "%") with { Interval = Percent(t.Simultaneous, sheet.SimultaneousLevel) };
        // Tests of a fixed number of items say nothing of a run that may stop when it looks worst.
        if (!t.MayStop)
        {
            yield return FindingValue.P("p_a", "A: claim as a fixed number, exact one-sided p of no gap", t.A);
            yield return FindingValue.P("p_b", "B: claim as an independent estimate, two-sided p of no gap", t.B);
            yield return FindingValue.P("p_c_min", "C: same items, smallest exact McNemar p over all pairings", t.C.PMin);
            yield return FindingValue.P("p_c_max", "C: same items, largest exact McNemar p over all pairings", t.C.PMax);
            yield return FindingValue.P("p_a_margin", "A: p of a gap within the margin", t.Readings.Fixed);
            yield return FindingValue.P("p_b_margin", "B: p of a gap within the margin", t.Readings.Independent);
            yield return FindingValue.P("p_c_margin", "C: p of a gap within the margin, least favourable pairing", t.Readings.SameItems);
        }

        yield return FindingValue.P("p_adverse", t.MayStop ? "p of a gap within the margin that holds at any time of looking, claim as a fixed number" : "All three: largest of the p above", t.Readings.Adverse);
        yield return FindingValue.P("p_adverse_holm", t.MayStop ? "The same, Holm over the sheet" : "All three, Holm over the sheet", p.Adverse);
        yield return FindingValue.P("p_support_holm", "p of a gap of the margin or more, Holm over the sheet", p.Support);
        if (claim.Reference is { } reference)
        {
            yield return new("reference", $"Reference: {reference.Model}", reference.Text, reference.Text, "%");
            if (!t.IsStopped)
                yield return FindingValue.Number("below_reference", "Reference minus reproduced", reference.Percent - reproduced.Percent, decimals, "points");
        }
    }

    private static IEnumerable<FindingValue> MeasuredValues(MeasuredGap measured, Corrected p, bool isExplained)
    {
        yield return FindingValue.Count("protocols", "Protocols asked that may be meant", measured.Protocols, "protocols");
        yield return FindingValue.Count("configurations", "Protocols under each of their rules", measured.Envelope.Count, measured.Envelope.Count == 1 ? "way of asking and scoring" : "ways of asking and scoring");
        yield return FindingValue.P("p_refuted_holm", "Largest p of a gap within the margin over all of them, Holm over the sheet", p.Refuting);
        if (measured.Best is { } best)
        {
            var (half, rest) = best.Shared is null ? ("one half of the items", "the other half")
                : ("one half of the items that all were asked", best.Configuration.Run.IsStopped ? "the other half of those" : "items that no stopped run was asked");
            if (best.Shared is { } shared)
                yield return FindingValue.Count("shared_items", "Items asked under all of them", shared);
            yield return FindingValue.Word("best_configuration", $"Scores highest on {half}", best.Configuration.Title);
            // What a run that stopped scores on a part of its items has no interval.
            yield return FindingValue.Number("best_held_out", $"Its score on {rest}", best.Percent.Value, 1, "%") with { Interval = best.Configuration.Run.IsStopped ? null : (best.Percent.Lower, best.Percent.Upper, ScoreIntervals.Level) };
            yield return FindingValue.Count("held_out_items", best.Shared is null ? "Items of the other half" : "Items of these", best.Items);
            yield return FindingValue.P("p_explained_holm", $"p of a gap of the margin or more to it, on {rest}, Holm over the sheet", p.Explaining);
            yield return FindingValue.Word("explained", "Explains the claim", isExplained ? "yes" : best.Configuration.IsStandard ? "no, it is the standard protocol" : "not shown");
        }

        yield return FindingValue.Word("control", "Positive control", measured.Control.Outcome switch { ControlOutcome.Passed => "passed", ControlOutcome.Failed => "failed", ControlOutcome.Undecided => "undecided", _ => "missing" });
        if (measured.Control is { Control: { Run: { } run } control } check)
        {
            yield return FindingValue.Word("control_model", "Control model", control.Model);
            yield return new("control_known", $"Its known score ({control.Known.Source})", control.Known.Text, control.Known.Text, "%");
            yield return FindingValue.Number("control_score", "Its score here", run.Percent, Math.Max(1, control.Known.Decimals), "%");
            if (check.Tost is { } tost)
                yield return FindingValue.P("p_control", "p that the two differ by the margin or more", tost);
        }

        var sequential = measured.Sequential;
        yield return FindingValue.Number("sequential_level", "Level of stopping early, divided over the sheet", measured.SequentialLevel, 4, "") with { Comparison = ComparisonRule.Exact };
        yield return sequential.RefutedAfter is { } after
            ? FindingValue.Count("sequential_after", measured.Standard.IsStopped ? "Items in random order after which the claim, read as a fixed number, was refuted" : "Items in random order after which the claim, read as a fixed number, would have been refuted", after)
            : FindingValue.Word("sequential_after", "Items in random order after which the claim, read as a fixed number, would have been refuted", "not reached");
        yield return FindingValue.P("p_anytime", "p valid at any time of looking: the claim as a fixed number, gap within the margin", sequential.AnytimeP);
    }

    private static (double Lower, double Upper, double Level) Percent(Interval interval, double level) => (100 * interval.Lower, 100 * interval.Upper, level);
}
