using System.Globalization;
using ForensicKit.Claims;
using ForensicKit.Findings.Attribution;
using ForensicKit.Manifests;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Judgement;

/// <summary>
/// A thousand made-up claimants whose factor effects are known: how often the 95 % intervals hold the true share. With 1,000 claimants the
/// error of a coverage is 0.7 points, so that 95 ± 2.5 is three and a half of them.
/// </summary>
/// <remarks>
/// An item is right where θ_S + Σ_{f∈S} w_{c,f} − b − ε > 0 with ε ~ N(0, 1): b is the item's difficulty, shared by all combinations, θ_S holds
/// main effects and an interaction, w a subject's own effect of a factor. Integrating out gives the true score
/// v(S) = Φ(θ_S/√(1 + Var b + |S|·Var w)) and with it the true shares over the super-population.
/// </remarks>
public class AttributionCoverageTests
{
    private const int Claimants = 1_000;

    private static readonly AttributionPlan s_plan = new(
        "a",
        [new("prompt", "Prompt", []), new("sampling", "Sampling", []), new("votes", "Votes", ["sampling"])],
        [
            new([], "p", "r"), new(["prompt"], "p", "r"), new(["sampling"], "p", "r"), new(["prompt", "sampling"], "p", "r"),
            new(["sampling", "votes"], "p", "r"), new(["prompt", "sampling", "votes"], "p", "r"),
        ]);

    [Theory]
    [InlineData(300, 1, 0.0)]
    [InlineData(40, 8, 0.5)]
    [InlineData(12, 25, 0.5)]
    public void Intervals_hold_the_true_shares_as_often_as_they_say(int subjects, int itemsPerSubject, double subjectEffect)
    {
        var random = new NumpyRandomState(20240905);
        var covered = new int[s_plan.Factors.Count + 2];
        var naive = 0;
        for (var claimant = 0; claimant < Claimants; claimant++)
        {
            var theta = Effects(random);
            var truth = Truth(theta, subjectEffect);
            var evidence = Draw(random, theta, subjects, itemsPerSubject, subjectEffect);
            var result = GapAttribution.Of(evidence);
            var amounts = result.Shares.Append(result.Gap).Append(result.Best).ToList();
            for (var i = 0; i < covered.Length; i++)
                covered[i] += Holds(amounts[i], truth[i]) ? 1 : 0;
            Assert.Equal(result.Best.Points - result.Standard.Points, result.Shares.Sum(s => s.Points), 1e-9);
            naive += itemsPerSubject > 1 && Holds(GapAttribution.Of(evidence with { Subjects = null }).Shares[0], truth[0]) ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{subjects} x {itemsPerSubject}: {string.Join(" / ", covered.Select(c => 100.0 * c / Claimants))} %; the first without its subjects {(itemsPerSubject > 1 ? 100.0 * naive / Claimants : double.NaN)} %"));
        Assert.All(covered, c => Assert.InRange(100.0 * c / Claimants, 92.5, 97.5));
        Assert.InRange(100.0 * covered.Take(s_plan.Factors.Count).Sum() / (Claimants * s_plan.Factors.Count), 93.5, 96.5);
        // Without its subjects a subject's own effect is taken for many: the test above could fail.
        if (itemsPerSubject > 1)
            Assert.InRange(100.0 * naive / Claimants, 0, 91);
    }

    private static bool Holds(AttributedAmount amount, double truth) => truth >= amount.Lower && truth <= amount.Upper;

    // θ by combination, in the order of the plan's cells: main effects and one interaction of prompt and sampling.
    private static double[] Effects(NumpyRandomState random)
    {
        var (start, prompt, sampling, votes, both) = (random.Normal(0, 0.5), random.Normal(0.3, 0.3), random.Normal(-0.1, 0.2), random.Normal(0.4, 0.2), random.Normal(0, 0.3));
        return [start, start + prompt, start + sampling, start + prompt + sampling + both, start + sampling + votes, start + prompt + sampling + votes + both];
    }

    private static double[] Truth(double[] theta, double subjectEffect)
    {
        var shapley = new ShapleyAttribution(s_plan.Factors.Count, s_plan.Precedence);
        var values = s_plan.Cells.Select((cell, i) => (Mask: s_plan.MaskOf(cell), Score: Normal.Lower(theta[i] / Math.Sqrt(2 + (cell.Favourable.Count * subjectEffect * subjectEffect))).Value))
            .ToDictionary(v => v.Mask, v => v.Score);
        var shares = shapley.Shares(values);
        return [.. shares.Shares.Select(s => 100 * s), 100 * shares.Gap, 100 * values[7]];
    }

    private static AttributionEvidence Draw(NumpyRandomState random, double[] theta, int subjects, int itemsPerSubject, double subjectEffect)
    {
        var (credits, names) = (new List<IReadOnlyList<double>>(), new List<string>());
        for (var s = 0; s < subjects; s++)
        {
            double[] own = [.. s_plan.Factors.Select(_ => random.Normal(0, 1) * subjectEffect)];
            for (var i = 0; i < itemsPerSubject; i++)
            {
                var difficulty = random.Normal(0, 1);
                credits.Add([.. s_plan.Cells.Select((cell, k) =>
                {
                    var level = theta[k] - difficulty + s_plan.Factors.Select((f, j) => cell.Favourable.Contains(f.Id, StringComparer.Ordinal) ? own[j] : 0).Sum();
                    // A vote's credit is a share, the mean of several draws; the others are right or wrong.
                    var draws = cell.Favourable.Contains("votes", StringComparer.Ordinal) ? 3 : 1;
                    return Enumerable.Range(0, draws).Count(_ => level + random.Normal(0, 1) > 0) / (double)draws;
                })]);
                names.Add(s.ToString(CultureInfo.InvariantCulture));
            }
        }

        return new(s_plan, ["r"], credits, itemsPerSubject > 1 ? names : null);
    }
}
