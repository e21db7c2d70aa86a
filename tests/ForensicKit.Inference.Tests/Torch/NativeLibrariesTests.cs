using ForensicKit.Inference.Torch;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Tests.Torch;

public sealed class NativeLibrariesTests
{
    [Fact]
    public void Libtorch_loads_and_computes()
    {
        TorchRuntime.EnsureLoaded();
        using var sum = ones(3).sum();
        Assert.Equal(3, sum.item<float>());
    }

    [Fact]
    public void Bytes_that_are_no_library_are_left_alone()
    {
        Assert.Null(ElfVersionNeeds.Weaken([], "X"));
        Assert.Null(ElfVersionNeeds.Weaken(new byte[200], "X"));
        var header = new byte[200];
        ((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]).CopyTo(header);
        Array.Fill(header, (byte)0xff, 0x28, 40);
        Assert.Null(ElfVersionNeeds.Weaken(header, "X"));
    }

    [Fact]
    public void Only_the_flags_of_the_version_change()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "An ELF library is only here on Linux.");
        var path = Directory.EnumerateFiles(AppContext.BaseDirectory, "libLibTorchSharp.so", SearchOption.AllDirectories).FirstOrDefault();
        Assert.SkipWhen(path is null, "The library comes from elsewhere (accelerator none).");
        var before = File.ReadAllBytes(path);
        var after = ElfVersionNeeds.Weaken([.. before], "GLIBCXX_3.4.32");
        Assert.NotNull(after);
        var changed = Enumerable.Range(0, before.Length).Where(i => before[i] != after[i]).ToList();
        Assert.Single(changed);
        Assert.Equal(before[changed[0]] | 2, after[changed[0]]);
        Assert.Null(ElfVersionNeeds.Weaken([.. before], "GLIBCXX_3.4"[..5]));
    }
}
