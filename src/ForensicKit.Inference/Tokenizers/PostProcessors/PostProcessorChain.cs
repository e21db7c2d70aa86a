using System.Runtime.InteropServices;

namespace ForensicKit.Inference.Tokenizers.PostProcessors;

/// <summary>Steps after a text is tokens, one after another.</summary>
internal sealed class PostProcessorChain(IReadOnlyList<IPostProcessor> steps)
{
    /// <summary>Ids that come before a text in the end.</summary>
    public IReadOnlyList<int> IdsBefore { get; } = [.. steps.Reverse().SelectMany(s => s.Before).Select(t => t.Id)];

    /// <summary>Ids that come after a text in the end.</summary>
    public IReadOnlyList<int> IdsAfter { get; } = [.. steps.SelectMany(s => s.After).Select(t => t.Id)];

    /// <summary>Applies the steps.</summary>
    /// <param name="tokens">Tokens of the whole text.</param>
    /// <param name="addSpecial">Whether special tokens are wanted around it.</param>
    public void Apply(List<PlacedToken> tokens, bool addSpecial)
    {
        foreach (var step in steps)
        {
            step.Move(CollectionsMarshal.AsSpan(tokens));
            if (!addSpecial)
                continue;
            tokens.InsertRange(0, step.Before);
            tokens.AddRange(step.After);
        }
    }
}
