using ForensicKit.Benchmarks;
using ForensicKit.Claims;
using ForensicKit.Manifests;
using ForensicKit.Statistics;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Manifests;

public class RepositoryManifestsTests
{
    internal static ManifestCatalogue Catalogue { get; } = new(Path.Combine(TestData.RepositoryRoot, "data-manifests"));

    [Fact]
    public void Every_manifest_of_the_repository_reads()
    {
        Assert.NotEmpty(Catalogue.CaseNames);
        Assert.All(Catalogue.CaseNames, name => Assert.Equal(name, Catalogue.Case(name).Name));
        Assert.All(Catalogue.Names("benchmarks"), name => Assert.Equal(name, Catalogue.Benchmark(name).Name));
        Assert.All(Catalogue.Names("models"), name => Assert.Equal(name, Catalogue.Model(name).Name));
        Assert.All(Catalogue.Names("tools"), name => Assert.Equal(name, Catalogue.Tool(name).Name));
    }

    [Fact]
    public void The_claim_sheet_keeps_printed_digits_and_says_what_is_unstated()
    {
        var sheet = Catalogue.Case("opus-claims");
        Assert.Equal((0.05, 1.0, "opus"), (sheet.Alpha, sheet.MarginPoints, sheet.Suspect));
        Assert.Equal(
            ["mmlu 82.5 74.1 82.0 14042 5", "hellaswag 87.2 79.8 86.5 10042 0", "gsm8k 92.1 84.3 93.5 1319 8", "humaneval 78.0 65.0 76.0 164 0"],
            sheet.Claims.Select(c => $"{c.Benchmark} {c.Claimed} {c.Reported.Single(r => r.Role == ReportedRole.Reproduced).Value} "
                + $"{c.Reported.Single(r => r.Role == ReportedRole.Reference).Value} {c.N} {c.Protocol.Shots}"));
        Assert.All(sheet.Claims, c => Assert.Superset(new HashSet<string> { "decoding", "samples", "template", "answer_extraction" }, c.Protocol.Unstated.ToHashSet()));
        Assert.All(sheet.Claims, c => Assert.Null(c.SamplesPerItem));
        var humanEval = sheet.Claims[3];
        Assert.Equal((0.78, 164L), (humanEval.ClaimedRate, humanEval.Trials));
        Assert.False(Grim.Check(humanEval.Reported[0].Value, humanEval.Trials).Possible);
    }

    [Fact]
    public void Files_without_a_licence_are_marked()
    {
        Assert.All(Catalogue.Case("gsm8k-recorded").Artifacts, artifact => Assert.False(artifact.IsLicensed));
        Assert.All(Catalogue.Benchmark("gsm8k").Artifacts, artifact => Assert.True(artifact.IsLicensed));
    }

    [Fact]
    public void Claims_and_items_agree_in_number()
    {
        foreach (var claim in Catalogue.CaseNames.Select(Catalogue.Case).SelectMany(c => c.Claims.Select(claim => (Case: c, Claim: claim))))
            Assert.Equal(Catalogue.For(claim.Case).Benchmark(claim.Claim.Benchmark).Items.N, claim.Claim.N);
    }

    [Fact]
    public void Every_choice_of_a_standard_protocol_has_a_source()
    {
        foreach (var benchmark in Catalogue.Names("benchmarks").Select(Catalogue.Benchmark))
        {
            Assert.Equal(
                benchmark.Standard.Protocol.Choices.Where(c => c.Value is not null).Select(c => c.Key).Order(StringComparer.Ordinal),
                benchmark.Standard.Sources.Keys.Order(StringComparer.Ordinal));
            Assert.Contains(BenchmarkFormats.All, format => format.Name == benchmark.Items.Format);
        }
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_nearest()
    {
        Assert.Contains("Did you mean 'opus-claims'?", Assert.Throws<KitException>(() => Catalogue.Case("opus-clams")).Message);
        Assert.Contains("Did you mean 'gsm8k'?", Assert.Throws<KitException>(() => Catalogue.Benchmark("gsm8")).Message);
        Assert.Contains("There is no benchmark '../cases", Assert.Throws<KitException>(() => Catalogue.Benchmark("../cases/opus-claims/case")).Message);
    }
}
