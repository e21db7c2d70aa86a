using System.Runtime.Loader;
using ForensicKit.Notebooks.Execution;
using ForensicKit.Notebooks.RichOutput;
using Microsoft.Data.Analysis;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.CSharp;
using Microsoft.DotNet.Interactive.Formatting;

namespace ForensicKit.Notebooks;

/// <summary>
/// Makes the kit at home in the kernel that runs a notebook. The first cell of a notebook is
/// <code>
/// #r "../artifacts/kit/ForensicKit.Notebooks.dll"
/// ForensicKit.Notebooks.NotebookKit.Load();
/// </code>
/// </summary>
public static class NotebookKit
{
    private static readonly Lazy<bool> Formatters = new(() =>
    {
        Formatter.Register<DataFrame>(DataFrameFormatter.WriteHtml, HtmlFormatter.MimeType);
        Formatter.Register<DataFrame>(DataFrameFormatter.WriteText, PlainTextFormatter.MimeType);
        return true;
    });

    private static readonly Lazy<bool> Apart = new(() =>
    {
        KitAssemblies.LoadFrom(Path.Combine(Folder, "apart"));
        return true;
    });

    /// <summary>
    /// Runs models in this process and programs in the kit's sandboxes; hand it to <see cref="Cases.Investigation.OpenAsync"/>. How models run is
    /// chosen by <c>FORENSICKIT_DEVICE</c> (<c>auto</c>, <c>cpu</c> or <c>cuda</c>), <c>FORENSICKIT_PRECISION</c> (<c>float32</c>, <c>bfloat16</c> or
    /// <c>int8</c>) and <c>FORENSICKIT_DETERMINISTIC</c> (<c>1</c>: every request by itself). Answers are kept beyond a case (<see cref="Models.Caching.ResponseCache"/>)
    /// unless <c>FORENSICKIT_CACHE</c> is <c>off</c>.
    /// </summary>
    public static Models.IModelEngines Engines => LocalEngines.From(Environment.GetEnvironmentVariable);

    private static string Folder => Path.GetDirectoryName(typeof(NotebookKit).Assembly.Location)!;

    /// <summary>
    /// In a Jupyter kernel (the C# kernel of .NET Interactive): data frames are shown as tables, charts can be made, and from the next cell on the
    /// code can name the kit's types (<c>using ForensicKit.Cases;</c>) and those of the packages in its signatures. In the kit's own host all
    /// this is so without it.
    /// </summary>
    /// <remarks>A kernel knows only the assembly that <c>#r</c> names, not those behind it, and runs none of its code until a cell calls some.</remarks>
    public static void Load()
    {
        RegisterFormatters();
        // The host's own assemblies come with their dependencies.
        if (AssemblyLoadContext.GetLoadContext(typeof(NotebookKit).Assembly) == AssemblyLoadContext.Default)
            return;
        _ = Apart.Value;
        if (KernelInvocationContext.Current?.HandlingKernel is CSharpKernel kernel)
            kernel.AddAssemblyReferences(HostAssemblies.WithKitReferences(typeof(NotebookKit).Assembly.Location, BesideKit));
    }

    /// <summary>Teaches the formatters of this process the types that are not the kit's own; once.</summary>
    internal static void RegisterFormatters() => _ = Formatters.Value;

    private static string? BesideKit(string name)
    {
        var path = Path.Combine(Folder, name + ".dll");
        return File.Exists(path) ? path : null;
    }
}
