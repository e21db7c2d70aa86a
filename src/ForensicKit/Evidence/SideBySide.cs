using System.Text.Json;
using ForensicKit.Contamination.Scanning;

namespace ForensicKit.Evidence;

/// <summary>One place that counts as presence, to show; see <see cref="EvidenceSchema.ScanHits"/>. Texts are hostile.</summary>
public sealed record SideBySide(
    string Benchmark, string ItemId, string ItemField, string Shard, long Record, string DocumentId, string TextSha256, long StartByte, long EndByte, string Rule, double ControlP,
    IReadOnlyList<ScanDiffPiece> Pieces)
{
    private const int MostCharacters = 1000;

    /// <summary>Pieces as evidence keeps them: [item, document, agrees], as many as fit.</summary>
    internal static string Json(ScanDiff diff)
    {
        var (item, text) = (0, 0);
        var kept = diff.Pieces.TakeWhile(p => (item += p.Item.Length) <= MostCharacters && (text += p.Text.Length) <= MostCharacters).ToList();
        // Of a piece that is too long by itself, its beginning.
        if (kept.Count == 0 && diff.Pieces.Count > 0)
            kept.Add(diff.Pieces[0] with { Item = Beginning(diff.Pieces[0].Item), Text = Beginning(diff.Pieces[0].Text) });
        // NUL would cut the text off in the database.
        return JsonSerializer.Serialize(kept.Select(p => new object[] { p.Item.Replace('\0', '\uFFFD'), p.Text.Replace('\0', '\uFFFD'), p.Agrees }));
    }

    /// <summary>Pieces of their JSON.</summary>
    internal static IReadOnlyList<ScanDiffPiece> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(p => new ScanDiffPiece(p[0].GetString()!, p[1].GetString()!, p[2].GetBoolean()))];
    }

    private static string Beginning(string text) =>
        text.Length <= MostCharacters ? text : text[..(char.IsHighSurrogate(text[MostCharacters - 1]) ? MostCharacters - 1 : MostCharacters)];
}
