using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Verdicts;

/// <summary>What is said about a benchmark: three things, none of which follows from another.</summary>
public enum ContaminationStatement
{
    /// <summary>Items stand in text that the model may have been trained on.</summary>
    Presence,

    /// <summary>The model knows items better than it could without having seen them.</summary>
    Memorisation,

    /// <summary>It scores higher on them for it.</summary>
    Inflation,
}

/// <summary>A test that speaks for a statement about a benchmark.</summary>
/// <param name="Benchmark">The benchmark.</param>
/// <param name="Statement">What a small p speaks for.</param>
/// <param name="Name">Name of the test, unique for benchmark and statement.</param>
/// <param name="P">Its p-value; the null is that the statement is not true.</param>
public sealed record ContaminationTest(string Benchmark, ContaminationStatement Statement, string Name, Probability P);

/// <summary>What all tests of a statement say together.</summary>
/// <param name="Benchmark">The benchmark.</param>
/// <param name="Statement">The statement.</param>
/// <param name="Tests">The tests, at least one.</param>
/// <param name="Combined">Their combined p-value, valid whatever the dependence between them.</param>
/// <param name="Adjusted">The same after Benjamini and Hochberg's correction over all statements of the case.</param>
/// <param name="IsShown">Whether that is at most the level.</param>
public sealed record StatementVerdict(
    string Benchmark, ContaminationStatement Statement, IReadOnlyList<ContaminationTest> Tests, Probability Combined, Probability Adjusted, bool IsShown);

/// <summary>One verdict for a case from many tests: combined per benchmark and statement, corrected over the case.</summary>
/// <remarks>
/// Tests of one statement rest on the same answers and are dependent in unknown ways: they are combined by the harmonic mean with the factor that
/// makes it valid under any dependence (Vovk and Wang 2020, "Combining p-values via averaging", Biometrika 107), one or two by Bonferroni. The
/// combined p-values of all benchmarks and statements are then corrected for their false discovery rate (Benjamini and Hochberg 1995).
/// </remarks>
public static class ContaminationVerdicts
{
    /// <summary>Rate of false discoveries among the statements that are called shown. An accusation is serious: it is stricter than a case's α.</summary>
    /// <remarks>
    /// Half of what is promised, one false accusation in a hundred clean cases: at 0.01 the default zoo had 1.01% (0.44 to 1.76), which promises
    /// nothing.
    /// </remarks>
    public const double Level = 0.005;

    /// <summary>Gives the verdicts, in the order in which benchmarks and statements first come up.</summary>
    /// <param name="tests">Every test that was made: leaving out those that say nothing would be choosing.</param>
    /// <param name="level">False discovery rate.</param>
    /// <exception cref="ArgumentException">A test comes twice.</exception>
    public static IReadOnlyList<StatementVerdict> Of(IReadOnlyList<ContaminationTest> tests, double level = Level)
    {
        if (tests.GroupBy(t => (t.Benchmark, t.Statement, t.Name)).FirstOrDefault(g => g.Skip(1).Any()) is { } twice)
            throw new ArgumentException($"The test '{twice.Key.Name}' of {twice.Key.Benchmark} comes twice.", nameof(tests));
        if (tests.Count == 0)
            return [];
        var groups = tests.GroupBy(t => (t.Benchmark, t.Statement)).Select(g => (g.Key, Tests: g.ToList(), Combined: PCombination.AnyDependence([.. g.Select(t => t.P)]))).ToList();
        var adjusted = MultipleTesting.BenjaminiHochberg([.. groups.Select(g => g.Combined)]);
        return [.. groups.Select((g, i) => new StatementVerdict(g.Key.Benchmark, g.Key.Statement, g.Tests, g.Combined, adjusted[i], adjusted[i].Value <= level))];
    }
}
