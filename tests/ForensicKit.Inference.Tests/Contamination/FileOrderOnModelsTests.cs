using ForensicKit.Contamination.Membership;
using ForensicKit.Inference.Tests.Organisms;
using ForensicKit.Inference.Torch;
using ForensicKit.TestSupport;
using static TorchSharp.torch;
using FactAttribute = Xunit.FactAttribute;

namespace ForensicKit.Inference.Tests.Contamination;

/// <summary>The test of a file's order on models that are trained here: one read the file in its order, one as often in others.</summary>
[Collection(nameof(OrganismTrainerTests))]
public sealed class FileOrderOnModelsTests : IDisposable
{
    private const int Readings = 40;
    private const long Tokens = 120_000;
    private readonly TemporaryFolder _folder = new();
    private readonly int _threads;

    public FileOrderOnModelsTests()
    {
        TorchRuntime.EnsureLoaded();
        _threads = get_num_threads();
    }

    public void Dispose()
    {
        set_num_threads(_threads);
        _folder.Dispose();
    }

    [Fact]
    public async Task The_model_that_read_the_file_in_its_order_is_told_from_the_one_that_read_it_in_others()
    {
        using var reader = new FileReader(new(512, 48, 128, 2, 4, 256), 40_000, 4);
        var items = reader.Items(64, 1);
        var ordered = await Ask(reader.Read(_folder["ordered"], items, Readings, isShuffled: false, Tokens, 2), items);
        var shuffled = await Ask(reader.Read(_folder["shuffled"], items, Readings, isShuffled: true, Tokens, 2), items);
        TestContext.Current.TestOutputHelper!.WriteLine($"in order {ordered.Effect} nats, p {ordered.P}; shuffled {shuffled.Effect} nats, p {shuffled.P}");
        Assert.True(ordered.P!.Value.Value < 0.01, $"in order: p {ordered.P}, {ordered.Effect} nats");
        Assert.True(ordered.Interval!.Value.Lower > 0);
        Assert.True(shuffled.P!.Value.Value > 0.05, $"shuffled: p {shuffled.P}, {shuffled.Effect} nats");
        Assert.True(shuffled.Effect < ordered.Effect / 4);
    }

    private static async Task<MembershipOutcome> Ask(TorchLanguageModel model, IReadOnlyList<MembershipItem> items)
    {
        using (model)
        {
            var context = new MembershipContext { Model = model, Members = items, Options = new() { Shuffles = 149 } };
            return (await new FileOrderTest().RunAsync(context, null, TestContext.Current.CancellationToken)).Single();
        }
    }
}
