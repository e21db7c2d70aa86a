using System.Numerics.Tensors;
using ForensicKit.Models;

namespace ForensicKit.Inference.Engine;

/// <summary>Draws the tokens of one answer: draw i depends on the request's seed and on i alone, never on what else is in the batch.</summary>
internal sealed class TokenSampler(Sampling sampling, long seed)
{
    private float[] _weights = [];
    private int[] _order = [];
    private float[] _keys = [];

    /// <summary>The i-th uniform number of a seed, in [0, 1): SplitMix64 (Steele, Lea and Flood 2014), entered at i.</summary>
    public static double Uniform(long seed, long i)
    {
        // The seed is mixed once so that neighbouring seeds do not give shifted copies of one sequence.
        var state = Mix(unchecked((ulong)seed + 0x9e3779b97f4a7c15)) + (unchecked((ulong)i + 1) * 0x9e3779b97f4a7c15);
        return (Mix(state) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>The token at place <paramref name="i"/>.</summary>
    /// <param name="logits">Its logits.</param>
    /// <param name="summary">Their summary.</param>
    /// <param name="i">How many tokens of the answer come before.</param>
    public int Draw(ReadOnlySpan<float> logits, RowSummary summary, int i)
    {
        if (sampling.Temperature == 0)
            return summary.Best;
        if (_weights.Length != logits.Length)
            (_weights, _order, _keys) = (new float[logits.Length], new int[logits.Length], new float[logits.Length]);
        TensorPrimitives.Subtract(logits, logits[summary.Best], _weights);
        TensorPrimitives.Multiply(_weights, (float)(1 / sampling.Temperature), _weights);
        TensorPrimitives.Exp<float>(_weights, _weights);
        var uniform = Uniform(seed, i);
        return sampling.TopP < 1 ? FromNucleus(uniform) : FromAll(uniform);
    }

    private int FromAll(double uniform)
    {
        var total = 0.0;
        foreach (var weight in _weights)
            total += weight;
        var target = uniform * total;
        var sum = 0.0;
        var last = 0;
        for (var token = 0; token < _weights.Length; token++)
        {
            if (_weights[token] == 0)
                continue;
            sum += _weights[token];
            last = token;
            if (sum > target)
                return token;
        }

        return last;
    }

    // The smallest set of the most probable tokens that reaches the share; the lowest id first on ties.
    private int FromNucleus(double uniform)
    {
        var total = 0.0;
        foreach (var weight in _weights)
            total += weight;
        // Those below this together do not make up what the nucleus leaves out: none of them is in it, and they need no sorting.
        var least = (float)((1 - sampling.TopP) * total / _weights.Length);
        var count = 0;
        for (var token = 0; token < _weights.Length; token++)
        {
            if (_weights[token] >= least && _weights[token] > 0)
                (_order[count], _keys[count++]) = (token, -_weights[token]);
        }

        Array.Sort(_keys, _order, 0, count);
        var share = sampling.TopP * total;
        var kept = 0;
        var sum = 0.0;
        while (kept < count && (kept == 0 || sum < share))
            sum += -(double)_keys[kept++];
        SortTies(kept, count);
        var target = uniform * sum;
        var reached = 0.0;
        for (var i = 0; i < kept; i++)
        {
            reached += _weights[_order[i]];
            if (reached > target)
                return _order[i];
        }

        return _order[kept - 1];
    }

    // Array.Sort is not stable: ids of equal weight are put in order, those beyond the nucleus' edge included.
    private void SortTies(int kept, int count)
    {
        for (var start = 0; start < kept;)
        {
            var end = start + 1;
            while (end < count && _keys[end] == _keys[start])
                end++;
            if (end - start > 1)
                Array.Sort(_order, start, end - start);
            start = end;
        }
    }

    private static ulong Mix(ulong z)
    {
        z = unchecked((z ^ (z >> 30)) * 0xbf58476d1ce4e5b9);
        z = unchecked((z ^ (z >> 27)) * 0x94d049bb133111eb);
        return z ^ (z >> 31);
    }
}
