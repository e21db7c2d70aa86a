using System.Reflection;
using System.Runtime.Loader;

namespace ForensicKit.Notebooks.RichOutput;

/// <summary>
/// Loads assemblies that must agree on one version of what they share in a context of their own. A kernel brings an older FSharp.Core; half of
/// what is written in F# (Plotly.NET and what it needs) would get that one, and no chart could be made. And it loads SkiaSharp once for each
/// version that others were built for; a typeface of one copy is none to the other, and no figure could be drawn.
/// </summary>
internal sealed class KitAssemblies : AssemblyLoadContext
{
    private readonly string _folder;

    private KitAssemblies(string folder)
        : base("ForensicKit") => _folder = folder;

    /// <summary>From here on, what the process cannot find elsewhere is looked for in this folder.</summary>
    public static void LoadFrom(string folder)
    {
        var context = new KitAssemblies(folder);
        AppDomain.CurrentDomain.AssemblyResolve += (_, asked) => context.Load(new AssemblyName(asked.Name));
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var file = Path.Combine(_folder, Path.GetFileName(assemblyName.Name) + ".dll");
        return File.Exists(file) ? LoadFromAssemblyPath(file) : null;
    }
}
