using System.Text.Json;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>
/// A GGUF file seen as the checkpoint it was converted from: <c>config.json</c>, <c>tokenizer.json</c> and weights under their original names, so
/// that there is one description of every architecture. What llama.cpp's conversion does to weights is undone: Llama's queries and keys interleaved,
/// one added to Gemma's norms, experts stacked, GPT-2's matrices transposed, GPT-NeoX's queries, keys and values sorted.
/// </summary>
public sealed class GgufCheckpoint : IWeightFile
{
    private readonly IReadOnlyDictionary<string, GgufWeight> _weights;
    private readonly Lazy<ReadOnlyMemory<byte>> _tokenizer;

    private GgufCheckpoint(GgufFile file, SortedDictionary<string, object?> config)
    {
        File = file;
        _weights = GgufWeights.Find(file, config);
        Config = JsonSerializer.SerializeToUtf8Bytes(config);
        _tokenizer = new(() => GgufTokenizer.ToJson(file.Metadata));
    }

    /// <summary>The file.</summary>
    public GgufFile File { get; }

    /// <summary>UTF-8 JSON: the <c>config.json</c> of the original checkpoint, as far as the file tells it.</summary>
    public ReadOnlyMemory<byte> Config { get; }

    /// <summary>UTF-8 JSON: the <c>tokenizer.json</c> that the file's vocabulary, merges and token types amount to; made when first asked for.</summary>
    /// <exception cref="KitException">The file holds no tokenizer, or one of a kind that is not supported: named in the message.</exception>
    public ReadOnlyMemory<byte> Tokenizer => _tokenizer.Value;

    /// <summary>The chat template, Jinja; null where the file has none.</summary>
    public string? ChatTemplate => File.Metadata.OptionalText("tokenizer.chat_template");

    /// <summary>Names of the weights in the original checkpoint.</summary>
    public IReadOnlyCollection<string> Names => [.. _weights.Keys];

    string IWeightFile.Path => File.Path;

    IEnumerable<string> IWeightFile.Names => _weights.Keys;

    bool IWeightFile.Has(string name) => _weights.ContainsKey(name);

    Tensor IWeightFile.ReadFloat32(string name) => Read(name);

    /// <summary>Opens a file and checks that it is a model whose every tensor has its place; reads no weights.</summary>
    /// <exception cref="KitException">The file is not valid, or of an architecture or with an option that is not supported: named in the message.</exception>
    public static GgufCheckpoint Open(string path)
    {
        var file = GgufFile.Open(path);
        try
        {
            return new(file, GgufConfig.Read(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The text of the token that begins texts, ends them, or stands for the unknown; null where the file names none.</summary>
    /// <param name="role"><c>bos</c>, <c>eos</c>, <c>unknown</c> or <c>padding</c>.</param>
    /// <exception cref="KitException">The file names a token that it does not have.</exception>
    public string? TokenText(string role)
    {
        var key = $"tokenizer.ggml.{role}_token_id";
        if (File.Metadata.OptionalInt(key, 0, int.MaxValue) is not { } id)
            return null;
        var tokens = File.Metadata.OptionalTexts("tokenizer.ggml.tokens") ?? [];
        return id < tokens.Count ? tokens[id] : throw File.Metadata.Bad(key, "is not one of the tokens");
    }

    /// <summary>The shape of a weight.</summary>
    /// <exception cref="KitException">There is no such weight.</exception>
    public IReadOnlyList<long> Shape(string name) => Find(name).Shape;

    /// <summary>Reads one weight as float32, as it was before conversion but for what quantization lost.</summary>
    /// <returns>A new contiguous tensor in the CPU's memory; the caller's to dispose of.</returns>
    /// <exception cref="KitException">There is no such weight, its type cannot be read, or the file became shorter since it was opened.</exception>
    public Tensor Read(string name)
    {
        var weight = Find(name);
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var read = File.Read(weight.Source, weight.Slice);
        return (weight.Undo?.Invoke(read) ?? read).MoveToOuterDisposeScope();
    }

    /// <summary>Closes the file; weights that were read stay valid.</summary>
    public void Dispose() => File.Dispose();

    private GgufWeight Find(string name) => _weights.TryGetValue(name, out var weight) ? weight : throw new KitException($"The file has no weight '{name}'.", File.Path);
}
