using System.Diagnostics;
using System.Text.Json;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests;

/// <summary>Accelerator.props, evaluated by MSBuild: which packages a build restores on which machine.</summary>
public sealed class AcceleratorPropsTests
{
    private static readonly string s_system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : "linux";

    [Theory]
    [InlineData("auto", true, "cuda")]
    [InlineData("auto", false, "cpu")]
    [InlineData("cpu", true, "cpu")]
    [InlineData("cuda", false, "cuda")]
    [InlineData("none", true, "")]
    public void The_accelerator_decides_the_packages(string accelerator, bool driver, string backend)
    {
        using var folder = new TemporaryFolder();
        if (driver)
            File.WriteAllText(folder["driver"], "");
        var (_, output) = Evaluate($"-p:ForensicAccelerator={accelerator}", $"-p:ForensicDriverFile={folder["driver"]}", "-getItem:PackageReference");
        using var document = JsonDocument.Parse(output);
        string[] packages = [.. document.RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray().Select(p => p.GetProperty("Identity").GetString()!).Where(p => p.Contains("torch", StringComparison.OrdinalIgnoreCase))];
        string[] expected = (backend, s_system) switch
        {
            ("cpu", "linux") => ["libtorch-cpu-linux-x64"],
            ("cpu", "macos") => ["libtorch-cpu-osx-arm64"],
            ("cpu", "windows") => ["libtorch-cpu-win-x64"],
            ("cuda", "linux") => ["TorchSharp-cuda-linux"],
            ("cuda", "windows") => ["TorchSharp-cuda-windows"],
            _ => [],
        };
        Assert.Equal(expected, packages);
    }

    [Fact]
    public void Another_word_is_an_error_that_names_the_choices()
    {
        var (code, output) = Evaluate("-t:CheckForensicAccelerator", "-p:ForensicAccelerator=gpu");
        Assert.NotEqual(0, code);
        Assert.Contains("ForensicAccelerator is 'gpu'. Choose auto, cpu, cuda or none.", output, StringComparison.Ordinal);
    }

    private static (int Code, string Output) Evaluate(params string[] arguments)
    {
        var project = Path.Combine(TestData.RepositoryRoot, "tests", "ForensicKit.Inference.Tests", "ForensicKit.Inference.Tests.csproj");
        // Neither this process's own MSBuild settings nor a node that stays behind.
        var start = new ProcessStartInfo("dotnet", ["msbuild", project, "-nologo", "-nodeReuse:false", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, process.ExitCode == 0 ? output : output + errors.Result);
    }
}
