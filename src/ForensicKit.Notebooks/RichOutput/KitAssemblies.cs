using System.Reflection;
using System.Runtime.Loader;

namespace ForensicKit.Notebooks.RichOutput;

/// <summary>
/// Loads the assemblies written in F# (Plotly.NET and what it needs) in a context of their own, with the FSharp.Core they were built for. A kernel
/// brings an older FSharp.Core; half of them would get that one, and no chart could be made.
/// </summary>
internal sealed class KitAssemblies : AssemblyLoadContext
{
    private readonly string _folder;

    private KitAssemblies(string folder)
        : base("ForensicKit F#") => _folder = folder;

    /// <summary>From here on, what the process cannot find elsewhere is looked for in this folder.</summary>
    public static void LoadFSharpFrom(string folder)
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
