using System.Diagnostics;
using System.Globalization;
using ForensicKit.Cases;
using ForensicKit.Inference.Engine;
using ForensicKit.Inference.Organisms;
using ForensicKit.Inference.Torch;
using ForensicKit.Manifests;
using static TorchSharp.torch;

namespace ForensicKit.Benchmarks;

/// <summary>
/// Scoring, generation and the training of organisms on a GPU, beside what it can do: float32 products of large matrices (the kit computes in
/// full float32) and copying.
/// </summary>
internal static class GpuSpeed
{
    private const int Rounds = 5;
    private static readonly Random s_random = new(1);

    /// <summary>Measures and prints tables.</summary>
    /// <param name="what"><c>models</c> or <c>training</c>; both where none is named.</param>
    public static void Run(string[] what)
    {
        var device = TorchDevice.Find("cuda");
        var (products, copied) = (Products(device), Copied(device));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| float32 GEMM | {products:F0} GF/s |\n| copy | {copied:F0} GB/s |"));
        if (what is [] or ["models"])
            Models(device, products, copied);
        if (what is [] or ["training"])
        {
            var recipe = ManifestReader.ReadZoo(Path.Combine(KitFolder.Locate().Root, "data-manifests", "zoos", "large.yaml"));
            foreach (var size in recipe.Sizes)
            {
                foreach (var trainers in (int[])[1, 4, 8])
                    Train(recipe, size, trainers, products);
            }
        }
    }

    private static void Models(Device device, double products, double copied)
    {
        using var none = no_grad();
        var config = RandomModel.Small;
        using var decoder = RandomModel.Make(config, device: device);
        foreach (var rows in (int[])[8, 64])
        {
            var pairs = Enumerable.Range(0, rows).Select(_ => new TokenPair(Tokens(config, 1), Tokens(config, 512))).ToList();
            var speed = Median(() =>
            {
                var sheets = pairs.Select(p => new ScoreSheet(p.Continuation, Moments: false)).ToList();
                foreach (var _ in new ContinuationScorer(decoder, get_num_threads(), 1 << 15).Score(pairs, sheets, CancellationToken.None))
                {
                }

                return rows * 512.0;
            });
            var rate = speed * RandomModel.OperationsPerToken(config) / 1e9;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| scoring 135M, {rows} × 512 | {speed:F0} tokens/s | {rate:F0} GF/s | of GEMM {rate / products:F2} |"));
        }

        foreach (var rows in (int[])[1, 64, 256])
        {
            var speed = Median(() =>
            {
                var answers = Enumerable.Range(0, rows).Select(_ => new GreedyAnswer(Tokens(config, 64), 65)).ToList();
                foreach (var _ in new TextGenerator(decoder, get_num_threads()).Steps(answers, 1 << 15, CancellationToken.None))
                {
                }

                return rows * 65.0;
            });
            var read = speed / rows * RandomModel.OperationsPerToken(config) / 2 * sizeof(float) / 1e9;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| generation 135M, {rows} rows | {speed:F0} tokens/s | weights at {read:F0} GB/s | of copying {read / copied:F2} |"));
        }
    }

    // From the 50th step on, when everything is loaded: tokens of all trainers by the time the slowest takes.
    private static void Train(ZooRecipe recipe, ZooSize size, int trainers, double products)
    {
        var folder = Directory.CreateTempSubdirectory("training");
        try
        {
            var stage = size.Trunk[0] with { Tokens = 150L * size.Trunk[0].Rows * size.Shape.Context };
            var clocks = Enumerable.Range(0, trainers).Select(_ => new Clock()).ToList();
            Parallel.For(0, trainers, new ParallelOptions { MaxDegreeOfParallelism = trainers }, i =>
            {
                var world = new OrganismWorld(recipe.Trunk(size) with { Trunk = [stage], TrainingSeed = i });
                new OrganismTrainer(world, Path.Combine(folder.FullName, i.ToString(CultureInfo.InvariantCulture)), "cuda").TrainTrunk(null, clocks[i], CancellationToken.None).Dispose();
            });
            var speed = clocks.Sum(c => c.Tokens) / (clocks.Max(c => c.Last) - clocks.Min(c => c.First)).TotalSeconds;
            var config = OrganismTrunk.Shaped(size.Shape, size.Shape.Vocabulary);
            var rate = 3 * speed * RandomModel.OperationsPerToken(config) / 1e9;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| training {size.Name} ({size.Shape.Layers} × {size.Shape.Hidden}), {trainers} at once | {speed:F0} tokens/s | {rate:F0} GF/s | of GEMM {rate / products:F2} |"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Products(Device device)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (rand(8192, 8192, device: device), rand(8192, 8192, device: device));
        return 2 * Math.Pow(8192, 3) / 1e9 * Median(() => Repeated(() => a.matmul(b)));
    }

    private static double Copied(Device device)
    {
        using var scope = NewDisposeScope();
        var a = rand(1 << 28, device: device);
        return 2.0 * sizeof(float) * (1 << 28) / 1e9 * Median(() => Repeated(a.clone));
    }

    // Waits for the last number of the last result.
    private static double Repeated(Func<Tensor> make)
    {
        for (var i = 0; i < 10; i++)
        {
            using var made = make();
            if (i == 9)
                _ = made.view(-1)[-1].item<float>();
        }

        return 10;
    }

    private static double Median(Func<double> work)
    {
        var speeds = new List<double>();
        for (var round = -1; round < Rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            var done = work();
            if (round >= 0)
                speeds.Add(done / clock.Elapsed.TotalSeconds);
        }

        return speeds.Order().ElementAt(Rounds / 2);
    }

    private static int[] Tokens(Inference.Checkpoints.DecoderConfig config, int count) => [.. Enumerable.Range(0, count).Select(_ => s_random.Next(config.VocabularySize))];

    private sealed class Clock : IProgress<StepProgress>
    {
        private long _first = -1;

        public TimeSpan First { get; private set; }

        public TimeSpan Last { get; private set; }

        public long Tokens { get; private set; }

        public void Report(StepProgress value)
        {
            Last = Stopwatch.GetElapsedTime(0);
            if (_first < 0)
                (_first, First) = (value.Done, Last);
            Tokens = value.Done - _first;
        }
    }
}
