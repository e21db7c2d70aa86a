using CsCheck;
using ForensicKit.Sensitivity;

namespace ForensicKit.Tests.Sensitivity;

public class PromptEvalTests
{
    private static readonly Gen<bool?[][]> Responses =
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 10]).SelectMany((templates, items) => Gen.Int[0, 3].Array[items].Array[templates])
            .Select(rows => rows.Select(row => row.Select(v => v switch { 0 => false, 1 => true, _ => (bool?)null }).ToArray()).ToArray())
            .Where(rows => rows.Any(row => row.Any(y => y is not null)));

    [Fact]
    public void The_gradient_vanishes() => Gen.Select(Responses, Gen.Double[-2, 3].Select(e => Math.Pow(10, e))).Sample((y, c) =>
    {
        var fit = PromptEval.Fit(y, c);
        Assert.True(fit.MaximumGradient < 1e-9);
        for (var i = 0; i < y.Length; i++)
            Assert.Equal(0, fit.Theta[i] + (c * Residuals(Enumerable.Range(0, y[i].Length).Select(j => (i, j)))), 1e-8);
        for (var j = 0; j < y[0].Length - 1; j++)
            Assert.Equal(0, fit.Beta[j] - (c * Residuals(Enumerable.Range(0, y.Length).Select(i => (i, j)))), 1e-8);
        Assert.Equal(0, fit.Beta[^1]);

        double Residuals(IEnumerable<(int I, int J)> cells) =>
            cells.Where(x => y[x.I][x.J] is not null).Sum(x => fit.Probabilities[x.I][x.J] - (y[x.I][x.J]!.Value ? 1 : 0));
    });

    [Fact]
    public void What_was_observed_stays() => Responses.Sample(y =>
    {
        var fit = PromptEval.Fit(y);
        for (var i = 0; i < y.Length; i++)
        {
            for (var j = 0; j < y[i].Length; j++)
                Assert.Equal(y[i][j] is { } seen ? (seen ? 1 : 0) : fit.Probabilities[i][j], fit.Estimates[i][j]);
            Assert.Equal(fit.Estimates[i].Average(), fit.TemplateScores[i], 1e-12);
        }

        Assert.Equal(fit.TemplateScores.Min(), fit.Percentile(0));
        Assert.Equal(fit.TemplateScores.Max(), fit.Percentile(100));
    });

    /// <summary>One template and one item leave θ = C(1 − σ(θ)) where the response is right.</summary>
    [Fact]
    public void One_cell_has_a_closed_condition()
    {
        var theta = PromptEval.Fit([[true]], 2).Theta[0];
        Assert.Equal(theta, 2 / (1 + Math.Exp(theta)), 1e-12);
    }

    [Fact]
    public void Equal_responses_have_a_finite_fit()
    {
        var fit = PromptEval.Fit([[true, true, null], [true, null, true]]);
        Assert.All(fit.Theta, t => Assert.True(double.IsFinite(t)));
        Assert.All(fit.TemplateScores, s => Assert.InRange(s, 0.9, 1));
    }

    [Fact]
    public void A_hundred_templates_and_thousands_of_items_are_fitted()
    {
        // Every template sees 1% of the items.
        var random = new Random(5);
        bool?[][] y = [.. Enumerable.Range(0, 100).Select(i => Enumerable.Range(0, 3000)
            .Select(j => random.Next(100) == 0 ? random.NextDouble() < 0.3 + (0.004 * i) : (bool?)null).ToArray())];
        var fit = PromptEval.Fit(y, 1);
        Assert.True(fit.MaximumGradient < 1e-9);
        Assert.True(fit.TemplateScores.Skip(80).Average() > fit.TemplateScores.Take(20).Average() + 0.1);
    }

    [Fact]
    public void Nonsense_is_rejected()
    {
        Assert.ThrowsAny<ArgumentException>(() => PromptEval.Fit([]));
        Assert.ThrowsAny<ArgumentException>(() => PromptEval.Fit([[]]));
        Assert.ThrowsAny<ArgumentException>(() => PromptEval.Fit([[true], [true, false]]));
        Assert.ThrowsAny<ArgumentException>(() => PromptEval.Fit([[null, null]]));
        Assert.ThrowsAny<ArgumentException>(() => PromptEval.Fit([[true]], 0));
    }
}
