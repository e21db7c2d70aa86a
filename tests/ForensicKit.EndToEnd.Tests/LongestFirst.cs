using ForensicKit.EndToEnd.Tests;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace ForensicKit.EndToEnd.Tests;

/// <summary>The order in which classes are begun, two at a time: the longest one begun last would run on alone, for a third of the whole time.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] s_longest = [nameof(OpusMiniTests), nameof(ModelKillTests), nameof(KillTests), nameof(SmolLm2Tests)];

    /// <inheritdoc />
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(Place).ThenBy(c => c.TestCollectionDisplayName, StringComparer.Ordinal)];

    private static int Place<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        var place = Array.FindIndex(s_longest, name => collection.TestCollectionDisplayName.Contains("." + name + " ", StringComparison.Ordinal));
        return place < 0 ? s_longest.Length : place;
    }
}
