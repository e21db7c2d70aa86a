using System.Text;

namespace ForensicKit.Notebooks.Execution;

/// <summary>
/// Takes what a cell writes to the console, wherever its asynchronous context goes. What other threads of the process write still reaches the
/// console, so that a host may show progress while a cell runs.
/// </summary>
internal sealed class ConsoleCapture : IDisposable
{
    private static readonly AsyncLocal<CellOutputs?> Current = new();
    private readonly TextWriter _out = Console.Out;
    private readonly TextWriter _error = Console.Error;
    private readonly TextReader _in = Console.In;

    private bool _stays;

    public ConsoleCapture()
    {
        Console.SetOut(new Router("stdout", _out));
        Console.SetError(new Router("stderr", _error));
        // Nobody answers a cell that asks: it reads the end of the input instead of waiting for ever.
        Console.SetIn(TextReader.Null);
    }

    /// <summary>From here on, in this asynchronous context, console text goes into these outputs.</summary>
    public static void Enter(CellOutputs outputs) => Current.Value = outputs;

    /// <summary>An abandoned cell may go on writing after the run: the capture stays, so that this does not reach the console either.</summary>
    public void Stay() => _stays = true;

    public void Dispose()
    {
        Console.SetIn(_in);
        if (_stays)
            return;
        Console.SetOut(_out);
        Console.SetError(_error);
    }

    private sealed class Router : TextWriter
    {
        private readonly string _stream;
        private readonly TextWriter _console;

        public Router(string stream, TextWriter console)
            : base(console.FormatProvider)
        {
            _stream = stream;
            _console = console;
            CoreNewLine = ['\n'];
        }

        public override Encoding Encoding => _console.Encoding;

        public override void Write(char value) => Write([value]);

        public override void Write(string? value) => Write(value.AsSpan());

        public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

        public override void Write(ReadOnlySpan<char> buffer)
        {
            if (Current.Value is { } outputs)
                outputs.Write(_stream, buffer);
            else
                _console.Write(buffer);
        }

        // In one piece, so that lines of several threads do not mix.
        public override void WriteLine(string? value) => Write(string.Concat(value, "\n"));

        public override void WriteLine(ReadOnlySpan<char> buffer) => Write(string.Concat(buffer, "\n"));

        public override void Flush() => _console.Flush();
    }
}
