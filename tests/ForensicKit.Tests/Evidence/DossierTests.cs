using ForensicKit.Cases;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Evidence;

public sealed class DossierTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dossier _dossier;

    public DossierTests()
    {
        _dossier = new Dossier(_folder["case"], new FixedClock());
        Directory.CreateDirectory(_folder["case", "figures"]);
        File.WriteAllText(_folder["case", "case.yaml"], "name: x");
        File.WriteAllText(_folder["case", "figures", "claims.svg"], "<svg/>");
        _dossier.Custody.Append("opened", "case.yaml");
        _dossier.Custody.Append("export", "figures/claims.svg", ("sha256", Dossier.Sha256(_folder["case", "figures", "claims.svg"])));
        _dossier.Seal(CancellationToken.None);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_untouched_dossier_has_no_problems()
    {
        Assert.Empty(_dossier.Check(CancellationToken.None));
        Assert.True(_dossier.IsSealed);
    }

    [Fact]
    public void A_swapped_figure_is_named_as_one()
    {
        File.WriteAllText(_folder["case", "figures", "claims.svg"], "<svg></svg>");
        var problems = _dossier.Check(CancellationToken.None);
        Assert.All(problems, p => Assert.Equal("figures/claims.svg", p.Subject));
        Assert.Contains(problems, p => p.What.Contains("not what was exported", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_file_and_an_added_one_are_named()
    {
        File.Move(_folder["case", "case.yaml"], _folder["case", "other.yaml"]);
        Assert.Equal(["case.yaml", "other.yaml"], _dossier.Check(CancellationToken.None).Select(p => p.Subject));
    }

    [Fact]
    public void A_custody_line_dropped_from_the_end_is_noticed()
    {
        var lines = File.ReadAllLines(_dossier.Custody.Path);
        File.WriteAllText(_dossier.Custody.Path, string.Join('\n', lines[..^1]) + "\n");
        Assert.Contains(_dossier.Check(CancellationToken.None), p => p.Subject == "custody.jsonl" && p.What.Contains("not the seal", StringComparison.Ordinal));
    }

    [Fact]
    public void A_rewritten_manifest_does_not_fit_the_seal()
    {
        File.WriteAllText(_folder["case", "case.yaml"], "name: y");
        File.WriteAllText(_folder["case", Dossier.ManifestFile], string.Join('\n', ((string[])["case.yaml", "figures/claims.svg"]).Select(f => Dossier.Sha256(_folder["case", f]) + "  " + f)) + "\n");
        Assert.Equal(["manifest-sha256.txt"], _dossier.Check(CancellationToken.None).Select(p => p.Subject));
    }

    [Fact]
    public void Paths_that_lead_outside_are_refused_not_followed()
    {
        File.AppendAllText(_folder["case", Dossier.ManifestFile], new string('0', 64) + "  ../outside.txt\n");
        Assert.Contains(_dossier.Check(CancellationToken.None), p => p.What.Contains("relative path", StringComparison.Ordinal));
    }

    [Fact]
    public void Links_are_listed_and_not_followed()
    {
        Directory.CreateSymbolicLink(_folder["case", "loop"], _folder["case"]);
        Assert.Equal(["loop"], _dossier.Check(CancellationToken.None).Select(p => p.Subject));
    }

    [Fact]
    public void Sealing_twice_is_refused() => Assert.Throws<KitException>(() => _dossier.Seal(CancellationToken.None));
}
