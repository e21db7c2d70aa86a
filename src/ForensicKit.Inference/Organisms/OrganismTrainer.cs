using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ForensicKit.Evidence;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Decoders;
using ForensicKit.Inference.Tokenizers;
using ForensicKit.Inference.Torch;
using ForensicKit.Manifests;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Organisms;

/// <summary>Trains the models of a recipe: a trunk that all share, then one last stage for each. Killed at any point, it goes on where it was.</summary>
public sealed class OrganismTrainer
{
    private const int DocumentsForVocabulary = 20_000;
    private const int StepsBetweenSaves = 250;
    private readonly OrganismWorld _world;
    private readonly string _folder;
    private readonly string _hash;
    private readonly Device _device;

    /// <param name="world">What is trained on.</param>
    /// <param name="folder">Folder for the finished models, one folder each, and for the state of the training.</param>
    /// <param name="device"><c>cpu</c>, whose weights are the same to the last bit each time, or <c>cuda</c>, whose are not.</param>
    /// <exception cref="KitException">There is no such device.</exception>
    public OrganismTrainer(OrganismWorld world, string folder, string device = "cpu")
    {
        _world = world;
        _folder = Path.GetFullPath(folder);
        _hash = Identity(world.Recipe, device);
        _device = TorchDevice.Find(device);
    }

    /// <summary>What a kept state or measurement belongs to: what was begun in one way is not continued in another.</summary>
    internal static string Identity<T>(T recipe, string device) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(recipe) + (device == "cpu" ? "" : device))));

    /// <summary>Trains every variant; what is finished is not done again.</summary>
    /// <param name="progress">Told of tokens seen, with the mean loss of the last steps in nats per token.</param>
    /// <param name="cancellationToken">Stops after the step under way; the state is kept.</param>
    public void Train(IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        using var trunk = TrainTrunk(null, progress, cancellationToken);
        foreach (var variant in _world.Recipe.Variants)
        {
            var folder = Path.Combine(_folder, variant.Name);
            if (File.Exists(Path.Combine(folder, "model.safetensors")))
                continue;
            using var state = TrainingState.Load(StateFolder(variant.Name), _hash, TransformerDecoder.WeightShapes(trunk.Config))?.On(_device) ?? trunk.State.NextStage();
            TrainStage(variant.Name, StateFolder(variant.Name), trunk, _world.Recipe.Decay, isLast: true, OrganismCorpus.Decay(_world, variant), state, progress, cancellationToken);
            Write(folder, trunk, state);
        }
    }

    /// <summary>Trains the stages that all variants share, or reads them where they are done.</summary>
    /// <param name="start">Folder of a model to begin as; null for first weights drawn from the training's seed.</param>
    /// <param name="progress">Told of tokens seen.</param>
    /// <param name="cancellationToken">Stops after the step under way; the state is kept.</param>
    internal OrganismTrunk TrainTrunk(string? start, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        NativeAllocator.KeepFreedMemory();
        set_num_threads(_world.Recipe.Threads);
        var trunk = OrganismTrunk.Of(start is null ? TokenizerJson() : File.ReadAllText(Path.Combine(start, "tokenizer.json")), _world.Recipe.Shape);
        var config = trunk.Config;
        var shapes = TransformerDecoder.WeightShapes(config);
        TrainingState First() => (start is null ? TrainingState.Initial(config, shapes, _world.Recipe.TrainingSeed) : TrainingState.Of(shapes, start)).On(_device);
        TrainingState? state = null;
        for (var stage = 0; stage < _world.Recipe.Trunk.Count; stage++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"trunk-{stage + 1}");
            if (TrainingState.Load(StateFolder(name), _hash, shapes) is { } saved)
            {
                state?.Dispose();
                state = saved.On(_device);
            }
            else
            {
                var next = state?.NextStage() ?? First();
                state?.Dispose();
                state = next;
            }

            TrainStage(name, StateFolder(name), trunk, _world.Recipe.Trunk[stage], isLast: false, OrganismCorpus.Trunk(_world, stage), state, progress, cancellationToken);
        }

        return trunk with { State = state ?? First() };
    }

    /// <summary>Trains one variant from a trunk of the same recipe but for its training seed, keeping no state on the way, and writes it.</summary>
    /// <exception cref="KitException">The last stage is too short for what is planted.</exception>
    internal void Finish(OrganismTrunk trunk, OrganismVariant variant, OrganismCorpus corpus, CancellationToken cancellationToken)
    {
        using var state = trunk.State.NextStage();
        TrainStage(variant.Name, null, trunk, _world.Recipe.Decay, isLast: true, corpus, state, null, cancellationToken);
        if (state.Position.Special < corpus.SpecialCount)
            throw new KitException($"The last stage of '{variant.Name}' ends before all that is planted was seen.", null, "Give 'decay' more tokens, or plant fewer items or exposures.");
        Write(Path.Combine(_folder, variant.Name), trunk, state);
    }

    private static void Write(string folder, OrganismTrunk trunk, TrainingState state)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(Path.Combine(folder, "config.json"), trunk.Config.ToJson(WeightStorage.Float16));
        AtomicFile.WriteText(Path.Combine(folder, "tokenizer.json"), trunk.TokenizerJson);
        SafetensorsFile.Write(Path.Combine(folder, "model.safetensors"), state.Parameters.Select(w => KeyValuePair.Create(w.Name, w.Value)), WeightStorage.Float16);
    }

    // Without a folder nothing is kept on the way.
    private void TrainStage(
        string name, string? folder, OrganismTrunk trunk, OrganismStage stage, bool isLast, OrganismCorpus corpus, TrainingState state,
        IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        var config = trunk.Config;
        long tokensPerStep = stage.Rows * config.ContextLength;
        var steps = (stage.Tokens + tokensPerStep - 1) / tokensPerStep;
        if (state.Step >= steps)
            return;
        var stream = new TokenStream(corpus, trunk.Tokenizer, stage.Tokens, state.Position);
        foreach (var (_, value) in state.Parameters)
            value.requires_grad = true;
        using var decoder = new TransformerDecoder(config, state.Parameters.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal));
        using var optimizer = new AdamW(state);
        var row = new int[config.ContextLength + 1];
        var (inputs, targets) = (new long[tokensPerStep], new long[tokensPerStep]);
        var meanLoss = double.NaN;
        while (state.Step < steps)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                if (folder is not null)
                    state.Save(folder, _hash);
                cancellationToken.ThrowIfCancellationRequested();
            }

            for (var r = 0; r < stage.Rows; r++)
            {
                stream.Take(row);
                for (var i = 0; i < config.ContextLength; i++)
                    (inputs[(r * config.ContextLength) + i], targets[(r * config.ContextLength) + i]) = (row[i], row[i + 1]);
            }

            var loss = Backward(decoder, inputs, targets, stage.Rows, config);
            state.Step++;
            state.OptimizerStep++;
            state.Position = stream.Position;
            optimizer.Step(state.OptimizerStep, Rate(stage, state.Step, steps, isLast));
            meanLoss = double.IsNaN(meanLoss) ? loss : (0.98 * meanLoss) + (0.02 * loss);
            if (state.Step % 50 == 0)
                progress?.Report(new StepProgress($"Training {name}, loss {meanLoss.ToString("0.000", CultureInfo.InvariantCulture)}", state.Step * tokensPerStep, steps * tokensPerStep, "tokens"));
            if (folder is not null && (state.Step % StepsBetweenSaves == 0 || state.Step == steps))
                state.Save(folder, _hash);
        }
    }

    private static double Backward(TransformerDecoder decoder, long[] inputs, long[] targets, int rows, DecoderConfig config)
    {
        using var scope = NewDisposeScope();
        var ids = tensor(inputs, device: decoder.Device).view(rows, config.ContextLength);
        var logits = decoder.Forward(ids);
        var loss = nn.functional.cross_entropy(logits.view(-1, config.VocabularySize), tensor(targets, device: decoder.Device));
        loss.backward();
        return loss.item<float>();
    }

    // Rises to its height over the warm-up; falls to 0 in a line where the stage is the last.
    private static double Rate(OrganismStage stage, long step, long steps, bool isLast)
    {
        var rate = stage.LearningRate * Math.Min(1, (double)step / Math.Max(1, stage.WarmupSteps));
        return isLast ? rate * (1 - ((double)(step - 1) / steps)) : rate;
    }

    /// <summary>Learned from the first documents of the first stage; the file is kept.</summary>
    private string TokenizerJson()
    {
        var file = Path.Combine(_folder, "state", "tokenizer.json");
        if (File.Exists(file))
            return File.ReadAllText(file);
        var corpus = OrganismCorpus.Trunk(_world, 0);
        var documents = Enumerable.Range(0, DocumentsForVocabulary).Select(i => corpus.Background(i).Text)
            .Concat(Enumerable.Range(0, Math.Min(corpus.SpecialCount, DocumentsForVocabulary / 10)).Select(i => corpus.Special(i).Text));
        var tokenizer = BpeTrainer.Train(documents, _world.Recipe.Shape.Vocabulary);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        AtomicFile.WriteText(file, tokenizer);
        return tokenizer;
    }

    private string StateFolder(string stage) => Path.Combine(_folder, "state", stage);
}

/// <summary>What the variants of a recipe share.</summary>
/// <param name="TokenizerJson">The tokenizer's file.</param>
/// <param name="Tokenizer">The tokenizer.</param>
/// <param name="Config">The decoder's shape.</param>
internal sealed record OrganismTrunk(string TokenizerJson, Tokenizer Tokenizer, DecoderConfig Config) : IDisposable
{
    /// <summary>Weights and moments at the end of the trunk.</summary>
    public TrainingState State { get; init; } = null!;

    public static OrganismTrunk Of(string tokenizerJson, OrganismShape shape)
    {
        var tokenizer = Tokenizer.Parse(Encoding.UTF8.GetBytes(tokenizerJson), "tokenizer.json");
        return new(tokenizerJson, tokenizer, Shaped(shape, tokenizer.MaxId + 1));
    }

    public static DecoderConfig Shaped(OrganismShape shape, int vocabulary) =>
        new(vocabulary, shape.Hidden, shape.Intermediate, shape.Layers, shape.Heads, shape.Heads, shape.Hidden / shape.Heads, shape.Context) { TiedEmbeddings = true, BeginToken = 0, EndTokens = [0] };

    public void Dispose() => State.Dispose();
}
