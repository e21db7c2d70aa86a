using System.Runtime.InteropServices;

namespace ForensicKit.Contamination.Scanning;

/// <summary>The index of short and plain questions, which have too few seeds: each is looked for wherever its rarest word stands.</summary>
internal sealed class ShortTexts
{
    private readonly Anchor[]?[] _ofWord;
    private readonly HashSet<int> _anchored;

    /// <param name="entries">All items; the short and the weak ones among them are taken.</param>
    /// <param name="items">In how many items each word is.</param>
    /// <param name="isTelling">Which words are rare enough to be waited for.</param>
    /// <param name="weak">Items of few seeds: they are looked for nearly word for word, too.</param>
    /// <param name="isWanted">Which entries are looked for; null for all.</param>
    public ShortTexts(IReadOnlyList<ScanEntry> entries, int[] items, Func<int, bool> isTelling, bool[] weak, Func<int, bool>? isWanted = null)
    {
        _ofWord = new Anchor[]?[items.Length];
        var anchors = new List<(int Word, Anchor Anchor)>();
        for (var number = 0; number < entries.Count; number++)
        {
            var question = entries[number].Words.AsSpan(0, entries[number].QuestionWords);
            if ((!weak[number] && !entries[number].Units.Any(u => u.IsShort)) || question.Length < UnitWords.LeastShort || isWanted?.Invoke(number) == false)
                continue;
            var rarest = Rarest(question, items, but: -1);
            if (!isTelling(question[rarest]))
                continue;
            anchors.Add((question[rarest], AnchorAt(number, question, rarest, isSecond: false, weak[number])));
            // One word exchanged may be the rarest.
            if (weak[number] && Rarest(question, items, but: question[rarest]) is >= 0 and var second && isTelling(question[second]))
                anchors.Add((question[second], AnchorAt(number, question, second, isSecond: true, isWeak: true)));
        }

        _anchored = [.. anchors.Select(a => a.Anchor.Item)];
        foreach (var group in anchors.GroupBy(a => a.Word))
            _ofWord[group.Key] = [.. group.Select(a => a.Anchor)];
    }

    private static int Rarest(ReadOnlySpan<int> words, int[] items, int but)
    {
        var rarest = -1;
        for (var i = 0; i < words.Length; i++)
            rarest = words[i] != but && (rarest < 0 || items[words[i]] < items[words[rarest]]) ? i : rarest;
        return rarest;
    }

    private static Anchor AnchorAt(int item, ReadOnlySpan<int> words, int at, bool isSecond, bool isWeak) =>
        new(item, at, at > 0 ? words[at - 1] : Anchor.Nothing, at + 1 < words.Length ? words[at + 1] : Anchor.Nothing, isSecond, isWeak);

    /// <summary>Whether an item is looked for here.</summary>
    public bool Has(int item) => _anchored.Contains(item);

    /// <summary>Items whose rarest word this is; null where there is none.</summary>
    public Anchor[]? At(int word) => _ofWord[word];
}

/// <summary>A word that a question is looked for at.</summary>
/// <param name="Item">The item.</param>
/// <param name="Offset">The word's place in its question.</param>
/// <param name="Before">The word before it, told here so that most places are dismissed without a look at the item.</param>
/// <param name="Behind">The word behind it.</param>
/// <param name="IsSecond">Whether the question has a rarer word: then it is looked for nearly word for word alone.</param>
/// <param name="IsWeak">Whether the item has few seeds.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Anchor(int Item, int Offset, int Before, int Behind, bool IsSecond, bool IsWeak)
{
    /// <summary>No word: the question begins or ends here.</summary>
    public const int Nothing = -2;
}
