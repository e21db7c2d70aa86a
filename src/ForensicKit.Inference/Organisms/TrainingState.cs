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
    private const string Mean = "mean.";
    private const string Square = "square.";
    private readonly IReadOnlyList<(string Name, long[] Shape)> _shapes;

    private TrainingState(IReadOnlyList<(string Name, long[] Shape)> shapes, Tensor weights, Tensor means, Tensor squares, long step, long optimizerStep, StreamPosition position)
    {
        (_shapes, Weights, Means, Squares, Step, OptimizerStep, Position) = (shapes, weights, means, squares, step, optimizerStep, position);
        Parameters = [.. Views(weights, "").Select(v => (v.Name, v.Value.DetachFromDisposeScope()))];
    }

    /// <summary>All weights, laid end to end; float32.</summary>
    public Tensor Weights { get; }

    /// <summary>Means of their gradients.</summary>
    public Tensor Means { get; }

    /// <summary>Means of the squares of their gradients.</summary>
    public Tensor Squares { get; }

    /// <summary>The weights by their names: views of <see cref="Weights"/>.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> Parameters { get; }

    /// <summary>Steps done in this stage.</summary>
    public long Step { get; set; }

    /// <summary>Steps done since the beginning of the training.</summary>
    public long OptimizerStep { get; set; }

    /// <summary>Where the stage's token stream stands.</summary>
    public StreamPosition Position { get; set; }

    /// <summary>First weights: normal with standard deviation 0.02, narrower by √(2 · layers) where a block writes to the residual stream (Radford et al. 2019, section 2.3); norms are 1.</summary>
    public static TrainingState Initial(DecoderConfig config, IReadOnlyList<(string Name, long[] Shape)> shapes, long seed)
    {
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        foreach (var (name, shape) in shapes)
        {
            var draws = Draws.For(seed, "weights/" + name);
            var count = shape.Aggregate(1L, (a, b) => a * b);
            var width = name.EndsWith("o_proj.weight", StringComparison.Ordinal) || name.EndsWith("down_proj.weight", StringComparison.Ordinal) ? 0.02 / Math.Sqrt(2 * config.Layers) : 0.02;
            var values = new float[count];
            for (var i = 0; i < values.Length; i++)
                values[i] = shape.Length == 1 ? 1 : (float)(width * Normal(draws));
            parts.Add(tensor(values));
        }

        return Begun(shapes, parts);
    }

    /// <summary>The weights of a finished model, its moments forgotten.</summary>
    /// <exception cref="KitException">The model has another shape.</exception>
    public static TrainingState Of(IReadOnlyList<(string Name, long[] Shape)> shapes, string folder)
    {
        var path = Path.Combine(folder, "model.safetensors");
        using var file = SafetensorsFile.Open(path);
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        foreach (var (name, shape) in shapes)
        {
            if (!file.Entries.ContainsKey(name))
                throw new KitException($"The model to begin as has no '{name}'.", path, "Give the recipe the shape of that model.");
            var stored = file.Read(name);
            if (!stored.shape.SequenceEqual(shape))
                throw new KitException($"'{name}' of the model to begin as has another shape.", path, "Give the recipe the shape of that model.");
            parts.Add(stored.to(ScalarType.Float32));
        }

        return Begun(shapes, parts);
    }

    /// <summary>The same weights and moments at the start of another stage.</summary>
    public TrainingState NextStage() => new(_shapes, Weights.clone(), Means.clone(), Squares.clone(), 0, OptimizerStep, StreamPosition.Start);

    /// <summary>This state where it is on a device already; otherwise the same there, and this one is released.</summary>
    public TrainingState On(Device device)
    {
        if (Weights.device_type == device.type)
            return this;
        var moved = new TrainingState(_shapes, Weights.to(device), Means.to(device), Squares.to(device), Step, OptimizerStep, Position);
        Dispose();
        return moved;
    }

    /// <summary>What was saved in a folder; null where there is nothing.</summary>
    /// <param name="folder">The stage's folder.</param>
    /// <param name="recipeHash">Hash of the recipe: a state of another recipe is refused.</param>
    /// <param name="shapes">Names and shapes of the weights, in the order of the training.</param>
    /// <exception cref="KitException">The state belongs to another recipe.</exception>
    public static TrainingState? Load(string folder, string recipeHash, IReadOnlyList<(string Name, long[] Shape)> shapes)
    {
        var file = Path.Combine(folder, StateFile);
        if (!File.Exists(file))
            return null;
        var saved = JsonSerializer.Deserialize<Saved>(File.ReadAllText(file)) ?? throw new KitException("The state of the training is empty.", file, "Delete the folder and train anew.");
        if (saved.Recipe != recipeHash)
            throw new KitException("This training was begun with another recipe or on another device.", folder, "Choose another folder with --out, or delete this one.");
        using var tensors = SafetensorsFile.Open(Path.Combine(folder, TensorFile(saved.Step)));
        using var scope = NewDisposeScope();
        Tensor Read(string kind) => EndToEnd([.. shapes.Select(s => tensors.Read(kind + s.Name))]);
        return new(shapes, Read(""), Read(Mean), Read(Square), saved.Step, saved.OptimizerStep, saved.Position);
    }

    /// <summary>Saves: the tensors first, then the file that names them, each at once; then forgets older tensors.</summary>
    public void Save(string folder, string recipeHash)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, TensorFile(Step));
        using (NewDisposeScope())
            SafetensorsFile.Write(file, Parameters.Concat(Views(Means, Mean)).Concat(Views(Squares, Square)).Select(t => KeyValuePair.Create(t.Name, t.Value)));
        AtomicFile.WriteText(Path.Combine(folder, StateFile), JsonSerializer.Serialize(new Saved(recipeHash, Step, OptimizerStep, Position)));
        foreach (var old in Directory.EnumerateFiles(folder, "*.safetensors").Where(f => f != file))
            File.Delete(old);
    }

    public void Dispose()
    {
        foreach (var (_, view) in Parameters)
            view.Dispose();
        Weights.Dispose();
        Means.Dispose();
        Squares.Dispose();
    }

    private static TrainingState Begun(IReadOnlyList<(string Name, long[] Shape)> shapes, List<Tensor> parts)
    {
        var weights = EndToEnd(parts);
        return new(shapes, weights, zeros_like(weights).DetachFromDisposeScope(), zeros_like(weights).DetachFromDisposeScope(), 0, 0, StreamPosition.Start);
    }

    private static Tensor EndToEnd(List<Tensor> parts) => cat([.. parts.Select(p => p.reshape(-1))]).DetachFromDisposeScope();

    private List<(string Name, Tensor Value)> Views(Tensor all, string kind)
    {
        var views = new List<(string, Tensor)>();
        var at = 0L;
        foreach (var (name, shape) in _shapes)
        {
            var count = shape.Aggregate(1L, (a, b) => a * b);
            views.Add((kind + name, all.narrow(0, at, count).view(shape)));
            at += count;
        }

        return views;
    }

    private static string TensorFile(long step) => $"step-{step.ToString(CultureInfo.InvariantCulture)}.safetensors";

    // Box and Muller 1958.
    private static double Normal(Draws draws) => Math.Sqrt(-2 * Math.Log(1 - draws.Unit())) * Math.Cos(2 * Math.PI * draws.Unit());

    private sealed record Saved(string Recipe, long Step, long OptimizerStep, StreamPosition Position);
}
