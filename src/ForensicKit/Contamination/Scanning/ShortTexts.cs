namespace ForensicKit.Contamination.Scanning;

/// <summary>The exact index of short and plain questions, which have too few seeds: each is looked for word for word wherever its rarest word stands.</summary>
internal sealed class ShortTexts
{
    private readonly (int Item, int Offset)[]?[] _ofWord;
    private readonly bool[] _hasAny;
    private readonly HashSet<int> _anchored;

    /// <param name="entries">All items; the short ones among them are taken.</param>
    /// <param name="items">In how many items each word is.</param>
    /// <param name="isTelling">Which words are rare enough to be waited for.</param>
    /// <param name="isWanted">Which entries are looked for; null for all.</param>
    public ShortTexts(IReadOnlyList<ScanEntry> entries, int[] items, bool[] isTelling, Func<int, bool>? isWanted = null)
    {
        _ofWord = new (int, int)[]?[items.Length];
        _hasAny = new bool[items.Length];
        var anchors = new List<(int Word, int Item, int Offset)>();
        for (var number = 0; number < entries.Count; number++)
        {
            var question = entries[number].Words.AsSpan(0, entries[number].QuestionWords);
            if (!entries[number].Units.Any(u => u.IsShort) || isWanted?.Invoke(number) == false)
                continue;
            var rarest = 0;
            for (var i = 1; i < question.Length; i++)
                rarest = items[question[i]] < items[question[rarest]] ? i : rarest;
            if (isTelling[question[rarest]])
                anchors.Add((question[rarest], number, rarest));
        }

        _anchored = [.. anchors.Select(a => a.Item)];
        foreach (var group in anchors.GroupBy(a => a.Word))
            (_ofWord[group.Key], _hasAny[group.Key]) = ([.. group.Select(a => (a.Item, a.Offset))], true);
    }

    /// <summary>Whether an item is looked for here.</summary>
    public bool Has(int item) => _anchored.Contains(item);

    /// <summary>Items whose rarest word this is, and the place it has in their question; null where there is none.</summary>
    public (int Item, int Offset)[]? At(int word) => _hasAny[word] ? _ofWord[word] : null;
}
