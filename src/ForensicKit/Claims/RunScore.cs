using ForensicKit.Manifests;

namespace ForensicKit.Claims;

/// <summary>The score of a model that this case asked itself, item by item.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Model">Id of the model in the case.</param>
/// <param name="Benchmark">Name of the benchmark's manifest.</param>
/// <param name="Protocol">The protocol.</param>
/// <param name="Rule">Id of the scoring rule.</param>
/// <param name="Title">The rule's name.</param>
/// <param name="ItemIds">The items, in the order of the split.</param>
/// <param name="Correct">Whether each is right; an item that the rule cannot be applied to counts as wrong.</param>
public sealed record RunScore(
    string RunId, string Model, string Benchmark, RunProtocol Protocol, string Rule, string Title, IReadOnlyList<string> ItemIds, IReadOnlyList<bool> Correct)
{
    /// <summary>Items.</summary>
    public int Items => Correct.Count;

    /// <summary>Right answers.</summary>
    public int Right => Correct.Count(right => right);

    /// <summary>The score in percent.</summary>
    public double Percent => 100.0 * Right / Items;

    /// <summary>Whether this is the protocol's own rule: the first it names.</summary>
    public bool IsOwnRule => Protocol.Rules[0] == Rule;
}
