using System.Text;

namespace ForensicKit.Inference.Tokenizers;

/// <summary>A step that rewrites a text before it is cut up.</summary>
internal interface INormalizer
{
    /// <summary>The rewritten text.</summary>
    MappedText Apply(MappedText text);
}

/// <summary>Canonical composition.</summary>
internal sealed class NfcNormalizer : INormalizer
{
    /// <inheritdoc/>
    public MappedText Apply(MappedText text) => CanonicalComposition.Compose(text);
}

/// <summary>Lower case, character by character: a final sigma is a sigma.</summary>
internal sealed class LowercaseNormalizer : INormalizer
{
    /// <inheritdoc/>
    public MappedText Apply(MappedText text)
    {
        var builder = new MappedTextBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var (start, end) = (text.StartOf(i), text.EndOf(i));
            switch (text.Points[i])
            {
                // The one character whose lower case is two.
                case 0x130:
                    builder.Add('i', start, end);
                    builder.Add(0x307, start, end);
                    break;
                case 0x1e9e:
                    builder.Add(0xdf, start, end);
                    break;
                default:
                    builder.Add(Rune.ToLowerInvariant(new Rune(text.Points[i])).Value, start, end);
                    break;
            }
        }

        return builder.ToText();
    }
}

/// <summary>One step after another.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<INormalizer> steps) : INormalizer
{
    /// <inheritdoc/>
    public MappedText Apply(MappedText text) => steps.Aggregate(text, (current, step) => step.Apply(current));
}
