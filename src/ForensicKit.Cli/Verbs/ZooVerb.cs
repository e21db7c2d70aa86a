using System.CommandLine;
using System.Globalization;
using ForensicKit.Cases;
using ForensicKit.Contamination.Calibration;
using ForensicKit.Contamination.Verdicts;
using ForensicKit.Inference.Organisms;

namespace ForensicKit.Cli.Verbs;

/// <summary><c>organism zoo</c>: trains many organisms and measures how far verdicts on contamination can be trusted.</summary>
internal static class ZooVerb
{
    public static Command Create()
    {
        var recipe = new Argument<string>("ZOO") { Description = "Name of a recipe below data-manifests/zoos, or the path of a YAML file.", DefaultValueFactory = _ => "default" };
        var output = new Option<DirectoryInfo?>("--out") { Description = "Folder for trunks and measurements, from which a stopped zoo goes on; results.json is written there. Without it the committed results are told." };
        var threads = new Option<int>("--threads") { Description = "Organisms trained at the same time; one for each core where not given. The results do not depend on it.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var device = OrganismVerb.Device();
        threads.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("--threads takes a number of at least 1.");
        });
        return Verb.Create(
            "zoo",
            "Train a zoo of organisms over exposures, ways of planting and sizes, examine each, and tell how often verdicts are right.",
            "forensickit organism zoo default --out zoo",
            [recipe, output, threads, device],
            async context =>
            {
                var kit = KitFolder.Locate();
                var named = context.Arguments.GetValue(recipe)!;
                ZooResults results;
                if (context.Arguments.GetValue(output) is { } folder)
                {
                    var path = kit.Manifests.ZooPath(named);
                    results = await Task.Run(() => new ZooRun(kit.Manifests.Zoo(named), kit.ModelFolder, folder.FullName, context.Arguments.GetValue(device)!).RunAsync(Dossier.Sha256(path), context.Arguments.GetValue(threads), context.Terminal, context.Cancellation), context.Cancellation);
                    results.Write(Path.Combine(folder.FullName, "results.json"));
                }
                else
                {
                    results = kit.ZooResults(named);
                }

                var calibration = new ZooCalibration(results);
                Tell(context.Terminal, calibration);
                context.Terminal.Object(new
                {
                    calibration.Level,
                    calibration.FalseAccusations,
                    FalselyShown = Enum.GetValues<ContaminationStatement>().ToDictionary(s => s.ToString(), calibration.FalselyShown, StringComparer.Ordinal),
                    Coverage = calibration.Coverage(),
                    calibration.MatchedCoverage,
                    Power = Enum.GetValues<ContaminationStatement>().SelectMany(s => calibration.Power(s)),
                    calibration.PowerByGain,
                    SeenFromGain = calibration.SeenFromGain(),
                    SeenFrom = Enum.GetValues<ContaminationStatement>().ToDictionary(s => s.ToString(), s => calibration.SeenFrom(s), StringComparer.Ordinal),
                });
                return ExitCode.Done;
            });
    }

    private static void Tell(Terminal terminal, ZooCalibration calibration)
    {
        terminal.Say($"{"",-58}{"share",9}   [95 %]");
        var accused = calibration.FalseAccusations;
        terminal.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{"clean organisms accused of memorisation or inflation",-58}{100 * accused.Share,6:F2} %   [{100 * accused.Interval.Lower:F2}, {100 * accused.Interval.Upper:F2}]  {accused.Accused} of {accused.Trials} trials of {accused.Organisms} organisms"));
        foreach (var statement in Enum.GetValues<ContaminationStatement>())
            Row(terminal, $"  benchmarks of clean organisms: {Word(statement)} called shown", calibration.FalselyShown(statement));
        Row(terminal, "only questions leaked, inflation called shown", calibration.ShownForQuestions(ContaminationStatement.Inflation));
        Row(terminal, "95 % intervals of inflation that hold the truth", calibration.Coverage());
        Row(terminal, "  in contaminated organisms", calibration.Coverage(ofClean: false));
        Row(terminal, "  in clean ones", calibration.Coverage(ofClean: true));
        if (calibration.MatchedCoverage is { Of: > 0 } matched)
            Row(terminal, string.Create(CultureInfo.InvariantCulture, $"  of the gain over items of the same difficulty ({calibration.MatchedWidth:0.00} as wide)"), matched);
        foreach (var way in calibration.Ways)
            Row(terminal, $"planted items found by the scan: {way}", calibration.Found(way));
        Row(terminal, "items found that were not planted", calibration.FoundWrongly);
        terminal.Say();
        terminal.Say("How often a leak is shown where question and answer stand as they are asked, by exposures of each planted item:");
        foreach (var size in calibration.Sizes)
        {
            terminal.Say($"  {size,-12}{"memorisation",16}{"inflation",16}{"true gain",14}");
            foreach (var (memory, inflation) in calibration.Power(ContaminationStatement.Memorisation, size).Zip(calibration.Power(ContaminationStatement.Inflation, size)))
            {
                terminal.Say(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {memory.Exposures,12}{$"{memory.Shown.Count} of {memory.Shown.Of}",16}{$"{inflation.Shown.Count} of {inflation.Shown.Of}",16}{calibration.MeanTruth(memory.Exposures, size),7:F1} points"));
            }
        }

        terminal.Say();
        terminal.Say("Inflation shown, by the true gain in points that it has at least, however it came about:");
        terminal.Say("  " + string.Join("   ", calibration.PowerByGain.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Points}: {p.Shown.Count} of {p.Shown.Of}"))));
        terminal.Say();
        terminal.Say("Memorisation shown, by way of planting and exposures:");
        foreach (var way in calibration.Ways)
            terminal.Say($"  {way,-20}{string.Join("   ", calibration.Power(ContaminationStatement.Memorisation, way: way).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Exposures}: {p.Shown.Count} of {p.Shown.Of}")))}");
        terminal.Say();
        foreach (var statement in new[] { ContaminationStatement.Memorisation, ContaminationStatement.Inflation })
        {
            terminal.Say(calibration.SeenFrom(statement) is { } from
                ? string.Create(CultureInfo.InvariantCulture, $"{Word(statement)} is seen in at least 90 % of organisms from {from} exposures on.")
                : $"{Word(statement)} is not seen in 90 % of organisms at any number of exposures.");
        }

        if (calibration.SeenFromGain() is { } points)
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"A true gain of {points} points or more is seen in at least 90 % of benchmarks."));
    }

    private static void Row(Terminal terminal, string what, CountedShare share) => terminal.Say(string.Create(
        CultureInfo.InvariantCulture, $"{what,-58}{(share.Of == 0 ? "-" : $"{100 * share.Share:F1} %"),9}   [{100 * share.Interval.Lower:F1}, {100 * share.Interval.Upper:F1}]  {share.Count} of {share.Of}"));

    private static string Word(ContaminationStatement statement) => statement switch
    {
        ContaminationStatement.Presence => "presence",
        ContaminationStatement.Memorisation => "memorisation",
        _ => "inflation",
    };
}
