using System.Numerics.Tensors;
using ForensicKit.Models;

namespace ForensicKit.Inference.Engine;

/// <summary>Draws the tokens of one answer: draw i depends on the request's seed and on i alone, never on what else is in the batch.</summary>
/// <remarks>In transformers' order: repetition penalty, temperature, top-k, top-p, min-p. Among equal tokens the lowest id comes first.</remarks>
/// <param name="sampling">How to draw.</param>
/// <param name="seed">The request's seed.</param>
/// <param name="prompt">The prompt's tokens, which count as repeated.</param>
internal sealed class TokenSampler(Sampling sampling, long seed, IEnumerable<int> prompt)
{
    private readonly HashSet<int> _seen = sampling.RepetitionPenalty == 1 ? [] : [.. prompt];
    private float[] _penalised = [];
    private float[] _weights = [];
    private int[] _order = [];
    private float[] _keys = [];

    /// <summary>Refuses what cannot be drawn by.</summary>
    /// <exception cref="KitException">A setting is out of its range.</exception>
    public static void Check(Sampling sampling, string where)
    {
        if (!(sampling.Temperature >= 0) || !double.IsFinite(sampling.Temperature) || !(sampling.TopP > 0) || sampling.TopP > 1)
            throw new KitException("The temperature must be 0 or more, and top-p above 0 and at most 1.", where);
        if (sampling.TopK < 0 || !(sampling.MinP >= 0) || sampling.MinP > 1 || !(sampling.RepetitionPenalty > 0) || !double.IsFinite(sampling.RepetitionPenalty))
            throw new KitException("Top-k must be 0 or more, min-p from 0 to 1, and the repetition penalty above 0.", where);
    }

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
        var best = summary.Best;
        if (sampling.RepetitionPenalty != 1)
        {
            logits = Penalised(logits);
            best = TensorPrimitives.IndexOfMax(logits);
        }

        var token = sampling.Temperature == 0 ? best : Draw(logits, best, Uniform(seed, i));
        if (sampling.RepetitionPenalty != 1)
            _seen.Add(token);
        return token;
    }

    private int Draw(ReadOnlySpan<float> logits, int best, double uniform)
    {
        if (_weights.Length != logits.Length)
            (_weights, _order, _keys) = (new float[logits.Length], new int[logits.Length], new float[logits.Length]);
        TensorPrimitives.Subtract(logits, logits[best], _weights);
        TensorPrimitives.Multiply(_weights, (float)(1 / sampling.Temperature), _weights);
        TensorPrimitives.Exp<float>(_weights, _weights);
        return sampling.TopP < 1 || sampling.TopK > 0 ? FromMostProbable(uniform) : FromAll(uniform);
    }

    private float[] Penalised(ReadOnlySpan<float> logits)
    {
        if (_penalised.Length != logits.Length)
            _penalised = new float[logits.Length];
        logits.CopyTo(_penalised);
        foreach (var token in _seen)
            _penalised[token] = _penalised[token] > 0 ? (float)(_penalised[token] / sampling.RepetitionPenalty) : (float)(_penalised[token] * sampling.RepetitionPenalty);
        return _penalised;
    }

    // The greatest weight is 1: min-p is a limit on weights.
    private int FromAll(double uniform)
    {
        var least = Math.Max((float)sampling.MinP, float.Epsilon);
        var total = 0.0;
        foreach (var weight in _weights)
            total += weight >= least ? weight : 0;
        var target = uniform * total;
        var sum = 0.0;
        var last = 0;
        for (var token = 0; token < _weights.Length; token++)
        {
            if (_weights[token] < least)
                continue;
            sum += _weights[token];
            last = token;
            if (sum > target)
                return token;
        }

        return last;
    }

    // The smallest set of the most probable tokens that reaches the share, of at most k.
    private int FromMostProbable(double uniform)
    {
        var total = 0.0;
        foreach (var weight in _weights)
            total += weight;
        // Those below this together do not make up what the nucleus leaves out: none of them is in it, and they need no sorting.
        var least = sampling.TopK == 0 ? (float)((1 - sampling.TopP) * total / _weights.Length) : 0;
        var count = 0;
        for (var token = 0; token < _weights.Length; token++)
        {
            if (_weights[token] >= least && _weights[token] > 0)
                (_order[count], _keys[count++]) = (token, -_weights[token]);
        }

        Array.Sort(_keys, _order, 0, count);
        var most = sampling.TopK == 0 ? count : Math.Min(sampling.TopK, count);
        // The share is one of those that top-k left.
        var share = sampling.TopP * (sampling.TopK == 0 ? total : Sum(most));
        var kept = 0;
        var sum = 0.0;
        while (kept < most && (kept == 0 || (sum < share && -_keys[kept] >= sampling.MinP)))
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

    private double Sum(int count)
    {
        var sum = 0.0;
        for (var i = 0; i < count; i++)
            sum += -(double)_keys[i];
        return sum;
    }

    // Array.Sort is not stable: ids of equal weight are put in order, those beyond the edge included.
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
