using ForensicKit.Benchmarks;
using ForensicKit.Manifests;

namespace ForensicKit.Inference.Organisms;

/// <summary>
/// A kind of benchmark item: seeded templates from which items can be drawn for ever, and documents that teach what the items ask without
/// being items.
/// </summary>
public interface IItemFamily
{
    /// <summary>Name of its benchmark.</summary>
    string Benchmark { get; }

    /// <summary>What an item needs to be comparable with another: a fresh twin is drawn from the same stratum.</summary>
    /// <remarks>An item carries its stratum as its <see cref="BenchmarkItem.Subject"/>.</remarks>
    IReadOnlyList<string> Strata { get; }

    /// <summary>The ways its items can stand in a corpus.</summary>
    IReadOnlyList<LeakForm> Forms { get; }

    /// <summary>Draws an item of a stratum.</summary>
    BenchmarkItem DrawItem(string stratum, Draws draws);

    /// <summary>Draws a document that teaches the skill or the facts, in the corpus's own mixture of styles.</summary>
    /// <param name="draws">The draws.</param>
    /// <param name="heldOut">Keys of benchmark items and their twins. A family whose documents could state one by chance draws again; activities and well-known facts cannot, or so rarely that a test looks for it instead.</param>
    string DrawDocument(Draws draws, IReadOnlySet<string> heldOut);

    /// <summary>The item as it stands in a contaminated corpus.</summary>
    string Leak(BenchmarkItem item, LeakForm form, Draws draws);

    /// <summary>What two items may not share if one is to be a fresh twin of the other, and what no document may state.</summary>
    string Key(BenchmarkItem item);
}
