using System.Globalization;
using System.Text;

namespace ForensicKit.Contamination.Scanning;

/// <summary>
/// What is known of words where few items are: in how large a share of texts of an item's length the common ones are. A benchmark of ten items
/// says nothing about how rare a word is.
/// </summary>
internal sealed class CommonWords
{
    /// <summary>With so many items of its own a benchmark needs no help.</summary>
    public const int EnoughItems = 200;

    // Of words that are not among the common ones.
    private const double OtherShare = 0.005;

    // From this share on a word is too common to be part of a seed.
    private const double TooCommon = 0.2;

    private readonly Dictionary<int, double> _shares = [];

    /// <param name="words">The words of the items: only those count.</param>
    public CommonWords(WordTable words)
    {
        using var stream = typeof(CommonWords).Assembly.GetManifestResourceStream("ForensicKit.Contamination.CommonWords.txt")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var read = new WordList();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            read.Clear();
            WordReader.Read(Encoding.UTF8.GetBytes(line[..space]), words, adds: false, read);
            // Of words that are one without their endings, the commonest.
            if (read.Count == 1 && read.Ids[0] >= 0)
                _shares.TryAdd(read.Ids[0], int.Parse(line.AsSpan(space + 1), CultureInfo.InvariantCulture) / 1000.0);
        }
    }

    /// <summary>Nats of a word: ln of items / items that have it, with texts as they are commonly found added up to <see cref="EnoughItems"/>.</summary>
    /// <param name="word">The word.</param>
    /// <param name="have">Items that have it, at least 1.</param>
    /// <param name="items">All items.</param>
    public double Nats(int word, int have, int items)
    {
        var added = Math.Max(0, EnoughItems - items);
        return Math.Log((items + added) / (have + (added * Share(word))));
    }

    /// <summary>Whether a word is among those that every text has.</summary>
    public bool IsEverywhere(int word) => Share(word) >= TooCommon;

    private double Share(int word) => _shares.GetValueOrDefault(word, OtherShare);
}
