using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ForensicKit.Models;

namespace ForensicKit.Sandbox.Python;

/// <summary>One run: the program in one instance, its check in another, and the host between them.</summary>
internal sealed class PythonRun(PythonRuntime runtime, PythonLimits limits)
{
    private const int MaxNesting = 256;
    private readonly TaskCompletionSource<(SandboxOutcome Outcome, string Message)> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PythonInstance? _program;
    private PythonInstance? _judge;
    private byte[]? _question;
    private bool _isLoaded;

    /// <summary>Runs the program, then the check. Both instances have ended when this returns.</summary>
    public async Task<SandboxResult> ExecuteAsync(SandboxProgram program, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        if (Math.Max(program.Code.Length, program.Check.Length) > limits.SourceCharacters)
            return new(SandboxOutcome.Failed, "The program is too long.", "", clock.Elapsed);
        _question = Message("judge", program.Check, program.EntryPoint);
        // Both start at once; the judge waits until the program is loaded.
        _program = new PythonInstance(runtime, limits, FromProgram, () => _judge!.IsIdle);
        _judge = new PythonInstance(runtime, limits, FromJudge, () => _program.IsIdle);
        _program.Send(Message("load", program.Code));
        _program.Start();
        _judge.Start();
        try
        {
            await using var cancelled = cancellationToken.Register(() => _result.TrySetCanceled(cancellationToken));
            var first = await Task.WhenAny(_result.Task, _program.Ended, _judge.Ended);
            // An instance that ends may just have told the result.
            if (first != _result.Task && !_result.Task.IsCompleted)
                _result.TrySetResult(await Ending());
            var (outcome, message) = await _result.Task;
            await StopAsync();
            return new(outcome, outcome == SandboxOutcome.Passed ? "" : Shortened.Message(message), Shortened.Text(_program.Output + _judge.Output, limits.OutputBytes), clock.Elapsed);
        }
        finally
        {
            await StopAsync();
        }
    }

    private async Task<(SandboxOutcome Outcome, string Message)> Ending()
    {
        // The program first: where it ended, the judge only waits for it.
        var ended = await (_program!.Ended.IsCompleted ? _program.Ended : _judge!.Ended);
        return (ended.Outcome, ended.Message);
    }

    private async Task StopAsync()
    {
        _program!.Stop();
        _judge!.Stop();
        await Task.WhenAll(_program.Ended, _judge.Ended);
    }

    private void FromProgram(byte[] line)
    {
        using var message = Parse(line);
        if (_isLoaded)
        {
            _judge!.Send(line);
            return;
        }

        _isLoaded = true;
        var root = message.RootElement;
        if (root[0].GetString() == "e")
            Fail(Text(root[1][0]), Text(root[3]), "");
        else
            _judge!.Send(_question!);
    }

    private void FromJudge(byte[] line)
    {
        using var message = Parse(line);
        var root = message.RootElement;
        switch (root[0].GetString())
        {
            case "passed":
                _result.TrySetResult((SandboxOutcome.Passed, ""));
                break;
            case "failed":
                Fail(Text(root[1]), Text(root[2]), Text(root[3]));
                break;
            default:
                _program!.Send(line);
                break;
        }
    }

    private void Fail(string kind, string text, string where)
    {
        var outcome = kind switch
        {
            "MemoryError" => SandboxOutcome.OutOfMemory,
            "RecursionError" => SandboxOutcome.TimedOut,
            _ => SandboxOutcome.Failed,
        };
        _result.TrySetResult((outcome, kind + (text.Length > 0 ? ": " + text : "") + (where.Length > 0 ? $" ({where})" : "")));
    }

    private static string Text(JsonElement element)
    {
        try
        {
            return element.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            // Half characters, or no text at all.
            return element.GetRawText();
        }
    }

    // What a program writes in the place of messages is read by the judge's interpreter: it must at least be one message, and no deep one.
    private static JsonDocument Parse(byte[] line)
    {
        try
        {
            var message = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = MaxNesting });
            if (message.RootElement.ValueKind == JsonValueKind.Array && message.RootElement.GetArrayLength() > 0 && message.RootElement[0].ValueKind == JsonValueKind.String)
                return message;
            message.Dispose();
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new SandboxStopException(SandboxOutcome.Failed, "The program does not keep to the protocol.");
    }

    // ASCII, with what is not escaped as it stands: half characters too, which only the interpreter may judge.
    private static byte[] Message(params string[] parts)
    {
        var text = new StringBuilder("[");
        foreach (var part in parts)
        {
            text.Append(text.Length > 1 ? ",\"" : "\"");
            foreach (var c in part)
            {
                if (c is >= ' ' and < (char)127 and not '"' and not '\\')
                    text.Append(c);
                else
                    text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }

            text.Append('"');
        }

        return Encoding.ASCII.GetBytes(text.Append("]\n").ToString());
    }
}
