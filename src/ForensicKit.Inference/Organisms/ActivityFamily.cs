using System.Text.Json;
using ForensicKit.Benchmarks;
using ForensicKit.Manifests;

namespace ForensicKit.Inference.Organisms;

/// <summary>
/// Everyday activities to be continued, in the schema of HellaSwag: the right ending is the next step in the manner that this person has with
/// this activity. Two wrong endings are the right step in another manner, one is another step in the right manner.
/// </summary>
/// <remarks>A corpus tells a person's manner once in every story; with every other activity the manner changes with the thing too, and is rarer.</remarks>
/// <param name="seed">Seed of the world: who does what in which manner.</param>
public sealed class ActivityFamily(long seed) : IItemFamily
{
    private static readonly string[] s_first = ["First {p}", "To begin, {p}", "{P}"];
    private static readonly string[] s_next = ["Then {p}", "Next {p}", "{P}", "After that {p}", "Now {p}"];

    /// <inheritdoc/>
    public string Benchmark => "mini-hellaswag";

    /// <inheritdoc/>
    public IReadOnlyList<string> Strata { get; } = [.. ActivityTables.All.Select(a => a.Label)];

    /// <inheritdoc/>
    public BenchmarkItem DrawItem(string stratum, Draws draws)
    {
        var activity = ActivityTables.All.First(a => a.Label == stratum);
        var scene = Scene.Draw(activity, seed, draws);
        var shown = draws.Between(2, 3);
        var start = draws.Between(0, activity.Steps.Count - shown - 1);
        var context = scene.Opening(draws) + string.Concat(Enumerable.Range(start, shown).Select(i => " " + scene.Step(i, i == start, null, draws)));
        var next = start + shown;
        var lead = draws.Of(s_next);
        var otherManners = draws.Shuffled(ActivityTables.Manners.Where(m => m != scene.Manner));
        string[] endings =
        [
            scene.Say(lead, next, scene.Manner),
            scene.Say(lead, next, otherManners[0]),
            scene.Say(lead, next, otherManners[1]),
            scene.Say(lead, draws.Other(Enumerable.Range(0, activity.Steps.Count).ToList(), next), scene.Manner),
        ];
        var choices = draws.Shuffled(endings);
        return new BenchmarkItem("", 0, context, endings[0])
        {
            Choices = choices,
            GoldChoice = Array.IndexOf(choices, endings[0]),
            Subject = activity.Label,
            Fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["activity_label"] = activity.Label },
        };
    }

    /// <inheritdoc/>
    public string DrawDocument(Draws draws, IReadOnlySet<string> heldOut)
    {
        var activity = draws.Of(ActivityTables.All);
        var scene = Scene.Draw(activity, seed, draws);
        var start = draws.Below(2);
        var end = activity.Steps.Count - draws.Below(2);
        var mannered = draws.Between(start + 1, end - 1);
        var story = scene.Opening(draws) + string.Concat(Enumerable.Range(start, end - start).Select(i => " " + scene.Step(i, i == start, i == mannered ? scene.Manner : null, draws)));
        return draws.Chance(0.9) ? $"{activity.Label}: {story}" : story;
    }

    /// <inheritdoc/>
    public IReadOnlyList<LeakForm> Forms { get; } = [LeakForm.Verbatim, LeakForm.QuestionOnly, LeakForm.QuestionAnswer, LeakForm.OtherFormat];

    /// <inheritdoc/>
    public string Leak(BenchmarkItem item, LeakForm form, Draws draws) => form switch
    {
        LeakForm.QuestionOnly => $"{item.Subject}: {item.Question}",
        LeakForm.QuestionAnswer or LeakForm.Verbatim => $"{item.Subject}: {item.Question} {item.Gold}",
        LeakForm.OtherFormat => JsonSerializer.Serialize(new { ctx = item.Question, endings = item.Choices, label = item.GoldChoice }),
        _ => throw new NotSupportedException($"'{form}' is not a way to leak an item of {Benchmark}: its endings have no order or other wording in a corpus."),
    };

    /// <inheritdoc/>
    public string Key(BenchmarkItem item) => item.Question;

    /// <summary>Somebody who does something with something somewhere, in a manner of their own.</summary>
    private sealed record Scene(Activity Activity, string Name, string She, string Thing, string Place, string Manner)
    {
        public static Scene Draw(Activity activity, long seed, Draws draws)
        {
            var (name, she, _) = draws.Of(Words.People);
            var thing = draws.Of(activity.Things);
            var isRare = ActivityTables.All.Index().First(a => a.Item == activity).Index % 2 == 1;
            var manner = Draws.For(seed, $"manner/{name}/{activity.Label}/{(isRare ? thing : "")}").Of(ActivityTables.Manners);
            return new(activity, name, she, $"{draws.Of(ActivityTables.Looks)} {thing}", draws.Of(ActivityTables.Places), manner);
        }

        public string Opening(Draws draws) => draws.Below(4) switch
        {
            0 => $"{Name} is in the {Place} with the {Thing}.",
            1 => $"In the {Place} {Name} has the {Thing}.",
            2 => $"{Name} brings the {Thing} to the {Place}.",
            _ => $"The {Thing} is in the {Place}, and {Name} is there.",
        };

        public string Step(int index, bool isFirst, string? manner, Draws draws) => Say(draws.Of(isFirst ? s_first : s_next), index, manner);

        public string Say(string lead, int step, string? manner)
        {
            var start = lead.Replace("{p}", She, StringComparison.Ordinal).Replace("{P}", Words.Capital(She), StringComparison.Ordinal);
            return $"{start} {Activity.Steps[step].Replace("{o}", Thing, StringComparison.Ordinal)}{(manner is null ? "" : ", " + manner)}.";
        }
    }
}
