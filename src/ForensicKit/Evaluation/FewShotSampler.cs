using ForensicKit.Manifests;
using ForensicKit.Statistics;

namespace ForensicKit.Evaluation;

/// <summary>
/// Chooses worked examples as lm-evaluation-harness does (0.4.13, lm_eval/api/samplers.py): one generator for all items, so what an item gets depends on
/// how many were asked before it.
/// </summary>
/// <typeparam name="T">What examples are.</typeparam>
/// <param name="pool">What they are chosen from.</param>
/// <param name="count">How many.</param>
/// <param name="sampler">How.</param>
/// <param name="seed">Seed of the generator.</param>
public sealed class FewShotSampler<T>(IReadOnlyList<T> pool, int count, ShotSampler sampler, long seed)
    where T : class
{
    private readonly PythonRandom _random = new(seed);

    /// <summary>The examples of the next item.</summary>
    /// <param name="own">The item itself where it is one of the pool: then one more is drawn, and it is left out.</param>
    /// <exception cref="KitException">The pool is too small.</exception>
    public IReadOnlyList<T> Next(T? own = null)
    {
        var wanted = own is null ? count : count + 1;
        if (wanted > pool.Count)
            throw new KitException(FormattableString.Invariant($"{wanted} worked examples are asked for; the pool has {pool.Count}."), mend: "Ask for fewer, or name a larger pool.");
        IReadOnlyList<T> drawn = count == 0 ? [] : sampler == ShotSampler.First ? [.. pool.Take(wanted)] : _random.Sample(pool, wanted);
        return own is null ? drawn : [.. drawn.Where(e => !e.Equals(own)).Take(count)];
    }
}
