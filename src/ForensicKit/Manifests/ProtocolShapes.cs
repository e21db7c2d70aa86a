using System.Globalization;

namespace ForensicKit.Manifests;

/// <summary>Protocols that can be run, in benchmark and case manifests: their shape, and the record made of them.</summary>
internal static class ProtocolShapes
{
    private static ValueShape Verbatim { get; } = new("text", "", "Write text; quote it where it is empty or has spaces at its ends.");

    private static ValueShape Temperature { get; } = Shapes.Decimal("a number from 0 to 2", 0, 2, isAbove: false);

    private static ObjectShape Example { get; } = new("a worked example", "worked examples",
    [
        new("question", Verbatim, true, "The question."),
        new("answer", Verbatim, true, "Its worked answer."),
    ]);

    private static ObjectShape Shots { get; } = new("worked examples", "worked examples",
    [
        new("count", Shapes.Count, true, "How many."),
        new("sampler", Shapes.OneOf("first", "random"), true, "The first of the pool, or drawn as Python's random.Random(seed).sample draws them, item after item."),
        new("seed", Shapes.Long, false, "Seed of the draw; 1234 where it is left out, as in lm-evaluation-harness."),
        new("pool", Shapes.Name, false, "Split of one of the benchmark's 'pools'. Leave it out where examples are written down."),
        new("same_subject", Shapes.Truth, false, "Whether only items of the asked item's subject are examples."),
        new("examples", new ListShape(Example, 1), false, "Examples that are written down."),
    ]);

    private static ObjectShape Chat { get; } = new("a conversation", "conversations",
    [
        new("system", Verbatim, false, "The system's message, before the description."),
        new("multiturn", Shapes.Truth, true, "Whether every worked example is a turn of its own."),
    ]);

    private static IReadOnlyList<Field> Recipe { get; } =
    [
        new("kind", Shapes.OneOf("choices", "generation"), false, "What is asked: the log-likelihood of every choice, or generated answers."),
        new("template", Verbatim, false, "The question as it is put: Jinja over question, choices, gold, gold_choice, subject, topic (the subject with spaces for underscores) and the benchmark's further fields."),
        new("description", Verbatim, false, "What stands before everything, once: Jinja."),
        new("target", Verbatim, false, "What a worked example answers: Jinja. The right choice's answer, or the reference answer, where it is left out."),
        new("answers", new ListShape(Verbatim, 2), false, "The answers whose log-likelihoods are asked for, each Jinja, for example letters. The choices themselves where it is left out."),
        new("before_answer", Verbatim, false, "Between question and answer; a space where it is left out."),
        new("between", Verbatim, false, "Behind each worked example; an empty line where it is left out."),
        new("shots", Shots, false, "Worked examples; none where it is left out."),
        new("chat", Chat, false, "Puts the model's own chat template round the prompt. Plain text where it is left out."),
        new("begin_token", Shapes.Truth, false, "Whether the token that begins texts stands before the prompt; it does not where it is left out."),
        new("unconditional", Verbatim, false, "A context without the question after which every answer is scored once more, for rules that subtract it."),
        new("temperature", Temperature, false, "Temperature of sampling; 0, the default, is greedy."),
        new("top_p", Shapes.Decimal("a number above 0, at most 1", 0, 1), false, "Nucleus; 1, the default, is all tokens."),
        new("top_k", Shapes.Count, false, "Only so many of the most probable tokens; all where it is left out."),
        new("samples", Shapes.Count, false, "Samples for each item; 1 where it is left out."),
        new("items", Shapes.Count, false, "How many items, taken evenly from the whole benchmark; all where it is left out."),
        new("max_tokens", Shapes.Count, false, "Most tokens of an answer; 256 where it is left out."),
        new("stop", new ListShape(Verbatim), false, "Texts that end an answer."),
        new("rules", new ListShape(Shapes.Text, 1), false, "Ids of the scoring rules; the first is the protocol's own. A rule with samples to vote over or to pass has their number, as in gsm8k/maj@8-flexible and code/pass@8."),
    ];

    /// <summary>A protocol of a benchmark.</summary>
    public static ObjectShape Task { get; } = new("a task", "tasks",
    [
        new("id", Shapes.Name, true, "Identifier; where a harness has the task, its name there."),
        new("title", Shapes.Text, true, "Name for people."),
        .. Recipe.Select(f => f.Name is "kind" or "template" or "rules" ? f with { IsRequired = true } : f).Where(f => f.Name != "items"),
        new("source", Shapes.Text, true, "Where its choices are laid down."),
    ]);

    /// <summary>A protocol of a case.</summary>
    public static ObjectShape Protocol { get; } = new("a protocol to run", "protocols to run",
    [
        new("id", Shapes.Name, true, "Identifier within the case."),
        new("title", Shapes.Text, true, "Name for people."),
        new("role", Shapes.OneOf("standard", "claimed"), true, "What it is to the case: the benchmark's own, or what the claimant did or is thought to have done."),
        new("models", new ListShape(Shapes.Name, 1), true, "Ids of the models it is asked of."),
        new("benchmarks", new ListShape(Shapes.Name, 1), true, "Names of the benchmarks it is asked on."),
        new("task", Shapes.Name, false, "Id of a task of the first benchmark: what is left out here is as it says there. Without it, kind, template and rules are needed."),
        new("stop_when_refuted", Shapes.Truth, false, "Whether items are asked in random order and asking stops once the claim is refuted, at a level that holds however often one looks. For a standard protocol that asks only models with a claim on the benchmark, and whose own rule runs no programs. A run that stopped supports nothing: comparisons, shares of the gap and whatever else needs all items are left out. Left out: no, every item is asked."),
        .. Recipe,
    ]);

    /// <summary>Makes a protocol of its node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="task">The task it builds on; null for none.</param>
    public static RunProtocol Read(MapNode node, MapNode? task = null)
    {
        // What the protocol says itself wins.
        var merged = task is null ? node : new MapNode(node.At, [.. node.Entries, .. task.Entries.Where(e => node.Entries.All(own => own.Key.Value != e.Key.Value))]);
        return new()
        {
            Id = merged.Text("id"),
            Title = merged.Text("title"),
            Role = merged.OptionalText("role") is { } role ? Enum.Parse<ProtocolRole>(role, ignoreCase: true) : ProtocolRole.Standard,
            Kind = Enum.Parse<ProtocolKind>(merged.Text("kind"), ignoreCase: true),
            Models = merged.Texts("models"),
            Benchmarks = merged.Texts("benchmarks"),
            Prompt = ReadRecipe(merged),
            Temperature = Number(merged, "temperature", 0),
            TopP = Number(merged, "top_p", 1),
            TopK = merged.OptionalCount("top_k") ?? 0,
            Samples = merged.OptionalCount("samples") ?? 1,
            Items = merged.OptionalCount("items"),
            StopsWhenRefuted = merged.IsTrue("stop_when_refuted"),
            MaxTokens = merged.OptionalCount("max_tokens") ?? 256,
            Stop = [.. merged.Scalars("stop").Select(s => s.Value)],
            Rules = merged.Texts("rules"),
        };
    }

    private static PromptRecipe ReadRecipe(MapNode node) => new()
    {
        Template = Text(node, "template")!,
        Description = Text(node, "description") ?? "",
        Target = Text(node, "target"),
        Answers = node["answers"] is null ? null : [.. node.Scalars("answers").Select(a => a.Value)],
        BeforeAnswer = Text(node, "before_answer") ?? " ",
        Between = Text(node, "between") ?? "\n\n",
        Shots = node.Map("shots") is { } shots
            ? new(
                shots.OptionalCount("count")!.Value, Enum.Parse<ShotSampler>(shots.Text("sampler"), ignoreCase: true), shots["seed"] is null ? 1234 : shots.Whole("seed"),
                shots.OptionalText("pool"), shots.IsTrue("same_subject"), [.. shots.Maps("examples").Select(e => new WorkedExample(Text(e, "question")!, Text(e, "answer")!))])
            : null,
        Chat = node.Map("chat") is { } chat ? new(Text(chat, "system"), chat.IsTrue("multiturn")) : null,
        AddsBeginToken = node.IsTrue("begin_token"),
        Unconditional = Text(node, "unconditional"),
    };

    // Line feeds and spaces at the ends of a prompt count.
    private static string? Text(MapNode node, string name) => (node[name] as ScalarNode)?.Value;

    private static double Number(MapNode node, string name, double otherwise) =>
        node.OptionalText(name) is { } text ? double.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) : otherwise;
}
