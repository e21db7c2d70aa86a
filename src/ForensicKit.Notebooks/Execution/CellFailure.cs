using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Scripting;

namespace ForensicKit.Notebooks.Execution;

/// <summary>Turns what a cell threw into an error a reader can use: the cell's own lines, no engine internals, no paths of this machine.</summary>
internal static class CellFailure
{
    private const string FilePrefix = "notebook-cell-";

    /// <summary>The file name that stands for a cell in positions.</summary>
    public static string FileName(int number) => string.Create(CultureInfo.InvariantCulture, $"{FilePrefix}{number}.csx");

    /// <param name="exception">What was thrown.</param>
    /// <param name="cell">The number of the cell that failed.</param>
    public static CellError From(Exception exception, int cell)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is CompilationErrorException compilation)
                return FromDiagnostics(compilation, cell);
        }

        if (exception is AggregateException { InnerExceptions: [var only] })
            exception = only;
        if (exception is TargetInvocationException { InnerException: { } inner })
            exception = inner;
        var line = FailedLine(exception, cell);
        // A KitException says what, where and how to mend it: a stack trace would only bury that.
        var traceback = exception is KitException ? [exception.Message] : Describe(exception);
        return new CellError(exception.GetType().Name, exception.Message, line, traceback, exception);
    }

    /// <summary>An error that no exception stands for.</summary>
    public static CellError From(string name, string message, int? line = null) => new(name, message, line, [message]);

    private static CellError FromDiagnostics(CompilationErrorException exception, int cell)
    {
        var errors = exception.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).DefaultIfEmpty(exception.Diagnostics[0]).ToArray();
        string[] lines = [.. errors.Select(d => $"{Place(d, cell)}: error {d.Id}: {d.GetMessage(CultureInfo.InvariantCulture)}")];
        var first = errors[0].Location.GetMappedLineSpan();
        return new CellError("CompilationError", lines[0], CellOf(first.Path) == cell ? first.StartLinePosition.Line + 1 : null, lines, exception);
    }

    private static string Place(Diagnostic diagnostic, int cell)
    {
        var span = diagnostic.Location.GetMappedLineSpan();
        // A file the cell loads (#load) is named without its folder.
        var file = CellOf(span.Path) is { } number ? CellName(number)
            : string.IsNullOrEmpty(span.Path) ? CellName(cell)
            : Path.GetFileName(span.Path);
        return string.Create(CultureInfo.InvariantCulture, $"{file}, line {span.StartLinePosition.Line + 1}, column {span.StartLinePosition.Character + 1}");
    }

    private static List<string> Describe(Exception exception)
    {
        var lines = new List<string>();
        for (var e = exception; e is not null && lines.Count < 200; e = e.InnerException)
        {
            lines.Add((ReferenceEquals(e, exception) ? "" : "caused by ") + $"{e.GetType().FullName}: {e.Message}");
            lines.AddRange(Frames(e).Select(Describe));
        }

        return lines;
    }

    private static IEnumerable<StackFrame> Frames(Exception exception) =>
        new StackTrace(exception, fNeedFileInfo: true).GetFrames().Where(f => f.GetMethod() is { } method && !IsPlumbing(method));

    private static bool IsPlumbing(MethodBase method)
    {
        var space = method.DeclaringType?.Namespace ?? "";
        return space.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal)
            || space.StartsWith("Microsoft.DotNet.Interactive", StringComparison.Ordinal)
            || space is "System.Runtime.CompilerServices" or "System.Runtime.ExceptionServices"
            || method.IsDefined(typeof(StackTraceHiddenAttribute));
    }

    private static string Describe(StackFrame frame)
    {
        var method = MethodName(frame.GetMethod()!);
        return CellOf(frame.GetFileName()) is { } number
            ? string.Create(CultureInfo.InvariantCulture, $"   at {method} in {CellName(number)}, line {frame.GetFileLineNumber()}")
            : $"   at {method}";
    }

    private static string MethodName(MethodBase method)
    {
        var type = method.DeclaringType;
        var name = method.Name;
        // The method of an asynchronous or lambda body stands in the name of the class the compiler made for it: <Name>d__0.
        while (type is not null && type.Name.StartsWith('<') && type.DeclaringType is { } outer)
        {
            if (type.Name.IndexOf('>') is > 1 and var end)
                name = type.Name[1..end].Trim('<', '>');
            type = outer;
        }

        if (name.StartsWith('<') && name.LastIndexOf(">g__", StringComparison.Ordinal) is > 0 and var local)
            name = name[(local + 4)..].Split('|')[0];
        else if (name.StartsWith('<') && name.IndexOf('>') is > 1 and var lambda)
            name = name[1..lambda].Trim('<', '>');
        if (type is null || type.Name.StartsWith("Submission#", StringComparison.Ordinal))
            return name is "Initialize" ? "the cell" : name;
        return $"{type.FullName?.Replace('+', '.')}.{name}";
    }

    private static int? FailedLine(Exception exception, int cell)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            // Frames run from the inside out: the first of this cell is the one nearest to the cause.
            if (Array.Find(new StackTrace(e, fNeedFileInfo: true).GetFrames(), f => CellOf(f.GetFileName()) == cell) is { } frame)
                return frame.GetFileLineNumber();
        }

        return null;
    }

    private static string CellName(int number) => string.Create(CultureInfo.InvariantCulture, $"cell {number}");

    private static int? CellOf(string? path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        return name is not null && name.StartsWith(FilePrefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(FilePrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }
}
