using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ForensicKit.Cli;

/// <summary>
/// What a verb says: people's text on standard output, progress and errors on standard error; with <c>--json</c> exactly one JSON object on
/// standard output instead of the text.
/// </summary>
internal sealed class Terminal : IProgress<StepProgress>
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    // Held from the start: while a notebook's cell runs, what it writes to the console is its own output, and progress is not.
    private readonly TextWriter _error = Console.Error;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly bool _rewrites = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb";
    private readonly Lock _lock = new();
    private string _step = "";
    private TimeSpan _stepStart;
    private long _doneBefore;
    private TimeSpan _lastShown;
    private bool _lineOpen;

    /// <param name="json">Whether standard output is for machines.</param>
    public Terminal(bool json) => Json = json;

    /// <summary>Whether standard output is for machines.</summary>
    public bool Json { get; }

    /// <summary>A line for people; silent with <c>--json</c>.</summary>
    public void Say(string line = "")
    {
        lock (_lock)
        {
            EndLine();
            if (!Json)
                Console.Out.WriteLine(Safe(line));
        }
    }

    /// <summary>A note for people beside the result, on standard error.</summary>
    public void Note(string line)
    {
        lock (_lock)
        {
            EndLine();
            Console.Error.WriteLine(Safe(line));
        }
    }

    /// <summary>The one object of <c>--json</c>; silent otherwise.</summary>
    public void Object(object value)
    {
        if (Json)
            Console.Out.WriteLine(JsonSerializer.Serialize(value, s_json));
    }

    /// <summary>One error: what, where and how to mend it.</summary>
    public void Error(string message, ExitCode code)
    {
        lock (_lock)
        {
            EndLine();
            Console.Error.WriteLine("error: " + Safe(message));
            if (Json)
                Object(new { error = message, exitCode = (int)code });
        }
    }

    /// <summary>Shows how far a step is: one line that rewrites itself on a terminal, plain lines at most every ten seconds elsewhere.</summary>
    public void Report(StepProgress value)
    {
        lock (_lock)
        {
            var now = _clock.Elapsed;
            var isNew = value.Step != _step;
            var isEnd = value.Total > 0 && value.Done >= value.Total;
            if (isNew)
            {
                if (_rewrites)
                    EndLine();
                (_step, _stepStart, _doneBefore) = (value.Step, now, value.Done);
            }

            if (!isNew && !isEnd && now - _lastShown < TimeSpan.FromSeconds(_rewrites ? 0.1 : 10))
                return;
            _lastShown = now;
            var line = Describe(value, value.Done - _doneBefore, now - _stepStart);
            if (_rewrites)
            {
                _error.Write($"\r\u001b[K{line}");
                _lineOpen = true;
            }
            else if (isNew || isEnd || value.Done > 0)
            {
                _error.WriteLine(line);
            }
        }
    }

    private static string Describe(StepProgress p, long doneHere, TimeSpan elapsed)
    {
        var culture = CultureInfo.InvariantCulture;
        var text = "  " + Safe(p.Step);
        var isBytes = p.Unit == "bytes";
        if (isBytes && p.Total > 1)
            text += string.Create(culture, $"  {p.Done / 1e6:N1}/{p.Total / 1e6:N1} MB");
        else if (p.Total > 1 || p.Done > 0)
            text += p.Total > 0 ? string.Create(culture, $"  {p.Done:N0}/{p.Total:N0} {p.Unit}") : string.Create(culture, $"  {p.Done:N0} {p.Unit}");
        // What an earlier run left done took none of this time.
        if (doneHere > 0 && elapsed.TotalSeconds >= 1)
        {
            var rate = doneHere / elapsed.TotalSeconds;
            text += isBytes ? string.Create(culture, $", {rate / 1e6:0.#} MB/s") : string.Create(culture, $", {rate:0.#}/s");
            if (p.Total > p.Done)
            {
                var left = TimeSpan.FromSeconds((p.Total - p.Done) / rate);
                text += string.Create(culture, $", {(left.TotalHours >= 1 ? $"{(int)left.TotalHours}:" : "")}{(left.TotalHours >= 1 ? left.ToString("mm\\:ss", culture) : left.ToString("m\\:ss", culture))} left");
            }
        }

        return text;
    }

    private void EndLine()
    {
        if (_lineOpen)
            _error.Write("\r\u001b[K");
        _lineOpen = false;
    }

    // Names and messages may come from crafted files: no control sequence of theirs reaches the terminal.
    private static string Safe(string text) =>
        string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '\u2423' : c));
}
