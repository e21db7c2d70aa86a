using ForensicKit.Evidence;

namespace ForensicKit.Claims;

/// <summary>What the contamination step stored.</summary>
/// <param name="Scan">The scan.</param>
/// <param name="Settings">How it looked.</param>
/// <param name="Benchmarks">The benchmarks, in the order of the case.</param>
/// <param name="Suspect">The model under scrutiny, for people.</param>
/// <param name="Reference">The model that was not trained on the text, for people.</param>
public sealed record ContaminationEvidence(
    ScanRow Scan, Contamination.ScanSettings Settings, IReadOnlyList<BenchmarkPresence> Benchmarks, string Suspect, string Reference);

/// <summary>One benchmark: which items are there, and how both models answer leaked and fresh ones.</summary>
/// <param name="Name">Name of the benchmark's manifest.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="ClaimId">The claim about it; null for none.</param>
/// <param name="Presence">What the scan says of each item, fresh twins among them.</param>
/// <param name="Items">Leaked and fresh items with both models' answers; items of which only the question or only an answer is there are neither.</param>
/// <param name="TestItems">Items of the whole published benchmark.</param>
/// <param name="Examples">Places to show; none where nothing is present.</param>
/// <param name="Likelihoods">Log-likelihoods of the right answers of leaked and fresh items under both models; empty where the protocol does not score answers.</param>
/// <param name="Places">Where its own items stand, as shares of the documents that were scanned, 0 to 1, in the order of the text.</param>
public sealed record BenchmarkPresence(
    string Name, string Title, string? ClaimId, IReadOnlyList<Contamination.ItemPresence> Presence, IReadOnlyList<Contamination.InflationItem> Items, int TestItems, IReadOnlyList<SideBySide> Examples,
    IReadOnlyList<Contamination.Verdicts.AnswerLikelihood> Likelihoods, IReadOnlyList<double> Places);
