using ForensicKit.Manifests;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Manifests;

public class SchemaDocumentTests
{
    [Theory]
    [InlineData("README.md")]
    [InlineData("schema.json")]
    public void Documentation_is_what_the_schema_says(string file)
    {
        var path = Path.Combine(TestData.RepositoryRoot, "data-manifests", file);
        var expected = file == "README.md" ? SchemaDocument.Markdown() : SchemaDocument.Json();

        // To write it anew after a change of the schema: FORENSICKIT_WRITE_DOCUMENTATION=1.
        if (Environment.GetEnvironmentVariable("FORENSICKIT_WRITE_DOCUMENTATION") == "1")
            File.WriteAllText(path, expected);
        Assert.Equal(expected, File.ReadAllText(path));
    }
}
