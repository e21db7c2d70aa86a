using ForensicKit.Claims;
using ForensicKit.Manifests;
using ForensicKit.Statistics;

namespace ForensicKit.Findings.Judgement;

/// <summary>What positive controls say of the harness.</summary>
internal enum ControlOutcome
{
    /// <summary>The case names no control on this benchmark, or has not asked it.</summary>
    Missing,

    /// <summary>A known score was neither met nor missed beyond chance.</summary>
    Undecided,

    /// <summary>A known score was missed: this harness does not measure what it should.</summary>
    Failed,

    /// <summary>A known score was met, and none was missed.</summary>
    Passed,
}

/// <summary>One control: the known score beside the one measured here.</summary>
/// <param name="Outcome">What it says.</param>
/// <param name="Control">The control it comes from; null where there is none.</param>
/// <param name="OnTheSameItems">Whether it was asked exactly the items that the known score is over, without sampling.</param>
/// <param name="Tost">p of "not equivalent within the margin" where items or samples differ; null otherwise.</param>
internal sealed record ControlCheck(ControlOutcome Outcome, ControlEvidence? Control, bool OnTheSameItems, Probability? Tost)
{
    /// <summary>
    /// Checks a claim's controls. On the very same items without sampling there is nothing left to chance: the score must lie within the
    /// margin of the known one. Otherwise both one-sided tests must reject a difference of the margin or more (TOST, exact binomial).
    /// </summary>
    /// <param name="controls">Controls on the claim's benchmark.</param>
    /// <param name="marginPoints">The margin in points.</param>
    /// <param name="alpha">The level.</param>
    /// <returns>The worst failure, else the best success.</returns>
    public static ControlCheck Of(IReadOnlyList<ControlEvidence> controls, double marginPoints, double alpha)
    {
        var checks = controls.Select(c => One(c, marginPoints, alpha)).ToList();
        return checks.Find(c => c.Outcome == ControlOutcome.Failed) ?? checks.MaxBy(c => c.Outcome) ?? new(ControlOutcome.Missing, null, false, null);
    }

    private static ControlCheck One(ControlEvidence control, double marginPoints, double alpha)
    {
        if (control.Run is not { Items: > 0 } run)
            return new(ControlOutcome.Missing, null, false, null);
        if (run.Items == control.Known.N && IsDeterministic(run.Protocol))
        {
            var meets = ScoreIntervals.GivesTheDigits(control.Known, run.Items, run) || Math.Abs(run.Percent - control.Known.Percent) < marginPoints;
            return new(meets ? ControlOutcome.Passed : ControlOutcome.Failed, control, true, null);
        }

        var (n, known, margin) = ((long)run.Items, control.Known.Percent / 100, marginPoints / 100);
        // A share counts as the whole number of right answers that speaks against equivalence.
        var (low, high) = ((long)Math.Floor(run.Credits.Sum()), (long)Math.Ceiling(run.Credits.Sum()));
        var above = known <= margin ? Probability.Zero : BinomialTest.Greater(low, n, (DoubleDouble)known - margin);
        var below = known >= 1 - margin ? Probability.Zero : BinomialTest.Less(high, n, (DoubleDouble)known + margin);
        var tost = Probability.Max(above, below);
        var misses = (known > margin && BinomialTest.Less(high, n, (DoubleDouble)known - margin).Value <= alpha / 2)
            || (known < 1 - margin && BinomialTest.Greater(low, n, (DoubleDouble)known + margin).Value <= alpha / 2);
        return new(tost.Value <= alpha ? ControlOutcome.Passed : misses ? ControlOutcome.Failed : ControlOutcome.Undecided, control, false, tost);
    }

    private static bool IsDeterministic(RunProtocol protocol) => protocol.Kind == ProtocolKind.Choices || protocol.Temperature == 0;
}
