using System.Globalization;
using ForensicKit.Contamination.Membership;
using ForensicKit.EndpointServer;
using ForensicKit.Statistics;

namespace ForensicKit.Inference.Tests.Endpoints;

/// <summary>The battery on a model behind a server: what it gives is used, what it does not give is refused and nowhere made up.</summary>
public sealed class MembershipTests(WordServer server) : IClassFixture<WordServer>
{
    // Two tokens, so that the first of a text has something before it.
    private const string Before = "<end>\n";

    private static readonly IReadOnlyList<MembershipItem> s_members = Items("members");
    private static readonly IReadOnlyList<MembershipItem> s_others = Items("others");

    [Fact]
    public async Task Scores_of_an_endpoint_are_those_of_its_log_probabilities()
    {
        var outcomes = await AskAsync("plain", ["scores", "completion", "peakedness"]);
        Assert.True(outcomes.TryGetValue("scores/loss", out var loss), outcomes.GetValueOrDefault("scores")?.Refused);
        Assert.Equal(
            s_members.Concat(s_others).Select(i => WordModel.Tokens(Before + i.Text).Skip(2).Average(w => w.LogProb)),
            loss.Compared!.Items.Select(i => i.Score), (a, b) => Math.Abs(a - b) < 1e-9);
        // A function of the words knows neither set.
        Assert.All(outcomes.Values.Where(o => o.P is not null), o => Assert.InRange(o.P!.Value.Value, 0.01, 1));
        Assert.All((string[])["scores/zlib", "scores/min-k", "scores/lowercase", "completion/plain"], test => Assert.Null(outcomes[test].Refused));
        Assert.Contains("whole distribution", outcomes["scores/min-k++"].Refused, StringComparison.Ordinal);
        Assert.Contains("no reference model", outcomes["scores/reference"].Refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_a_server_gives_no_log_probabilities_of_the_prompt_the_scores_refuse_and_writing_goes_on()
    {
        var outcomes = await AskAsync("noecho", ["scores", "completion"]);
        Assert.NotNull(outcomes["scores"].Refused);
        Assert.Null(outcomes["scores"].P);
        Assert.Null(outcomes["completion/plain"].Refused);
    }

    private async Task<Dictionary<string, MembershipOutcome>> AskAsync(string scenario, string[] tests)
    {
        using var model = await WordServer.OpenAsync(server.At(scenario) with { ContextLength = 512, EmptyContext = Before });
        var context = new MembershipContext { Model = model, Members = s_members, NonMembers = s_others, Options = new() { Permutations = 199, BlindPermutations = 39, WrittenItems = 30, Samples = 2, AnswerTokens = 8 } };
        return (await MembershipBattery.AskAsync(context, tests, null, TestContext.Current.CancellationToken)).ToDictionary(o => o.Test, StringComparer.Ordinal);
    }

    private static List<MembershipItem> Items(string set)
    {
        var random = new PythonRandom(set);
        string Some(int words) => string.Join(' ', Enumerable.Range(0, words).Select(_ => string.Create(CultureInfo.InvariantCulture, $"w{random.Below(300)}")));
        return [.. Enumerable.Range(0, 90).Select(i => MembershipItem.Of(string.Create(CultureInfo.InvariantCulture, $"{set}/{i}"), $"Question: {Some(14)}\nAnswer:", "", Some(3)))];
    }
}
