namespace ForensicKit.Evidence;

/// <summary>
/// One request to a model and all that came back, stored before it is scored. Generate once, re-score many.
/// </summary>
/// <remarks>
/// A generated answer is one response per sample (<see cref="ChoiceIndex"/> is null). A multiple-choice item scored by log-likelihood is
/// one response per choice. What a recording does not hold stays null: nothing is made up to fill it.
/// </remarks>
public sealed record Response
{
    /// <summary>The run this response belongs to.</summary>
    public required string RunId { get; init; }

    /// <summary>Identifier of the benchmark item, unique within the benchmark, for example <c>gsm8k/test/17</c>.</summary>
    public required string ItemId { get; init; }

    /// <summary>0-based position of the item in the benchmark's split.</summary>
    public required int ItemIndex { get; init; }

    /// <summary>0-based index of the scored choice; null for a generated answer.</summary>
    public int? ChoiceIndex { get; init; }

    /// <summary>The sample index of a choice that was scored without the question before it.</summary>
    public const int Unconditional = 1;

    /// <summary>0-based index of the sample of this item; 0 where there is one. Of a scored choice <see cref="Unconditional"/> where the context was not the question.</summary>
    public int SampleIndex { get; init; }

    /// <summary>The rendered prompt, where it is known.</summary>
    public string? Prompt { get; init; }

    /// <summary>The generated text, or the scored continuation where it is known.</summary>
    public string? Text { get; init; }

    /// <summary>Σ log p of the continuation's tokens, in nats.</summary>
    public double? LogLikelihood { get; init; }

    /// <summary>Mean log p per token, in nats; recordings may hold only this.</summary>
    public double? LogLikelihoodPerToken { get; init; }

    /// <summary>Σ log p divided by the UTF-8 bytes of the continuation, in nats per byte.</summary>
    public double? LogLikelihoodPerByte { get; init; }

    /// <summary>Token ids of the continuation or generation.</summary>
    public IReadOnlyList<int>? TokenIds { get; init; }

    /// <summary>Log p of each token, in nats; same length as <see cref="TokenIds"/>.</summary>
    public IReadOnlyList<double>? TokenLogProbs { get; init; }

    /// <summary>The answer as the recording's own author extracted it; evidence about their scoring, never a score of ours.</summary>
    public string? RecordedAnswer { get; init; }

    /// <summary>Whether the recording's author counted it correct.</summary>
    public bool? RecordedCorrect { get; init; }

    /// <summary>Why generation ended (<c>stop</c>, <c>length</c>, …), where it is known.</summary>
    public string? FinishReason { get; init; }

    /// <summary>
    /// Least distance of any of its tokens from its nearest rival in logits, in nats: a near-tie that another machine may decide otherwise. Null where
    /// the model does not say.
    /// </summary>
    public double? LeastMargin { get; init; }

    /// <summary>Whether each token of a scored continuation is the most probable one at its place; null for a generated answer and where it is not known.</summary>
    public bool? IsGreedy { get; init; }

    /// <summary>Whether it was computed earlier and kept, all that decides it being the same; null for recordings.</summary>
    public bool? FromCache { get; init; }
}
