using System.Runtime.CompilerServices;
using ForensicKit.Notebooks.Execution;
using Microsoft.Data.Analysis;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.CSharp;
using Microsoft.DotNet.Interactive.Formatting;

namespace ForensicKit.Notebooks.RichOutput;

/// <summary>
/// What a kernel that is not the kit's own gets when a notebook first uses a type of this assembly: readable data frames, and references to the
/// assemblies that the kit's signatures name, from the next cell on.
/// </summary>
internal static class RichOutputExtension
{
    private static readonly Lazy<bool> Registered = new(() =>
    {
        Formatter.Register<DataFrame>(DataFrameFormatter.WriteHtml, HtmlFormatter.MimeType);
        Formatter.Register<DataFrame>(DataFrameFormatter.WriteText, PlainTextFormatter.MimeType);
        return true;
    });

    /// <summary>Teaches the formatters of this process the types that are not the kit's own; once.</summary>
    public static void RegisterFormatters() => _ = Registered.Value;

    // A kernel has no other hook for an assembly that comes by #r "path".
    [ModuleInitializer]
    internal static void OnLoaded()
    {
        if (KernelInvocationContext.Current?.HandlingKernel is CSharpKernel kernel)
            Attach(kernel);
    }

    private static void Attach(CSharpKernel kernel)
    {
        RegisterFormatters();
        var own = typeof(RichOutputExtension).Assembly.Location;
        if (own.Length == 0)
            return;
        var folder = Path.GetDirectoryName(own)!;
        kernel.AddAssemblyReferences(HostAssemblies.WithKitReferences(own, name =>
        {
            var beside = Path.Combine(folder, name + ".dll");
            return File.Exists(beside) ? beside : null;
        }));
    }
}
