using System.Globalization;
using System.Text.Json;
using ForensicKit.Conformance;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Decoders;
using ForensicKit.Inference.Engine;
using ForensicKit.Inference.Tokenizers;
using ForensicKit.Inference.Torch;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Conformance;

/// <summary>
/// Reference scores and generations of whole models: folders with a model (safetensors or one GGUF file) and <c>expected/</c>, which holds
/// <c>token-scores.jsonl.gz</c>, <c>generations.jsonl</c> and <c>last-logits.safetensors</c> as Hugging Face transformers gives them in float32.
/// They run as every scoring and generation here runs: in batches, with what texts begin with in common read once.
/// </summary>
public sealed class ModelVectors : IConformanceKind
{
    /// <summary>Most that a log-probability, or the mean over the vocabulary, may differ, in nats.</summary>
    public const double LogProbTolerance = 5e-4;

    /// <summary>Most that the variance over the vocabulary, a logit or a margin between logits may differ.</summary>
    public const double LogitTolerance = 2e-3;

    /// <summary>Logits that lie this close may change places.</summary>
    public const double Tie = 1e-3;

    private const int MaxBatchTokens = 1 << 12;

    /// <inheritdoc/>
    public string Kind => "model";

    /// <inheritdoc/>
    public IEnumerable<VectorResult> Run(string path, CancellationToken cancellationToken)
    {
        string[] files = Directory.Exists(path)
            ? [.. Directory.EnumerateFiles(path, "token-scores.jsonl*", SearchOption.AllDirectories).Where(f => Path.GetFileName(Path.GetDirectoryName(f)) == "expected").Order(StringComparer.Ordinal)]
            : throw new KitException("There is no such folder.", path, "Give a folder in the format of golden/smollm2-135m.");
        if (files.Length == 0)
            throw new KitException("The folder holds no expected/token-scores.jsonl.gz.", path, "Give a folder in the format of golden/smollm2-135m.");
        TorchRuntime.EnsureLoaded();
        return files.SelectMany(file => RunFolder(path, Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(file)))!, file, cancellationToken));
    }

    private static List<VectorResult> RunFolder(string root, string folder, string scores, CancellationToken cancellationToken)
    {
        string Shown(string file) => Path.GetRelativePath(Path.GetFullPath(root), Path.GetFullPath(file));
        var generations = Path.Combine(folder, "expected", "generations.jsonl");
        using var scope = NewDisposeScope();
        using var none = no_grad();
        using var checkpoint = Checkpoint.Open(folder);
        var beside = Path.Combine(folder, "tokenizer.json");
        var tokenizer = checkpoint.Gguf is { } gguf && !File.Exists(beside) ? Tokenizer.Parse(gguf.Tokenizer, gguf.File.Path) : Tokenizer.Load(beside);
        var texts = VectorLines.Read(scores, cancellationToken).Select(l => VectorLines.Checked(scores, l.Number, () => ScoredText.Of(l.Line, checkpoint.Config))).ToList();
        var prompts = VectorLines.Read(generations, cancellationToken).Select(l => VectorLines.Checked(generations, l.Number, () => Generation.Of(l.Line, checkpoint.Config))).ToList();
        using var logits = SafetensorsFile.Open(Path.Combine(folder, "expected", "last-logits.safetensors"));
        using var decoder = TransformerDecoder.TakeOver(checkpoint.Config, checkpoint.ReadWeights(CPU, cancellationToken));
        return [.. Score(decoder, tokenizer, texts, Shown(scores), cancellationToken), .. Generate(decoder, tokenizer, prompts, logits, Shown(generations), cancellationToken)];
    }

    private static List<VectorResult> Score(TransformerDecoder decoder, Tokenizer tokenizer, List<ScoredText> texts, string shown, CancellationToken cancellationToken)
    {
        var pairs = texts.Select(t => new TokenPair([t.Ids[0]], t.Ids[1..])).ToList();
        var sheets = pairs.Select(p => new ScoreSheet(p.Continuation, Moments: true)).ToList();
        foreach (var _ in new ContinuationScorer(decoder, get_num_threads(), MaxBatchTokens).Score(pairs, sheets, cancellationToken))
        {
        }

        var results = new List<VectorResult>();
        foreach (var (text, sheet) in texts.Zip(sheets))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var differences = new List<string>();
            CompareTokens(tokenizer, text.Text, text.Ids, whole: false, differences);
            Compare("logprob", sheet.LogProbs, text.LogProbs, LogProbTolerance, differences);
            Compare("mean_logprob", [.. sheet.Details.Select(d => d.MeanLogProb)], text.Means, LogProbTolerance, differences);
            Compare("var_logprob", [.. sheet.Details.Select(d => d.VarianceLogProb)], text.Variances, LogitTolerance, differences);
            CompareRanks(decoder, text, [.. sheet.Details.Select(d => d.Rank)], differences);
            results.Add(new(shown, string.Create(CultureInfo.InvariantCulture, $"{results.Count} {text.Kind}"), differences));
        }

        return results;
    }

    // A rank may differ by as many logits as lie so close that rounding puts them in either order.
    private static void CompareRanks(TransformerDecoder decoder, ScoredText text, IReadOnlyList<int> ranks, List<string> differences)
    {
        if (ranks.SequenceEqual(text.Ranks))
            return;
        using var scope = NewDisposeScope();
        var rows = decoder.Logits(decoder.Hidden(tensor(text.Ids[..^1].Select(id => (long)id).ToArray()).unsqueeze(0)))[0];
        for (var i = 0; i < ranks.Count; i++)
        {
            if (ranks[i] == text.Ranks[i])
                continue;
            using var inner = NewDisposeScope();
            var row = rows[i];
            var close = Scalars.With(Tie, (row - row[text.Ids[i + 1]]).abs().le).sum().item<long>() - 1;
            if (Math.Abs(ranks[i] - text.Ranks[i]) > close)
                differences.Add(string.Create(CultureInfo.InvariantCulture, $"rank[{i}]: {ranks[i]} instead of {text.Ranks[i]}"));
        }
    }

    private static List<VectorResult> Generate(TransformerDecoder decoder, Tokenizer tokenizer, List<Generation> prompts, SafetensorsFile logits, string shown, CancellationToken cancellationToken)
    {
        var answers = prompts.Select(p => new RecordedAnswer(p, decoder.Config.EndTokens)).ToList();
        var generator = new TextGenerator(decoder, get_num_threads());
        foreach (var batch in generator.Plan(answers))
        {
            foreach (var _ in generator.Steps(batch, MaxBatchTokens, cancellationToken))
            {
            }
        }

        var results = new List<VectorResult>();
        foreach (var (prompt, answer) in prompts.Zip(answers))
        {
            var differences = new List<string>();
            CompareTokens(tokenizer, prompt.Rendered, prompt.Ids, whole: true, differences);
            // After a near-tie another continuation is as good.
            var tie = Array.FindIndex(prompt.Margins, margin => margin < Tie);
            var compared = tie < 0 ? prompt.Greedy.Length : tie;
            if (!answer.Tokens.Take(compared).SequenceEqual(prompt.Greedy.Take(compared)) || (tie < 0 && answer.Tokens.Count != prompt.Greedy.Length))
            {
                differences.Add(VectorLines.Difference("greedy_ids", [.. answer.Tokens], prompt.Greedy));
            }
            else
            {
                Compare("margins", [.. answer.Margins.Take(compared)], prompt.Margins[..compared], LogitTolerance, differences);
                Compare("logprob", [.. answer.LogProbs.Take(compared)], prompt.LogProbs[..compared], LogProbTolerance, differences);
            }

            if (logits.Entries.ContainsKey(prompt.LogitsName))
            {
                using var expected = logits.Read(prompt.LogitsName);
                Compare("last_logits", [.. answer.FirstLogits.Select(l => (double)l)], [.. expected.data<float>().ToArray().Select(l => (double)l)], LogitTolerance, differences);
            }

            results.Add(new(shown, string.Create(CultureInfo.InvariantCulture, $"{prompt.Index} {VectorLines.Shown(prompt.Rendered)}"), differences));
        }

        return results;
    }

    // Texts of scores were cut at some number of tokens.
    private static void CompareTokens(Tokenizer tokenizer, string text, int[] expected, bool whole, List<string> differences)
    {
        var actual = tokenizer.Encode(text, addSpecialTokens: false).Ids;
        if (!actual.Take(whole ? actual.Count : expected.Length).SequenceEqual(expected))
            differences.Add(VectorLines.Difference("ids", [.. actual], expected));
    }

    private static void Compare(string what, IReadOnlyList<double> actual, double[] expected, double tolerance, List<string> differences)
    {
        if (actual.Count != expected.Length)
        {
            differences.Add(string.Create(CultureInfo.InvariantCulture, $"{what}: {actual.Count} numbers instead of {expected.Length}"));
            return;
        }

        var most = Enumerable.Range(0, expected.Length).MaxBy(i => double.IsNaN(actual[i]) ? double.PositiveInfinity : Math.Abs(actual[i] - expected[i]));
        if (expected.Length > 0 && !(Math.Abs(actual[most] - expected[most]) <= tolerance))
            differences.Add(string.Create(CultureInfo.InvariantCulture, $"{what}[{most}]: {actual[most]:g9} instead of {expected[most]:g9}, a difference of more than {tolerance:g3}"));
    }

    private static double[] Numbers(JsonElement line, string key) => [.. line.GetProperty(key).EnumerateArray().Select(v => v.GetDouble())];

    private static int[] Ids(JsonElement line, string key, DecoderConfig config)
    {
        int[] ids = [.. line.GetProperty(key).EnumerateArray().Select(v => v.GetInt32())];
        return Array.TrueForAll(ids, id => id >= 0 && id < config.VocabularySize) && ids.Length <= config.ContextLength ? ids
            : throw new FormatException($"'{key}' has a token outside the vocabulary, or too many");
    }

    private sealed record ScoredText(string Kind, string Text, int[] Ids, double[] LogProbs, int[] Ranks, double[] Means, double[] Variances)
    {
        public static ScoredText Of(JsonElement line, DecoderConfig config)
        {
            var read = new ScoredText(
                line.GetProperty("kind").GetString()!, line.GetProperty("text").GetString()!, ModelVectors.Ids(line, "ids", config), Numbers(line, "logprob"),
                [.. line.GetProperty("rank").EnumerateArray().Select(v => v.GetInt32())], Numbers(line, "mean_logprob"), Numbers(line, "var_logprob"));
            return read.Ids.Length > 1 && read.Ranks.Length == read.Ids.Length - 1 ? read : throw new FormatException("'rank' must have one number for every token but the first");
        }
    }

    private sealed record Generation(int Index, string Rendered, int[] Ids, int[] Greedy, double[] Margins, double[] LogProbs, bool Stopped)
    {
        public string LogitsName => string.Create(CultureInfo.InvariantCulture, $"{Index}.last_logits");

        public static Generation Of(JsonElement line, DecoderConfig config)
        {
            var read = new Generation(
                line.GetProperty("index").GetInt32(), line.GetProperty("rendered").GetString()!, ModelVectors.Ids(line, "ids", config), ModelVectors.Ids(line, "greedy_ids", config),
                Numbers(line, "margins"), Numbers(line, "logprob"), line.GetProperty("stopped").GetBoolean());
            return read.Ids.Length > 0 && read.Greedy.Length > 0 && read.Margins.Length == read.Greedy.Length && read.LogProbs.Length == read.Greedy.Length ? read
                : throw new FormatException("'greedy_ids', 'margins' and 'logprob' must be of one length");
        }
    }

    // Greedy, up to as many tokens as the reference made; an answer that the reference did not stop stops there.
    private sealed class RecordedAnswer(Generation expected, IReadOnlyList<int> ends) : IAnswer
    {
        private readonly List<int> _tokens = [];

        public int[] Prompt => expected.Ids;

        public IReadOnlyList<int> Tokens => _tokens;

        public List<double> Margins { get; } = [];

        public List<double> LogProbs { get; } = [];

        public float[] FirstLogits { get; private set; } = [];

        // One more than the reference made where it stopped by itself: whoever does not stop is seen.
        public int Limit => expected.Greedy.Length + (expected.Stopped ? 1 : 0);

        public bool IsFinished => _tokens.Count >= Limit || (_tokens.Count > 0 && ends.Contains(_tokens[^1]));

        public void Add(ReadOnlySpan<float> logits, RowSummary summary)
        {
            if (_tokens.Count == 0)
                FirstLogits = logits.ToArray();
            _tokens.Add(summary.Best);
            Margins.Add(summary.Margin);
            LogProbs.Add(logits[summary.Best] - summary.LogSum);
        }
    }
}
