using System.Diagnostics;
using System.Threading.Channels;
using ForensicKit.Evidence;

namespace ForensicKit.Evaluation;

/// <summary>
/// Stores answers while others are still being made: what came in during one transaction goes into the next. Until it is stored, an answer is kept in a
/// <see cref="ResponseJournal"/>: a killed process has lost only what it had not got yet.
/// </summary>
/// <remarks>
/// A model in this process needs the processor itself: there, storing takes a twentieth of the time, about two transactions a second. A server computes
/// elsewhere, and its answers may have been paid for: they are stored as fast as transactions go.
/// </remarks>
/// <param name="evidence">Where to.</param>
/// <param name="isServed">Whether a server computes.</param>
internal sealed class ResponseWriter(EvidenceDatabase evidence, bool isServed)
{
    // Pause after a transaction, in times of how long it took.
    private const int Pause = 19;
    private readonly Channel<Response> _answers = Channel.CreateUnbounded<Response>(new() { SingleReader = true });
    private readonly TaskCompletionSource _complete = new();
    private readonly ResponseJournal _journal = ResponseJournal.Begin(evidence);
    private Task? _writing;

    /// <summary>Takes an answer.</summary>
    /// <exception cref="KitException">What was taken before could not be stored.</exception>
    public async ValueTask AddAsync(Response answer)
    {
        _journal.Add(answer);
        _writing ??= Task.Run(WriteAsync);
        // Storing has failed: asking on would lose what is answered.
        if (_writing.IsFaulted || !_answers.Writer.TryWrite(answer))
            await _writing;
    }

    /// <summary>Waits until everything is stored; where it cannot be, the journal stays.</summary>
    /// <exception cref="KitException">It cannot be stored.</exception>
    public async Task CompleteAsync()
    {
        _answers.Writer.TryComplete();
        _complete.TrySetResult();
        using (_journal)
        {
            if (_writing is not null)
                await _writing;
            _journal.Complete();
        }
    }

    private async Task WriteAsync()
    {
        var batch = new List<Response>();
        while (await _answers.Reader.WaitToReadAsync())
        {
            while (_answers.Reader.TryRead(out var answer))
                batch.Add(answer);
            var started = Stopwatch.GetTimestamp();
            evidence.AppendResponses(batch, CancellationToken.None);
            batch.Clear();
            if (!isServed)
                await Task.WhenAny(Task.Delay(Stopwatch.GetElapsedTime(started) * Pause), _complete.Task);
        }
    }
}
