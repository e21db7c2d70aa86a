using System.CommandLine;
using System.Globalization;
using ForensicKit.Cases;
using ForensicKit.Contamination.Membership;
using ForensicKit.Evidence;
using ForensicKit.Inference;
using ForensicKit.Models;
using ForensicKit.Models.Caching;
using ForensicKit.Notebooks;
using ForensicKit.Statistics;

namespace ForensicKit.Cli.Verbs;

/// <summary><c>membership MODEL</c>: asks a model whether it was trained on a benchmark.</summary>
internal static class MembershipVerb
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Name of a model manifest, a model's folder, or a GGUF file." };
        var members = new Option<string>("--members") { Description = "Benchmark under suspicion: its name, or a file of JSON lines (id and text; or id, question, answer, choices, gold, subject), in its own order.", Required = true };
        var nonMembers = new Option<string?>("--nonmembers") { Description = "Items of the same kind that the model cannot have been trained on: a benchmark's name or a file. Most tests refuse without them." };
        var reference = new Option<string?>("--reference") { Description = "A model that has seen neither: takes out how hard items are." };
        var rewritten = new Option<FileInfo?>("--rewritten") { Description = "Rewritten members (JSON lines of the member's id and text), for the test of n-grams, which needs a reference model too." };
        var perturbed = new Option<FileInfo?>("--perturbed") { Description = "Paraphrases, three or more lines (id and text) for each item, for the quiz; edits of words where not given." };
        var scores = new Option<FileInfo?>("--scores") { Description = "Scores of at least five reference models (JSON lines or CSV of model, set, item, score), for ConStat." };
        var frequencies = new Option<FileInfo?>("--frequencies") { Description = "General text that says how frequent tokens are, for DC-PDD." };
        var tests = new Option<string[]>("--tests") { Description = $"Tests to run, separated by commas; all where not given: {string.Join(", ", MembershipBattery.All.Select(t => t.Name))}.", AllowMultipleArgumentsPerToken = true };
        var limit = new Option<int?>("--limit") { Description = "Only so many items of each set: the first of the members, whose order stays as it is, and evenly chosen non-members." };
        var seed = new Option<long>("--seed") { Description = "Every draw comes from it.", DefaultValueFactory = _ => 1 };
        var shuffles = new Option<int>("--shuffles") { Description = "Shuffled orders of the file that the model reads.", DefaultValueFactory = _ => new MembershipOptions().Shuffles };
        var output = new Option<DirectoryInfo?>("--out") { Description = "Folder for membership.json." };
        var device = new Option<string>("--device") { Description = "Where models run: auto (CUDA where it is there), cpu or cuda.", DefaultValueFactory = _ => "auto" };
        var noCache = new Option<bool>("--no-cache") { Description = "Ask everything anew; otherwise what a model of the kit answered before is not asked again." };
        device.AcceptOnlyFromAmong("auto", "cpu", "cuda");
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1)
                result.AddError("--limit takes a number of at least 1.");
        });
        shuffles.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("--shuffles takes a number of at least 1.");
        });
        return Verb.Create(
            "membership",
            "Ask a model whether it was trained on a benchmark, by ten kinds of test that refuse where they cannot tell. Memorisation is not inflation.",
            "forensickit membership opus-mini --members mini-mmlu --nonmembers mini-mmlu-fresh --reference llama-mini",
            [model, members, nonMembers, reference, rewritten, perturbed, scores, frequencies, tests, limit, seed, shuffles, output, device, noCache],
            async context =>
            {
                var a = context.Arguments;
                string[] names = [.. (a.GetValue(tests) ?? []).SelectMany(t => t.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
                _ = MembershipBattery.Named(names);
                var kit = KitFolder.Locate();
                var most = a.GetValue(limit) ?? int.MaxValue;
                var (items, title, split) = MembershipFiles.Items(kit, a.GetValue(members)!, context.Cancellation);
                var others = a.GetValue(nonMembers) is { } named ? MembershipFiles.Items(kit, named, context.Cancellation).Items : [];
                var rewrittenTexts = a.GetValue(rewritten) is { } r ? MembershipFiles.Wordings(r.FullName, context.Cancellation) : null;
                var perturbedTexts = a.GetValue(perturbed) is { } p ? MembershipFiles.Wordings(p.FullName, context.Cancellation) : null;
                var referenceScores = a.GetValue(scores) is { } s ? MembershipFiles.Scores(s.FullName, context.Cancellation) : null;
                var frequencyText = a.GetValue(frequencies) is { } f ? MembershipFiles.Text(f.FullName) : null;
                var answers = a.GetValue(noCache) ? null : ResponseCache.From(Environment.GetEnvironmentVariable);
                using var suspect = Asked.Load(kit, a.GetValue(model)!, a.GetValue(device)!, answers, context.Cancellation);
                using var clean = a.GetValue(reference) is { } other ? Asked.Load(kit, other, a.GetValue(device)!, answers, context.Cancellation) : null;
                var empty = new MembershipContext { Model = suspect.Model, Members = items };
                return await RunAsync(
                    context,
                    new MembershipContext
                    {
                        Model = suspect.Model,
                        Members = [.. items.Take(most)],
                        NonMembers = Sampled.Evenly(others, most),
                        Reference = clean?.Model,
                        Dataset = title,
                        Split = split,
                        Rewritten = rewrittenTexts ?? empty.Rewritten,
                        Perturbed = perturbedTexts ?? empty.Perturbed,
                        Scores = referenceScores,
                        FrequencyText = frequencyText,
                        Seed = a.GetValue(seed),
                        Options = new() { Shuffles = a.GetValue(shuffles) },
                    },
                    names.Length > 0 ? names : null, a.GetValue(output)?.FullName);
            });
    }

    private static async Task<ExitCode> RunAsync(VerbContext context, MembershipContext asked, string[]? names, string? folder)
    {
        MembershipReport report;
        try
        {
            report = await MembershipBattery.RunAsync(asked, names, context.Terminal, context.Cancellation);
        }
        catch (OperationCanceledException) when (context.Cancellation.IsCancellationRequested)
        {
            context.Terminal.Error("Interrupted. Nothing was written. The same command does not ask again what a model of the kit has answered.", ExitCode.Interrupted);
            return ExitCode.Interrupted;
        }

        if (folder is not null)
            report.Write(folder);
        Tell(context.Terminal, report);
        if (folder is not null)
            context.Terminal.Say($"\nmembership.json is in {Path.GetRelativePath(Directory.GetCurrentDirectory(), folder)}.");
        context.Terminal.Object(report);
        return ExitCode.Done;
    }

    // A model that is asked, with what it answered before.
    private sealed class Asked(ILanguageModel loaded, ILanguageModel? keeping) : IDisposable
    {
        public ILanguageModel Model => keeping ?? loaded;

        public static Asked Load(KitFolder kit, string name, string device, ResponseCache? answers, CancellationToken cancellationToken)
        {
            var options = new LoadOptions(device);
            if (Directory.Exists(name) || File.Exists(name))
                return new(TorchLanguageModel.Load(name, options, cancellationToken), null);
            var manifest = kit.Manifests.Model(name);
            var store = ArtifactStore.For(manifest.FilePath, Environment.GetEnvironmentVariable(ArtifactStore.DataVariable), more: Path.Combine(kit.Root, "data-manifests", "cases"));
            var loaded = new LocalEngines(options).LoadModel(manifest, store.Resolve(manifest.Artifacts, cancellationToken));
            return new(loaded, answers?.Keeping(loaded, manifest.Artifacts));
        }

        public void Dispose()
        {
            keeping?.Dispose();
            loaded.Dispose();
        }
    }

    private static void Tell(Terminal terminal, MembershipReport report)
    {
        terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{report.Model.Name}{(report.Reference is { } r ? $" against {r.Name}" : "")}: {report.Members:N0} items of {report.Dataset}, {report.NonMembers:N0} that cannot have been trained on; seed {report.Seed}"));
        if (report.Blind is { } blind)
            terminal.Say(blind.Objection is { } objection ? "Without any model: " + objection : string.Create(CultureInfo.InvariantCulture, $"Without any model the two sets cannot be told apart: AUC {blind.Area:0.000} [{blind.Interval.Lower:0.000}, {blind.Interval.Upper:0.000}] by words ({blind.ExpectedArea:0.000} with exchanged labels; p {blind.P:0.###}), {blind.LengthArea:0.000} by length (p {blind.LengthP:0.###})."));
        terminal.Say();
        terminal.Say($"{"test",-20}{"p",10}{"p (BH)",10}  effect [95 %]");
        foreach (var o in report.Outcomes)
            terminal.Say(o.Refused is { } reason ? $"{o.Test,-20}   REFUSED: {reason}" : $"{o.Test,-20}{Print(o.P),10}{Print(o.Adjusted),10}  {Effect(o)}");
        var told = report.Outcomes.Where(o => o.Refused is null).DistinctBy(o => o.Test.Split('/')[0], StringComparer.Ordinal).ToList();
        if (told.Count > 0)
        {
            terminal.Say();
            terminal.Say("What each p-value is about (null), and what the test cannot see:");
            foreach (var o in told)
                terminal.Say($"  {o.Test.Split('/')[0]}: {o.Null}\n    Cannot see: {o.CannotSee}");
        }

        foreach (var note in report.Outcomes.SelectMany(o => o.Notes.Select(n => $"  {o.Test}: {n}")))
            terminal.Say(note);
        terminal.Say();
        var small = report.Outcomes.Count(o => o.Adjusted is { Value: < 0.05 });
        terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{small} of {report.Outcomes.Count(o => o.P is not null)} p-values are below 0.05 after adjustment ({report.Adjustment}); {report.Outcomes.Count(o => o.Refused is not null)} tests refused."));
        terminal.Say(report.Note);
    }

    private static string Print(KeptProbability? p) => p is null ? "" : Probability.FromLog(p.Log10 * Math.Log(10)).ToString();

    private static string Effect(KeptOutcome o)
    {
        var interval = o.Interval is { } i ? string.Create(CultureInfo.InvariantCulture, $" [{i.Lower:0.###}, {i.Upper:0.###}]") : "";
        var rate = o.Numbers.TryGetValue("true_positive_rate_at_1_percent", out var found) ? string.Create(CultureInfo.InvariantCulture, $"; {found:0.0%} found at 1% false alarms") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{o.Effect:0.###}{interval}  {o.EffectName}{rate}");
    }
}
