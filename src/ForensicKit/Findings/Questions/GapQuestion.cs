using ForensicKit.Claims;
using ForensicKit.Statistics;

namespace ForensicKit.Findings.Questions;

/// <summary>
/// Whether a claim exceeds an independent reproduction by more than chance and margin, when both are printed numbers; gives the verdict.
/// </summary>
/// <remarks>
/// A printed claim can be read in three ways: (A) as a fixed number, tested by the exact binomial; (B) as an independent sample's estimate,
/// tested by the difference of two proportions; (C) as a score on the very same items with the pairing unknown, tested at the least
/// favourable pairing. An adverse verdict is an intersection–union test: it needs all three, so its p is their maximum, and Holm's
/// correction runs over the sheet. With δ &gt; 0 Supported and Overstated exclude each other.
/// </remarks>
public sealed class GapQuestion : Question
{
    private const string VerdictRule =
        "Not reproducible where a gate fails (a printed score is arithmetically impossible). Supported where the model was asked here under the standard protocol on the very items and its score rounds to the printed digits. Overstated where the hypothesis that the gap is at most the margin "
        + "is rejected for the claim as a fixed number (A), as an independent estimate (B) and on the same items at the least favourable pairing (C), Holm-corrected over the sheet. "
        + "Supported where the hypothesis that the gap is at least the margin is rejected, Holm-corrected. Refuted only where Overstated holds under every admissible protocol. "
        + "Insufficient evidence otherwise.";

    /// <inheritdoc/>
    public override string Kind => "gap";

    /// <inheritdoc/>
    public override string Title => "Is the gap larger than chance and margin?";

    /// <inheritdoc/>
    public override string Asked => "Each claim stands beside a score measured under the standard protocol. Could sampling alone explain the difference, and if not, is the difference larger than the margin of the case?";

    /// <inheritdoc/>
    public override string Done => "The gap was tested with the claim read as a fixed number, as an independent estimate, and as a score on the same items whose pairing is unknown. An adverse verdict needs all three beyond the margin, corrected by Holm's method over the sheet.";

    /// <inheritdoc/>
    public override string CannotShow => "Why the gap exists. A different protocol, contaminated training data, another extraction rule and an honest mistake can leave the same gap. The verdict is about the standard protocol alone, so no claim is refuted here. Where only printed scores are at hand, no positive control was run in the harness that measured them.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Ask(ClaimSheet sheet)
    {
        var claims = sheet.Claims.Where(c => c.Reproduced is not null && c.RuleScores.Count == 0).ToList();
        if (claims.Count == 0)
            return [];
        var tests = claims.Select(c => new GapTests(c, sheet)).ToList();
        var adverse = MultipleTesting.Holm([.. tests.Select(t => t.Adverse)]);
        var support = MultipleTesting.Holm([.. tests.Select(t => t.Support)]);
        return claims.Select((claim, i) => Answer(sheet, claim, tests[i], adverse[i], support[i]));
    }

    private Finding Answer(ClaimSheet sheet, ClaimEvidence claim, GapTests t, Probability adverse, Probability support)
    {
        var verdict = ArithmeticQuestion.IsImpossible(claim, claim.Reproduced) || ArithmeticQuestion.IsImpossible(claim, claim.Claimed) ? Verdict.NotReproducible
            : GivesTheDigits(claim) ? Verdict.Supported
            : adverse.Value <= sheet.Alpha ? Verdict.Overstated
            : support.Value <= sheet.Alpha ? Verdict.Supported
            : Verdict.InsufficientEvidence;
        return new Finding
        {
            Id = $"{Kind}/{claim.Id}",
            Kind = Kind,
            ClaimId = claim.Id,
            Question = Title,
            Answer = (GivesTheDigits(claim) && verdict == Verdict.Supported ? DigitsSentence : Sentence(verdict, adverse.Value <= sheet.Alpha)) + (claim.Reference is null ? "" : ReferenceSentence(t)),
            Verdict = verdict,
            Rule = VerdictRule,
            Source = "Exact binomial test; Farrington and Manning 1990 and Newcombe 1998 (two proportions); McNemar 1947 at the least favourable pairing; Holm 1979; intersection–union test, Berger 1982.",
            Query = PrintedScoresQuery(claim),
            CannotShow = CannotShow,
            Values = [.. Values(sheet, claim, t, adverse, support)],
        };
    }

    private const string DigitsSentence =
        "Claimed {{claimed}}, reproduced {{reproduced}}: the standard protocol gives the printed digits on these items.\n"
        + "The model was asked here, so on this test set the claim is confirmed as it stands; on new questions of the same kind the score has a {{reproduced|interval}}. Whether it was earned is another question.";

    // Asked here on the very items, a score that rounds to the claim is the claim: nothing is left to chance.
    private static bool GivesTheDigits(ClaimEvidence claim)
    {
        if (claim.Standard is not { } standard || standard.Items != claim.N)
            return false;
        var grim = Grim.Check(claim.Claimed.Text, standard.Items);
        return grim.HalfUp.Values.Concat(grim.HalfEven.Values).Contains(standard.Right);
    }

    private static string Sentence(Verdict verdict, bool isAdverse) => verdict switch
    {
        Verdict.NotReproducible => "Claimed {{claimed}}, reproduced {{reproduced}}: a printed score is arithmetically impossible, so there is no verdict until the counts are shown.\n"
            + (isAdverse
                ? "Taken at face value, the gap of {{gap}} is larger than the margin of {{margin}} however the claim is read (a gap within the margin is rejected with p = {{p_adverse_holm}})."
                : "Taken at face value, a gap larger than the margin of {{margin}} would not have been shown either (p = {{p_adverse_holm}})."),
        Verdict.Overstated => "Claimed {{claimed}}, reproduced {{reproduced}}: {{gap}} too high, more than chance and margin allow.\n"
            + "The reproduced score has a {{reproduced|interval}}; over the whole sheet the gap is larger than {{gap_lower}}. A gap within the margin of {{margin}} is rejected with p = {{p_adverse_holm}} however the claim is read.",
        Verdict.Supported => "Claimed {{claimed}}, reproduced {{reproduced}}: the claim holds within {{margin}}.\n"
            + "The reproduced score has a {{reproduced|interval}}; a gap of the margin or more is rejected with p = {{p_support_holm}}.",
        _ => "Claimed {{claimed}}, reproduced {{reproduced}}: too few items to say whether the claim holds within {{margin}}.\n"
            + "The reproduced score has a {{reproduced|interval}}; neither a gap within the margin (p = {{p_adverse_holm}}) nor one of the margin or more (p = {{p_support_holm}}) is rejected.",
    };

    private static string ReferenceSentence(GapTests t) => t.ClaimedAboveReference == t.ReproducedAboveReference
        ? " Beside the reference at {{reference}} the order is the same either way."
        : t.ClaimedAboveReference
            ? " As claimed it would stand above the reference at {{reference}}; as reproduced it stands {{below_reference}} below."
            : " As claimed it would stand below the reference at {{reference}}; as reproduced it stands above.";

    private static IEnumerable<FindingValue> Values(ClaimSheet sheet, ClaimEvidence claim, GapTests t, Probability adverse, Probability support)
    {
        var reproduced = claim.Reproduced!;
        var decimals = Math.Max(claim.Claimed.Decimals, reproduced.Decimals);
        yield return new("claimed", "Claimed", claim.Claimed.Text, claim.Claimed.Text, "%");
        yield return new("reproduced", "Reproduced", reproduced.Text, reproduced.Text, "%") { Interval = Percent(t.Wilson, 0.95) };
        yield return FindingValue.Count("n", "Items", t.N);
        yield return FindingValue.Count("claimed_count", "Right answers claimed, nearest whole number", t.Claimed, "");
        yield return FindingValue.Count("reproduced_count", "Right answers reproduced, nearest whole number", t.Reproduced, "");
        yield return FindingValue.Number("gap", "Gap, claimed minus reproduced", claim.Claimed.Percent - reproduced.Percent, decimals, "points") with { Interval = Percent(t.Newcombe, 0.95) };
        yield return FindingValue.Number("gap_lower", "Lower bound of the gap, one-sided, simultaneous over the sheet", 100 * t.LowerBound, 2, "points");
        yield return FindingValue.Number("margin", "Margin", sheet.MarginPoints, 0, "points") with { Comparison = ComparisonRule.Exact };
        yield return FindingValue.Number("simultaneous", "Reproduced, exact interval simultaneous over the sheet", reproduced.Percent, reproduced.Decimals, "%") with { Interval = Percent(t.ClopperPearson, sheet.SimultaneousLevel) };
        yield return FindingValue.P("p_a", "A: claim as a fixed number, exact one-sided p of no gap", t.A);
        yield return FindingValue.P("p_b", "B: claim as an independent estimate, two-sided p of no gap", t.B);
        yield return FindingValue.P("p_c_min", "C: same items, smallest exact McNemar p over all pairings", t.C.PMin);
        yield return FindingValue.P("p_c_max", "C: same items, largest exact McNemar p over all pairings", t.C.PMax);
        yield return FindingValue.P("p_a_margin", "A: p of a gap within the margin", t.AMargin);
        yield return FindingValue.P("p_b_margin", "B: p of a gap within the margin", t.BMargin);
        yield return FindingValue.P("p_c_margin", "C: p of a gap within the margin, least favourable pairing", t.CMargin);
        yield return FindingValue.P("p_adverse", "All three: largest of the p above", t.Adverse);
        yield return FindingValue.P("p_adverse_holm", "All three, Holm over the sheet", adverse);
        yield return FindingValue.P("p_support_holm", "p of a gap of the margin or more, Holm over the sheet", support);
        if (claim.Reference is { } reference)
        {
            yield return new("reference", $"Reference: {reference.Model}", reference.Text, reference.Text, "%");
            yield return FindingValue.Number("below_reference", "Reference minus reproduced", reference.Percent - reproduced.Percent, decimals, "points");
        }
    }

    private static (double Lower, double Upper, double Level) Percent(Interval interval, double level) => (100 * interval.Lower, 100 * interval.Upper, level);

    /// <summary>The tests of one claim.</summary>
    private sealed class GapTests
    {
        public GapTests(ClaimEvidence claim, ClaimSheet sheet)
        {
            var margin = sheet.MarginPoints / 100;
            var rate = claim.Claimed.Percent / 100;
            N = claim.Reproduced!.N ?? claim.N;
            Claimed = claim.Claimed.NearestCount(N);
            Reproduced = claim.Reproduced.NearestCount(N);
            Wilson = BinomialInterval.Wilson(Reproduced, N, 0.95);
            ClopperPearson = BinomialInterval.ClopperPearson(Reproduced, N, sheet.SimultaneousLevel);
            Newcombe = TwoProportions.Newcombe(Claimed, N, Reproduced, N, 0.95);
            LowerBound = ClaimGap.LowerBound(N, rate, Reproduced, sheet.SimultaneousLevel);
            A = BinomialTest.Less(Reproduced, N, rate);
            B = TwoProportions.PooledTest(Claimed, N, Reproduced, N)?.TwoSided ?? Probability.One;
            C = McNemar.UnknownPairing(N, Claimed, Reproduced);
            AMargin = ClaimGap.FixedPrintedClaim(N, rate, Reproduced, margin);
            // Where the standard error under the hypothesis is 0 nothing can be rejected.
            BMargin = Equivalence.FarringtonManning(Claimed, N, Reproduced, N, margin)?.ZUpper is { } z ? Normal.Upper(z) : Probability.One;
            CMargin = ClaimGap.Test(N, Claimed, Reproduced, margin).WorstPairing ?? Probability.One;
            Adverse = Probability.Max(AMargin, Probability.Max(BMargin, CMargin));
            Support = rate > margin ? BinomialTest.Greater(Reproduced, N, (DoubleDouble)rate - margin) : Probability.One;
            ClaimedAboveReference = claim.Claimed.Percent > claim.Reference?.Percent;
            ReproducedAboveReference = claim.Reproduced.Percent > claim.Reference?.Percent;
        }

        public long N { get; }

        public long Claimed { get; }

        public long Reproduced { get; }

        public Interval Wilson { get; }

        public Interval ClopperPearson { get; }

        public Interval Newcombe { get; }

        public double LowerBound { get; }

        public Probability A { get; }

        public Probability B { get; }

        public McNemarBounds C { get; }

        public Probability AMargin { get; }

        public Probability BMargin { get; }

        public Probability CMargin { get; }

        public Probability Adverse { get; }

        public Probability Support { get; }

        public bool ClaimedAboveReference { get; }

        public bool ReproducedAboveReference { get; }
    }
}
