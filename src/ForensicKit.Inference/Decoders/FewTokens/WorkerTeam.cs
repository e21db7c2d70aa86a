namespace ForensicKit.Inference.Decoders;

/// <summary>
/// Threads that stand ready for pieces of work of some ten microseconds: a thread pool takes as long to begin one. They watch for work for a moment
/// after each piece, then sleep until they are called.
/// </summary>
internal sealed class WorkerTeam
{
    private const int Looks = 4000;
    private readonly Lock _turn = new();
    private readonly List<Worker> _workers = [];
    private Action<int, int>? _work;
    private int _parts;
    private int _running;

    /// <summary>The team of this process.</summary>
    public static WorkerTeam Shared { get; } = new();

    /// <summary>Called between asking a worker and waking it; tests hold the caller up there.</summary>
    internal Action? BeforeWaking { get; init; }

    /// <summary>Does the parts of a piece of work, part 0 on the calling thread; returns when all are done. The work must not throw.</summary>
    /// <param name="parts">How many parts.</param>
    /// <param name="work">Takes the part and the number of parts.</param>
    public void Run(int parts, Action<int, int> work)
    {
        // While the team works for another caller, this one does its work alone.
        if (parts <= 1 || !_turn.TryEnter())
        {
            for (var part = 0; part < parts; part++)
                work(part, parts);
            return;
        }

        try
        {
            while (_workers.Count < parts - 1)
                _workers.Add(new(this, _workers.Count + 1));
            (_work, _parts) = (work, parts);
            Volatile.Write(ref _running, parts - 1);
            for (var i = 0; i < parts - 1; i++)
                _workers[i].Begin();
            work(0, parts);
            var wait = default(SpinWait);
            while (Volatile.Read(ref _running) > 0)
                wait.SpinOnce(sleep1Threshold: -1);
            _work = null;
        }
        finally
        {
            _turn.Exit();
        }
    }

    private sealed class Worker
    {
        private readonly WorkerTeam _team;
        private readonly int _part;
        private readonly SemaphoreSlim _call = new(0);
        private int _asked;
        private int _sleeps;

        public Worker(WorkerTeam team, int part)
        {
            (_team, _part) = (team, part);
            new Thread(Work) { IsBackground = true, Name = "matrix rows" }.Start();
        }

        public void Begin()
        {
            Interlocked.Exchange(ref _asked, 1);
            _team.BeforeWaking?.Invoke();
            if (Interlocked.Exchange(ref _sleeps, 0) == 1)
                _call.Release();
        }

        private void Work()
        {
            while (true)
            {
                Wait();
                _team._work!(_part, _team._parts);
                Interlocked.Decrement(ref _team._running);
            }
        }

        private void Wait()
        {
            while (true)
            {
                for (var look = 0; look < Looks; look++)
                {
                    if (Volatile.Read(ref _asked) == 1 && Interlocked.Exchange(ref _asked, 0) == 1)
                        return;
                    Thread.SpinWait(20);
                }

                // Who calls after this sees that the worker sleeps; who called before is seen here.
                Interlocked.Exchange(ref _sleeps, 1);
                if (Interlocked.Exchange(ref _asked, 0) == 1)
                {
                    if (Interlocked.Exchange(ref _sleeps, 0) == 0)
                        _call.Wait();
                    return;
                }

                _call.Wait();
                // A caller that was held up between asking and waking wakes a worker that has done the piece and gone to sleep since: it was not asked.
                if (Interlocked.Exchange(ref _asked, 0) == 1)
                    return;
            }
        }
    }
}
