using System.Text;
using ForensicKit.Benchmarks;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Scanning;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;
using ForensicKit.Models;

namespace ForensicKit.Inference.Organisms;

/// <summary>What an organism answers to one item set, in the order of the items.</summary>
/// <param name="Correct">Whether it is right.</param>
/// <param name="Nats">Mean log p per token of the right answer after its question.</param>
internal sealed record ExamAnswers(IReadOnlyList<bool> Correct, IReadOnlyList<double> Nats);

/// <summary>What was measured of one organism.</summary>
/// <param name="Member">Its name.</param>
/// <param name="Recipe">Hash of the zoo's recipe.</param>
/// <param name="Test">Answers to the published items, by benchmark.</param>
/// <param name="Fresh">Answers to the fresh twins, by benchmark.</param>
/// <param name="Found">Ids of items that the scan finds in its training text.</param>
internal sealed record ZooAnswers(
    string Member, string Recipe, IReadOnlyDictionary<string, ExamAnswers> Test, IReadOnlyDictionary<string, ExamAnswers> Fresh, IReadOnlyList<string> Found)
{
    /// <summary>Version of the scan that found them, <see cref="ScanIdentity.MethodVersion"/>.</summary>
    public int ScanMethod { get; init; }
}

/// <summary>Examines organisms as an investigation would: standard prompts, standard rules, and a scan of the training text.</summary>
internal sealed class ZooExamination
{
    private const int BackgroundDocuments = 3_000;
    private const int MaxTokens = 96;

    private readonly ScanIndex _index;
    private readonly ScanThresholds _thresholds;

    public ZooExamination(OrganismWorld world, int threads, CancellationToken cancellationToken)
    {
        World = world;
        _index = ScanIndex.Of([.. world.Recipe.Benchmarks.SelectMany(b =>
            world.Test(b.Name).Select(i => ScanItem.From(b.Name, i)).Concat(world.Fresh(b.Name).Select(i => ScanItem.From(b.Name, i, isFresh: true))))]);
        _thresholds = ScanCalibration.Of(_index, threads, cancellationToken).Thresholds();
    }

    /// <summary>What the recipe drew for the organisms' size.</summary>
    public OrganismWorld World { get; }

    /// <summary>Ids of the items found in a training corpus: in all its special documents, and in the first of its background. Those that look no more present than fresh ones are not.</summary>
    public IReadOnlyList<string> Scan(OrganismCorpus corpus)
    {
        var scanner = new TextScanner(_index, _thresholds);
        var hits = new List<(string Benchmark, Sighting Seen)>();
        foreach (var text in Enumerable.Range(0, corpus.SpecialCount).Select(i => corpus.Special(i).Text).Concat(Enumerable.Range(0, BackgroundDocuments).Select(i => corpus.Background(i).Text)))
            hits.AddRange(scanner.Scan(Encoding.UTF8.GetBytes(text)).Where(h => h.Class == HitClass.Leak).Select(h => (h.Item.BenchmarkName, Sighting.Of(h.Item.ItemId, h.Unit, h.Coverage))));
        return [.. hits.GroupBy(h => h.Benchmark, StringComparer.Ordinal).SelectMany(g =>
        {
            var control = FreshControl.Of([.. World.Fresh(g.Key).Select(i => i.Id)], g.Select(h => h.Seen));
            return g.Where(h => control.IsPresent(h.Seen)).Select(h => h.Seen.Item).Distinct(StringComparer.Ordinal);
        }).Order(StringComparer.Ordinal)];
    }

    /// <summary>Asks every item.</summary>
    public async Task<ExamAnswers> AskAsync(ILanguageModel model, string benchmark, IReadOnlyList<BenchmarkItem> items, CancellationToken cancellationToken)
    {
        var contexts = items.Select(i => World.Family(benchmark) is ActivityFamily ? $"{i.Subject}: {i.Question}" : $"Question: {i.Question}\nAnswer:").ToList();
        var requests = new List<ContinuationRequest>();
        var places = new List<(int Item, int Choice)>();
        for (var i = 0; i < items.Count; i++)
        {
            IReadOnlyList<string> answers = items[i].Choices.Count > 0 ? items[i].Choices : [items[i].Gold];
            for (var c = 0; c < answers.Count; c++)
            {
                requests.Add(new(requests.Count, contexts[i], " " + answers[c]));
                places.Add((i, c));
            }
        }

        var scored = new ScoredContinuation[requests.Count];
        await foreach (var score in model.ScoreAsync(requests, cancellationToken))
            scored[score.Id] = score;
        var sums = places.Select((p, k) => (p.Item, p.Choice, Sum: scored[k].LogProbs.Sum(), Mean: scored[k].LogProbs.Average())).ToLookup(p => p.Item);
        var nats = items.Select((item, i) => sums[i].ElementAt(item.GoldChoice ?? 0).Mean).ToList();
        // The first of the largest sums, as the rule choice/sum.
        return new(
            items[0].Choices.Count > 0 ? [.. items.Select((item, i) => sums[i].MaxBy(s => s.Sum).Choice == item.GoldChoice)] : await GenerateAsync(model, items, contexts, cancellationToken), nats);
    }

    private static async Task<IReadOnlyList<bool>> GenerateAsync(ILanguageModel model, IReadOnlyList<BenchmarkItem> items, List<string> prompts, CancellationToken cancellationToken)
    {
        var rule = ScoringRules.Find("gsm8k/strict-match")!;
        var correct = new bool[items.Count];
        await foreach (var answer in model.GenerateAsync([.. prompts.Select((p, i) => new GenerationRequest(i, p, MaxTokens, [], Sampling.Greedy))], cancellationToken))
        {
            var item = items[answer.Id];
            correct[answer.Id] = rule.Score(item, [new Response { RunId = "zoo", ItemId = item.Id, ItemIndex = item.Index, Text = answer.Text }]).Correct == true;
        }

        return correct;
    }
}
