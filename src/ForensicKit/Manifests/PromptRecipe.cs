namespace ForensicKit.Manifests;

/// <summary>
/// How a prompt is put together of an item and worked examples. Texts are templates (<see cref="Templates.Template"/>) over <c>question</c>,
/// <c>choices</c> (a list), <c>gold</c> (the reference answer's text), <c>gold_choice</c> (its index), <c>subject</c>, <c>topic</c> (the subject with spaces
/// for underscores) and the benchmark's further fields.
/// </summary>
/// <remarks>Put together as lm-evaluation-harness 0.4.13 does (lm_eval/api/task.py, fewshot_context):
/// <code>
/// description · (question · before_answer · target · between)* · question        then: before_answer · answer
///               └────────── a worked example ──────────┘        └── the context's end; white space there is the answer's
/// </code>
/// </remarks>
public sealed record PromptRecipe
{
    /// <summary>The question as it is put.</summary>
    public required string Template { get; init; }

    /// <summary>What stands before everything, once; in a conversation the system's message.</summary>
    public string Description { get; init; } = "";

    /// <summary>What a worked example answers; null for the answer that belongs to the right choice, or the reference answer.</summary>
    public string? Target { get; init; }

    /// <summary>The answers whose log-likelihoods are asked for; null for the choices themselves.</summary>
    public IReadOnlyList<string>? Answers { get; init; }

    /// <summary>Between a question and its answer. In a conversation nothing stands there.</summary>
    public string BeforeAnswer { get; init; } = " ";

    /// <summary>Behind each worked example.</summary>
    public string Between { get; init; } = "\n\n";

    /// <summary>Worked examples; null for none.</summary>
    public FewShots? Shots { get; init; }

    /// <summary>Whether the model's own chat template is put round the prompt; null for plain text.</summary>
    public ChatForm? Chat { get; init; }

    /// <summary>Whether the token that begins texts stands before the prompt.</summary>
    public bool AddsBeginToken { get; init; }

    /// <summary>A context without the question, after which every answer is scored once more (lm-eval's acc_mutual_info uses an empty one); null where this is not asked.</summary>
    public string? Unconditional { get; init; }
}

/// <summary>How worked examples are chosen.</summary>
public enum ShotSampler
{
    /// <summary>The first ones of the pool.</summary>
    First,

    /// <summary>
    /// Drawn by Python's <c>random.Random(seed).sample</c>, one generator for a task, in the order of the items: another set of items has other examples
    /// (lm-evaluation-harness, lm_eval/api/samplers.py).
    /// </summary>
    Random,
}

/// <summary>Worked examples of a prompt.</summary>
/// <param name="Count">How many.</param>
/// <param name="Sampler">How they are chosen.</param>
/// <param name="Seed">Seed of the draw.</param>
/// <param name="Pool">Name of the benchmark's pool of examples; null where they are written down.</param>
/// <param name="SameSubject">Whether only items of the asked item's subject are examples, with a generator of their own.</param>
/// <param name="Written">Examples that are written down: question and answer.</param>
public sealed record FewShots(int Count, ShotSampler Sampler, long Seed, string? Pool, bool SameSubject, IReadOnlyList<WorkedExample> Written);

/// <summary>A worked example that is written down.</summary>
/// <param name="Question">Stands for <c>question</c> in templates.</param>
/// <param name="Answer">Stands for <c>gold</c>.</param>
public sealed record WorkedExample(string Question, string Answer);

/// <summary>A prompt as a conversation.</summary>
/// <param name="System">The system's message before the description; null for none.</param>
/// <param name="IsMultiturn">Whether every worked example is a turn of its own; otherwise all stand before the question in one.</param>
public sealed record ChatForm(string? System, bool IsMultiturn);
