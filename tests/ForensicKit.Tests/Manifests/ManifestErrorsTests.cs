using System.Text;
using ForensicKit.Manifests;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Manifests;

public sealed class ManifestErrorsTests : IDisposable
{
    private const string Good =
        """
        schema: forensickit/case/v1
        name: small
        title: A small case
        summary: One claim.
        seed: 1
        alpha: 0.05
        margin_points: 1
        suspect: m
        models:
          - id: m
            title: M
            role: suspect
        claims:
          - id: c
            model: m
            benchmark: gsm8k
            metric: accuracy
            claimed: "92.1"
            n: 1319
            source: a sheet
        recordings:
          - id: r
            model: m
            benchmark: gsm8k
            format: gsm-plus-json
            artifacts: [a]
            rules: [gsm8k/recorded]
        artifacts:
          - id: a
            path: some/file.json
            sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
            bytes: 0
            url: https://example.org/file.json
            source: somewhere
            licence: MIT
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_good_case_reads()
    {
        var read = Read(Good);
        Assert.Equal(("small", "92.1", "some/file.json"), (read.Name, read.Claims[0].Claimed, read.Artifacts[0].Path));
        Assert.Equal("a", read.ArtifactsOf(read.Recordings[0])[0].Id);
    }

    [Theory]
    [InlineData("title: A small case", "titel: A small case", "3:1: 'titel' is not a field of a case manifest. Did you mean 'title'?")]
    [InlineData("seed: 1\n", "", "1:1: A case manifest has no 'seed'.")]
    [InlineData("title: A small case", "title:", "3:1: 'title' has no value.")]
    [InlineData("title: A small case", "title: [a]", "3:8: 'title' is a list where text is expected.")]
    [InlineData("models:\n  - id: m\n    title: M\n    role: suspect", "models: m", "9:9: 'models' is a single value where a list of models is expected.")]
    [InlineData("seed: 1", "seed: \"1\"", "5:7: 'seed' is quoted text where a whole number from 0 is expected. Remove the quotes.")]
    [InlineData("seed: 1", "seed: 99999999999999999999", "5:7: 'seed' is '99999999999999999999' where a whole number from 0 is expected.")]
    [InlineData("alpha: 0.05", "alpha: 0", "6:8: 'alpha' is '0' where a number between 0 and 1 is expected.")]
    [InlineData("alpha: 0.05", "alpha: 1.0", "6:8: 'alpha' is '1.0'")]
    [InlineData("margin_points: 1", "margin_points: -1", "7:16: 'margin_points' is '-1'")]
    [InlineData("role: suspect", "role: suspekt", "12:11: 'role' is 'suspekt'. Did you mean 'suspect'?")]
    [InlineData("suspect: m", "suspect: mm", "8:10: There is no model 'mm'. Did you mean 'm'?")]
    [InlineData("benchmark: gsm8k\n    metric", "benchmark: gsm8K\n    metric", "16:16: 'benchmark' is 'gsm8K' where a name is expected.")]
    [InlineData("benchmark: gsm8k\n    metric", "benchmark: gms8k\n    metric", "16:16: There is no benchmark 'gms8k'. Did you mean 'gsm8k'?")]
    [InlineData("claimed: \"92.1\"", "claimed: \"101\"", "18:14: 'claimed' is '101' where a percentage as printed is expected.")]
    [InlineData("claimed: \"92.1\"", "claimed: 92.1%", "18:14: 'claimed' is '92.1%'")]
    [InlineData("claimed: \"92.1\"", "claimed: 9e1", "18:14: 'claimed' is '9e1'")]
    [InlineData("n: 1319", "n: 0", "19:8: 'n' is '0' where a whole number from 1 is expected.")]
    [InlineData("artifacts: [a]", "artifacts: [b]", "26:17: There is no artifact 'b'.")]
    [InlineData("artifacts: [a]", "artifacts: [a, a]", "26:20: The artifact 'a' is already there.")]
    [InlineData("artifacts: [a]", "artifacts: []", "26:16: 'artifacts' has too few entries.")]
    [InlineData("rules: [gsm8k/recorded]", "rules: [gsm8k/recordd]", "27:13: There is no scoring rule 'gsm8k/recordd'. Did you mean 'gsm8k/recorded'?")]
    [InlineData("path: some/file.json", "path: /etc/passwd", "30:11: 'path' is '/etc/passwd' where a relative path is expected.")]
    [InlineData("path: some/file.json", "path: a/../../b", "30:11: 'path'")]
    [InlineData("path: some/file.json", "path: C:\\file", "30:11: 'path'")]
    [InlineData("path: some/file.json", "path: a//b", "30:11: 'path'")]
    [InlineData("path: some/file.json", "path: ..", "30:11: 'path'")]
    [InlineData("e3b0c442", "E3B0C442", "31:13: 'sha256'")]
    [InlineData("2b855", "2b85", "31:13: 'sha256'")]
    [InlineData("https://example.org/file.json", "file:///etc/passwd", "33:10: 'url'")]
    [InlineData("https://example.org/file.json", "https://user@example.org/file.json", "33:10: 'url'")]
    [InlineData("seed: 1", "seed: 1\nmembership: { items: 100, benchmarks: [{ benchmark: gsm8k }] }", "There is no model that can be run 'm'.")]
    [InlineData("seed: 1", "seed: 1\nmembership: { items: 100, tests: [skores], benchmarks: [{ benchmark: gsm8k }] }", "There is no test 'skores'. Did you mean 'scores'?")]
    [InlineData("seed: 1", "seed: 1\nmembership: { items: 100, benchmarks: [{ benchmark: gsm8k, fresh: gsm9k }] }", "There is no benchmark 'gsm9k'. Did you mean 'gsm8k'?")]
    [InlineData("seed: 1", "seed: 1\nmembership: { items: 0, benchmarks: [{ benchmark: gsm8k }] }", "'items' is '0'")]
    [InlineData("seed: 1", "seed: 1\nseed: 2", "6:1: 'seed' is already given on line 5.")]
    [InlineData("    title: M", "\ttitle: M", "11:1: A tab indents this line.")]
    [InlineData("title: A small case", "title: \"A small case", "This is not YAML")]
    [InlineData("title: A small case", "title: &t A small case", "3:8: '&t' names a part of the file.")]
    [InlineData("title: A small case", "title: !!str A small case", "is a type tag")]
    [InlineData("licence: MIT", "licence: MIT\n---\nschema: x", "A second document starts here.")]
    [InlineData("schema: forensickit/case/v1", "schema: forensickit/case/v2", "1:9: 'schema' is 'forensickit/case/v2'. Did you mean 'forensickit/case/v1'?")]
    public void A_mistake_is_told_with_its_place_and_how_to_mend_it(string good, string bad, string message)
    {
        Assert.Contains(good, Good);
        var exception = Fails(Good.Replace(good, bad, StringComparison.Ordinal));
        Assert.Contains(message, exception.Message);
        Assert.Equal(ExitCode.BadInput, exception.ExitCode);
        Assert.Contains("case.yaml", exception.Message);
    }

    [Fact]
    public void All_mistakes_are_told_at_once_in_the_order_of_the_file()
    {
        var message = Fails(Good.Replace("seed: 1", "sed: 1", StringComparison.Ordinal)
            .Replace("92.1", "192.1", StringComparison.Ordinal).Replace("suspect: m", "suspect: x", StringComparison.Ordinal)).Message;
        Assert.Contains("4 errors", message);
        var places = new[] { "1:1: A case manifest has no 'seed'", "5:1: 'sed'", "8:10: There is no model 'x'", "18:14: 'claimed'" };
        Assert.Equal(places.Select(p => message.IndexOf(p, StringComparison.Ordinal)).Order(), places.Select(p => message.IndexOf(p, StringComparison.Ordinal)));
        Assert.All(places, place => Assert.Contains(place, message));
    }

    [Fact]
    public void A_case_that_is_found_by_its_name_bears_that_of_its_folder_and_a_copy_elsewhere_any()
    {
        var other = Good.Replace("name: small", "name: other", StringComparison.Ordinal);
        Directory.CreateDirectory(_folder["kit", "cases", "small"]);
        File.WriteAllText(_folder["kit", "cases", "small", "case.yaml"], other);
        var catalogue = new ManifestCatalogue(_folder["kit"]);
        Assert.Contains("2:7: The name 'other' is not that of the file. Call it 'small'", Assert.Throws<KitException>(() => catalogue.Case("small")).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(_folder["dossier"]);
        File.WriteAllText(_folder["dossier", "case.yaml"], other);
        Assert.Equal("other", RepositoryManifestsTests.Catalogue.Case(_folder["dossier", "case.yaml"]).Name);
    }

    [Fact]
    public void Aliases_are_refused_before_they_expand()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (var i = 1; i < 40; i++)
            bomb.Append($"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}]\n");
        Assert.Contains("manifests have no aliases", Fails(bomb.ToString()).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n...\n")]
    public void An_empty_file_is_called_empty(string text) => Assert.Contains("The file is empty", Fails(text).Message);

    [Fact]
    public void Deep_large_and_foreign_files_are_refused()
    {
        Assert.Contains("nested too deeply", Fails("a: " + new string('[', 10000)).Message);
        Assert.Contains("larger than a manifest may be", Fails("# " + new string('x', 1 << 20)).Message);
        Assert.Contains("not a field", Fails("a: b").Message);
        Assert.Contains("a map of named fields", Fails("- a").Message);
        File.WriteAllBytes(Prepare(), [0x61, 0x3A, 0x20, 0xFF, 0xFE]);
        Assert.Contains("not UTF-8 at byte 3", Assert.Throws<KitException>(() => RepositoryManifestsTests.Catalogue.Case(_folder["small"])).Message);
    }

    [Fact]
    public void Damaged_files_never_crash_the_reader()
    {
        // Every prefix, and every line left out: what is optional may be missing, all else must give a clear message.
        var lines = Good.Split('\n');
        var texts = Enumerable.Range(0, Good.Length / 7).Select(i => Good[..(i * 7)])
            .Concat(lines.Select((_, left) => string.Join('\n', lines.Where((_, i) => i != left)))).ToList();
        var random = new Random(1);
        const string Nasty = "\0\t\r\n:-[]{}&*!|>'\"%@`#,?~\u0085\u2028\uFEFFx ";
        texts.AddRange(Enumerable.Range(0, 300).Select(_ => Good.Insert(random.Next(Good.Length), Nasty[random.Next(Nasty.Length)].ToString())));
        var outcomes = texts.Select(text => Record.Exception(() => Read(text))).ToList();
        Assert.All(outcomes, exception => Assert.True(exception is null or KitException, exception?.ToString()));
        Assert.InRange(outcomes.Count(exception => exception is not null), texts.Count / 3, texts.Count - 1);
    }

    private string Prepare()
    {
        Directory.CreateDirectory(_folder["small"]);
        return _folder["small", "case.yaml"];
    }

    private CaseManifest Read(string text)
    {
        File.WriteAllText(Prepare(), text);
        return RepositoryManifestsTests.Catalogue.Case(_folder["small"]);
    }

    private KitException Fails(string text) => Assert.Throws<KitException>(() => Read(text));
}
