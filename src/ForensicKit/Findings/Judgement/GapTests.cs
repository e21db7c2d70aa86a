using ForensicKit.Claims;
using ForensicKit.Statistics;

namespace ForensicKit.Findings.Judgement;

/// <summary>Everything that is computed of one claim and its reproduced score before the sheet is looked at as a whole.</summary>
internal sealed class GapTests
{
    /// <param name="claim">The claim; it has a reproduced score.</param>
    /// <param name="sheet">Its sheet.</param>
    public GapTests(ClaimEvidence claim, ClaimSheet sheet)
    {
        var margin = sheet.MarginPoints / 100;
        var rate = claim.Claimed.Percent / 100;
        N = claim.Reproduced!.N ?? claim.N;
        Claimed = claim.Claimed.NearestCount(N);
        Reproduced = claim.Reproduced.NearestCount(N);
        Measured = MeasuredGap.Of(claim, sheet);
        if (Measured is { Standard: { IsStopped: true } stopped })
        {
            Score95 = Share(stopped.AnytimeInterval(0.95));
            Simultaneous = Share(stopped.AnytimeInterval(sheet.SimultaneousLevel));
            Gap95 = new(rate - Score95.Upper, rate - Score95.Lower);
            LowerBound = rate - Simultaneous.Upper;
        }
        else
        {
            Score95 = BinomialInterval.Wilson(Reproduced, N, 0.95);
            Simultaneous = BinomialInterval.ClopperPearson(Reproduced, N, sheet.SimultaneousLevel);
            Gap95 = TwoProportions.Newcombe(Claimed, N, Reproduced, N, 0.95);
            LowerBound = ClaimGap.LowerBound(N, rate, Reproduced, sheet.SimultaneousLevel);
        }

        A = BinomialTest.Less(Reproduced, N, rate);
        B = TwoProportions.PooledTest(Claimed, N, Reproduced, N)?.TwoSided ?? Probability.One;
        C = McNemar.UnknownPairing(N, Claimed, Reproduced);
        // A score of shares is no count: its readings come from the credits themselves; those of a run that may stop from their order.
        Readings = MayStop ? Measured!.StandardReadings
            : Measured is { Standard.IsCount: false } ? GapReadings.OfCredits(claim.Claimed, Measured.Standard.Credits, margin) : GapReadings.OfCounts(rate, N, Claimed, Reproduced, margin);
        GivesTheDigits = claim.Standard is { } standard && ScoreIntervals.GivesTheDigits(claim.Claimed, claim.N, standard);
        BestGivesTheDigits = Measured?.Best is { } best && ScoreIntervals.GivesTheDigits(claim.Claimed, claim.N, best.Configuration.Run);
    }

    /// <summary>Items.</summary>
    public long N { get; }

    /// <summary>Right answers claimed, nearest whole number.</summary>
    public long Claimed { get; }

    /// <summary>Right answers reproduced, nearest whole number.</summary>
    public long Reproduced { get; }

    /// <summary>95 % interval of the reproduced rate: Wilson's; the confidence sequence where the run stopped early.</summary>
    public Interval Score95 { get; }

    /// <summary>Its exact interval, simultaneous over the sheet; the confidence sequence where the run stopped early.</summary>
    public Interval Simultaneous { get; }

    /// <summary>
    /// 95 % interval of the gap: Newcombe's, the claim read as an independent estimate; where the run stopped early that of the score, the claim
    /// read as a fixed number.
    /// </summary>
    public Interval Gap95 { get; }

    /// <summary>Lower bound of the gap, simultaneous over the sheet.</summary>
    public double LowerBound { get; }

    /// <summary>Reading A, no gap.</summary>
    public Probability A { get; }

    /// <summary>Reading B, no gap.</summary>
    public Probability B { get; }

    /// <summary>Reading C, no gap, over all pairings.</summary>
    public McNemarBounds C { get; }

    /// <summary>All readings with the margin.</summary>
    public GapReadings Readings { get; }

    /// <summary>What the case asked itself; null where it rests on printed scores.</summary>
    public MeasuredGap? Measured { get; }

    /// <summary>Whether the standard protocol stops once the claim is refuted: the tests against the claim then hold at any time of looking.</summary>
    public bool MayStop => Measured?.Standard.Protocol.StopsWhenRefuted == true;

    /// <summary>Whether its run did stop before it had asked everything.</summary>
    public bool IsStopped => Measured?.Standard.IsStopped == true;

    /// <summary>Whether the standard protocol, asked here on the claim's own items, gives the printed digits: nothing is left to chance.</summary>
    public bool GivesTheDigits { get; }

    /// <summary>Whether the best other configuration does.</summary>
    public bool BestGivesTheDigits { get; }

    private static Interval Share(Interval percent) => new(percent.Lower / 100, percent.Upper / 100);
}
