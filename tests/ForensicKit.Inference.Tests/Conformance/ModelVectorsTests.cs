using ForensicKit.Inference.Conformance;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests.Conformance;

public sealed class ModelVectorsTests
{
    [Fact]
    public void A_real_model_agrees_with_the_reference_implementation()
    {
        var results = new ModelVectors().Run(TestData.Require("golden", "smollm2-135m"), TestContext.Current.CancellationToken).ToList();
        Assert.Equal(36 + 24, results.Count);
        Assert.All(results, r => Assert.True(r.Passed, $"{r.File} [{r.Case}] {string.Join("; ", r.Differences)}"));
    }

    [Fact]
    public void A_folder_without_vectors_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("token-scores", Assert.Throws<KitException>(() => new ModelVectors().Run(folder.Path, CancellationToken.None)).Message, StringComparison.Ordinal);
        Assert.Contains("no such folder", Assert.Throws<KitException>(() => new ModelVectors().Run(folder["absent"], CancellationToken.None)).Message, StringComparison.Ordinal);
    }
}
