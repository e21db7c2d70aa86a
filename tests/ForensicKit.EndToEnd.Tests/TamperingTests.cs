using System.Security.Cryptography;
using DuckDB.NET.Data;
using ForensicKit.Cases;
using ForensicKit.TestSupport;

namespace ForensicKit.EndToEnd.Tests;

/// <summary>Whatever is changed in a finished dossier is detected and named.</summary>
public sealed class TamperingTests(FinishedDossier dossier) : IClassFixture<FinishedDossier>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_flipped_byte_of_evidence_is_named()
    {
        var copy = dossier.CopyTo(_folder);
        var path = Path.Combine(copy, Dossier.EvidenceFile);
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        Names(copy, "evidence.duckdb");
    }

    [Fact]
    public void An_edited_finding_is_named_even_when_the_manifest_is_rewritten()
    {
        var copy = dossier.CopyTo(_folder);
        using (var connection = new DuckDBConnection("Data Source=" + Path.Combine(copy, Dossier.EvidenceFile)))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE finding_values SET display = '0.4', exact = '0.4' WHERE finding_id = 'gap/mmlu' AND name = 'gap'";
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        RewriteManifest(copy);
        Names(copy, "finding gap/mmlu");
    }

    [Fact]
    public void A_swapped_figure_is_named()
    {
        var copy = dossier.CopyTo(_folder);
        File.Copy(Path.Combine(copy, "figures", "fig-claims-dark.svg"), Path.Combine(copy, "figures", "fig-claims.svg"), overwrite: true);
        RewriteManifest(copy);
        Names(copy, "figures/fig-claims.svg");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(-1)]
    public void A_dropped_custody_line_is_named(int index)
    {
        var copy = dossier.CopyTo(_folder);
        var path = Path.Combine(copy, Dossier.CustodyFile);
        var lines = File.ReadAllLines(path).ToList();
        lines.RemoveAt(index < 0 ? lines.Count + index : index);
        File.WriteAllText(path, string.Join('\n', lines) + "\n");
        Names(copy, "custody.jsonl");
    }

    [Fact]
    public void A_document_with_another_number_is_named()
    {
        var copy = dossier.CopyTo(_folder);
        var path = Path.Combine(copy, Dossier.DocumentFile);
        File.WriteAllText(path, File.ReadAllText(path).Replace("82.5", "82.4", StringComparison.Ordinal));
        Names(copy, "document.html");
    }

    [Fact]
    public void An_executed_notebook_of_somebody_elses_is_named_and_never_run()
    {
        var copy = dossier.CopyTo(_folder);
        var path = Path.Combine(copy, "notebooks", "01-claims-and-reproduction.ipynb");
        File.WriteAllText(path, File.ReadAllText(path).Replace("investigation.ClaimsFigure()", "System.IO.File.WriteAllText(\\\"pwned\\\", \\\"\\\")", StringComparison.Ordinal));
        Names(copy, "notebooks/01-claims-and-reproduction.ipynb");
        Assert.Empty(Directory.GetFiles(copy, "pwned", SearchOption.AllDirectories));
    }

    private static void Names(string copy, string subject)
    {
        var result = KitProcess.Run("verify", copy);
        Assert.True(result.ExitCode == (int)ExitCode.Tampered, $"exit code {result.ExitCode}\n{result.Output}{result.Errors}");
        Assert.Contains(result.Output.Split('\n'), l => l.StartsWith("TAMPERED", StringComparison.Ordinal) && l.Contains(subject, StringComparison.Ordinal));
    }

    private static void RewriteManifest(string folder)
    {
        var path = Path.Combine(folder, Dossier.ManifestFile);
        File.WriteAllLines(path, File.ReadAllLines(path).Select(l => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, l[66..])))) + "  " + l[66..]));
    }
}
