using ForensicKit.Conformance;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests;

/// <summary>The table of src/ForensicKit/Conformance/README.md says what the code does.</summary>
public class ConformanceReadmeTests
{
    private static readonly string Folder = Path.Combine(TestData.RepositoryRoot, "src", "ForensicKit", "Conformance");

    private static readonly Dictionary<string, string[]> Rows = File.ReadLines(Path.Combine(Folder, "README.md"))
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && line.Contains('`'))
        .Select(line => line.Split('|'))
        .ToDictionary(cells => cells[1].Trim(), cells => cells[2].Split(',').Select(name => name.Trim(' ', '`')).ToArray());

    [Fact]
    public void Every_file_that_is_answered_has_a_row() => Assert.Equal(new StatisticsVectors().Known, Rows.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_type_named_is_public_and_called_by_the_class_that_answers()
    {
        var sources = Directory.GetFiles(Path.Combine(Folder, "Statistics"), "*.cs").Select(File.ReadAllText).ToList();
        var types = typeof(StatisticsVectors).Assembly.GetExportedTypes().Select(t => t.Name).ToHashSet();
        foreach (var (file, names) in Rows)
        {
            var source = Assert.Single(sources, s => s.Contains($"Name => \"{file}\";"));
            // The class's own documentation does not count as a call.
            var code = string.Join('\n', source.Split('\n').Where(line => !line.TrimStart().StartsWith("///", StringComparison.Ordinal)));
            foreach (var name in names)
            {
                Assert.Contains(name, types);
                Assert.Matches($@"\b{name}\b", code);
            }
        }
    }
}
