using System.CommandLine;
using ForensicKit.Cases;
using ForensicKit.Inference.Organisms;

namespace ForensicKit.Cli.Verbs;

/// <summary><c>organism</c>: small models trained with known contamination.</summary>
internal static class OrganismVerb
{
    public static Command Create()
    {
        var organism = new Command("organism", "Small models trained with known, planted contamination: ground truth for every detector.");
        organism.Subcommands.Add(Train());
        organism.Subcommands.Add(Publish());
        organism.Subcommands.Add(ZooVerb.Create());
        return organism;
    }

    private static Command Train()
    {
        var recipe = Recipe();
        var output = Output("Folder for the trained models and the state of the training.");
        var seed = new Option<long?>("--seed") { Description = "Another training seed than the recipe's." };
        var device = Device();
        return Verb.Create(
            "train",
            "Train the models of a recipe. Killed at any point, the same command goes on where it was.",
            "forensickit organism train opus-mini --out trained",
            [recipe, output, seed, device],
            async context =>
            {
                var made = Read(context.Arguments.GetValue(recipe)!);
                if (context.Arguments.GetValue(seed) is { } other)
                    made = made with { TrainingSeed = other };
                var folder = context.Arguments.GetValue(output)!.FullName;
                await Task.Run(() => new OrganismTrainer(new OrganismWorld(made), folder, context.Arguments.GetValue(device)!).Train(context.Terminal, context.Cancellation), context.Cancellation);
                foreach (var variant in made.Variants)
                    context.Terminal.Say($"{Path.Combine(folder, variant.Name)}  {Dossier.Sha256(Path.Combine(folder, variant.Name, "model.safetensors"))}");
                context.Terminal.Object(new { models = made.Variants.Select(v => new { v.Name, sha256 = Dossier.Sha256(Path.Combine(folder, v.Name, "model.safetensors")) }) });
                return ExitCode.Done;
            });
    }

    private static Command Publish()
    {
        var recipe = Recipe();
        var models = new Option<DirectoryInfo>("--models") { Description = "Folder with the trained models.", Required = true };
        var caseName = new Option<string>("--case") { Description = "Name of the case whose folder takes the files; the recipe's name where not given." };
        return Verb.Create(
            "publish",
            "Write benchmarks with fresh twins, models, training snippets, what was planted, and the manifests of all of them into data-manifests.",
            "forensickit organism publish opus-mini --models trained",
            [recipe, models, caseName],
            context =>
            {
                var kit = KitFolder.Locate();
                var made = Read(context.Arguments.GetValue(recipe)!);
                var target = context.Arguments.GetValue(caseName) ?? made.Name;
                var manifests = Path.Combine(kit.Root, "data-manifests");
                new OrganismPublisher(new OrganismWorld(made)).Write(context.Arguments.GetValue(models)!.FullName, manifests, target);
                context.Terminal.Say($"Written to {Path.Combine(manifests, "cases", target)}; say in its case.yaml what is claimed.");
                context.Terminal.Object(new { folder = Path.Combine(manifests, "cases", target) });
                return Task.FromResult(ExitCode.Done);
            });
    }

    internal static Option<string> Device()
    {
        var device = new Option<string>("--device") { Description = "Where models are trained: cpu, or cuda for larger recipes. Only cpu gives the same weights each time, to the last bit.", DefaultValueFactory = _ => "cpu" };
        device.AcceptOnlyFromAmong("cpu", "cuda");
        return device;
    }

    private static Argument<string> Recipe() => new("RECIPE") { Description = "Name of a recipe below data-manifests/organisms, or the path of a YAML file." };

    private static Option<DirectoryInfo> Output(string description) => new("--out") { Description = description, Required = true };

    private static Manifests.OrganismRecipe Read(string recipe) => KitFolder.Locate().Manifests.Organism(recipe);
}
