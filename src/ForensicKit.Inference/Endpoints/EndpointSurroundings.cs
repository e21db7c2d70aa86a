using ForensicKit.Models;

namespace ForensicKit.Inference.Endpoints;

/// <summary>What an endpoint needs from where it is used: clock, chance and files.</summary>
public sealed record EndpointSurroundings
{
    /// <summary>Clock of every limit, time-out and time stamp.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Uniform numbers in [0, 1) that spread repeated requests: they decide when something is asked, never what.</summary>
    public Func<double> Jitter { get; init; } = Random.Shared.NextDouble;

    /// <summary>Path of the model's tokenizer.json; null where the server splits texts into tokens.</summary>
    public string? TokenizerFile { get; init; }

    /// <summary>
    /// The chat template that the model was trained with, and whether the prompt ends where the next answer begins; null where the server keeps it.
    /// </summary>
    public Func<IReadOnlyList<ChatMessage>, bool, string>? ChatTemplate { get; init; }
}
