using System.Diagnostics;
using System.Text;
using ForensicKit.TestSupport;

namespace ForensicKit.EndToEnd.Tests;

/// <summary>What a run of the command line said.</summary>
internal sealed record KitResult(int ExitCode, string Output, string Errors);

/// <summary>Runs the built command line as a user does: another process, from the repository's root.</summary>
internal static class KitProcess
{
    // The configuration (release or debug) of the tests is the one of the command line that was built with them.
    private static readonly string s_assembly = Path.Combine(
        TestData.RepositoryRoot, "artifacts", "bin", "ForensicKit.Cli", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "ForensicKit.Cli.dll");

    public static KitResult Run(params string[] arguments) => Run(new Dictionary<string, string>(StringComparer.Ordinal), arguments);

    /// <summary>Runs with environment variables set.</summary>
    public static KitResult Run(IReadOnlyDictionary<string, string> environment, params string[] arguments) => RunIn(null, environment, arguments);

    /// <summary>Runs in a folder with manifests of its own.</summary>
    public static KitResult RunIn(string? folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var process = Start(environment, arguments, folder);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output, errors.Result);
    }

    /// <summary>Starts in a folder with manifests of its own.</summary>
    public static Process StartIn(string? folder, IReadOnlyDictionary<string, string> environment, params string[] arguments) => Start(environment, arguments, folder);

    public static Process Start(params string[] arguments) => Start(new Dictionary<string, string>(StringComparer.Ordinal), arguments);

    private static Process Start(IReadOnlyDictionary<string, string> environment, string[] arguments, string? folder = null)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder ?? TestData.RepositoryRoot,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["FORENSICKIT_DATA"] = TestData.Root;
        // What earlier tests asked must not answer for this one.
        start.Environment["FORENSICKIT_CACHE"] = "off";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        foreach (var argument in (string[])[s_assembly, .. arguments])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    /// <summary>Asserts one clear message: the exit code, the words, and no stack trace.</summary>
    public static void Refuses(KitResult result, ExitCode code, params string[] words)
    {
        Assert.True(result.ExitCode == (int)code, $"exit code {result.ExitCode}, expected {(int)code}\n{result.Errors}\n{result.Output}");
        var messages = result.Errors.Split('\n').Where(l => l.StartsWith("error: ", StringComparison.Ordinal)).ToList();
        Assert.Single(messages);
        Assert.All(words, w => Assert.Contains(w, result.Errors, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }
}
