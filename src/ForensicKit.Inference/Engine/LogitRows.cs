using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Tensor = TorchSharp.torch.Tensor;

namespace ForensicKit.Inference.Engine;

/// <summary>What is asked of a row of logits: the most probable token and the logarithm of the sum of exponentials.</summary>
/// <param name="Best">The token with the greatest logit; the lowest id on ties.</param>
/// <param name="LogSum">ln Σ exp(logit): a token's log-probability is its logit minus this.</param>
internal readonly record struct RowSummary(int Best, double LogSum);

/// <summary>Logits in the CPU's memory, read row by row without a call into libtorch for each.</summary>
internal static class LogitRows
{
    // Below this many logits, handing work to other threads costs more than it saves.
    private const int WorthSharing = 1 << 18;

    /// <summary>The logits of a tensor [rows, vocabulary] (float32, contiguous, on the CPU), valid while it lives.</summary>
    public static Span<float> Values(Tensor logits) => MemoryMarshal.Cast<byte, float>(logits.bytes);

    /// <summary>Summaries of all rows.</summary>
    /// <param name="logits">[rows, vocabulary], float32, on the CPU.</param>
    /// <param name="threads">Threads to use.</param>
    /// <exception cref="KitException">A logit is not a number: the weights are damaged, or overflow.</exception>
    public static RowSummary[] Summarise(Tensor logits, int threads)
    {
        var rows = (int)logits.size(0);
        var width = (int)logits.size(1);
        var summaries = new RowSummary[rows];
        if (rows == 1 || threads == 1 || (long)rows * width < WorthSharing)
        {
            var buffer = new float[width];
            for (var row = 0; row < rows; row++)
                summaries[row] = Summarise(Values(logits).Slice(row * width, width), buffer);
        }
        else
        {
            Parallel.For(0, rows, new ParallelOptions { MaxDegreeOfParallelism = threads }, () => new float[width], (row, _, buffer) =>
            {
                summaries[row] = Summarise(Values(logits).Slice(row * width, width), buffer);
                return buffer;
            }, _ => { });
        }

        return summaries;
    }

    /// <summary>The summary of one row.</summary>
    /// <param name="row">The logits.</param>
    /// <param name="buffer">Scratch space of the same length; afterwards exp(logit − greatest logit).</param>
    /// <exception cref="KitException">A logit is not a number.</exception>
    public static RowSummary Summarise(ReadOnlySpan<float> row, Span<float> buffer)
    {
        var best = TensorPrimitives.IndexOfMax(row);
        var largest = row[best];
        if (!float.IsFinite(largest))
            throw new KitException("The model computes logits that are not numbers: its weights are damaged, or overflow in float32.");
        TensorPrimitives.Subtract(row, largest, buffer);
        TensorPrimitives.Exp<float>(buffer, buffer);
        return new(best, largest + Math.Log(TensorPrimitives.Sum<float>(buffer)));
    }
}
