using ForensicKit.Models;
using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Membership;

/// <summary>How much a battery asks and draws.</summary>
public sealed record MembershipOptions
{
    /// <summary>Permutations of labels in a comparison: the smallest p-value is 1 over this plus 1.</summary>
    public int Permutations { get; init; } = 9999;

    /// <summary>Shuffled orders of the file; each costs a reading of all items.</summary>
    public int Shuffles { get; init; } = 99;

    /// <summary>Permutations of the control without a model, each of which trains it again.</summary>
    public int BlindPermutations { get; init; } = 199;

    /// <summary>Most items of each set that a test asks the model to write about.</summary>
    public int WrittenItems { get; init; } = 100;

    /// <summary>Sampled answers per item.</summary>
    public int Samples { get; init; } = 10;

    /// <summary>Tokens of an answer.</summary>
    public int AnswerTokens { get; init; } = 60;

    /// <summary>Replicates of bootstraps.</summary>
    public int Replicates { get; init; } = 1000;
}

/// <summary>What a battery has at hand. What is absent is refused by the tests that need it.</summary>
public sealed class MembershipContext
{
    private readonly Lock _lock = new();
    private BlindControl? _blind;

    /// <summary>The model under suspicion.</summary>
    public required ILanguageModel Model { get; init; }

    /// <summary>Items it may have been trained on, in the order of their file.</summary>
    public required IReadOnlyList<MembershipItem> Members { get; init; }

    /// <summary>Items of the same kind that it cannot have been trained on; empty where there are none.</summary>
    public IReadOnlyList<MembershipItem> NonMembers { get; init; } = [];

    /// <summary>A model that has seen neither; null where there is none.</summary>
    public ILanguageModel? Reference { get; init; }

    /// <summary>Name of the suspected benchmark, as its readers know it.</summary>
    public string Dataset { get; init; } = "the benchmark";

    /// <summary>Its split.</summary>
    public string Split { get; init; } = "test";

    /// <summary>Rewritten texts of members, by the item's id; empty where there are none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Rewritten { get; init; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>At least three paraphrases of an item's question, by the item's id; edits of words are made where there are none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Perturbed { get; init; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>Text that says how frequent tokens are in general; null where there is none.</summary>
    public string? FrequencyText { get; init; }

    /// <summary>Scores of reference models; null where there are none.</summary>
    public ReferenceScores? Scores { get; init; }

    /// <summary>Every draw comes from it and from the name of the test that draws.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>How much is asked.</summary>
    public MembershipOptions Options { get; init; } = new();

    /// <summary>Draws of one purpose, which no other purpose disturbs.</summary>
    internal PythonRandom Random(string purpose) => Random(Seed, purpose);

    /// <summary>The same of a seed that was kept.</summary>
    internal static PythonRandom Random(long seed, string purpose) => new(FormattableString.Invariant($"{seed}/{purpose}"));

    /// <summary>The control without a model, made once; null where there are no non-members.</summary>
    public BlindControl? Blind(CancellationToken cancellationToken)
    {
        if (NonMembers.Count == 0)
            return null;
        lock (_lock)
            return _blind ??= BlindControl.Run(Members, NonMembers, Random("blind"), Options.BlindPermutations, cancellationToken);
    }

    /// <summary>Holds a comparison of the two sets back where it would say nothing about the model.</summary>
    /// <exception cref="KitException">There are no non-members, too few items, or sets that can be told apart without a model.</exception>
    internal void RequireComparableSets(CancellationToken cancellationToken)
    {
        if (Blind(cancellationToken) is not { } blind)
            throw new KitException("There are no non-members to compare with.");
        if (blind.Objection is { } objection)
            throw new KitException(objection);
    }
}
