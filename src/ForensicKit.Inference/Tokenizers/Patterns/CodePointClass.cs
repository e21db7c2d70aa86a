using System.Globalization;

namespace ForensicKit.Inference.Tokenizers.Patterns;

/// <summary>A set of Unicode code points: ranges, general categories and other sets, possibly all but these, possibly whatever the case.</summary>
internal sealed class CodePointClass
{
    // In the order of System.Globalization.UnicodeCategory.
    private static readonly string[] s_categories =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
        "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private readonly (int First, int Last)[] _ranges;
    private readonly uint _categories;
    private readonly CodePointClass[] _others;
    private readonly CodePointClass? _within;
    private readonly bool _negated;
    private readonly bool _ignoreCase;
    private readonly ulong _low;
    private readonly ulong _high;

    // 256 code points each, made when first asked for; two threads make the same.
    private readonly ulong[]?[] _pages = new ulong[]?[0x110000 >> 8];

    /// <param name="ranges">Ranges in the set.</param>
    /// <param name="categories">General categories in the set: bits of <see cref="Mask"/>.</param>
    /// <param name="others">Sets in the set.</param>
    /// <param name="negated">Whether the set is all but these.</param>
    /// <param name="ignoreCase">Whether the set has all cases of what is in it.</param>
    /// <param name="within">A set that all must be in as well, before <paramref name="negated"/> counts.</param>
    public CodePointClass((int First, int Last)[] ranges, uint categories, CodePointClass[] others, bool negated, bool ignoreCase, CodePointClass? within = null)
    {
        (_ranges, _categories, _others, _negated, _ignoreCase, _within) = (ranges, categories, others, negated, ignoreCase, within);
        for (var c = 0; c < 64; c++)
        {
            _low |= Compute(c) ? 1UL << c : 0;
            _high |= Compute(c + 64) ? 1UL << c : 0;
        }
    }

    /// <summary>White_Space of Unicode: 25 code points.</summary>
    public static CodePointClass Space { get; } = new([(9, 13), (0x85, 0x85)], Mask("Z"), [], negated: false, ignoreCase: false);

    /// <summary>Decimal digits.</summary>
    public static CodePointClass Digit { get; } = new([], Mask("Nd"), [], negated: false, ignoreCase: false);

    /// <summary>Word characters as Oniguruma has them: no joiners, but the superscripts and fractions of Latin-1.</summary>
    public static CodePointClass Word { get; } = new(
        [(0xb2, 0xb3), (0xb9, 0xb9), (0xbc, 0xbe), (0x24b6, 0x24e9), (0x1f130, 0x1f149), (0x1f150, 0x1f169), (0x1f170, 0x1f189)],
        Mask("L") | Mask("M") | Mask("Nd") | Mask("Nl") | Mask("Pc"),
        [],
        negated: false,
        ignoreCase: false);

    /// <summary>Everything with a number's category, letters and fractions among them (Rust's <c>char::is_numeric</c>).</summary>
    public static CodePointClass Numeric { get; } = new([], Mask("N"), [], negated: false, ignoreCase: false);

    /// <summary>One code point.</summary>
    public static CodePointClass Of(int codePoint, bool ignoreCase = false) => new([(codePoint, codePoint)], 0, [], negated: false, ignoreCase);

    /// <summary>Bits of a general category (<c>Lu</c>) or of all that begin with a letter (<c>L</c>); 0 for an unknown one.</summary>
    public static uint Mask(string category) => category switch
    {
        "L" => Mask("Lu") | Mask("Ll") | Mask("Lt") | Mask("Lm") | Mask("Lo"),
        "M" => Mask("Mn") | Mask("Mc") | Mask("Me"),
        "N" => Mask("Nd") | Mask("Nl") | Mask("No"),
        "Z" => Mask("Zs") | Mask("Zl") | Mask("Zp"),
        "P" => Mask("Pc") | Mask("Pd") | Mask("Ps") | Mask("Pe") | Mask("Pi") | Mask("Pf") | Mask("Po"),
        "S" => Mask("Sm") | Mask("Sc") | Mask("Sk") | Mask("So"),
        "C" => Mask("Cc") | Mask("Cf") | Mask("Cs") | Mask("Co") | Mask("Cn"),
        _ => Array.IndexOf(s_categories, category) is >= 0 and var bit ? 1u << bit : 0,
    };

    /// <summary>The complement.</summary>
    public CodePointClass Not() => new([], 0, [this], negated: true, ignoreCase: false);

    /// <summary>Whether <paramref name="codePoint"/> is in the set.</summary>
    public bool Contains(int codePoint)
    {
        if ((uint)codePoint < 64)
            return (_low >> codePoint & 1) != 0;
        if ((uint)codePoint < 128)
            return (_high >> (codePoint - 64) & 1) != 0;
        var page = _pages[codePoint >> 8] ?? MakePage(codePoint >> 8);
        return (page[(codePoint >> 6) & 3] >> (codePoint & 63) & 1) != 0;
    }

    private ulong[] MakePage(int number)
    {
        var page = new ulong[4];
        for (var i = 0; i < 256; i++)
        {
            if (Compute((number << 8) + i))
                page[i >> 6] |= 1UL << (i & 63);
        }

        _pages[number] = page;
        return page;
    }

    private bool Compute(int codePoint) => ((Listed(codePoint) || (_ignoreCase && OtherCases(codePoint))) && _within?.Contains(codePoint) != false) != _negated;

    private bool Listed(int codePoint)
    {
        foreach (var (first, last) in _ranges)
        {
            if (codePoint >= first && codePoint <= last)
                return true;
        }

        if (_categories != 0 && (_categories >> (int)CharUnicodeInfo.GetUnicodeCategory(codePoint) & 1) != 0)
            return true;
        foreach (var other in _others)
        {
            if (other.Contains(codePoint))
                return true;
        }

        return false;
    }

    private bool OtherCases(int codePoint)
    {
        foreach (var other in CaseFolding.AllCases(codePoint))
        {
            if (Listed(other))
                return true;
        }

        return false;
    }
}
