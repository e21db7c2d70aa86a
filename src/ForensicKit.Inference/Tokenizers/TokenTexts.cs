namespace ForensicKit.Inference.Tokenizers;

/// <summary>Texts by id: an array where ids are dense, as they mostly are, else a dictionary, so that one great id takes no memory.</summary>
internal sealed class TokenTexts
{
    private readonly string?[]? _dense;
    private readonly Dictionary<int, string> _sparse;

    /// <param name="texts">Texts by id.</param>
    public TokenTexts(Dictionary<int, string> texts)
    {
        _sparse = texts;
        MaxId = texts.Count == 0 ? -1 : texts.Keys.Max();
        if (MaxId >= (texts.Count * 4L) + 1_024)
            return;
        _dense = new string?[MaxId + 1];
        foreach (var (id, text) in texts)
            _dense[id] = text;
    }

    /// <summary>The greatest id; −1 where there is none.</summary>
    public int MaxId { get; }

    /// <summary>The text of an id; null where there is none.</summary>
    public string? this[int id] => _dense is null ? _sparse.GetValueOrDefault(id) : (uint)id < (uint)_dense.Length ? _dense[id] : null;
}
