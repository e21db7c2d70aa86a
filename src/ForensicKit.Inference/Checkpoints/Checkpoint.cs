using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ForensicKit.Inference.Checkpoints.Families;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>
/// A model's weights and their description: a folder as Hugging Face lays it out, with <c>config.json</c> and one safetensors file or shards with an
/// index; or a GGUF file, which describes itself.
/// </summary>
public sealed partial class Checkpoint : IDisposable
{
    private const string SingleName = "model.safetensors";
    private const string IndexName = "model.safetensors.index.json";
    private readonly Dictionary<string, IWeightFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _fileOf = new(StringComparer.Ordinal);

    private Checkpoint(string folder, DecoderConfig config)
    {
        Folder = folder;
        Config = config;
    }

    /// <summary>The folder that the weights lie in.</summary>
    public string Folder { get; }

    /// <summary>The GGUF file; null where the weights are safetensors.</summary>
    public GgufCheckpoint? Gguf { get; private init; }

    /// <summary>The model's shape.</summary>
    public DecoderConfig Config { get; }

    /// <summary>Names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => _fileOf.Keys;

    /// <summary>Reads a model's description and checks every header, but reads no weights.</summary>
    /// <param name="path">
    /// A folder with config.json and safetensors; or one with exactly one GGUF file and no safetensors; or a GGUF file.
    /// </param>
    /// <exception cref="KitException">Something is missing, breaks its format, or is not supported; pickles among it.</exception>
    public static Checkpoint Open(string path)
    {
        if (File.Exists(path))
            return OpenGguf(path, Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (Directory.Exists(path) && !File.Exists(Path.Combine(path, SingleName)) && !File.Exists(Path.Combine(path, IndexName)))
        {
            string[] files = [.. Directory.EnumerateFiles(path, "*.gguf").Order(StringComparer.Ordinal)];
            if (files.Length > 1)
                throw new KitException("The folder holds several GGUF files.", path, $"Name one of them, for example {Path.GetFileName(files[0])}.");
            if (files.Length == 1)
                return OpenGguf(files[0], path);
            PickleCheckpoints.RefuseFolder(path);
        }

        var checkpoint = new Checkpoint(path, DecoderConfig.Read(Path.Combine(path, "config.json")));
        try
        {
            checkpoint.OpenFiles();
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>Writes <c>config.json</c> and <c>model.safetensors</c> into a folder, each whole or not at all.</summary>
    /// <param name="folder">The folder; made where it is not there.</param>
    /// <param name="config">The shape.</param>
    /// <param name="weights">Exactly the tensors that the shape has, by name.</param>
    /// <param name="storage">How floating-point weights are stored.</param>
    /// <exception cref="KitException">The weights do not fit the shape, or a file cannot be written.</exception>
    public static void Write(string folder, DecoderConfig config, IReadOnlyDictionary<string, Tensor> weights, WeightStorage storage = WeightStorage.Float32)
    {
        var needed = Decoders.TransformerDecoder.WeightShapes(config).Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
        needed.SymmetricExceptWith(weights.Keys);
        if (needed.Count > 0)
            throw new KitException($"The weight '{needed.Order(StringComparer.Ordinal).First()}' is missing, or the shape does not account for it.", folder);
        SafetensorsFile.Write(Path.Combine(folder, SingleName), weights, storage);
        config.Write(Path.Combine(folder, "config.json"), storage);
    }

    /// <summary>Reads every weight of the model as float32, by the decoder's names.</summary>
    /// <param name="device">Where to put them.</param>
    /// <param name="cancellationToken">Ends the reading between two tensors.</param>
    /// <returns>The weights by name; the caller's to dispose of.</returns>
    /// <exception cref="KitException">A weight is missing or has another shape, or there is one that the model's description does not account for.</exception>
    public IReadOnlyDictionary<string, Tensor> ReadWeights(Device device, CancellationToken cancellationToken = default)
    {
        Torch.TorchRuntime.EnsureLoaded();
        var layout = ModelFamily.LayoutOf(Config);
        var names = Match(layout);
        var weights = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            foreach (var source in layout.Sources)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var stored = Read(names[source.Name]);
                if (!stored.shape.AsSpan().SequenceEqual(source.Shape))
                    throw new KitException($"The weight '{source.Name}' has the shape [{string.Join(", ", stored.shape)}] where config.json asks for [{string.Join(", ", source.Shape)}].", Folder);
                foreach (var (target, weight) in source.Targets.Zip(source.Split?.Invoke(stored) ?? [stored]))
                    weights.Add(target, weight.contiguous().to(device).DetachFromDisposeScope());
            }

            if (Config.TiedEmbeddings && names.TryGetValue(layout.Head, out var head))
                RequireTied(weights["model.embed_tokens.weight"], head);
            return weights;
        }
        catch
        {
            foreach (var weight in weights.Values)
                weight.Dispose();
            throw;
        }
    }

    /// <summary>
    /// SHA-256 of the weights, lower-case hex: of the file where there is one; of the lines <c>sha256, two spaces, file name, line feed</c> in
    /// ordinal order of the names where there are shards (what <c>sha256sum</c> prints).
    /// </summary>
    /// <exception cref="KitException">A file cannot be read.</exception>
    public string WeightsSha256()
    {
        if (_files.Count == 1)
            return Sha256(_files.Values.Single().Path);
        var lines = new StringBuilder();
        foreach (var (name, file) in _files.OrderBy(f => f.Key, StringComparer.Ordinal))
            lines.Append(Sha256(file.Path)).Append("  ").Append(name).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines.ToString())));
    }

    /// <summary>Closes the files; weights that were read stay valid.</summary>
    public void Dispose()
    {
        foreach (var file in _files.Values)
            file.Dispose();
    }

    internal static string Sha256(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KitException($"The file cannot be read: {e.Message}", path, null, ExitCode.EnvironmentLacks, e);
        }
    }

    private static Checkpoint OpenGguf(string path, string folder)
    {
        if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            throw new KitException("A safetensors file does not describe its model.", path, "Give its folder, with config.json in it.");
        var file = GgufCheckpoint.Open(path);
        try
        {
            var checkpoint = new Checkpoint(folder, DecoderConfig.Parse(file.Config, path)) { Gguf = file };
            checkpoint.Add(Path.GetFileName(path), file);
            return checkpoint;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void OpenFiles()
    {
        var index = Path.Combine(Folder, IndexName);
        if (!File.Exists(index))
        {
            Add(SingleName, Open(SingleName, Folder));
            return;
        }

        var root = ConfigObject.Read(index);
        var map = root.OptionalObject("weight_map") ?? throw root.Bad("weight_map", "is missing");
        foreach (var name in map.Keys)
        {
            var shard = map.OptionalText(name) ?? throw map.Bad(name, "names no file");
            // A name, never a path: an index must not lead out of its folder.
            if (!ShardName().IsMatch(shard))
                throw map.Bad(name, $"names '{shard}', which is not a safetensors file of this folder");
            if (!_files.TryGetValue(shard, out var file))
                _files.Add(shard, file = Open(shard, Folder));
            if (!file.Has(name))
                throw new KitException($"The index promises '{name}' in '{shard}', which does not hold it.", index);
            _fileOf.Add(name, shard);
        }

        // What an index does not list would silently be left out.
        foreach (var (shard, file) in _files)
        {
            if (file.Names.FirstOrDefault(name => _fileOf.GetValueOrDefault(name) != shard) is { } unlisted)
                throw new KitException($"The index does not list '{unlisted}', which '{shard}' holds.", index);
        }
    }

    private void Add(string name, IWeightFile file)
    {
        _files.Add(name, file);
        foreach (var tensor in file.Names)
            _fileOf.Add(tensor, name);
    }

    private static SafetensorsFile Open(string name, string folder) => SafetensorsFile.Open(Path.Combine(folder, name));

    // The names in the files of the tensors that the layout names. A tensor that nobody accounts for, say a bias the description does not
    // mention, would silently be left out of every number.
    private Dictionary<string, string> Match(WeightLayout layout)
    {
        var needed = layout.Sources.Select(source => source.Name).ToHashSet(StringComparer.Ordinal);
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in _fileOf.Keys)
        {
            var plain = layout.Prefix.Length > 0 && name.StartsWith(layout.Prefix, StringComparison.Ordinal) ? name[layout.Prefix.Length..] : name;
            if (!needed.Remove(plain) && !layout.IsIgnored(plain) && !(Config.TiedEmbeddings && plain == layout.Head))
                throw new KitException($"The weights hold '{name}', which config.json does not account for.", Folder);
            if (!found.TryAdd(plain, name))
                throw new KitException($"The weights hold '{plain}' twice.", Folder);
        }

        return needed.Count == 0 ? found : throw new KitException($"The weight '{needed.Order(StringComparer.Ordinal).First()}' is missing.", Folder);
    }

    private Tensor Read(string name) => _files[_fileOf[name]].ReadFloat32(name);

    private void RequireTied(Tensor embedding, string head)
    {
        using var stored = Read(head);
        using var placed = stored.to(embedding.device);
        if (!placed.allclose(embedding, rtol: 0, atol: 0))
            throw new KitException($"config.json says that '{head}' is the embedding, and the weights hold another one.", Folder, "Set tie_word_embeddings to what the model was trained with.");
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._-]*\.safetensors\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ShardName();
}
