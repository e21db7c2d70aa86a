using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.CSharp;
using Microsoft.DotNet.Interactive.Events;
using Microsoft.DotNet.Interactive.Formatting;
using Microsoft.DotNet.Interactive.PackageManagement;
using Microsoft.DotNet.Interactive.Utility;

namespace ForensicKit.Notebooks.Execution;

/// <summary>The C# kernel of .NET Interactive, in this process.</summary>
internal sealed partial class InteractiveEngine : INotebookEngine
{
    // What the stock kernel imports, so that a notebook runs in both.
    private const string Imports = "using static Microsoft.DotNet.Interactive.Kernel;\nusing Microsoft.DotNet.Interactive;\nusing Microsoft.DotNet.Interactive.Formatting;\n";

    private readonly CSharpKernel _kernel = new("csharp");

    public InteractiveEngine()
    {
        LeaveConsoleAlone.Value.ToString();
        EmitLineNumbers(_kernel);
        _kernel.UseNugetDirective((kernel, packages) =>
        {
            kernel.AddAssemblyReferences(packages.SelectMany(p => p.AssemblyPaths));
            return Task.CompletedTask;
        });
    }

    // The kernel swaps Console.Out while it runs and drops what other threads write. It does so for the first of its users and undoes it for
    // the last: one user that stays, and the console put back at once, keep it from doing so at all. ConsoleCapture takes its place.
    private static Lazy<object> LeaveConsoleAlone { get; } = new(() => Task.Run(() =>
    {
        var (output, error) = (Console.Out, Console.Error);
        object user = ConsoleOutput.Subscribe(_ => new Unsubscriber());
        Console.SetOut(output);
        Console.SetError(error);
        return user;
    }).GetAwaiter().GetResult());

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Also keeps variables of a first cell that throws: the kernel forgets those of its very first submission.
        cancellationToken.ThrowIfCancellationRequested();
        var result = await _kernel.SendAsync(new SubmitCode(Imports), CancellationToken.None);
        if (Failure(result) is { } failure)
            throw new InvalidOperationException($"The C# kernel does not start: {failure.Message}", failure.Exception);
    }

    public async Task<CellError?> RunCellAsync(CellSubmission cell, Action<CellDisplay> output, CancellationToken cancellationToken)
    {
        try
        {
            var source = CellSource.Parse(cell.Code, cell.Number);
            using var events = _kernel.KernelEvents.Subscribe(new DisplayObserver(output));
            var handled = new List<CellDirective>();
            foreach (var directive in source.Directives)
            {
                if (await HandleAsync(directive) is { } refused)
                    return refused;
                if (directive.Kind != DirectiveKind.Assembly || HostAssemblies.Replacement(directive.Text, Directory.GetCurrentDirectory()) is not null)
                    handled.Add(directive);
            }

            var script = source.ToScript(handled);
            if (script.Length == 0 || cancellationToken.IsCancellationRequested)
                return null;
            var result = await _kernel.SendAsync(new SubmitCode(script), CancellationToken.None);
            return Failure(result) is not { } failure ? null
                : failure.Exception is { } exception ? CellFailure.From(exception, cell.Number)
                : CellFailure.From("Error", failure.Message);
        }
        catch (KitException e)
        {
            return CellFailure.From(e, cell.Number);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // A cell that was abandoned may hold the kernel's thread: then the rest is left to the end of the process.
        var end = Task.Run(async () =>
        {
            await _kernel.SendAsync(new Cancel());
            _kernel.Dispose();
        });
        await Task.WhenAny(end, Task.Delay(TimeSpan.FromSeconds(2)));
    }

    private static CommandFailed? Failure(KernelCommandResult result) => result.Events.OfType<CommandFailed>().FirstOrDefault();

    // Runtime errors know their line only where the script is compiled with debug information, which the kernel does not offer to ask for.
    private static void EmitLineNumbers(CSharpKernel kernel)
    {
        if (typeof(CSharpKernel).GetField("_scriptOptions", BindingFlags.Instance | BindingFlags.NonPublic) is { } field
            && field.GetValue(kernel) is ScriptOptions options)
        {
            field.SetValue(kernel, options.WithEmitDebugInformation(true));
        }
    }

    private async Task<CellError?> HandleAsync(CellDirective directive)
    {
        switch (directive.Kind)
        {
            case DirectiveKind.Assembly:
                if (HostAssemblies.Replacement(directive.Text, Directory.GetCurrentDirectory()) is { } own)
                {
                    _kernel.AddAssemblyReferences(Path.GetFileNameWithoutExtension(own).StartsWith("ForensicKit", StringComparison.Ordinal)
                        ? HostAssemblies.WithKitReferences(own, HostAssemblies.Find)
                        : [own]);
                }

                return null;
            case DirectiveKind.PackageSource:
                return PackageError(await _kernel.SendAsync(new SubmitCode($"#i \"nuget: {directive.Text}\""), CancellationToken.None), directive);
            default:
                return PackageError(await _kernel.SendAsync(new SubmitCode($"#r \"nuget: {directive.Text}\""), CancellationToken.None), directive);
        }
    }

    private static CellError? PackageError(KernelCommandResult result, CellDirective directive)
    {
        if (Failure(result) is not { } failure)
            return null;
        // NuGet's lines begin with the temporary project they came from and end with it; the code and the sentence are what counts.
        var reasons = failure.Message.Split('\n').Select(l => NugetError().Match(l)).Where(m => m.Success).Select(m => m.Groups["reason"].Value).Distinct(StringComparer.Ordinal).ToArray();
        var message = $"The package '{directive.Text}' is not available: {(reasons.Length > 0 ? string.Join(' ', reasons) : failure.Message.Trim())}";
        return CellFailure.From("PackageError", message, directive.Line);
    }

    [GeneratedRegex(@"error (?<reason>NU\d+: .*?)\s*(\[[^\]]*\])?\s*$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NugetError();

    private sealed class Unsubscriber : IDisposable
    {
        public void Dispose()
        {
        }
    }

    /// <summary>Turns the kernel's display events into outputs: each has plain text beside its rich form.</summary>
    private sealed class DisplayObserver(Action<CellDisplay> output) : IObserver<KernelEvent>
    {
        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void OnNext(KernelEvent value)
        {
            if (value is not DisplayEvent display || display is StandardOutputValueProduced or StandardErrorValueProduced or ErrorProduced)
                return;
            var data = new Dictionary<string, string>(StringComparer.Ordinal);
            // A value that is formatted already is shown as it says.
            foreach (var formatted in display.Value is FormattedValue ready ? [ready] : display.FormattedValues)
                data[formatted.MimeType] = formatted.Value;
            if (data.Count == 0)
                return;
            // Numbers and the like come as a <pre> with a style sheet: their text alone says the same.
            if (data.TryGetValue(HtmlFormatter.MimeType, out var html) && html.StartsWith("<div class=\"dni-plaintext\">", StringComparison.Ordinal))
                data.Remove(HtmlFormatter.MimeType);
            if (display.Value is not FormattedValue)
                data.TryAdd(PlainTextFormatter.MimeType, PlainText(display.Value));
            output(new CellDisplay(data, display is ReturnValueProduced, display.ValueId, display is DisplayedValueUpdated));
        }

        private static string PlainText(object? value)
        {
            try
            {
                return value.ToDisplayString(PlainTextFormatter.MimeType);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // A property of the value threw. Its rich form stands.
                return value?.GetType().FullName ?? "";
            }
        }
    }
}
