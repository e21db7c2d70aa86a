using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Tensor = TorchSharp.torch.Tensor;

namespace ForensicKit.Inference.Engine;

/// <summary>What is asked of a row of logits.</summary>
/// <param name="Best">The token with the greatest logit; the lowest id on ties.</param>
/// <param name="Margin">Greatest minus second greatest logit.</param>
/// <param name="LogSum">ln Σ exp(logit): a token's log-probability is its logit minus this.</param>
/// <param name="MeanLogProb">Σ p·log p; NaN where it was not asked for.</param>
/// <param name="VarianceLogProb">Σ p·log² p minus the mean's square; NaN where it was not asked for.</param>
internal readonly record struct RowSummary(int Best, double Margin, double LogSum, double MeanLogProb = double.NaN, double VarianceLogProb = double.NaN);

/// <summary>Logits in the CPU's memory, read row by row without a call into libtorch for each.</summary>
internal static class LogitRows
{
    // Below this many logits, handing work to other threads costs more than it saves.
    private const int WorthSharing = 1 << 18;

    // Sums in float32 over this many logits, in double beyond: a vocabulary's sum is exact to about 1e-6 of itself.
    private const int Block = 4096;

    /// <summary>The logits of a tensor [rows, vocabulary] (float32, contiguous, on the CPU), valid while it lives.</summary>
    public static Span<float> Values(Tensor logits) => MemoryMarshal.Cast<byte, float>(logits.bytes);

    /// <summary>Summaries of all rows.</summary>
    /// <param name="logits">[rows, vocabulary], float32, on the CPU.</param>
    /// <param name="threads">Threads to use.</param>
    /// <param name="moments">Which rows' moments are wanted; null for none.</param>
    /// <exception cref="KitException">A logit is not a number: the weights are damaged, or overflow.</exception>
    public static RowSummary[] Summarise(Tensor logits, int threads, Func<int, bool>? moments = null)
    {
        var rows = (int)logits.size(0);
        var width = (int)logits.size(1);
        var summaries = new RowSummary[rows];
        void One(int row) => summaries[row] = Summarise(Values(logits).Slice(row * width, width), moments?.Invoke(row) ?? false);
        if (rows == 1 || threads == 1 || (long)rows * width < WorthSharing)
        {
            for (var row = 0; row < rows; row++)
                One(row);
        }
        else
        {
            Parallel.For(0, rows, new ParallelOptions { MaxDegreeOfParallelism = threads }, One);
        }

        return summaries;
    }

    /// <summary>The summary of one row.</summary>
    /// <param name="row">The logits.</param>
    /// <param name="moments">Whether the moments of log p are wanted.</param>
    /// <exception cref="KitException">A logit is not a number.</exception>
    public static RowSummary Summarise(ReadOnlySpan<float> row, bool moments)
    {
        var (largest, second) = TwoLargest(row);
        var (sum, first, square) = moments ? Moments(row, largest) : (Sum(row, largest), double.NaN, double.NaN);
        if (!float.IsFinite(largest) || !double.IsFinite(sum))
            throw NotNumbers();
        var best = row.IndexOf(largest);
        var logSum = Math.Log(sum);
        var mean = first / sum;
        return new(best, (double)largest - second, largest + logSum, mean - logSum, (square / sum) - (mean * mean));
    }

    /// <summary>Why there are no answers.</summary>
    public static KitException NotNumbers() => new("The model computes logits that are not numbers: its weights are damaged, or overflow in float32.");

    /// <summary>How many logits are greater than that of a token.</summary>
    public static int Rank(ReadOnlySpan<float> row, int token)
    {
        var value = row[token];
        var limit = Vector512.Create(value);
        var (greater, i) = (0, 0);
        for (; i <= row.Length - Vector512<float>.Count; i += Vector512<float>.Count)
            greater += System.Numerics.BitOperations.PopCount(Vector512.GreaterThan(Vector512.Create(row.Slice(i, Vector512<float>.Count)), limit).ExtractMostSignificantBits());
        for (; i < row.Length; i++)
            greater += row[i] > value ? 1 : 0;
        return greater;
    }

    private static (float Largest, float Second) TwoLargest(ReadOnlySpan<float> row)
    {
        var width = Vector512<float>.Count;
        var (largest, second) = (float.NegativeInfinity, float.NegativeInfinity);
        var (tops, seconds) = (Vector512.Create(largest), Vector512.Create(second));
        var i = 0;
        for (; i <= row.Length - width; i += width)
        {
            var x = Vector512.Create(row.Slice(i, width));
            seconds = Vector512.Max(seconds, Vector512.Min(tops, x));
            tops = Vector512.Max(tops, x);
        }

        void Take(float x)
        {
            second = Math.Max(second, Math.Min(largest, x));
            largest = Math.Max(largest, x);
        }

        for (var lane = 0; lane < width; lane++)
        {
            Take(tops[lane]);
            Take(seconds[lane]);
        }

        for (; i < row.Length; i++)
            Take(row[i]);
        return (largest, second);
    }

    private static double Sum(ReadOnlySpan<float> row, float largest)
    {
        var width = Vector512<float>.Count;
        var shift = Vector512.Create(largest);
        var total = 0.0;
        var i = 0;
        while (i <= row.Length - width)
        {
            var end = Math.Min(row.Length - width, i + Block - width);
            var sums = Vector512<float>.Zero;
            for (; i <= end; i += width)
                sums += Vector512.Exp(Vector512.Create(row.Slice(i, width)) - shift);
            total += Vector512.Sum(sums);
        }

        for (; i < row.Length; i++)
            total += MathF.Exp(row[i] - largest);
        return total;
    }

    // Σ e, Σ e·t and Σ e·t² with t = logit - largest and e = exp t.
    private static (double Sum, double First, double Square) Moments(ReadOnlySpan<float> row, float largest)
    {
        // What is not possible at all has e = 0 and counts for nothing: minus infinity times zero would be no number.
        const float Least = -1000;
        var width = Vector512<float>.Count;
        var (shift, least) = (Vector512.Create(largest), Vector512.Create(Least));
        var (total, first, square) = (0.0, 0.0, 0.0);
        var i = 0;
        while (i <= row.Length - width)
        {
            var end = Math.Min(row.Length - width, i + Block - width);
            var (sums, firsts, squares) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
            for (; i <= end; i += width)
            {
                var t = Vector512.Max(Vector512.Create(row.Slice(i, width)) - shift, least);
                var e = Vector512.Exp(t);
                var weighted = e * t;
                sums += e;
                firsts += weighted;
                squares += weighted * t;
            }

            total += Vector512.Sum(sums);
            first += Vector512.Sum(firsts);
            square += Vector512.Sum(squares);
        }

        for (; i < row.Length; i++)
        {
            var t = Math.Max(row[i] - largest, Least);
            var e = MathF.Exp(t);
            total += e;
            first += e * t;
            square += e * t * t;
        }

        return (total, first, square);
    }
}
