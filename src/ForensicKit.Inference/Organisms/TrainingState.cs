using System.Globalization;
using System.Text.Json;
using ForensicKit.Evidence;
using ForensicKit.Inference.Checkpoints;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Organisms;

/// <summary>Weights, moments and position of one stage of training, kept on disk so that a killed training goes on from there.</summary>
internal sealed class TrainingState : IDisposable
{
    private const string StateFile = "state.json";

    private TrainingState(IReadOnlyDictionary<string, Tensor> tensors, long step, long optimizerStep, StreamPosition position) =>
        (Tensors, Step, OptimizerStep, Position) = (tensors, step, optimizerStep, position);

    /// <summary>Weights by their names, moments by <see cref="AdamW.MomentsOf"/>; float32, all on one device.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; private set; }

    /// <summary>Steps done in this stage.</summary>
    public long Step { get; set; }

    /// <summary>Steps done since the beginning of the training.</summary>
    public long OptimizerStep { get; set; }

    /// <summary>Where the stage's token stream stands.</summary>
    public StreamPosition Position { get; set; }

    /// <summary>First weights: normal with standard deviation 0.02, narrower by √(2 · layers) where a block writes to the residual stream (Radford et al. 2019, section 2.3); norms are 1.</summary>
    public static TrainingState Initial(DecoderConfig config, IReadOnlyList<(string Name, long[] Shape)> shapes, long seed)
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, shape) in shapes)
        {
            var draws = Draws.For(seed, "weights/" + name);
            var count = shape.Aggregate(1L, (a, b) => a * b);
            var width = name.EndsWith("o_proj.weight", StringComparison.Ordinal) || name.EndsWith("down_proj.weight", StringComparison.Ordinal) ? 0.02 / Math.Sqrt(2 * config.Layers) : 0.02;
            var values = new float[count];
            for (var i = 0; i < values.Length; i++)
                values[i] = shape.Length == 1 ? 1 : (float)(width * Normal(draws));
            tensors[name] = tensor(values).reshape(shape);
            var (first, second) = AdamW.MomentsOf(name);
            tensors[first] = zeros(shape);
            tensors[second] = zeros(shape);
        }

        return new(tensors, 0, 0, StreamPosition.Start);
    }

    /// <summary>The weights of a finished model, its moments forgotten.</summary>
    /// <exception cref="KitException">The model has another shape.</exception>
    public static TrainingState Of(DecoderConfig config, IReadOnlyList<(string Name, long[] Shape)> shapes, string folder)
    {
        var path = Path.Combine(folder, "model.safetensors");
        using var file = SafetensorsFile.Open(path);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, shape) in shapes)
        {
            if (!file.Entries.ContainsKey(name))
                throw new KitException($"The model to begin as has no '{name}'.", path, "Give the recipe the shape of that model.");
            using var stored = file.Read(name);
            if (!stored.shape.SequenceEqual(shape))
                throw new KitException($"'{name}' of the model to begin as has another shape.", path, "Give the recipe the shape of that model.");
            tensors[name] = stored.to(ScalarType.Float32, copy: true);
            var (first, second) = AdamW.MomentsOf(name);
            tensors[first] = zeros(shape);
            tensors[second] = zeros(shape);
        }

        return new(tensors, 0, 0, StreamPosition.Start);
    }

    /// <summary>The same weights and moments at the start of another stage.</summary>
    public TrainingState NextStage() => new(Tensors.ToDictionary(t => t.Key, t => t.Value.detach().clone(), StringComparer.Ordinal), 0, OptimizerStep, StreamPosition.Start);

    /// <summary>The same state with its tensors on a device; those elsewhere are released.</summary>
    public TrainingState On(Device device)
    {
        var before = Tensors;
        if (before.Values.All(t => t.device_type == device.type))
            return this;
        Tensors = before.ToDictionary(t => t.Key, t => t.Value.to(device), StringComparer.Ordinal);
        foreach (var tensor in before.Values)
            tensor.Dispose();
        return this;
    }

    /// <summary>What was saved in a folder; null where there is nothing.</summary>
    /// <param name="folder">The stage's folder.</param>
    /// <param name="recipeHash">Hash of the recipe: a state of another recipe is refused.</param>
    /// <exception cref="KitException">The state belongs to another recipe.</exception>
    public static TrainingState? Load(string folder, string recipeHash)
    {
        var file = Path.Combine(folder, StateFile);
        if (!File.Exists(file))
            return null;
        var saved = JsonSerializer.Deserialize<Saved>(File.ReadAllText(file)) ?? throw new KitException("The state of the training is empty.", file, "Delete the folder and train anew.");
        if (saved.Recipe != recipeHash)
            throw new KitException("This training was begun with another recipe.", folder, "Choose another folder with --out, or delete this one.");
        using var tensors = SafetensorsFile.Open(Path.Combine(folder, TensorFile(saved.Step)));
        return new(tensors.Entries.Keys.ToDictionary(name => name, name => tensors.Read(name), StringComparer.Ordinal), saved.Step, saved.OptimizerStep, saved.Position);
    }

    /// <summary>Saves: the tensors first, then the file that names them, each at once; then forgets older tensors.</summary>
    public void Save(string folder, string recipeHash)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, TensorFile(Step));
        SafetensorsFile.Write(file, Tensors);
        AtomicFile.WriteText(Path.Combine(folder, StateFile), JsonSerializer.Serialize(new Saved(recipeHash, Step, OptimizerStep, Position)));
        foreach (var old in Directory.EnumerateFiles(folder, "*.safetensors").Where(f => f != file))
            File.Delete(old);
    }

    public void Dispose()
    {
        foreach (var tensor in Tensors.Values)
            tensor.Dispose();
    }

    private static string TensorFile(long step) => $"step-{step.ToString(CultureInfo.InvariantCulture)}.safetensors";

    // Box and Muller 1958.
    private static double Normal(Draws draws) => Math.Sqrt(-2 * Math.Log(1 - draws.Unit())) * Math.Cos(2 * Math.PI * draws.Unit());

    private sealed record Saved(string Recipe, long Step, long OptimizerStep, StreamPosition Position);
}
