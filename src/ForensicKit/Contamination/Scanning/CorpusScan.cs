using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using ForensicKit.Corpora;

namespace ForensicKit.Contamination.Scanning;

/// <summary>Looks for benchmark items in corpora: shards are read and their documents compared on as many threads as asked for. The result does not depend on their number.</summary>
public sealed class CorpusScan
{
    private const int BatchesAhead = 2;

    private readonly ScanIndex _index;
    private readonly ScanCalibration _calibration;
    private readonly ScanThresholds _thresholds;
    private readonly CorpusOptions _options;

    /// <param name="index">The items.</param>
    /// <param name="calibration">What items score among themselves.</param>
    /// <param name="thresholds">From which score on an item counts as found.</param>
    /// <param name="options">How corpora are read.</param>
    public CorpusScan(ScanIndex index, ScanCalibration calibration, ScanThresholds thresholds, CorpusOptions options)
    {
        (_index, _calibration, _thresholds, _options) = (index, calibration, thresholds, options);
        Identity = ScanIdentity.Of(index, thresholds, options);
    }

    /// <summary>All that decides what is found in a shard.</summary>
    public ScanIdentity Identity { get; }

    /// <summary>Scans shards.</summary>
    /// <param name="shards">The shards.</param>
    /// <param name="threads">Threads that compare, at least 1; where there are more than one, others read.</param>
    /// <param name="progress">Told of bytes read.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="KitException">A shard cannot be opened.</exception>
    public CorpusScanResult Scan(IReadOnlyList<CorpusShard> shards, int threads, IProgress<StepProgress>? progress, CancellationToken cancellationToken) =>
        Scan(shards, threads, null, progress, cancellationToken);

    /// <summary>Scans shards; what a ledger holds of them is taken from there, and what is found is kept in it, shard by shard.</summary>
    /// <param name="shards">The shards.</param>
    /// <param name="threads">Threads that compare, at least 1; where there are more than one, others read.</param>
    /// <param name="ledger">The ledger; null for none.</param>
    /// <param name="progress">Told of bytes read; those of shards that need not be scanned are not counted.</param>
    /// <param name="cancellationToken">Stops it; what was finished is in the ledger.</param>
    /// <exception cref="KitException">A shard cannot be opened or changes meanwhile, or the ledger cannot be written.</exception>
    public CorpusScanResult Scan(IReadOnlyList<CorpusShard> shards, int threads, ScanLedger? ledger, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        var reader = new CorpusReader(ledger is null ? _options : _options with { Hash = true });
        var rules = _index.Benchmarks.Select((name, number) => new BenchmarkRule(name, _calibration.Count(number), _thresholds.ByBenchmark[number])).ToList();
        var run = new ScanRun(_index, _thresholds, new(_index, _calibration, _thresholds), Identity, rules, ledger, shards);
        long done = 0, total = shards.Sum(s => s.Bytes);
        ShardWork? Begin(int number)
        {
            var work = run.Begin(number, cancellationToken);
            if (work is null)
                Interlocked.Add(ref total, -shards[number].Bytes);
            return work;
        }

        void Read(ShardWork work, DocumentAction action)
        {
            var left = work.Shard.Bytes;
            void Told(long bytes)
            {
                // A file that grows is no more than it was.
                bytes = Math.Min(bytes, left);
                left -= bytes;
                if (bytes > 0)
                    progress?.Report(new("Scanning", Interlocked.Add(ref done, bytes), Interlocked.Read(ref total), "bytes"));
            }

            work.Reading = reader.Read(work.Shard, action, bytes => Told(bytes), cancellationToken);
            Told(left);
        }

        progress?.Report(new("Scanning", 0, total, "bytes"));
        if (threads <= 1)
        {
            var scanners = run.NewScanners();
            for (var number = 0; number < shards.Count; number++)
            {
                if (Begin(number) is not { } work)
                    continue;
                Read(work, (in CorpusDocument document) => run.Take(scanners, work, document));
                run.End(work);
            }
        }
        else
        {
            OnThreads(shards.Count, threads, run, Begin, Read, cancellationToken);
        }

        return run.Result();
    }

    private static void OnThreads(
        int shards, int threads, ScanRun run, Func<int, ShardWork?> begin, Action<ShardWork, DocumentAction> read, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var channel = Channel.CreateBounded<TextBatch>(threads * BatchesAhead);
        // Reading is several times as fast as comparing.
        var readers = Math.Clamp(threads / 3, 1, shards);
        var next = -1;
        var reading = Running(readers, stop, () =>
        {
            for (var number = Interlocked.Increment(ref next); number < shards; number = Interlocked.Increment(ref next))
            {
                if (begin(number) is not { } work)
                    continue;
                void HandOn(TextBatch batch)
                {
                    work.Open();
                    channel.Writer.WriteAsync(batch, stop.Token).AsTask().GetAwaiter().GetResult();
                }

                var batch = new TextBatch(work);
                read(work, (in CorpusDocument document) =>
                {
                    batch.Add(document);
                    if (batch.IsFull)
                    {
                        HandOn(batch);
                        batch = new(work);
                    }
                });
                HandOn(batch);
                if (work.Close())
                    run.End(work);
            }
        });
        _ = Task.WhenAll(reading).ContinueWith(_ => channel.Writer.Complete(), TaskScheduler.Default);
        var comparing = Running(threads, stop, () =>
        {
            var scanners = run.NewScanners();
            foreach (var batch in channel.Reader.ReadAllAsync(stop.Token).ToBlockingEnumerable(stop.Token))
            {
                using (batch)
                {
                    foreach (var entry in batch.Entries)
                        run.Take(scanners, batch.Work, batch.Document(entry));
                }

                if (batch.Work.Close())
                    run.End(batch.Work);
            }
        });
        try
        {
            Task.WaitAll([.. reading, .. comparing], CancellationToken.None);
        }
        catch (AggregateException e)
        {
            // The first cause, not the cancellations that followed from it.
            ExceptionDispatchInfo.Throw(e.InnerExceptions.FirstOrDefault(i => i is not OperationCanceledException) ?? e.InnerExceptions[0]);
        }
    }

    private static Task[] Running(int count, CancellationTokenSource stop, Action run) => [.. Enumerable.Range(0, count).Select(_ => Task.Factory.StartNew(
        () =>
        {
            try
            {
                run();
            }
            catch
            {
                stop.Cancel();
                throw;
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
}
