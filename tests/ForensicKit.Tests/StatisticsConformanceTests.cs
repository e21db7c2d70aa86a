using ForensicKit.Conformance;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests;

public class StatisticsConformanceTests
{
    public static TheoryData<string> Files => [.. new StatisticsVectors().Known];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_vector_passes(string name)
    {
        var results = new StatisticsVectors().Run(TestData.Require("golden", "statistics", name + ".json"), CancellationToken.None).ToList();
        Assert.NotEmpty(results);
        Assert.Empty(results.Where(r => !r.Passed).SelectMany(r => r.Differences.Select(d => $"{r.File} {r.Case}: {d}")));
    }
}
