using System.Runtime.InteropServices;
using System.Text;
using ForensicKit.Inference.Tokenizers.Patterns;
using ForensicKit.Inference.Tokenizers.Unicode;

namespace ForensicKit.Inference.Tokenizers.Normalizers;

/// <summary>A normalization form of Unicode: NFC, NFD, NFKC or NFKD.</summary>
internal sealed class FormNormalizer(bool composed, bool compatible) : INormalizer
{
    /// <inheritdoc/>
    public MappedText Apply(MappedText text, StepBudget budget) =>
        composed ? NormalizationForms.Compose(text, compatible) : NormalizationForms.Decompose(text, compatible);
}

/// <summary>Lower case, character by character: a final sigma is a sigma.</summary>
internal sealed class LowercaseNormalizer : INormalizer
{
    /// <inheritdoc/>
    public MappedText Apply(MappedText text, StepBudget budget)
    {
        // The one character whose lower case is two is İ.
        if (!text.Points.AsSpan().Contains(0x130))
            return text.Select(Lower);
        var rewritten = new List<RewrittenPoint>(text.Length + 1);
        foreach (var point in text.Points)
        {
            rewritten.Add(new(point == 0x130 ? 'i' : Lower(point), 0));
            if (point == 0x130)
                rewritten.Add(new(0x307, 1));
        }

        return text.Rewrite(CollectionsMarshal.AsSpan(rewritten));
    }

    private static int Lower(int point) => point switch
    {
        < 'A' => point,
        <= 'Z' => point | 0x20,
        < 0x80 => point,
        0x1e9e => 0xdf,
        _ => Rune.ToLowerInvariant(new Rune(point)).Value,
    };
}

/// <summary>Drops marks; decomposes nothing.</summary>
internal sealed class StripAccentsNormalizer : INormalizer
{
    /// <inheritdoc/>
    public MappedText Apply(MappedText text, StepBudget budget) => text.Where(static point => point < 0x300 || !UnicodeClasses.Mark.Contains(point));
}

/// <summary>Drops control characters and makes white space of others, as sentencepiece's rules for machine translation (nmt) do.</summary>
internal sealed class NmtNormalizer : INormalizer
{
    /// <inheritdoc/>
    public MappedText Apply(MappedText text, StepBudget budget) => text
        .Where(static point => point is not ((>= 1 and <= 8) or 0xb or (>= 0xe and <= 0x1f) or 0x7f or 0x8f or 0x9f))
        .Select(static point => point is 9 or 10 or 12 or 13 or 0x1680 or (>= 0x200b and <= 0x200f) or 0x2028 or 0x2029 or 0x2581 or 0xfeff or 0xfffd ? ' ' : point);
}

/// <summary>Drops white space at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : INormalizer
{
    /// <inheritdoc/>
    public MappedText Apply(MappedText text, StepBudget budget)
    {
        var (start, end) = (0, text.Length);
        while (left && start < end && CodePointClass.Space.Contains(text.Points[start]))
            start++;
        while (right && end > start && CodePointClass.Space.Contains(text.Points[end - 1]))
            end--;
        return text.Slice(start, end);
    }
}

/// <summary>Cleaning of BERT: control characters, white space, Chinese characters set apart, accents, case.</summary>
internal sealed class BertNormalizer(bool cleanText, bool handleChinese, bool stripAccents, bool lowercase) : INormalizer
{
    private static readonly LowercaseNormalizer s_lowercase = new();

    /// <inheritdoc/>
    public MappedText Apply(MappedText text, StepBudget budget)
    {
        if (cleanText)
        {
            text = text
                .Where(static point => point is not (0 or 0xfffd) && !UnicodeClasses.Other.Contains(point))
                .Select(static point => CodePointClass.Space.Contains(point) ? ' ' : point);
        }

        if (handleChinese && Array.Exists(text.Points, IsChinese))
            text = Apart(text);
        if (stripAccents)
            text = NormalizationForms.Decompose(text, compatible: false).Where(static point => point < 0x300 || !UnicodeClasses.NonspacingMark.Contains(point));
        return lowercase ? s_lowercase.Apply(text, budget) : text;
    }

    private static MappedText Apart(MappedText text)
    {
        var rewritten = new List<RewrittenPoint>(text.Length * 2);
        foreach (var point in text.Points)
        {
            if (IsChinese(point))
                rewritten.AddRange(new(' ', 0), new(point, 1), new(' ', 1));
            else
                rewritten.Add(new(point, 0));
        }

        return text.Rewrite(CollectionsMarshal.AsSpan(rewritten));
    }

    private static bool IsChinese(int point) => point is (>= 0x4e00 and <= 0x9fff) or (>= 0x3400 and <= 0x4dbf) or (>= 0x20000 and <= 0x2a6df)
        or (>= 0x2a700 and <= 0x2b73f) or (>= 0x2b740 and <= 0x2b81f) or (>= 0x2b920 and <= 0x2ceaf) or (>= 0xf900 and <= 0xfaff) or (>= 0x2f800 and <= 0x2fa1f);
}
