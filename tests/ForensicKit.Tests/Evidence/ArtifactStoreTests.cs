using System.Security.Cryptography;
using System.Text;
using ForensicKit.Evidence;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Evidence;

public sealed class ArtifactStoreTests : IDisposable
{
    private static readonly byte[] Bytes = Encoding.UTF8.GetBytes("evidence");

    private readonly TemporaryFolder _folder = new();

    private static Artifact Named => new()
    {
        Id = "a",
        Path = "sub/file.txt",
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(Bytes)),
        Bytes = Bytes.Length,
        Url = "https://example.org/file.txt",
        Source = "example @ 1",
        Licence = "MIT",
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_folder_with_the_right_bytes_wins()
    {
        Write("one", "sub/file.txt", "something else");
        Write("two", "sub/file.txt", "evidence");
        var found = new ArtifactStore([_folder["one"], _folder["two"]]).Resolve(Named, CancellationToken.None);
        Assert.Equal(_folder["two", "sub", "file.txt"], found.FilePath);
        using var stream = found.OpenRead();
        Assert.Equal(Bytes.Length, stream.Length);
    }

    [Fact]
    public void The_cache_is_addressed_by_hash()
    {
        Write("cache", $"{Named.Sha256[..2]}/{Named.Sha256}", "evidence");
        Assert.Equal(Named.Sha256, Path.GetFileName(new ArtifactStore([_folder["none"]], _folder["cache"]).Resolve(Named, CancellationToken.None).FilePath));
    }

    [Fact]
    public void An_altered_file_is_named_with_both_digests()
    {
        Write("one", "sub/file.txt", "evidencf");
        var exception = Assert.Throws<KitException>(() => new ArtifactStore([_folder["one"]]).Resolve(Named, CancellationToken.None));
        Assert.Equal(ExitCode.CheckFailed, exception.ExitCode);
        Assert.Contains(_folder["one", "sub", "file.txt"], exception.Message);
        Assert.Contains(Named.Sha256, exception.Message);
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("evidencf"))), exception.Message);
        Assert.Contains(Named.Url!, exception.Message);
    }

    [Fact]
    public void A_missing_file_is_named_with_every_place_and_where_to_get_it()
    {
        var exception = Assert.Throws<KitException>(() => new ArtifactStore([_folder["one"], _folder["two"]], _folder["cache"]).Resolve(Named, CancellationToken.None));
        Assert.Equal(ExitCode.EnvironmentLacks, exception.ExitCode);
        foreach (var part in (string[])["'a'", Path.Combine(_folder["one"], "sub/file.txt"), Path.Combine(_folder["two"], "sub/file.txt"), _folder["cache"], Named.Url!, "FORENSICKIT_DATA"])
            Assert.Contains(part, exception.Message);
    }

    [Fact]
    public void A_link_inside_the_folder_is_followed()
    {
        Write("one", "real/file.txt", "evidence");
        Directory.CreateSymbolicLink(_folder["one", "sub"], "real");
        Directory.CreateSymbolicLink(_folder["link"], _folder["one"]);
        Assert.Equal(_folder["one", "real", "file.txt"], new ArtifactStore([_folder["link"]]).Resolve(Named, CancellationToken.None).FilePath);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_link_out_of_the_folder_is_refused(bool isFolder)
    {
        Write("outside", "file.txt", "evidence");
        Directory.CreateDirectory(_folder["one"]);
        if (isFolder)
        {
            Directory.CreateSymbolicLink(_folder["one", "sub"], _folder["outside"]);
        }
        else
        {
            Directory.CreateDirectory(_folder["one", "sub"]);
            File.CreateSymbolicLink(_folder["one", "sub", "file.txt"], _folder["outside", "file.txt"]);
        }

        var exception = Assert.Throws<KitException>(() => new ArtifactStore([_folder["one"]]).Resolve(Named, CancellationToken.None));
        Assert.Contains("leads out of the folder", exception.Message);
    }

    [Theory]
    [InlineData("../file.txt")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("a\\..\\b")]
    [InlineData("C:/file")]
    public void A_path_out_of_the_folder_never_reaches_the_file_system(string path) =>
        Assert.Throws<ArgumentException>(() => new ArtifactStore([_folder.Path]).Resolve(Named with { Path = path }, CancellationToken.None));

    [Fact]
    public void The_usual_places_are_the_case_then_the_data_folder_then_its_data()
    {
        Write("case", "case.yaml", "");
        Write("shared/data", "sub/file.txt", "evidence");
        var store = ArtifactStore.For(_folder["case", "case.yaml"], _folder["shared"], _folder["cache"]);
        Assert.Equal(_folder["shared", "data", "sub", "file.txt"], store.Resolve(Named, CancellationToken.None).FilePath);
        Write("case", "sub/file.txt", "evidence");
        Assert.Equal(_folder["case", "sub", "file.txt"], store.Resolve(Named, CancellationToken.None).FilePath);
    }

    private void Write(string folder, string path, string text)
    {
        var file = Path.Combine(_folder[folder], path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
