using ForensicKit.Contamination.Membership;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Decoders;
using ForensicKit.Inference.Organisms;
using ForensicKit.Inference.Torch;
using ForensicKit.Manifests;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Tests.Organisms;

/// <summary>
/// Small models that have read a file of items: all in one order, or every time in another. Background and file stand in one stream of tokens, each reading
/// of the file a document.
/// </summary>
internal sealed class FileReader : IDisposable
{
    private readonly OrganismWorld _world;
    private readonly OrganismTrunk _trunk;
    private readonly int _rows;

    /// <param name="shape">Shape; the context holds as many items as the test puts together.</param>
    /// <param name="trunkTokens">Tokens of background that all models begin with.</param>
    /// <param name="rows">Sequences in a step.</param>
    public FileReader(OrganismShape shape, long trunkTokens, int rows)
    {
        TorchRuntime.EnsureLoaded();
        set_num_threads(1);
        _rows = rows;
        _world = new OrganismWorld(TinyOrganism.Recipe with { Shape = shape, Benchmarks = [new("mini-mmlu", 240, 240, 1)] });
        var corpus = OrganismCorpus.Trunk(_world, 0);
        var background = Enumerable.Range(0, 1 << 20).Select(i => corpus.Background(i).Text);
        _trunk = OrganismTrunk.Of(BpeTrainer.Train(background.Take(2000), shape.Vocabulary), shape);
        _trunk = _trunk with { State = TrainingState.Initial(_trunk.Config, TransformerDecoder.WeightShapes(_trunk.Config), 5) };
        Train(_trunk.State, background, trunkTokens, 0.004, isLast: false);
    }

    /// <summary>Items of a benchmark in an order drawn from a seed: the file's own.</summary>
    public IReadOnlyList<MembershipItem> Items(int count, long seed) =>
        [.. Draws.For(seed, "file").Shuffled(_world.Test("mini-mmlu")).Take(count).Select(i => MembershipItem.Of(i.Id, $"Question: {i.Question}\nAnswer:", i.Question, i.Gold))];

    /// <summary>A model that has read the items so many times, with as much background between two readings as is left of the tokens.</summary>
    /// <param name="folder">Where the model is written.</param>
    /// <param name="items">The items in the file's order.</param>
    /// <param name="readings">How often it reads them.</param>
    /// <param name="isShuffled">Whether each reading has an order of its own.</param>
    /// <param name="tokens">Tokens, background included.</param>
    /// <param name="seed">Draws background and orders.</param>
    public TorchLanguageModel Read(string folder, IReadOnlyList<MembershipItem> items, int readings, bool isShuffled, long tokens, long seed)
    {
        var draws = Draws.For(seed, "orders");
        var corpus = OrganismCorpus.Trunk(new OrganismWorld(_world.Recipe with { TrainingSeed = seed }), 0);
        var reading = 0;
        using var state = _trunk.State.NextStage();
        Train(state, Documents(), tokens, 0.003, isLast: true);
        if (reading < readings)
            throw new InvalidOperationException($"The file was begun {reading} times only: there are too few tokens for {readings} readings.");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), _trunk.Config.ToJson(WeightStorage.Float32));
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), _trunk.TokenizerJson);
        SafetensorsFile.Write(Path.Combine(folder, "model.safetensors"), state.Parameters.Select(w => KeyValuePair.Create(w.Name, w.Value)), WeightStorage.Float32);
        return TorchLanguageModel.Load(folder, new LoadOptions("cpu", 1));

        IEnumerable<string> Documents()
        {
            long seen = 0;
            for (var position = 0L; ;)
            {
                // Evenly, the last reading a little before the end.
                var isDue = reading < readings && seen >= (long)(0.97 * tokens * reading / readings);
                var text = !isDue ? corpus.Background(position++).Text : string.Join("\n\n", (isShuffled ? draws.Shuffled(items) : items).Select(i => i.Text));
                reading += isDue ? 1 : 0;
                seen += _trunk.Tokenizer.EncodeIds(text, addSpecialTokens: false).Count() + 1;
                yield return text;
            }
        }
    }

    public void Dispose() => _trunk.Dispose();

    private void Train(TrainingState state, IEnumerable<string> documents, long tokens, double rate, bool isLast)
    {
        var (context, config) = (_trunk.Config.ContextLength, _trunk.Config);
        var steps = tokens / (_rows * context);
        foreach (var (_, value) in state.Parameters)
            value.requires_grad = true;
        using var decoder = new TransformerDecoder(config, state.Parameters.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal));
        using var optimizer = new AdamW(state);
        using var stream = documents.SelectMany(d => _trunk.Tokenizer.EncodeIds(d, addSpecialTokens: false).Append(0)).GetEnumerator();
        var (inputs, targets) = (new long[_rows * context], new long[_rows * context]);
        for (var step = 0; step < steps; step++)
        {
            for (var i = 0; i < inputs.Length; i++)
            {
                // A row begins with the end-of-text before it, as a model that is asked does.
                inputs[i] = i % context == 0 ? 0 : targets[i - 1];
                stream.MoveNext();
                targets[i] = stream.Current;
            }

            using var scope = NewDisposeScope();
            var logits = decoder.Forward(tensor(inputs).view(_rows, context));
            nn.functional.cross_entropy(logits.view(-1, config.VocabularySize), tensor(targets)).backward();
            optimizer.Step(++state.OptimizerStep, rate * Math.Min(1, (step + 1) / 30.0) * (isLast ? 1 - ((double)step / steps) : 1));
        }
    }
}
