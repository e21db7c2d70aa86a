using System.Numerics.Tensors;
using ForensicKit.Inference.Checkpoints;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace ForensicKit.Inference.Decoders;

/// <summary>Slots that a row's next token sees: a range of its prompt and a range of what was generated.</summary>
/// <param name="First">First slot of the prompt.</param>
/// <param name="End">Slot behind the prompt's last.</param>
/// <param name="FirstMade">First slot of the answer.</param>
/// <param name="EndMade">Slot behind the answer's last.</param>
internal readonly record struct SeenSlots(int First, int End, int FirstMade, int EndMade)
{
    /// <summary>How many.</summary>
    public int Count => End - First + EndMade - FirstMade;
}

/// <summary>Attention of one token of each row to a cache (see <see cref="FewTokens"/>), and its rotary positions.</summary>
internal static unsafe class FewTokensAttention
{
    /// <summary>Attention to the slots that are seen.</summary>
    /// <param name="config">The model.</param>
    /// <param name="queries">[rows, heads, head size], turned.</param>
    /// <param name="keys">[rows, key heads, slots, head size], contiguous.</param>
    /// <param name="values">[rows, key heads, slots, head size], contiguous.</param>
    /// <param name="seen">What each row sees; at least one slot.</param>
    /// <returns>[rows, heads · head size].</returns>
    public static Tensor Attend(DecoderConfig config, Tensor queries, Tensor keys, Tensor values, SeenSlots[] seen)
    {
        var (rows, heads, groups, size, slots) = (seen.Length, config.Heads, config.KeyValueHeads, config.HeadSize, (int)keys.size(2));
        var scale = (float)(config.AttentionScale ?? (1 / Math.Sqrt(size)));
        using var asked = queries.contiguous();
        var result = zeros(rows, heads * size);
        var (q, k, v, to) = ((nint)FewTokens.Floats(asked), (nint)FewTokens.Floats(keys), (nint)FewTokens.Floats(values), (nint)FewTokens.Floats(result));
        var work = (long)heads * size * seen.Sum(s => s.Count);
        WorkerTeam.Shared.Run((int)Math.Clamp(work >> 15, 1, Math.Min(get_num_threads(), rows * groups)), (part, parts) =>
        {
            var scores = new float[seen.Max(s => s.Count)];
            for (var pair = rows * groups * part / parts; pair < rows * groups * (part + 1) / parts; pair++)
            {
                var (row, group) = (pair / groups, pair % groups);
                var start = (long)pair * slots * size;
                for (var head = group * (heads / groups); head < (group + 1) * (heads / groups); head++)
                {
                    var at = (((long)row * heads) + head) * size;
                    One((float*)q + at, (float*)k + start, (float*)v + start, (float*)to + at, seen[row], scores.AsSpan(0, seen[row].Count), size, scale, (float?)config.AttentionSoftCap);
                }
            }
        });
        return result;
    }

    /// <summary>Turns [tokens, heads, head size] by cosines and signed sines [tokens, 1, dimensions turned], half-split.</summary>
    public static Tensor Turn(Tensor x, Tensor cosines, Tensor sines)
    {
        var (tokens, heads, size, turned) = ((int)x.size(0), (int)x.size(1), (int)x.size(2), (int)cosines.size(-1));
        using var source = x.contiguous();
        var result = empty_like(source);
        float* from = FewTokens.Floats(source), to = FewTokens.Floats(result);
        for (var token = 0; token < tokens; token++)
        {
            float* c = FewTokens.Floats(cosines) + ((long)token * turned), s = FewTokens.Floats(sines) + ((long)token * turned);
            for (var head = 0; head < heads; head++)
            {
                float* a = from + ((((long)token * heads) + head) * size), b = to + ((((long)token * heads) + head) * size);
                for (var i = 0; i < turned; i++)
                    b[i] = (a[i] * c[i]) + (a[(i + (turned / 2)) % turned] * s[i]);
                for (var i = turned; i < size; i++)
                    b[i] = a[i];
            }
        }

        return result;
    }

    private static void One(float* query, float* keys, float* values, float* result, SeenSlots seen, Span<float> scores, int size, float scale, float? cap)
    {
        var i = 0;
        foreach (var (first, end) in (ReadOnlySpan<(int, int)>)[(seen.First, seen.End), (seen.FirstMade, seen.EndMade)])
        {
            for (var slot = first; slot < end; slot++)
                scores[i++] = scale * VectorKernels.Dot(query, keys + ((long)slot * size), size);
        }

        if (cap is { } limit)
        {
            TensorPrimitives.Divide(scores, limit, scores);
            TensorPrimitives.Tanh<float>(scores, scores);
            TensorPrimitives.Multiply(scores, limit, scores);
        }

        TensorPrimitives.Subtract(scores, TensorPrimitives.Max<float>(scores), scores);
        TensorPrimitives.Exp<float>(scores, scores);
        var total = TensorPrimitives.Sum<float>(scores);
        i = 0;
        foreach (var (first, end) in (ReadOnlySpan<(int, int)>)[(seen.First, seen.End), (seen.FirstMade, seen.EndMade)])
        {
            for (var slot = first; slot < end; slot++)
                VectorKernels.AddScaled(result, scores[i++] / total, values + ((long)slot * size), size);
        }
    }
}
