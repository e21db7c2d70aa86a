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
            var rarest = 0;
            for (var i = 1; i < question.Length; i++)
                rarest = items[question[i]] < items[question[rarest]] ? i : rarest;
            if (!isTelling(question[rarest]))
                continue;
            var step = rarest == 0 || (rarest + 1 < question.Length && items[question[rarest + 1]] < items[question[rarest - 1]]) ? 1 : -1;
            anchors.Add((question[rarest], new(number, rarest, step, question[rarest + step], weak[number])));
        }

        _anchored = [.. anchors.Select(a => a.Anchor.Item)];
        foreach (var group in anchors.GroupBy(a => a.Word))
            _ofWord[group.Key] = [.. group.Select(a => a.Anchor)];
    }

    /// <summary>Whether an item is looked for here.</summary>
    public bool Has(int item) => _anchored.Contains(item);

    /// <summary>Items whose rarest word this is; null where there is none.</summary>
    public Anchor[]? At(int word) => _ofWord[word];
}

/// <summary>A word that a question is looked for at.</summary>
/// <param name="Item">The item.</param>
/// <param name="Offset">The word's place in its question.</param>
/// <param name="Step">Where the rarer of its neighbours is: −1 before it, 1 behind it.</param>
/// <param name="Neighbour">That neighbour: told here, so that most places are dismissed without a look at the item.</param>
/// <param name="IsWeak">Whether the item has few seeds.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Anchor(int Item, int Offset, int Step, int Neighbour, bool IsWeak);
