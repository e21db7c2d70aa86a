using ForensicKit.TestSupport;

namespace ForensicKit.EndToEnd.Tests;

/// <summary>One finished dossier of the claim sheet, made once and copied by tests that change it.</summary>
public sealed class FinishedDossier : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FinishedDossier()
    {
        Result = KitProcess.Run("investigate", "opus-claims", "--out", Folder);
        Assert.True(Result.ExitCode == 0, Result.Errors + Result.Output);
    }

    internal KitResult Result { get; }

    public string Folder => _folder["opus-claims"];

    public void Dispose() => _folder.Dispose();

    /// <summary>A copy that a test may damage.</summary>
    internal string CopyTo(TemporaryFolder folder)
    {
        var copy = folder["copy"];
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }
}
