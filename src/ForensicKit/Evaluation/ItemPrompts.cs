using System.Text.Json;
using ForensicKit.Benchmarks;
using ForensicKit.Manifests;
using ForensicKit.Models;
using ForensicKit.Templates;

namespace ForensicKit.Evaluation;

/// <summary>An item as it is put to a model.</summary>
/// <param name="Item">The item.</param>
/// <param name="Prompt">The prompt.</param>
/// <param name="Answers">The answers whose log-likelihoods are asked for, without what stands before them; empty where answers are generated.</param>
public sealed record AskedItem(BenchmarkItem Item, AssembledPrompt Prompt, IReadOnlyList<string> Answers);

/// <summary>Turns items into prompts by a recipe. Items must come in the order they are asked: worked examples are drawn as they come.</summary>
public sealed class ItemPrompts
{
    private readonly PromptRecipe _recipe;
    private readonly Template _question;
    private readonly Template _description;
    private readonly Template? _target;
    private readonly IReadOnlyList<Template>? _answers;
    private readonly IReadOnlyList<BenchmarkItem> _pool;
    private readonly Dictionary<string, BenchmarkItem> _poolById;
    private readonly Func<IReadOnlyList<ChatMessage>, string>? _formatChat;
    private readonly Dictionary<string, FewShotSampler<BenchmarkItem>> _samplers = new(StringComparer.Ordinal);

    /// <param name="recipe">The recipe.</param>
    /// <param name="pool">The pool that its worked examples come from, where it names one.</param>
    /// <param name="formatChat">Puts the model's chat template round a conversation; null leaves that to the model.</param>
    /// <exception cref="KitException">A template is not valid.</exception>
    public ItemPrompts(PromptRecipe recipe, IReadOnlyList<BenchmarkItem> pool, Func<IReadOnlyList<ChatMessage>, string>? formatChat = null)
    {
        _recipe = recipe;
        _question = Template.Parse(recipe.Template);
        _description = Template.Parse(recipe.Description);
        _target = recipe.Target is { } target ? Template.Parse(target) : null;
        _answers = recipe.Answers is { } answers ? [.. answers.Select(Template.Parse)] : null;
        _pool = recipe.Shots is { Pool: null } shots
            ? [.. shots.Written.Select((e, i) => new BenchmarkItem(FormattableString.Invariant($"example/{i}"), i, e.Question, e.Answer))]
            : pool;
        _poolById = _pool.ToDictionary(p => p.Id, StringComparer.Ordinal);
        _formatChat = formatChat;
    }

    /// <summary>The next item's prompt.</summary>
    /// <exception cref="KitException">A template names what the item does not have, or the pool is too small.</exception>
    public AskedItem Next(BenchmarkItem item)
    {
        var variables = Variables(item);
        var shots = Shots(item).Select(Example).ToList();
        return new(item, PromptAssembly.Assemble(_recipe, _description.Render(variables), shots, _question.Render(variables), _formatChat), Answers(item, variables));
    }

    /// <summary>An item by a template alone, without description or worked examples.</summary>
    public static string Render(string template, BenchmarkItem item) => Template.Parse(template).Render(Variables(item));

    private IReadOnlyList<BenchmarkItem> Shots(BenchmarkItem item)
    {
        if (_recipe.Shots is not { } shots)
            return [];
        var key = shots.SameSubject ? item.Subject ?? "" : "";
        if (!_samplers.TryGetValue(key, out var sampler))
        {
            var pool = shots.SameSubject ? [.. _pool.Where(p => p.Subject == item.Subject)] : _pool;
            _samplers[key] = sampler = new(pool, shots.Count, shots.Sampler, shots.Seed);
        }

        return sampler.Next(_poolById.GetValueOrDefault(item.Id));
    }

    private RenderedExample Example(BenchmarkItem item)
    {
        var variables = Variables(item);
        var answer = _target?.Render(variables) ?? (item.GoldChoice is { } gold ? Answers(item, variables)[gold] : item.Gold);
        return new(_question.Render(variables), answer);
    }

    private IReadOnlyList<string> Answers(BenchmarkItem item, Dictionary<string, JsonElement> variables) =>
        _answers is null ? item.Choices : [.. _answers.Select(a => a.Render(variables))];

    private static Dictionary<string, JsonElement> Variables(BenchmarkItem item)
    {
        var variables = item.Fields.ToDictionary(f => f.Key, f => JsonSerializer.SerializeToElement(f.Value), StringComparer.Ordinal);
        variables["question"] = JsonSerializer.SerializeToElement(item.Question);
        variables["choices"] = JsonSerializer.SerializeToElement(item.Choices);
        variables["gold"] = JsonSerializer.SerializeToElement(item.Gold);
        variables["gold_choice"] = JsonSerializer.SerializeToElement(item.GoldChoice);
        variables["subject"] = JsonSerializer.SerializeToElement(item.Subject ?? "");
        variables["topic"] = JsonSerializer.SerializeToElement(item.Subject?.Replace('_', ' ') ?? "");
        return variables;
    }
}
