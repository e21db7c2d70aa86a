using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace ForensicKit.Notebooks.Tests;

public class KitFolderTests
{
    private static readonly string Kit = CellErrorTests.Slashes(Notebooks.KitAssembly);

    [Fact]
    public void The_kit_folder_holds_the_kit_its_dependencies_and_this_systems_native_libraries()
    {
        var (prefix, suffix) = OperatingSystem.IsWindows() ? ("", ".dll") : ("lib", OperatingSystem.IsMacOS() ? ".dylib" : ".so");
        var skia = OperatingSystem.IsWindows() ? "libSkiaSharp.dll" : "libSkiaSharp" + suffix;
        foreach (var file in (string[])["ForensicKit.Notebooks.dll", "ForensicKit.dll", "ForensicKit.Inference.dll", "TorchSharp.dll", "DuckDB.NET.Data.dll", "Microsoft.Data.Analysis.dll", "apart/Plotly.NET.dll", "apart/FSharp.Core.dll", "apart/SkiaSharp.dll", "apart/Svg.Skia.dll", "apart/" + skia, $"{prefix}duckdb{suffix}"])
            Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(Kit)!, file)), file);
        foreach (var file in (string[])["FSharp.Core.dll", "SkiaSharp.dll"])
            Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(Kit)!, file)), file);
        var duckdb = NativeLibrary.Load(Path.Combine(Path.GetDirectoryName(Kit)!, $"{prefix}duckdb{suffix}"));
        NativeLibrary.Free(duckdb);
    }

    [Fact]
    public async Task Types_loaded_through_the_kit_folder_are_the_hosts_own()
    {
        var run = (await Notebooks.RunAsync(
            $"#r \"{Kit}\"\nForensicKit.Notebooks.NotebookKit.Load();",
            """
            using System.Runtime.Loader;
            new[] { typeof(ForensicKit.KitException), typeof(ForensicKit.Notebooks.NotebookRunner) }.All(t => AssemblyLoadContext.GetLoadContext(t.Assembly) == AssemblyLoadContext.Default)
            """,
            "System.AppDomain.CurrentDomain.SetData(\"Test.KitType\", typeof(ForensicKit.KitException));")).Completed();
        Assert.Equal("True", run.Data(1));
        Assert.Same(typeof(KitException), AppDomain.CurrentDomain.GetData("Test.KitType"));
        Assert.Single(AppDomain.CurrentDomain.GetAssemblies(), a => a.GetName().Name == "ForensicKit");
        Assert.Same(AssemblyLoadContext.Default, AssemblyLoadContext.GetLoadContext(typeof(KitException).Assembly));
    }

    [Fact]
    public async Task DuckDB_works_in_a_cell_and_in_the_host_with_one_native_library()
    {
        using var connection = new DuckDB.NET.Data.DuckDBConnection("DataSource=:memory:");
        connection.Open();
        var before = Loaded();
        var run = (await Notebooks.RunAsync($$"""
            #r "{{Kit}}"
            #r "{{CellErrorTests.Slashes(Path.GetDirectoryName(Kit)!)}}/DuckDB.NET.Data.dll"
            var connection = new DuckDB.NET.Data.DuckDBConnection("DataSource=:memory:");
            connection.Open();
            var command = connection.CreateCommand();
            command.CommandText = "select 6 * 7";
            command.ExecuteScalar()
            """)).Completed();
        Assert.Equal("42", run.Data(0));
        // Not one in all: a test that loaded the kit folder's own may have run before, and a library does not always leave when it is freed.
        Assert.NotEmpty(before);
        Assert.Equal(before, Loaded());

        static string[] Loaded() =>
        [
            .. System.Diagnostics.Process.GetCurrentProcess().Modules.Cast<System.Diagnostics.ProcessModule>().Select(m => m.FileName)
                .Where(f => Path.GetFileNameWithoutExtension(f) is "duckdb" or "libduckdb").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
    }

    [Fact]
    public async Task Libtorch_works_in_a_cell()
    {
        var run = (await Notebooks.RunAsync(
            $"#r \"{Kit}\"\nForensicKit.Notebooks.NotebookKit.Load();",
            "ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();\nTorchSharp.torch.ones(3).sum().item<float>()")).Completed();
        Assert.Equal("3", run.Data(1));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_nuget_package_is_restored_and_one_that_does_not_exist_is_named_with_its_line()
    {
        var run = (await Notebooks.RunAsync($"// first\n#i \"nuget:{CellErrorTests.Slashes(Notebooks.NewFolder())}\"\n#r \"nuget: MathNet.Numerics, 5.0.0\"\nMathNet.Numerics.Constants.Pi")).Completed();
        Assert.StartsWith("3.14", Notebooks.Text(run.Outputs(0)[^1]!["data"]!["text/plain"]), StringComparison.Ordinal);
        var missing = await Notebooks.RunAsync("\n#r \"nuget: ForensicKit.Package.That.Is.Not.There, 1.0.0\"\n1");
        Assert.Equal(("PackageError", 2), (missing.Cells[0].Error!.Name, missing.Cells[0].Error!.Line));
        Assert.Contains("ForensicKit.Package.That.Is.Not.There", missing.Cells[0].Error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Path.GetTempPath(), missing.Cells[0].Error!.Message, StringComparison.Ordinal);
    }
}
