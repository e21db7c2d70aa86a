using System.Diagnostics;
using System.Globalization;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Decoders;
using ForensicKit.Inference.Engine;
using static TorchSharp.torch;

namespace ForensicKit.Benchmarks;

/// <summary>
/// Scoring and generation against what the machine can do, turn about: matrix products and matrix times vector by the same library, so that what
/// else the machine does meets both.
/// </summary>
internal static class InferenceSpeed
{
    private const int Rounds = 5;
    private static readonly Random s_random = new(1);

    /// <summary>Measures and prints tables.</summary>
    /// <param name="what">
    /// What to measure: <c>scoring</c>, <c>scoring-500M</c>, <c>prefill</c>, <c>decode</c>, <c>sharing</c>; all where none is named. With <c>one-thread</c>, in processor time, which
    /// other work on the machine disturbs less.
    /// </param>
    public static void Run(string[] what)
    {
        Inference.Torch.TorchRuntime.EnsureLoaded();
        using var none = no_grad();
        if (what.Contains("one-thread", StringComparer.Ordinal))
        {
            set_num_threads(1);
            what = [.. what.Where(w => w != "one-thread")];
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{get_num_threads()} threads"));
        bool Asked(string name) => what.Length == 0 || what.Contains(name, StringComparer.Ordinal);
        if (Asked("scoring"))
            Scoring("135M", RandomModel.Small, [1, 4, 8]);
        if (Asked("scoring-500M"))
            Scoring("500M", RandomModel.Medium, [1, 4]);

        if (Asked("prefill"))
            Prefill("135M", RandomModel.Small);
        if (Asked("decode"))
            Decode("135M", RandomModel.Small, 48);
        if (Asked("sharing"))
            Sharing();
    }

    private static void Scoring(string name, DecoderConfig config, int[] batches)
    {
        foreach (var precision in Precisions)
        {
            using var decoder = RandomModel.Make(config, precision);
            foreach (var rows in batches)
            {
                var pairs = Enumerable.Range(0, rows).Select(_ => new TokenPair(Tokens(config, 1), Tokens(config, 512))).ToList();
                var (products, scores) = (new List<double>(), new List<double>());
                for (var round = -1; round < Rounds; round++)
                {
                    var product = Products();
                    var seconds = Seconds(() => Score(decoder, pairs, share: true));
                    if (round < 0)
                        continue;
                    products.Add(product);
                    scores.Add(rows * 512 / seconds);
                }

                var rate = Median(scores) * RandomModel.OperationsPerToken(config) / 1e9;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| scoring {name}, {precision}, {rows} × 512 | {Median(scores):F0} tokens/s | {rate:F0} GF/s | GEMM {products.Average():F0} GF/s | ratio {rate / products.Average():F2} |"));
            }
        }
    }

    // As llama-bench's pp512: 512 tokens read, logits of the last one only.
    private static void Prefill(string name, DecoderConfig config)
    {
        foreach (var precision in Precisions)
        {
            using var decoder = RandomModel.Make(config, precision);
            var speeds = new List<double>();
            for (var round = -1; round < Rounds; round++)
            {
                var answer = new GreedyAnswer(Tokens(config, 512), 1);
                var seconds = Seconds(() =>
                {
                    foreach (var _ in new TextGenerator(decoder, get_num_threads()).Steps([answer], 4096, CancellationToken.None))
                    {
                    }
                });
                if (round >= 0)
                    speeds.Add(512 / seconds);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| prefill {name}, {precision}, 512 | {Median(speeds):F0} tokens/s | GEMM {Products():F0} GF/s |"));
        }
    }

    private static void Decode(string name, DecoderConfig config, int tokens)
    {
        foreach (var precision in Precisions.Append(WeightPrecision.Int8))
        {
            using var decoder = RandomModel.Make(config, precision);
            var (bandwidths, speeds) = (new List<double>(), new List<double>());
            for (var round = -1; round < Rounds; round++)
            {
                var bandwidth = Bandwidth();
                var answer = new GreedyAnswer(Tokens(config, 16), tokens + 1);
                using var steps = new TextGenerator(decoder, get_num_threads()).Steps([answer], 4096, CancellationToken.None).GetEnumerator();
                // The prompt and its first token.
                steps.MoveNext();
                var seconds = Seconds(() =>
                {
                    while (steps.MoveNext())
                    {
                    }
                });
                if (round < 0)
                    continue;
                bandwidths.Add(bandwidth);
                speeds.Add(tokens / seconds);
            }

            var read = Median(speeds) * RandomModel.OperationsPerToken(config) / 2 * sizeof(float) / 1e9;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| decode {name}, {precision}, 1 row | {Median(speeds):F1} tokens/s | float32 weights at {read:F1} GB/s | GEMV {bandwidths.Average():F1} GB/s | ratio {read / bandwidths.Average():F2} |"));
        }
    }

    // Five examples before each question, four answers of one letter: 20 questions of a subject.
    private static void Sharing()
    {
        var config = RandomModel.Small;
        using var decoder = RandomModel.Make(config);
        var shots = Tokens(config, 700);
        var pairs = Enumerable.Range(0, 20).Select(_ => (int[])[.. shots, .. Tokens(config, 60 + s_random.Next(60))]).SelectMany(c => Enumerable.Range(0, 4).Select(letter => new TokenPair(c, [letter]))).ToList();
        var ratios = new List<double>();
        for (var round = -1; round < Rounds; round++)
        {
            var shared = Seconds(() => Score(decoder, pairs, share: true));
            // Four answers of one question are one pass in either case.
            var single = Seconds(() => Score(decoder, pairs, share: false));
            if (round >= 0)
                ratios.Add(single / shared);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  shared {shared:F2} s, not shared {single:F2} s"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| MMLU-like 5-shot scoring, 135M: not shared / shared | {Median(ratios):F1} |"));
    }

    private static IEnumerable<WeightPrecision> Precisions =>
        System.Runtime.Intrinsics.X86.Avx512BW.IsSupported ? [WeightPrecision.Float32, WeightPrecision.BFloat16] : [WeightPrecision.Float32];

    private static void Score(TransformerDecoder decoder, List<TokenPair> pairs, bool share)
    {
        var groups = share ? [pairs] : pairs.GroupBy(p => p.Context).Select(g => g.ToList());
        foreach (var group in groups)
        {
            var sheets = group.Select(p => new ScoreSheet(p.Continuation, Moments: false)).ToList();
            foreach (var _ in new ContinuationScorer(decoder, get_num_threads(), 1024).Score(group, sheets, CancellationToken.None))
            {
            }
        }
    }

    // GF/s of float32 products of 2,048 × 2,048 matrices.
    private static double Products()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (rand(2048, 2048), rand(2048, 2048));
        a.matmul(b).Dispose();
        var seconds = Seconds(() =>
        {
            for (var i = 0; i < 8; i++)
                a.matmul(b).Dispose();
        });
        return 8 * 2 * Math.Pow(2048, 3) / seconds / 1e9;
    }

    // GB/s of float32 matrix times vector; the matrix of 512 MB is in no cache.
    private static double Bandwidth()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (rand(1 << 16, 2048), rand(1, 2048));
        nn.functional.linear(b, a).Dispose();
        var seconds = Seconds(() =>
        {
            for (var i = 0; i < 4; i++)
                nn.functional.linear(b, a).Dispose();
        });
        return 4 * (1 << 16) * 2048.0 * sizeof(float) / seconds / 1e9;
    }

    private static int[] Tokens(DecoderConfig config, int count) => [.. Enumerable.Range(0, count).Select(_ => s_random.Next(config.VocabularySize))];

    private static double Seconds(Action action)
    {
        var clock = Stopwatch.StartNew();
        var processor = Environment.CpuUsage.TotalTime;
        action();
        return get_num_threads() == 1 ? (Environment.CpuUsage.TotalTime - processor).TotalSeconds : clock.Elapsed.TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
