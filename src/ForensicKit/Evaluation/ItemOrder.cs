using System.Globalization;
using ForensicKit.Statistics;

namespace ForensicKit.Evaluation;

/// <summary>Random orders of items that a case's seed fixes: the same on every machine, whatever order the items came in.</summary>
internal static class ItemOrder
{
    /// <summary>The items in a random order.</summary>
    /// <param name="items">Ids of the items.</param>
    /// <param name="seed">The case's seed.</param>
    /// <param name="purpose">What the order is for: each purpose has its own.</param>
    public static IReadOnlyList<string> Shuffled(IEnumerable<string> items, long seed, string purpose)
    {
        var order = items.Order(StringComparer.Ordinal).ToArray();
        new PythonRandom(string.Create(CultureInfo.InvariantCulture, $"{seed}/{purpose}")).Shuffle(order);
        return order;
    }
}
