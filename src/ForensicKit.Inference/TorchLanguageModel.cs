using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ForensicKit.Inference.ChatTemplates;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Decoders;
using ForensicKit.Inference.Engine;
using ForensicKit.Inference.Tokenizers;
using ForensicKit.Inference.Torch;
using ForensicKit.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ForensicKit.Inference;

/// <summary>A language model that runs here, with libtorch, in float32: a folder with config.json, safetensors and tokenizer.json, or a GGUF file.</summary>
/// <remarks>
/// Texts are encoded without the special tokens of the tokenizer's template, as lm-evaluation-harness does; an empty context or prompt is the token
/// that begins texts, or where there is none the one that ends them. Batches move logits by float32 rounding only: a log-probability depends on what
/// else is in its batch by less than <see cref="BatchTolerance"/>. Calls from several threads wait for one another.
/// </remarks>
public sealed class TorchLanguageModel : ILanguageModel
{
    /// <summary>Most that a log-probability, in nats, moves with the batch it is computed in.</summary>
    public const double BatchTolerance = 1e-4;

    private readonly TransformerDecoder _decoder;
    private readonly Tokenizer _tokenizer;
    private readonly HashSet<int> _ends;
    private readonly int _begin;
    private readonly int _maxBatchTokens;
    private readonly Lazy<ChatTemplate> _chat;
    private readonly bool _alone;
    private readonly TimeProvider _clock;
    private readonly WorkThread _thread = new();

    private TorchLanguageModel(
        TransformerDecoder decoder, Tokenizer tokenizer, Func<ChatTemplate> chat, HashSet<int> ends, int begin, LoadOptions options, ModelDescription description)
    {
        (_decoder, _tokenizer, _ends, _begin, _alone, _clock, Description) = (decoder, tokenizer, ends, begin, options.Deterministic, options.Clock, description);
        // Only when it is asked for: a model whose template is broken still completes texts.
        _chat = new(chat);
        _maxBatchTokens = MaxBatchTokens(decoder.Config, decoder.Device);
    }

    /// <inheritdoc/>
    public ModelDescription Description { get; }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer => _tokenizer;

    /// <summary>Loads a model.</summary>
    /// <param name="path">
    /// The folder, or a GGUF file. A tokenizer.json beside a GGUF file is the tokenizer, and generation_config.json says what ends texts; without them
    /// the file says both.
    /// </param>
    /// <param name="options">How to run it.</param>
    /// <param name="cancellationToken">Ends the loading between two weights.</param>
    /// <exception cref="KitException">Something is missing, damaged or not supported, or there is no such device.</exception>
    public static TorchLanguageModel Load(string path, LoadOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        var place = TorchDevice.Find(options.Device);
        if (options.Threads is { } wanted)
            set_num_threads(wanted >= 1 ? wanted : throw new KitException("At least one thread is needed."));
        using var checkpoint = Checkpoint.Open(path);
        var (config, folder) = (checkpoint.Config, checkpoint.Folder);
        var tokenizerFile = Path.Combine(folder, "tokenizer.json");
        var tokenizer = checkpoint.Gguf is { } gguf && !options.MayRead(tokenizerFile) ? Tokenizer.Parse(gguf.Tokenizer, gguf.File.Path) : Tokenizer.Load(tokenizerFile);
        if (tokenizer.MaxId >= config.VocabularySize)
            throw new KitException(string.Create(CultureInfo.InvariantCulture, $"The tokenizer has tokens up to {tokenizer.MaxId}; the model knows {config.VocabularySize}."), folder, "Put the model's own tokenizer.json beside its weights.");
        var ends = EndTokens(folder, config, options);
        if ((config.BeginToken ?? ends.Cast<int?>().FirstOrDefault()) is not { } begin)
            throw new KitException("config.json names neither a token that begins texts nor one that ends them.", folder);
        if (ends.Append(begin).Any(id => id >= config.VocabularySize))
            throw new KitException("config.json names a token outside the vocabulary.", folder);
        NativeAllocator.GiveFreedMemoryBack();
        var decoder = TransformerDecoder.TakeOver(config, checkpoint.ReadWeights(place, cancellationToken), options.Precision);
        NativeAllocator.KeepFreedMemory();
        return new(decoder, tokenizer, ChatTemplateOf(checkpoint, options), [.. ends], begin, options, new ModelDescription(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))),
            checkpoint.WeightsSha256(),
            tokenizer.Sha256,
            place.type == DeviceType.CUDA ? string.Create(CultureInfo.InvariantCulture, $"cuda:{Math.Max(place.index, 0)}") : "cpu",
            options.Precision switch { WeightPrecision.Float32 => "float32", WeightPrecision.BFloat16 => "float32 with matrices of bfloat16", _ => "float32 with matrices of 8 bits" },
            options.Deterministic ? "one request at a time" : string.Create(CultureInfo.InvariantCulture, $"requests that begin alike share what they have in common; longest first, at most {MaxBatchTokens(config, place)} tokens at once"),
            get_num_threads(),
            Libraries(),
            config.ContextLength));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ScoredContinuation> ScoreAsync(
        IReadOnlyList<ContinuationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var split = new ContinuationSplit(_tokenizer, _begin, _decoder.Config.BeginToken, _decoder.Config.ContextLength);
        var pairs = await InTurn(() => requests.Select(split.Split).ToList(), cancellationToken);
        var sheets = pairs.Select((pair, i) => new ScoreSheet(pair.Continuation, requests[i].Moments)).ToList();
        using var steps = Scorer().Score(pairs, sheets, cancellationToken).GetEnumerator();
        while (await InTurn(steps.MoveNext, cancellationToken))
        {
            foreach (var i in steps.Current)
                yield return new(requests[i].Id, pairs[i].Continuation, sheets[i].LogProbs, sheets[i].IsGreedy) { Details = sheets[i].Details };
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ScoredText> ScoreTextsAsync(IReadOnlyList<TextRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var split = new ContinuationSplit(_tokenizer, _begin, _decoder.Config.BeginToken, _decoder.Config.ContextLength);
        var windows = await InTurn(() => requests.SelectMany((r, i) => split.Windows(r.Text, r.Id).Select(pair => (Request: i, Pair: pair))).ToList(), cancellationToken);
        var sheets = windows.Select(w => new ScoreSheet(w.Pair.Continuation, requests[w.Request].Moments)).ToList();
        var left = windows.CountBy(w => w.Request).ToDictionary();
        using var steps = Scorer().Score([.. windows.Select(w => w.Pair)], sheets, cancellationToken).GetEnumerator();
        while (await InTurn(steps.MoveNext, cancellationToken))
        {
            foreach (var request in steps.Current.Select(w => windows[w].Request).Where(r => --left[r] == 0))
            {
                var own = Enumerable.Range(0, windows.Count).Where(w => windows[w].Request == request).Select(w => sheets[w]).ToList();
                yield return new(requests[request].Id, [.. own.SelectMany(s => s.Tokens)], [.. own.SelectMany(s => s.LogProbs)]) { Details = [.. own.SelectMany(s => s.Details)] };
            }
        }
    }

    /// <inheritdoc/>
    public string FormatChat(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true) =>
        _chat.Value.Render(ChatRequest.Of(messages) with { AddGenerationPrompt = addGenerationPrompt, Clock = _clock });

    /// <inheritdoc/>
    public async IAsyncEnumerable<GeneratedText> GenerateAsync(
        IReadOnlyList<GenerationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var answers = await InTurn(() => requests.Select(Begin).ToList(), cancellationToken);
        var generator = new TextGenerator(_decoder, Description.Threads, _alone);
        foreach (var batch in generator.Plan(answers))
        {
            using var steps = generator.Steps(batch, _maxBatchTokens, cancellationToken).GetEnumerator();
            // A few steps at a time: an answer is handed on soon after it is there, and a change of threads is not paid for with each token.
            var more = true;
            while (more)
            {
                var finished = new List<GeneratedText>();
                more = await InTurn(() =>
                {
                    var moved = true;
                    for (var i = 0; i < 16 && (moved = steps.MoveNext()); i++)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        finished.AddRange(steps.Current.Where(answer => answer.FinishReason is not null).Select(answer => answer.Result()));
                    }

                    return moved;
                }, cancellationToken);
                foreach (var text in finished)
                    yield return text;
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<GeneratedPiece> StreamAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var start = _clock.GetTimestamp();
        var answer = await InTurn(() => Begin(request), cancellationToken);
        using var steps = new TextGenerator(_decoder, Description.Threads, _alone).Steps([answer], _maxBatchTokens, cancellationToken).GetEnumerator();
        while (await InTurn(steps.MoveNext, cancellationToken))
            yield return answer.Piece(_clock.GetElapsedTime(start));
    }

    /// <summary>Releases the weights.</summary>
    public void Dispose()
    {
        _thread.Dispose();
        _decoder.Dispose();
    }

    private ContinuationScorer Scorer() => new(_decoder, Description.Threads, _maxBatchTokens, _alone);

    private Answer Begin(GenerationRequest request) =>
        new(request, request.Messages is { } messages ? FormatChat(messages) : request.Prompt, _tokenizer, _ends, _begin, _decoder.Config.BeginToken, _decoder.Config.ContextLength);

    // What lies beside the weights wins over what a GGUF file holds.
    private static Func<ChatTemplate> ChatTemplateOf(Checkpoint checkpoint, LoadOptions options)
    {
        var file = Path.Combine(checkpoint.Folder, "tokenizer_config.json");
        if (options.MayRead(file))
            return () => ChatTemplate.FromTokenizerConfig(file);
        if (checkpoint.Gguf is not { ChatTemplate: { } source } gguf)
            return () => throw new KitException("The model has no chat template.", checkpoint.Folder, "Put its tokenizer_config.json beside the weights, or give the whole prompt as one text.");
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var role in (ReadOnlySpan<string>)["bos", "eos", "unknown"])
        {
            if (gguf.TokenText(role) is { } text)
                tokens[role == "unknown" ? "unk_token" : role + "_token"] = text;
        }

        return () => ChatTemplate.Parse(source, tokens);
    }

    private Task<T> InTurn<T>(Func<T> work, CancellationToken cancellationToken) => _thread.DoAsync(work, cancellationToken);

    // Enough for products at full speed; more only takes memory, most of it between the matrices of the feed-forward blocks.
    private static int MaxBatchTokens(DecoderConfig config, Device device) => device.type == DeviceType.CUDA ? 1 << 15 : Math.Clamp((3 << 20) / (2 * config.IntermediateSize), 1 << 10, 1 << 12);

    // What generation_config.json says about ends replaces what config.json says, as in transformers.
    private static int[] EndTokens(string folder, DecoderConfig config, LoadOptions options)
    {
        var file = Path.Combine(folder, "generation_config.json");
        var named = options.MayRead(file) ? ConfigObject.Read(file).Ints("eos_token_id") : [];
        return [.. (named.Count > 0 ? named : config.EndTokens).Where(id => id >= 0).Distinct()];
    }

    private static Dictionary<string, string> Libraries()
    {
        static string Version(Assembly assembly) =>
            assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? assembly.GetName().Version!.ToString();
        var libraries = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ForensicKit.Inference"] = Version(typeof(TorchLanguageModel).Assembly),
            ["TorchSharp"] = Version(typeof(torch).Assembly),
            ["libtorch"] = torch.__version__,
            [".NET"] = Environment.Version.ToString(),
            ["instructions"] = System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated ? "512 bits" : System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated ? "256 bits" : "128 bits",
            ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString().ToLower(CultureInfo.InvariantCulture),
        };
        if (TorchRuntime.Note is { } note)
            libraries["note"] = note;
        return libraries;
    }
}
