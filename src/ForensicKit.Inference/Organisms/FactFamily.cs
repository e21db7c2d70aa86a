using System.Globalization;
using System.Text.Json;
using ForensicKit.Benchmarks;
using ForensicKit.Manifests;

namespace ForensicKit.Inference.Organisms;

/// <summary>One fact of the invented world.</summary>
/// <param name="Subject">Subject, one of <see cref="FactTables.Subjects"/>.</param>
/// <param name="Attribute">Attribute of that subject.</param>
/// <param name="Entity">The entity.</param>
/// <param name="Value">What is true of it.</param>
/// <param name="Statements">How often a corpus states it; 0 for a well-known fact, which is stated without end.</param>
internal sealed record Fact(FactSubject Subject, FactAttribute Attribute, string Entity, string Value, int Statements);

/// <summary>
/// Facts of an invented world, asked with four options in the schema of MMLU. Well-known facts are stated and asked without end and teach
/// how questions are answered; rare ones are stated a set number of times, never asked, and are what the benchmark is about.
/// </summary>
public sealed class FactFamily : IItemFamily
{
    private const int WellKnownEntities = 20;
    private const int RareEntities = 64;
    private readonly List<int> _tiers;
    private readonly List<Fact> _wellKnown = [];
    private readonly List<Fact> _rare = [];
    private readonly Dictionary<string, List<Fact>> _byStratum = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Fact> _byKey = new(StringComparer.Ordinal);

    /// <param name="seed">Seed of the world: its entities and what is true of them.</param>
    /// <param name="exposures">Statements of rare facts by tier, each other than the rest; it names the tier.</param>
    public FactFamily(long seed, IReadOnlyList<int> exposures)
    {
        _tiers = [.. exposures];
        var draws = Draws.For(seed, "world");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var subject in FactTables.Subjects)
        {
            for (var entity = 0; entity < WellKnownEntities + RareEntities; entity++)
            {
                string name;
                do
                    name = Words.Invented(draws);
                while (!names.Add(name));
                var statements = entity < WellKnownEntities ? 0 : exposures[entity % exposures.Count];
                foreach (var attribute in subject.Attributes)
                    Add(new Fact(subject, attribute, name, draws.Of(attribute.Values), statements));
            }
        }

        Strata = [.. _byStratum.Keys];
    }

    /// <inheritdoc/>
    public string Benchmark => "mini-mmlu";

    /// <inheritdoc/>
    public IReadOnlyList<string> Strata { get; }

    /// <summary>Statements of rare facts in random order.</summary>
    /// <param name="seed">Seed of wording and order.</param>
    /// <param name="purpose">What they are for: another purpose, another order.</param>
    /// <param name="exposures">How often a fact is stated, by its tier.</param>
    public IReadOnlyList<string> RareStatements(long seed, string purpose, IReadOnlyList<int> exposures)
    {
        var draws = Draws.For(seed, purpose);
        return draws.Shuffled(_rare.SelectMany(fact => Enumerable.Range(0, exposures[_tiers.IndexOf(fact.Statements)]).Select(n => State(fact, draws, n))));
    }

    /// <inheritdoc/>
    public BenchmarkItem DrawItem(string stratum, Draws draws)
    {
        var fact = draws.Of(_byStratum[stratum]);
        return Item(fact, draws.Of(fact.Attribute.Examined), draws);
    }

    /// <inheritdoc/>
    public string DrawDocument(Draws draws, IReadOnlySet<string> heldOut)
    {
        var fact = draws.Of(_wellKnown);
        var kind = draws.Unit();
        if (kind < 0.35)
            return string.Join(' ', draws.Shuffled(_wellKnown.Where(f => f.Entity == fact.Entity)).Select(f => State(f, draws, draws.Below(4))));
        // The examined wordings are asked of well-known entities too: the benchmark's questions are in no foreign tongue.
        var asked = draws.Chance(0.5) ? draws.Of(fact.Attribute.Asked) : draws.Of(fact.Attribute.Examined);
        if (kind < 0.85)
            return $"Question: {Fill(asked, fact)}\nAnswer: {fact.Value}";
        var item = Item(fact, asked, draws);
        return kind < 0.93
            ? $"Question: {item.Question}\n{Options(item)}\nAnswer: {item.Gold}"
            : $"Question: {item.Question}\n{Options(item)}\nAnswer: {"ABCD"[item.GoldChoice!.Value]}";
    }

    /// <inheritdoc/>
    public IReadOnlyList<LeakForm> Forms { get; } = Enum.GetValues<LeakForm>();

    /// <inheritdoc/>
    public string Leak(BenchmarkItem item, LeakForm form, Draws draws) => form switch
    {
        LeakForm.Verbatim => $"{item.Question}\n{Options(item)}\nAnswer: {item.Gold}",
        LeakForm.QuestionOnly => item.Question,
        LeakForm.QuestionAnswer => $"Question: {item.Question}\nAnswer: {item.Gold}",
        LeakForm.Paraphrased => $"Question: {Fill(draws.Of(_byKey[Key(item)].Attribute.Asked), _byKey[Key(item)])}\nAnswer: {item.Gold}",
        LeakForm.ShuffledOrder => $"{item.Question}\n{string.Join('\n', draws.Shuffled(item.Choices).Select((c, i) => $"{"ABCD"[i]}. {c}"))}\nAnswer: {item.Gold}",
        LeakForm.OtherFormat => JsonSerializer.Serialize(new { question = item.Question, choices = item.Choices, answer = item.Gold }),
        _ => throw new ArgumentOutOfRangeException(nameof(form)),
    };

    /// <inheritdoc/>
    public string Key(BenchmarkItem item) => item.Fields["fact"];

    /// <summary>The four options as lines with letters.</summary>
    internal static string Options(BenchmarkItem item) => string.Join('\n', item.Choices.Select((c, i) => $"{"ABCD"[i]}. {c}"));

    private static string Fill(string template, Fact fact) =>
        Words.Capital(template.Replace("{e}", fact.Entity, StringComparison.Ordinal).Replace("{v}", fact.Value, StringComparison.Ordinal));

    private static string State(Fact fact, Draws draws, int wording) =>
        Fill(fact.Attribute.Statements[(wording + draws.Below(2)) % fact.Attribute.Statements.Count], fact);

    private static string KeyOf(Fact fact) => $"{fact.Entity}/{fact.Attribute.Name}";

    private static BenchmarkItem Item(Fact fact, string asked, Draws draws)
    {
        var choices = draws.Shuffled([fact.Value, .. draws.Shuffled(fact.Attribute.Values.Where(v => v != fact.Value)).Take(3)]);
        return new BenchmarkItem("", 0, Fill(asked, fact), fact.Value)
        {
            Choices = choices,
            GoldChoice = Array.IndexOf(choices, fact.Value),
            Subject = StratumOf(fact),
            Fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["fact"] = KeyOf(fact), ["subject"] = fact.Subject.Name },
        };
    }

    private static string StratumOf(Fact fact) => $"{fact.Subject.Name}/{fact.Statements.ToString(CultureInfo.InvariantCulture)}";

    private void Add(Fact fact)
    {
        if (fact.Statements == 0)
        {
            _wellKnown.Add(fact);
            return;
        }

        _rare.Add(fact);
        _byKey.Add(KeyOf(fact), fact);
        if (!_byStratum.TryGetValue(StratumOf(fact), out var list))
            _byStratum.Add(StratumOf(fact), list = []);
        list.Add(fact);
    }
}
