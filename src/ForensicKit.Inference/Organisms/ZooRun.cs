using System.Globalization;
using System.Text.Json;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Calibration;
using ForensicKit.Contamination.Scanning;
using ForensicKit.Contamination.Verdicts;
using ForensicKit.Evidence;
using ForensicKit.Manifests;
using ForensicKit.Statistics;

namespace ForensicKit.Inference.Organisms;

/// <summary>
/// Trains the organisms of a zoo, each from one thread, examines each as soon as it is trained, and holds what the detectors say of it against what
/// was planted. Killed at any point, it goes on with the organisms that are left.
/// </summary>
public sealed class ZooRun
{
    private readonly ZooRecipe _recipe;
    private readonly Func<string, string> _modelFolder;
    private readonly string _folder;
    private readonly string _hash;
    private readonly string _device;

    /// <param name="recipe">The recipe.</param>
    /// <param name="modelFolder">Folder of a model of the kit, by its name: what organisms may begin as.</param>
    /// <param name="folder">Folder for trunks and for what was measured; weights of members are not kept.</param>
    /// <param name="device"><c>cpu</c>, whose results are the same each time, or <c>cuda</c>, whose weights are not to the last bit.</param>
    public ZooRun(ZooRecipe recipe, Func<string, string> modelFolder, string folder, string device = "cpu")
    {
        (_recipe, _modelFolder, _folder, _device) = (recipe, modelFolder, Path.GetFullPath(folder), device);
        _hash = OrganismTrainer.Identity(recipe, device);
    }

    /// <summary>Does what is left, and sums up.</summary>
    /// <param name="recipeSha256">Hash of the recipe's file, for the results.</param>
    /// <param name="threads">Organisms trained at the same time; the results do not depend on it.</param>
    /// <param name="progress">Told of organisms.</param>
    /// <param name="cancellationToken">Stops after the training step under way.</param>
    public async Task<ZooResults> RunAsync(string recipeSha256, int threads, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        Check();
        var members = ZooPlan.Members(_recipe);
        var examinations = _recipe.Sizes.ToDictionary(s => s.Name, s => new ZooExamination(new OrganismWorld(_recipe.Trunk(s)), threads, cancellationToken), StringComparer.Ordinal);
        var answers = new Dictionary<string, ZooAnswers>(StringComparer.Ordinal);
        var trunks = _recipe.Sizes.ToDictionary(s => s, _ => new TaskCompletionSource<OrganismTrunk>());
        // Trunks before members, since members wait for them; the slow ones first, so that no thread is left alone with one at the end.
        IEnumerable<(ZooSize Size, ZooMember? Member)> work =
            [.. _recipe.Sizes.Select(s => (s, (ZooMember?)null)), .. members.OrderByDescending(m => m.Size.Decay.Tokens * m.Size.Shape.Layers * m.Size.Shape.Hidden).Select(m => (m.Size, (ZooMember?)m))];
        try
        {
            await Parallel.ForEachAsync(work, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, async (item, token) =>
            {
                if (item.Member is not { } member)
                {
                    trunks[item.Size].SetResult(Trunk(item.Size, members, progress, token));
                    return;
                }

                var examination = examinations[member.Size.Name];
                var measured = Kept(member, examination) ?? await MeasureAsync(member, await trunks[member.Size].Task.WaitAsync(token), examination, token);
                lock (answers)
                {
                    answers.Add(member.Name, measured);
                    progress?.Report(new StepProgress("Training and examining organisms", answers.Count, members.Count, "organisms"));
                }
            });
            return new()
            {
                Zoo = _recipe.Name,
                RecipeSha256 = recipeSha256,
                Command = $"forensickit organism zoo {_recipe.Name}" + (_device == "cpu" ? "" : $" --device {_device}"),
                Clean = [.. _recipe.Sizes.Select(size => Accuse(size, [.. members.Where(m => m.Size == size && m.Plants.Count == 0)], answers, examinations[size.Name].World, threads, progress, cancellationToken))],
                Units = [.. members.SelectMany(m => Units(m, members, answers, examinations[m.Size.Name].World))],
            };
        }
        finally
        {
            foreach (var trunk in trunks.Values.Where(t => t.Task.IsCompletedSuccessfully))
                trunk.Task.Result.Dispose();
        }
    }

    private OrganismTrunk Trunk(ZooSize size, IReadOnlyList<ZooMember> members, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        var trunk = new OrganismTrainer(new OrganismWorld(_recipe.Trunk(size)), Path.Combine(_folder, size.Name), _device).TrainTrunk(size.Start is { } start ? _modelFolder(start) : null, progress, cancellationToken);
        foreach (var member in members.Where(m => m.Size == size && m.Plants.Count > 0))
        {
            // Said now, not when other members have been trained.
            if (Corpus(member).SpecialTokens(trunk.Tokenizer) is var needed && needed > 0.98 * size.Decay.Tokens)
            {
                throw new KitException(
                    string.Create(CultureInfo.InvariantCulture, $"What is planted in '{member.Name}' takes {needed:N0} tokens; the last stage of size '{size.Name}' has {size.Decay.Tokens:N0}."),
                    _recipe.Name, "Give 'decay' more tokens, or plant fewer items or exposures.");
            }
        }

        return trunk;
    }

    private void Check()
    {
        var world = new OrganismWorld(_recipe.Trunk(_recipe.Sizes[0]));
        if (_recipe.Sizes.SelectMany(s => s.Benchmarks).FirstOrDefault(b => !_recipe.Ways.ContainsKey(b)) is { } unknown)
            throw new KitException($"A size names '{unknown}', which is none of the zoo's benchmarks.", _recipe.Name);
        if (_recipe.Sizes.FirstOrDefault(s => s.Start is null && s.Trunk.Count == 0) is { } untrained)
            throw new KitException($"The size '{untrained.Name}' begins as no model and has no trunk.", _recipe.Name, "Give it 'start' or a stage of 'trunk'.");
        foreach (var (benchmark, way) in _recipe.Benchmarks.SelectMany(b => _recipe.Ways[b.Name].Select(w => (b.Name, w))))
        {
            if (!world.Family(benchmark).Forms.Contains(way))
                throw new KitException($"Items of '{benchmark}' cannot be planted as '{Words(way)}'.", _recipe.Name, $"Possible are {string.Join(", ", world.Family(benchmark).Forms.Select(Words))}.");
        }
    }

    private string AnswersFile(ZooMember member) => Path.Combine(_folder, "answers", member.Name + ".json");

    private ZooAnswers? Kept(ZooMember member, ZooExamination examination)
    {
        var file = AnswersFile(member);
        if (!File.Exists(file))
            return null;
        var kept = JsonSerializer.Deserialize<ZooAnswers>(File.ReadAllText(file));
        if (kept?.Recipe != _hash)
            throw new KitException("This zoo was begun with another recipe or on another device.", file, "Choose another folder with --out, or delete this one.");
        // The organism need not be trained again where only the scan is another now.
        return kept.ScanMethod == ScanIdentity.MethodVersion ? kept : Keep(member, kept with { Found = examination.Scan(Corpus(member)), ScanMethod = ScanIdentity.MethodVersion });
    }

    private OrganismWorld World(ZooMember member) => new(_recipe.Trunk(member.Size) with { TrainingSeed = member.Seed });

    private OrganismCorpus Corpus(ZooMember member) => OrganismCorpus.Decay(World(member), member.Variant, ZooPlan.Fullest(_recipe, member));

    private ZooAnswers Keep(ZooMember member, ZooAnswers answers)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "answers"));
        AtomicFile.WriteText(AnswersFile(member), JsonSerializer.Serialize(answers));
        return answers;
    }

    private async Task<ZooAnswers> MeasureAsync(ZooMember member, OrganismTrunk trunk, ZooExamination examination, CancellationToken cancellationToken)
    {
        var (world, corpus) = (World(member), Corpus(member));
        new OrganismTrainer(world, Path.Combine(_folder, "models"), _device).Finish(trunk, member.Variant, corpus, cancellationToken);
        var weights = Path.Combine(_folder, "models", member.Name);
        var (test, fresh) = (new Dictionary<string, ExamAnswers>(StringComparer.Ordinal), new Dictionary<string, ExamAnswers>(StringComparer.Ordinal));
        using (var model = TorchLanguageModel.Load(weights, new LoadOptions(_device, 1), cancellationToken))
        {
            foreach (var benchmark in member.Size.Benchmarks)
            {
                test[benchmark] = await examination.AskAsync(model, benchmark, world.Test(benchmark), cancellationToken);
                fresh[benchmark] = await examination.AskAsync(model, benchmark, world.Fresh(benchmark), cancellationToken);
            }
        }

        var answers = Keep(member, new(member.Name, _hash, test, fresh, examination.Scan(corpus)) { ScanMethod = ScanIdentity.MethodVersion });
        Directory.Delete(weights, recursive: true);
        return answers;
    }

    /// <summary>Accuses every clean organism of items that were drawn at random, with every other as its reference.</summary>
    private CleanTrials Accuse(
        ZooSize size, List<ZooMember> clean, Dictionary<string, ZooAnswers> answers, OrganismWorld world, int threads, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        var pairs = (from suspect in Enumerable.Range(0, clean.Count) from reference in Enumerable.Range(0, clean.Count) where suspect != reference select (suspect, reference)).ToList();
        var done = 0;
        var accused = pairs.AsParallel().AsOrdered().WithDegreeOfParallelism(threads).WithCancellation(cancellationToken).Select(pair =>
        {
            var (suspect, reference) = (clean[pair.suspect], clean[pair.reference]);
            var drawn = suspect with { Seed = (long)(Draws.For(_recipe.Seed, $"accused {suspect.Name} {reference.Name}").NextBits() >> 2) };
            var called = world.Planted(ZooPlan.Fullest(_recipe, drawn)).Select(p => p.Item.Id).ToHashSet(StringComparer.Ordinal);
            var tests = size.Benchmarks.SelectMany(b => ZooCalibration.Tests(Unit(drawn, b, world, called, answers[suspect.Name], answers[reference.Name], [answers[reference.Name]]))).ToList();
            if (Interlocked.Increment(ref done) is var count && (count % 100 == 0 || count == pairs.Count))
                progress?.Report(new StepProgress($"Accusing clean organisms of size {size.Name}", count, pairs.Count, "trials"));
            return (pair, Is: ContaminationVerdicts.Of(tests).Any(v => v.IsShown && v.Statement != ContaminationStatement.Presence));
        }).Where(p => p.Is).Select(p => (IReadOnlyList<int>)[p.pair.suspect, p.pair.reference]).ToList();
        return new(size.Name, clean.Count, accused);
    }

    /// <summary>What the detectors say of a member, with the next clean one of its size as the reference.</summary>
    private IEnumerable<ZooUnit> Units(ZooMember member, IReadOnlyList<ZooMember> members, Dictionary<string, ZooAnswers> answers, OrganismWorld world)
    {
        var clean = members.Where(m => m.Size == member.Size && m.Plants.Count == 0).ToList();
        var own = members.Where(m => m.Size == member.Size && m.Plants.Count == 0 == (member.Plants.Count == 0)).ToList().IndexOf(member);
        var reference = clean[member.Plants.Count == 0 ? (own + 1) % clean.Count : own % clean.Count];
        var others = clean.Where(c => c != member && c != reference).Select(c => answers[c.Name]).ToList();
        // In a clean member the items that would be planted are called leaked: what it is accused of is false.
        var planted = world.Planted(member.Plants.Count > 0 ? member.Variant : ZooPlan.Fullest(_recipe, member)).Select(p => p.Item.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var benchmark in member.Size.Benchmarks)
            yield return Unit(member, benchmark, world, planted, answers[member.Name], answers[reference.Name], others);
    }

    private static ZooUnit Unit(
        ZooMember member, string benchmark, OrganismWorld world, HashSet<string> planted, ZooAnswers own, ZooAnswers reference, List<ZooAnswers> others)
    {
        var plant = member.Plants.FirstOrDefault(p => p.Benchmark == benchmark);
        var (test, fresh) = (world.Test(benchmark), world.Fresh(benchmark));
        var leaked = Enumerable.Range(0, test.Count).Where(i => planted.Contains(test[i].Id)).ToList();
        var gain = InflationTest.Run(
            [
                .. leaked.Select(i => new InflationItem(test[i].Id, true, Math.Max(1, plant?.Exposures ?? 1), own.Test[benchmark].Correct[i], reference.Test[benchmark].Correct[i], test[i].Subject ?? "")),
                .. fresh.Select((f, i) => new InflationItem(f.Id, false, 0, own.Fresh[benchmark].Correct[i], reference.Fresh[benchmark].Correct[i], f.Subject ?? "")),
            ]);
        var inflation = gain.Overall;
        var memory = MemorisationTest.Run(
            [
                .. leaked.Select(i => new AnswerLikelihood(test[i].Id, true, own.Test[benchmark].Nats[i], reference.Test[benchmark].Nats[i], test[i].Subject ?? "")),
                .. fresh.Select((f, i) => new AnswerLikelihood(f.Id, false, own.Fresh[benchmark].Nats[i], reference.Fresh[benchmark].Nats[i], f.Subject ?? "")),
            ],
            (uint)member.Seed);
        // Held against many clean organisms at once, and against items that the estimate does not see.
        double Lead(List<int> items) => 100 * items.Average(i => (own.Test[benchmark].Correct[i] ? 1.0 : 0) - others.Average(o => o.Test[benchmark].Correct[i] ? 1.0 : 0));
        var found = own.Found.ToHashSet(StringComparer.Ordinal);
        var (foundTest, foundFresh) = (test.Count(i => found.Contains(i.Id)), fresh.Count(i => found.Contains(i.Id)));
        return new ZooUnit
        {
            Member = member.Name,
            Size = member.Size.Name,
            Benchmark = benchmark,
            Way = plant is null ? null : Words(plant.Form),
            Exposures = plant?.Exposures ?? 0,
            Leaked = leaked.Count,
            Fresh = fresh.Count,
            Found = plant is null ? 0 : leaked.Count(i => found.Contains(test[i].Id)),
            FoundWrongly = foundFresh + test.Count(i => found.Contains(i.Id) && (plant is null || !planted.Contains(i.Id))),
            NotPlanted = fresh.Count + test.Count - (plant is null ? 0 : leaked.Count),
            PresenceP = foundTest == 0 ? 1 : Hypergeometric.Upper(foundTest, test.Count + fresh.Count, foundTest + foundFresh, test.Count).Value,
            MemoryNats = Math.Round(memory.Nats, 5),
            MemoryP = memory.P.Value,
            Points = Math.Round(inflation.Points, 4),
            Low = Math.Round(inflation.Interval!.Value.Lower, 4),
            High = Math.Round(inflation.Interval.Value.Upper, 4),
            InflationP = Math.Max(1e-300, inflation.P.Value),
            MatchedPoints = Rounded(gain.Matched?.Points),
            MatchedLow = Rounded(gain.Matched?.Interval?.Lower),
            MatchedHigh = Rounded(gain.Matched?.Interval?.Upper),
            Truth = Math.Round(Lead(leaked) - Lead([.. Enumerable.Range(0, test.Count).Except(leaked)]), 4),
        };
    }

    private static double? Rounded(double? points) => points is { } known ? Math.Round(known, 4) : null;

    private static string Words(LeakForm form) => form switch
    {
        LeakForm.Verbatim => "verbatim",
        LeakForm.QuestionOnly => "question-only",
        LeakForm.QuestionAnswer => "question-answer",
        LeakForm.Paraphrased => "paraphrased",
        LeakForm.ShuffledOrder => "shuffled-order",
        _ => "other-format",
    };
}
