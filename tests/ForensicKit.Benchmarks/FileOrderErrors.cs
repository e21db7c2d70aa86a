using System.Globalization;
using ForensicKit.Contamination.Membership;
using ForensicKit.Inference.Organisms;
using ForensicKit.Inference.Tests.Organisms;

namespace ForensicKit.Benchmarks;

/// <summary>What the test of a file's order says of models that read the file in its order, and of others that read it as often in other orders.</summary>
internal static class FileOrderErrors
{
    private const int Items = 96;
    private const int ShuffledModels = 40;
    private const int OrderedModels = 10;
    private const long Tokens = 120_000;

    /// <summary>Trains the models one after the other, each of a file order, a background and a draw of its own, and prints shares of p-values.</summary>
    /// <param name="onlyOrders">Instead one model that never read any of the many orders in which the same items are put to it.</param>
    public static async Task RunAsync(bool onlyOrders)
    {
        var folder = Directory.CreateTempSubdirectory("file-order");
        try
        {
            using var reader = new FileReader(new(512, 48, 128, 2, 4, 256), 300_000, 4);
            if (onlyOrders)
            {
                await ManyOrders(reader, folder.FullName);
                return;
            }

            await Tell(reader, folder.FullName, "in other orders every time, 16 readings", 16, isShuffled: true, ShuffledModels);
            foreach (var readings in (int[])[1, 2, 4, 8, 16])
                await Tell(reader, folder.FullName, $"in its order, {readings} readings", readings, isShuffled: false, OrderedModels);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task ManyOrders(FileReader reader, string folder)
    {
        const int orders = 400;
        var items = reader.Items(Items, 1000);
        using var model = reader.Read(folder, items, 16, isShuffled: true, Tokens, 2000);
        var p = new List<double>();
        for (var seed = 0; seed < orders; seed++)
        {
            try
            {
                MembershipItem[] file = [.. Draws.For(seed, "many orders").Shuffled(items).Take(Items / 2)];
                p.Add((await new FileOrderTest().RunAsync(new() { Model = model, Members = file, Seed = seed, Options = new() { Shuffles = 19 } }, null, default)).Single().P!.Value.Value);
            }
            catch (KitException)
            {
                // The order is not exchangeable: refused.
            }
        }

        Console.WriteLine($"| one model, {orders} orders of {Items / 2} items | {orders - p.Count} | {ErrorTable.Share(p, 0.05)} | {ErrorTable.Share(p, 0.25)} | {ErrorTable.Share(p, 0.5)} at 0.05, 0.25 and 0.5 |");
    }

    private static async Task Tell(FileReader reader, string folder, string kind, int readings, bool isShuffled, int models)
    {
        var (p, nats, refused) = (new List<double>(), new List<double>(), 0);
        for (var seed = 0; seed < models; seed++)
        {
            var items = reader.Items(Items, 1000 + seed);
            using var model = reader.Read(folder, items, readings, isShuffled, Tokens, 2000 + seed);
            try
            {
                var outcome = (await new FileOrderTest().RunAsync(new() { Model = model, Members = items, Seed = seed }, null, default)).Single();
                p.Add(outcome.P!.Value.Value);
                nats.Add(outcome.Effect!.Value);
            }
            catch (KitException)
            {
                refused++;
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {kind} | {refused} | {ErrorTable.Share(p, 0.05)} | {ErrorTable.Share(p, 0.01)} | {nats.Average():F2} | {string.Join(' ', p.Order().Select(x => x.ToString("0.00", CultureInfo.InvariantCulture)))} |"));
    }
}
