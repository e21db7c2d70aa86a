using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using ForensicKit.Corpora;

namespace ForensicKit.Contamination.Scanning;

/// <summary>Looks for benchmark items in corpora: shards are read and their documents compared on as many threads as asked for. The result does not depend on their number.</summary>
public sealed class CorpusScan
{
    private const int BatchesAhead = 2;

    // An answer counts as told from this share of its nats on.
    private const double Told = 0.6;

    private readonly ScanIndex _index;
    private readonly ScanCalibration _calibration;
    private readonly ScanThresholds _thresholds;
    private readonly CorpusReader _reader;
    private readonly Dictionary<string, int> _benchmarks;

    /// <param name="index">The items.</param>
    /// <param name="calibration">What items score among themselves.</param>
    /// <param name="thresholds">From which score on an item counts as found.</param>
    /// <param name="options">How corpora are read.</param>
    public CorpusScan(ScanIndex index, ScanCalibration calibration, ScanThresholds thresholds, CorpusOptions options)
    {
        (_index, _calibration, _thresholds) = (index, calibration, thresholds);
        _reader = new(options);
        _benchmarks = index.Benchmarks.Select((b, i) => (b, i)).ToDictionary(p => p.b, p => p.i, StringComparer.Ordinal);
    }

    /// <summary>Scans shards.</summary>
    /// <param name="shards">The shards.</param>
    /// <param name="threads">Threads that compare, at least 1; where there are more than one, others read.</param>
    /// <param name="progress">Told of bytes read.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="KitException">A shard cannot be opened.</exception>
    public CorpusScanResult Scan(IReadOnlyList<CorpusShard> shards, int threads, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        var total = shards.Sum(s => s.Bytes);
        var readings = new ShardReading[shards.Count];
        var work = new Work(this);
        long done = 0;
        void Read(int number, DocumentAction action)
        {
            readings[number] = _reader.Read(shards[number], action, cancellationToken);
            progress?.Report(new("Scanning", Interlocked.Add(ref done, shards[number].Bytes), total, "bytes"));
        }

        progress?.Report(new("Scanning", 0, total, "bytes"));
        if (threads <= 1)
        {
            var scanner = work.NewScanner();
            for (var number = 0; number < shards.Count; number++)
            {
                var shard = number;
                Read(shard, (in CorpusDocument document) => work.Take(scanner, shard, document));
            }
        }
        else
        {
            OnThreads(shards.Count, threads, work, Read, cancellationToken);
        }

        return new([.. shards.Zip(readings)], work.Words, work.Compared, work.Ordered());
    }

    private static void OnThreads(int shards, int threads, Work work, Action<int, DocumentAction> read, CancellationToken cancellationToken)
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
                var batch = new TextBatch(number);
                read(number, (in CorpusDocument document) =>
                {
                    batch.Add(document);
                    if (batch.IsFull)
                    {
                        channel.Writer.WriteAsync(batch, stop.Token).AsTask().GetAwaiter().GetResult();
                        batch = new(batch.Shard);
                    }
                });
                channel.Writer.WriteAsync(batch, stop.Token).AsTask().GetAwaiter().GetResult();
            }
        });
        _ = Task.WhenAll(reading).ContinueWith(_ => channel.Writer.Complete(), TaskScheduler.Default);
        var comparing = Running(threads, stop, () =>
        {
            var scanner = work.NewScanner();
            foreach (var batch in channel.Reader.ReadAllAsync(stop.Token).ToBlockingEnumerable(stop.Token))
            {
                using (batch)
                {
                    foreach (var entry in batch.Entries)
                        work.Take(scanner, batch.Shard, batch.Document(entry));
                }
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

    // A text may be long and hold many items: it is hashed and counted through once.
    private List<CorpusHit> Describe(in CorpusDocument document, IReadOnlyList<ScanHit> hits)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(document.Text));
        var described = new List<CorpusHit>(hits.Count);
        var (at, characters) = (0, 0L);
        foreach (var hit in hits)
        {
            characters += Characters(document.Text[at..hit.Start]);
            at = hit.Start;
            described.Add(Describe(document, hit, hash, document.TextOffset == 0 ? characters : -1));
        }

        return described;
    }

    private CorpusHit Describe(in CorpusDocument document, ScanHit hit, string hash, long before)
    {
        var benchmark = _benchmarks[hit.Item.BenchmarkName];
        return new()
        {
            Shard = document.Shard,
            Record = document.Record,
            DocumentId = Encoding.UTF8.GetString(document.Id),
            TextSha256 = hash,
            Benchmark = hit.Item.BenchmarkName,
            Item = hit.Item.ItemId,
            Class = hit.Class,
            Kind = KindOf(hit),
            Unit = hit.Unit,
            Score = hit.Score,
            Threshold = _thresholds.ByBenchmark[benchmark][(int)hit.Unit],
            P = _calibration.P(benchmark, hit.Unit, hit.Score),
            MatchedNats = hit.Matched,
            LongestRun = hit.LongestRun,
            QuestionShare = hit.Shares.Question,
            AnswerShare = hit.Shares.Answer,
            ChoicesShare = hit.Shares.Choices,
            StartByte = document.TextOffset + hit.Start,
            EndByte = document.TextOffset + hit.End,
            StartCharacter = before,
            EndCharacter = before < 0 ? -1 : before + Characters(document.Text[hit.Start..hit.End]),
            Text = Encoding.UTF8.GetString(document.Text[hit.Start..hit.End]),
        };
    }

    private static LeakKind KindOf(ScanHit hit)
    {
        if (hit.Unit == ScanUnit.Answer && hit.Shares.Question < Told)
            return LeakKind.AnswerOnly;
        // Beside its rivals the right choice gives nothing away.
        return hit.Shares.Answer >= Told && hit.Shares.Choices < Told ? LeakKind.QuestionAndAnswer : LeakKind.QuestionOnly;
    }

    // Code points: every byte that does not go on with one.
    private static long Characters(ReadOnlySpan<byte> text)
    {
        long count = 0;
        foreach (var b in text)
            count += (b & 0xC0) != 0x80 ? 1 : 0;
        return count;
    }

    // What the threads share.
    private sealed class Work(CorpusScan scan)
    {
        private readonly List<(int Shard, CorpusHit Hit)> _hits = [];
        private readonly Lock _lock = new();
        private long _words;
        private long _compared;

        public long Words => _words;

        public long Compared => _compared;

        public TextScanner NewScanner() => new(scan._index, scan._thresholds);

        public void Take(TextScanner scanner, int shard, in CorpusDocument document)
        {
            var hits = scanner.Scan(document.Text);
            Interlocked.Add(ref _words, scanner.Words);
            Interlocked.Add(ref _compared, scanner.Compared);
            if (hits.Count == 0)
                return;
            var described = scan.Describe(document, hits);
            lock (_lock)
                _hits.AddRange(described.Select(hit => (shard, hit)));
        }

        // The pieces of a long text overlap: what is found in both is one hit.
        public List<CorpusHit> Ordered()
        {
            var kept = new List<CorpusHit>();
            foreach (var (_, hit) in _hits.OrderBy(h => h.Shard).ThenBy(h => h.Hit.Shard, StringComparer.Ordinal).ThenBy(h => h.Hit.Record).ThenBy(h => h.Hit.StartByte)
                .ThenBy(h => h.Hit.EndByte).ThenBy(h => h.Hit.Benchmark, StringComparer.Ordinal).ThenBy(h => h.Hit.Item, StringComparer.Ordinal))
            {
                var isSeen = false;
                for (var i = kept.Count - 1; i >= 0 && !isSeen && kept[i].Shard == hit.Shard && kept[i].Record == hit.Record; i--)
                    isSeen = kept[i].Item == hit.Item && kept[i].Benchmark == hit.Benchmark && kept[i].EndByte > hit.StartByte && kept[i].TextSha256 != hit.TextSha256;
                if (!isSeen)
                    kept.Add(hit);
            }

            return kept;
        }
    }
}
