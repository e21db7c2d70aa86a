using CsCheck;
using ForensicKit.Sensitivity;

namespace ForensicKit.Tests.Sensitivity;

public class PromptSensitivityTests
{
    [Fact]
    public void Posix_of_prompts_that_make_no_difference_is_zero() =>
        Assert.Equal(0, PromptSensitivity.Posix([[-3, -5], [-3, -5]], [4, 7]));

    [Fact]
    public void Posix_weighs_by_response_length() =>
        Assert.Equal(((2 / 4.0) + (3 / 6.0)) / 2, PromptSensitivity.Posix([[-3, -8], [-5, -5]], [4, 6]));

    [Fact]
    public void Pairwise_sensitivity_is_the_mean_over_pairs() => Gen.Double[0, 1].Array[2, 12].Sample(scores =>
    {
        var pairs = from i in Enumerable.Range(0, scores.Length) from j in Enumerable.Range(0, i) select Math.Abs(scores[i] - scores[j]);
        Assert.Equal(pairs.Average(), PromptSensitivity.ProSA([scores]).Mean, 1e-12);
    });

    [Fact]
    public void Combined_performance_lies_between_zero_and_the_best() => Gen.Double[0, 1].Array[1, 12].Sample(scores =>
        PromptSensitivity.Combined(scores) is var c && c.Combined >= 0 && c.Combined <= c.Maximum && c.Spread >= 0);

    [Fact]
    public void Recall_counts_an_unreadable_answer_as_wrong()
    {
        var recall = OptionBias.Recall("AABB", "A-BB", "AB");
        Assert.Equal([50, 100], recall.RecallPercent);
        Assert.Equal(25, recall.StandardDeviation);
        Assert.Equal(25 * Math.Sqrt(2), recall.StandardDeviationUnbiased, 1e-12);
    }

    /// <summary>Where the observed probabilities are prior × content, normalised, the prior is found exactly and dividing it out gives the content.</summary>
    [Fact]
    public void A_multiplicative_prior_is_recovered() =>
        Gen.Int[2, 5].SelectMany(n => Gen.Select(Gen.Double[0.05, 1].Array[n], Gen.Double[0.05, 1].Array[n].Array[1, 6])).Sample((raw, contents) =>
        {
            double[] prior = Normalised(raw);
            var estimated = OptionPrior.Estimate([.. contents.Select(content => Enumerable.Range(0, prior.Length)
                .Select(s => Normalised([.. prior.Select((p, l) => p * content[(l + s) % prior.Length])])).ToArray())]);
            Equal(prior, estimated.Prior);
            foreach (var (content, item) in contents.Zip(estimated.Items))
            {
                Equal(Normalised(content), estimated.Debias(Normalised([.. prior.Zip(content, (p, c) => p * c)])));
                Assert.Equal(content.Max(), content[item.Choice], 1e-12);
            }

            static double[] Normalised(double[] values) => [.. values.Select(v => v / values.Sum())];

            static void Equal(IReadOnlyList<double> expected, IReadOnlyList<double> actual)
            {
                for (var i = 0; i < expected.Count; i++)
                    Assert.Equal(expected[i], actual[i], 1e-12);
            }
        });

    [Fact]
    public void Ties_go_to_the_first() => Assert.Equal(1, OptionPrior.Choice([0.1, 0.4, 0.4, 0.1]));

    [Fact]
    public void Nonsense_is_rejected()
    {
        Assert.ThrowsAny<ArgumentException>(() => PromptSensitivity.Posix([[-1]], [1]));
        Assert.ThrowsAny<ArgumentException>(() => PromptSensitivity.Posix([[-1, -2], [-1]], [1, 1]));
        Assert.ThrowsAny<ArgumentException>(() => PromptSensitivity.Posix([[-1, -2], [-1, -2]], [1, 0]));
        Assert.ThrowsAny<ArgumentException>(() => PromptSensitivity.ProSA([]));
        Assert.ThrowsAny<ArgumentException>(() => PromptSensitivity.ProSA([[1]]));
        Assert.ThrowsAny<ArgumentException>(() => PromptSensitivity.Combined([]));
        Assert.ThrowsAny<ArgumentException>(() => PromptSensitivity.Combined([1.2]));
        Assert.ThrowsAny<ArgumentException>(() => OptionBias.Recall("AAAB", "AABB"));
        Assert.ThrowsAny<ArgumentException>(() => OptionBias.Recall("AX", "AA", "AB"));
        Assert.ThrowsAny<ArgumentException>(() => OptionBias.Recall("A", "AB", "AB"));
        Assert.ThrowsAny<ArgumentException>(() => OptionPrior.Estimate([]));
        Assert.ThrowsAny<ArgumentException>(() => OptionPrior.Estimate([[[0.5, 0.5]]]));
        Assert.ThrowsAny<ArgumentException>(() => OptionPrior.Estimate([[[1, 0], [0.5, 0.5]]]));
    }
}
