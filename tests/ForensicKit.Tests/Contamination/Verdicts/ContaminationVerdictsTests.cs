using ForensicKit.Contamination.Verdicts;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Contamination.Verdicts;

public class ContaminationVerdictsTests
{
    [Fact]
    public void Tests_are_combined_for_each_statement_and_corrected_over_the_case()
    {
        var verdicts = ContaminationVerdicts.Of(
        [
            Test("mmlu", ContaminationStatement.Presence, "scan", 1e-6),
            Test("mmlu", ContaminationStatement.Memorisation, "a", 0.001), Test("mmlu", ContaminationStatement.Memorisation, "b", 0.5),
            Test("gsm8k", ContaminationStatement.Inflation, "did", 0.03),
            Test("gsm8k", ContaminationStatement.Memorisation, "a", 0.001), Test("gsm8k", ContaminationStatement.Memorisation, "b", 0.001), Test("gsm8k", ContaminationStatement.Memorisation, "c", 0.001),
        ]);
        Assert.Equal(
            [("mmlu", ContaminationStatement.Presence), ("mmlu", ContaminationStatement.Memorisation), ("gsm8k", ContaminationStatement.Inflation), ("gsm8k", ContaminationStatement.Memorisation)],
            verdicts.Select(v => (v.Benchmark, v.Statement)));
        // One test is itself; two are Bonferroni's; three and more e·ln m times the harmonic mean.
        double[] combined = [1e-6, 0.002, 0.03, Math.E * Math.Log(3) * 0.001];
        Assert.All(verdicts.Zip(combined), v => Assert.Equal(v.Second, v.First.Combined.Value, 12));
        // Benjamini and Hochberg over four: p·4/rank, from the greatest down.
        var third = Math.E * Math.Log(3) * 0.001 * 4 / 3;
        double[] adjusted = [4e-6, Math.Min(0.002 * 4 / 2, third), 0.03, third];
        Assert.All(verdicts.Zip(adjusted), v => Assert.Equal(v.Second, v.First.Adjusted.Value, 12));
        Assert.Equal([true, true, false, true], verdicts.Select(v => v.IsShown));
    }

    [Fact]
    public void A_test_that_comes_twice_is_a_mistake() => Assert.Throws<ArgumentException>(() => ContaminationVerdicts.Of(
        [Test("b", ContaminationStatement.Presence, "scan", 0.1), Test("b", ContaminationStatement.Presence, "scan", 0.2)]));

    [Fact]
    public void A_case_with_nothing_in_it_is_accused_at_most_as_often_as_the_level_says()
    {
        var random = new System.Random(3);
        var accused = 0;
        for (var round = 0; round < 4000; round++)
        {
            // Dependent tests: of one benchmark's six, half repeat the others.
            var tests = new List<ContaminationTest>();
            foreach (var benchmark in (string[])["a", "b", "c", "d"])
            {
                var p = random.NextDouble();
                tests.AddRange(Enumerable.Range(0, 3).Select(i => Test(benchmark, ContaminationStatement.Memorisation, $"{i}", i < 2 ? p : random.NextDouble())));
                tests.Add(Test(benchmark, ContaminationStatement.Inflation, "did", (p + random.NextDouble()) % 1));
            }

            accused += ContaminationVerdicts.Of(tests).Any(v => v.IsShown) ? 1 : 0;
        }

        // 0.5% of 4,000, and four standard deviations.
        Assert.InRange(accused, 1, 20 + 18);
    }

    private static ContaminationTest Test(string benchmark, ContaminationStatement statement, string name, double p) => new(benchmark, statement, name, Probability.FromValue(p));
}
