using ForensicKit.Inference.Engine;
using static TorchSharp.torch;
using FactAttribute = Xunit.FactAttribute;

namespace ForensicKit.Inference.Tests.Engine;

public class DeviceLogitsTests
{
    private const int Vocabulary = 301;
    private const int Rows = 40;

    [Fact]
    public void Answers_are_those_of_the_rows_read_on_the_processor()
    {
        Inference.Torch.TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        var random = new Random(5);
        var values = new float[Rows * Vocabulary];
        for (var i = 0; i < values.Length; i++)
        {
            // Whole numbers, so that many are equal; the first row is one of real numbers, and some tokens are not possible at all.
            values[i] = i < Vocabulary ? (float)(8 * random.NextDouble()) : random.Next(-6, 7);
            if (random.Next(50) == 0)
                values[i] = float.NegativeInfinity;
        }

        var logits = tensor(values).view(Rows, Vocabulary);
        var questions = Enumerable.Range(0, 400).Select(i => (Row: random.Next(Rows), Token: i < 100 ? values.AsSpan(i % Rows * Vocabulary, Vocabulary).IndexOf(6f) is >= 0 and var best ? best : 0 : random.Next(Vocabulary))).ToList();
        questions.AddRange(Enumerable.Range(0, Rows).Select(row => (row, LogitRows.Summarise(LogitRows.Values(logits).Slice(row * Vocabulary, Vocabulary), moments: false).Best)));
        var answers = DeviceLogits.Ask(logits, questions, moments: true);
        var without = DeviceLogits.Ask(logits, questions, moments: false);
        for (var i = 0; i < questions.Count; i++)
        {
            var (at, token) = questions[i];
            var row = LogitRows.Values(logits).Slice(at * Vocabulary, Vocabulary);
            var expected = LogitRows.Summarise(row, moments: true);
            var (logProb, detail, isBest) = answers[i];
            Assert.Equal(expected.Best == token, isBest);
            Close(row[token] - expected.LogSum, logProb);
            Assert.Equal(isBest ? 0 : LogitRows.Rank(row, token), detail.Rank);
            Close(isBest ? expected.Margin : (double)row[token] - row[expected.Best], detail.Margin);
            Close(expected.MeanLogProb, detail.MeanLogProb);
            Close(expected.VarianceLogProb, detail.VarianceLogProb);
            Assert.Equal((logProb, detail.Rank, true), (without[i].LogProb, without[i].Detail.Rank, double.IsNaN(without[i].Detail.MeanLogProb)));
        }

        Assert.Contains(answers, a => a.IsBest);
        Assert.Contains(answers, a => a is { IsBest: false, Detail.Rank: 0 });
        Assert.Contains(answers, a => double.IsNegativeInfinity(a.LogProb));
    }

    [Fact]
    public void Logits_that_are_not_numbers_are_refused()
    {
        Inference.Torch.TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        foreach (var bad in (float[])[float.NaN, float.PositiveInfinity])
            Assert.Contains("not numbers", Assert.Throws<KitException>(() => DeviceLogits.Ask(tensor(new[] { 1f, bad, 2f }).view(1, 3), [(0, 0)], moments: true)).Message, StringComparison.Ordinal);
    }

    // Float32 sums in another order.
    private static void Close(double expected, double actual)
    {
        if (double.IsFinite(expected))
            Assert.Equal(expected, actual, 2e-5);
        else
            Assert.Equal(expected, actual);
    }
}
