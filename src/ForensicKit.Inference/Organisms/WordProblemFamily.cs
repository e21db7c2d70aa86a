using System.Globalization;
using System.Text;
using System.Text.Json;
using ForensicKit.Benchmarks;
using ForensicKit.Manifests;

namespace ForensicKit.Inference.Organisms;

/// <summary>
/// Word problems of two to six steps with worked solutions, in the schema of GSM8K: somebody has things, gains some and loses some. Solutions
/// come in three styles, so that sampled answers differ in their way and can be put to the vote.
/// </summary>
public sealed class WordProblemFamily : IItemFamily
{
    private const int Largest = 99;

    private static readonly string[] s_things =
    [
        "apples", "pears", "plums", "nuts", "shells", "stones", "stamps", "coins", "cards", "marbles", "buttons", "beads", "books", "pens", "pencils", "candles",
        "cups", "plates", "eggs", "rolls", "cookies", "tickets", "stickers", "photos", "keys", "boxes", "flowers", "seeds", "bricks", "boards", "nails", "socks",
    ];

    private static readonly string[] s_starts =
        ["{n} has {x} {t}.", "{n} starts the week with {x} {t}.", "On Monday {n} counts {x} {t}.", "There are {x} {t} on the table of {n}.", "{n} keeps {x} {t} in a drawer.", "At first {n} owns {x} {t}."];

    private static readonly string[] s_gains =
    [
        "{p} buys {x} more.", "{m} gives {r} {x} more.", "{p} finds {x} in the cellar.", "{p} wins {x} in a game.", "{p} gets {x} from {m}.", "{m} brings {x} along.",
        "{p} picks up {x} on the way home.", "In the evening {p} adds {x}.", "A parcel with {x} {t} arrives.", "{p} trades a hat for {x} of them.",
    ];

    private static readonly string[] s_losses =
    [
        "{p} gives {x} to {m}.", "{p} loses {x} on the bus.", "{p} sells {x} of them.", "{m} takes {x} away.", "{x} of them break.", "{p} leaves {x} at school.",
        "{p} drops {x} in the river.", "{p} lends {x} to {m}.", "Then {x} are stolen.", "{p} throws {x} away.",
    ];

    private static readonly string[] s_packs =
        ["{p} buys {k} bags with {x} {t} each.", "{m} brings {k} bags of {x} {t}.", "{p} gets {k} boxes with {x} in each.", "{k} friends give {r} {x} {t} each."];

    private static readonly string[] s_asides =
        ["{m} is {y} years old.", "The way home takes {y} minutes.", "It is {y} degrees outside.", "The bus has the number {y}."];

    private static readonly string[] s_questions =
        ["How many {t} does {n} have now?", "How many {t} are there in the end?", "How many {t} has {n} left?", "With how many {t} does {n} end up?", "What is the number of {t} at the end?"];

    /// <inheritdoc/>
    public string Benchmark => "mini-gsm8k";

    /// <summary>Number of events, 2 to 6, and whether the problem holds a number that does not matter.</summary>
    public IReadOnlyList<string> Strata { get; } = ["2 steps", "3 steps", "4 steps", "5 steps", "6 steps"];

    /// <inheritdoc/>
    public BenchmarkItem DrawItem(string stratum, Draws draws)
    {
        var problem = Problem.Draw(stratum[0] - '0', draws);
        return new BenchmarkItem("", 0, problem.Text, problem.Solution(draws))
        {
            Subject = stratum,
            Fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["answer"] = problem.Answer.ToString(CultureInfo.InvariantCulture) },
        };
    }

    /// <inheritdoc/>
    public string DrawDocument(Draws draws, IReadOnlySet<string> heldOut)
    {
        if (draws.Chance(0.12))
            return Drill(draws);
        while (true)
        {
            var problem = Problem.Draw(draws.Between(2, 6), draws);
            if (!heldOut.Contains(problem.Text))
                return $"Question: {problem.Text}\nAnswer: {problem.Solution(draws)}";
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<LeakForm> Forms { get; } = [LeakForm.Verbatim, LeakForm.QuestionOnly, LeakForm.QuestionAnswer, LeakForm.OtherFormat];

    /// <inheritdoc/>
    public string Leak(BenchmarkItem item, LeakForm form, Draws draws) => form switch
    {
        LeakForm.QuestionOnly => item.Question,
        LeakForm.QuestionAnswer or LeakForm.Verbatim => $"Question: {item.Question}\nAnswer: {item.Gold}",
        LeakForm.OtherFormat => JsonSerializer.Serialize(new { question = item.Question, answer = item.Gold }),
        _ => throw new NotSupportedException($"'{form}' is not a way to leak an item of {Benchmark}."),
    };

    /// <inheritdoc/>
    public string Key(BenchmarkItem item) => item.Question;

    // Plain sums: arithmetic is learned from these too.
    private static string Drill(Draws draws)
    {
        var text = new StringBuilder();
        for (var i = draws.Between(6, 10); i > 0; i--)
            text.Append(Sum(draws)).Append(i == 1 ? "" : " ");
        return text.ToString();
    }

    private static string Sum(Draws draws)
    {
        var kind = draws.Below(5);
        if (kind == 0)
        {
            var (k, m) = (draws.Between(2, 5), draws.Between(2, 9));
            return $"{T(k)}*{T(m)}={T(k * m)}.";
        }

        var larger = draws.Between(2, Largest);
        var smaller = draws.Between(1, larger - 1);
        return kind <= 2 ? $"{T(larger)}-{T(smaller)}={T(larger - smaller)}." : $"{T(smaller)}+{T(larger - smaller)}={T(larger)}.";
    }

    private static string T(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>One event: a gain (of packs where <paramref name="Packs"/> is more than 1) or a loss.</summary>
    private readonly record struct Event(int Amount, int Packs)
    {
        public int Change => Amount * Math.Max(1, Packs);
    }

    private sealed record Problem(int Start, IReadOnlyList<Event> Events, string Text, int Answer)
    {
        public static Problem Draw(int steps, Draws draws)
        {
            var start = draws.Between(5, 50);
            var total = start;
            var events = new List<Event>();
            while (events.Count < steps)
            {
                var isGain = total < 12 || (total < 75 && draws.Chance(0.5));
                if (isGain && total <= 70 && draws.Chance(0.2))
                    events.Add(new(draws.Between(2, 6), draws.Between(2, 4)));
                else if (isGain)
                    events.Add(new(draws.Between(2, Math.Min(25, Largest - total)), 1));
                else
                    events.Add(new(-draws.Between(2, Math.Min(25, total - 1)), 1));
                total += events[^1].Change;
            }

            return new(start, events, Tell(start, events, draws), total);
        }

        /// <summary>A worked solution in one of three styles: running total, gains first, or gains and losses summed apart.</summary>
        public string Solution(Draws draws)
        {
            var text = new StringBuilder();
            foreach (var e in Events.Where(e => e.Packs > 1))
                text.Append($"{T(e.Packs)}*{T(e.Amount)}={T(e.Change)}. ");
            var changes = Events.Select(e => e.Change).ToList();
            switch (draws.Below(3))
            {
                case 0:
                    Run(text, Start, changes);
                    break;
                case 1:
                    Run(text, Start, [.. changes.Where(c => c > 0), .. changes.Where(c => c < 0)]);
                    break;
                default:
                    var (gains, losses) = (changes.Where(c => c > 0).ToList(), changes.Where(c => c < 0).Select(c => -c).ToList());
                    text.Append("gained: ");
                    var gained = gains.Count > 0 ? Run(text, gains[0], gains[1..]) : 0;
                    text.Append(gains.Count > 1 ? "" : $"{T(gained)}. ").Append("lost: ");
                    var lost = losses.Count > 0 ? Run(text, losses[0], losses[1..]) : 0;
                    text.Append(losses.Count > 1 ? "" : $"{T(lost)}. ");
                    Run(text, Start, [.. gained > 0 ? [gained] : Array.Empty<int>(), .. lost > 0 ? [-lost] : Array.Empty<int>()]);
                    break;
            }

            return text.Append($"\n#### {T(Answer)}").ToString().Replace(". \n", ".\n", StringComparison.Ordinal);
        }

        private static int Run(StringBuilder text, int total, IReadOnlyList<int> changes)
        {
            foreach (var change in changes)
            {
                text.Append($"{T(total)}{(change > 0 ? "+" : "-")}{T(Math.Abs(change))}={T(total + change)}. ");
                total += change;
            }

            return total;
        }

        private static string Tell(int start, List<Event> events, Draws draws)
        {
            var (name, she, her) = draws.Of(Words.People);
            var (other, _, _) = draws.Other(Words.People, (name, she, her));
            var things = draws.Of(s_things);
            var aside = draws.Chance(0.25) ? draws.Below(events.Count) : -1;
            var sentences = new List<string> { Fill(draws.Of(s_starts), start, 0) };
            foreach (var (e, i) in events.Select((e, i) => (e, i)))
            {
                if (i == aside)
                    sentences.Add(Fill(draws.Of(s_asides), draws.Between(3, 60), 0));
                sentences.Add(Fill(draws.Of(e.Packs > 1 ? s_packs : e.Amount > 0 ? s_gains : s_losses), Math.Abs(e.Amount), e.Packs));
            }

            sentences.Add(Fill(draws.Of(s_questions), 0, 0));
            return string.Join(' ', sentences);

            string Fill(string template, int x, int packs) => Words.Capital(template
                .Replace("{n}", name, StringComparison.Ordinal).Replace("{p}", she, StringComparison.Ordinal).Replace("{m}", other, StringComparison.Ordinal)
                .Replace("{r}", she == "she" ? "her" : "him", StringComparison.Ordinal).Replace("{t}", things, StringComparison.Ordinal)
                .Replace("{x}", T(x), StringComparison.Ordinal).Replace("{y}", T(x), StringComparison.Ordinal).Replace("{k}", T(packs), StringComparison.Ordinal));
        }
    }
}
