using ForensicKit.Inference.Torch;
using ForensicKit.Models;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Engine;

/// <summary>What is asked of one token at one place.</summary>
/// <param name="LogProb">Its log-probability in nats.</param>
/// <param name="Detail">What else is known of it.</param>
/// <param name="IsBest">Whether it is the most probable; of equal ones the lowest id is.</param>
internal readonly record struct TokenAnswer(double LogProb, TokenDetail Detail, bool IsBest);

/// <summary>
/// The questions of <see cref="LogitRows"/>, answered on the device that the logits are on: a few numbers for each cross over to the processor
/// instead of a vocabulary.
/// </summary>
internal static class DeviceLogits
{
    // As in LogitRows: what is not possible at all counts for nothing.
    private const double Least = -1000;

    /// <summary>Answers.</summary>
    /// <param name="logits">[rows, vocabulary], float32; at least two tokens.</param>
    /// <param name="questions">A row and a token of each question.</param>
    /// <param name="moments">Whether the moments of log p are wanted.</param>
    /// <exception cref="KitException">A logit is not a number.</exception>
    public static TokenAnswer[] Ask(Tensor logits, IReadOnlyList<(int Row, int Token)> questions, bool moments)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var rows = logits.index_select(0, tensor(questions.Select(q => (long)q.Row).ToArray(), device: logits.device));
        var tokens = tensor(questions.Select(q => (long)q.Token).ToArray(), device: logits.device).unsqueeze(1);
        var own = rows.gather(1, tokens);
        var (two, _) = rows.topk(2, dim: -1);
        var largest = two.narrow(1, 0, 1);
        var ids = tensor(Enumerable.Range(0, (int)logits.size(1)).Select(id => (long)id).ToArray(), device: logits.device);
        var shifted = rows - largest;
        var weights = shifted.exp();
        List<Tensor> columns = [own.squeeze(1), largest.squeeze(1), two.select(1, 1), Sum(rows.gt(own)), Sum(rows.eq(own).logical_and(ids.lt(tokens))), Sum(weights)];
        if (moments)
        {
            var bounded = Scalars.With(Least, least => shifted.clamp(least));
            var first = weights * bounded;
            columns.Add(Sum(first));
            columns.Add(Sum(first * bounded));
        }

        var table = stack(columns.Select(c => c.to(ScalarType.Float64)), 1).cpu().data<double>().ToArray();
        return [.. Enumerable.Range(0, questions.Count).Select(i => Answer(table.AsSpan(i * columns.Count, columns.Count)))];
    }

    private static Tensor Sum(Tensor x) => x.sum(-1, type: ScalarType.Float64);

    private static TokenAnswer Answer(ReadOnlySpan<double> row)
    {
        var (own, largest, second, greater, equalBefore, sum) = (row[0], row[1], row[2], row[3], row[4], row[5]);
        if (!double.IsFinite(largest) || !double.IsFinite(sum))
            throw LogitRows.NotNumbers();
        var (isBest, logSum) = (greater == 0 && equalBefore == 0, Math.Log(sum));
        var (mean, square) = row.Length == 8 ? (row[6] / sum, row[7] / sum) : (double.NaN, double.NaN);
        return new(own - largest - logSum, new(isBest ? 0 : (int)greater, isBest ? largest - second : own - largest, mean - logSum, square - (mean * mean)), isBest);
    }
}
