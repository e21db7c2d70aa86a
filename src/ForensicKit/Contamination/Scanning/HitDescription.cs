using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ForensicKit.Corpora;

namespace ForensicKit.Contamination.Scanning;

/// <summary>Makes evidence of what was found in a document.</summary>
internal sealed class HitDescription
{
    private readonly ScanIndex _index;
    private readonly ScanCalibration _calibration;
    private readonly ScanThresholds _thresholds;
    private readonly Dictionary<ScanItem, int> _numbers = new(ReferenceEqualityComparer.Instance);

    public HitDescription(ScanIndex index, ScanCalibration calibration, ScanThresholds thresholds)
    {
        (_index, _calibration, _thresholds) = (index, calibration, thresholds);
        for (var number = 0; number < index.Entries.Length; number++)
            _numbers[index.Entries[number].Item] = number;
    }

    /// <summary>The hits of a document, in their order. A text may be long and hold many items: it is hashed and counted through once.</summary>
    /// <param name="document">The document.</param>
    /// <param name="shard">What the hits are to have for their shard.</param>
    /// <param name="hits">What was found in it, by place.</param>
    public List<CorpusHit> Of(in CorpusDocument document, string shard, IEnumerable<ScanHit> hits)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(document.Text));
        var described = new List<CorpusHit>();
        var (at, characters) = (0, 0L);
        foreach (var hit in hits)
        {
            characters += ScanDiff.CodePoints(document.Text[at..hit.Start]);
            at = hit.Start;
            described.Add(Of(document, shard, hit, hash, document.TextOffset == 0 ? characters : -1));
        }

        return described;
    }

    private CorpusHit Of(in CorpusDocument document, string shard, ScanHit hit, string hash, long before)
    {
        var number = _numbers[hit.Item];
        var entry = _index.Entries[number];
        var text = document.Text[hit.Start..hit.End];
        var (diff, itemStart, itemEnd) = ScanDiff.Of(_index.Words, hit.Item, hit.Unit, text);
        return new()
        {
            Shard = shard,
            Record = document.Record,
            DocumentId = Encoding.UTF8.GetString(document.Id),
            TextSha256 = hash,
            Benchmark = hit.Item.BenchmarkName,
            Item = hit.Item.ItemId,
            Class = hit.Class,
            Reason = hit.Reason,
            Kind = hit.Kind,
            Unit = hit.Unit,
            Score = hit.Score,
            Threshold = _thresholds.ByBenchmark[entry.Benchmark][(int)hit.Unit],
            P = _calibration.P(entry.Benchmark, hit.Unit, hit.Score),
            MatchedNats = hit.Matched,
            Coverage = hit.Coverage,
            LongestRun = hit.LongestRun,
            QuestionShare = hit.Shares.Question,
            AnswerShare = hit.Shares.Answer,
            ChoicesShare = hit.Shares.Choices,
            StartByte = document.TextOffset + hit.Start,
            EndByte = document.TextOffset + hit.End,
            StartCharacter = before,
            EndCharacter = before < 0 ? -1 : before + ScanDiff.CodePoints(text),
            Text = Encoding.UTF8.GetString(text),
            Rule = Rule(entry, _thresholds.Of(number)[(int)hit.Unit], hit),
            ItemField = ItemTexts.NameOf(hit.Unit),
            ItemStart = itemStart,
            ItemEnd = itemEnd,
            Diff = diff,
        };
    }

    private string Rule(ScanEntry entry, float threshold, ScanHit hit)
    {
        var unit = entry.Units.First(u => u.Unit == hit.Unit);
        if (unit.IsShort && hit.Matched == entry.QuestionNats)
            return string.Create(CultureInfo.InvariantCulture, $"question of {unit.Count} words: counts word for word, which is {hit.Matched:F1} nats");
        if (unit.Unit == ScanUnit.Edited)
            return string.Create(CultureInfo.InvariantCulture, $"question as an edited copy: counts from {Math.Max(threshold * unit.Total, UnitWords.LeastEdited):F1} of the {unit.Total:F1} nats on that its words cost chance in their order, less what edits cost; {hit.Matched:F1} agree");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{NameOf(hit.Unit)} of {unit.Total:F1} nats: counts from a score of {threshold:F3} on, which is {(threshold * unit.Total) + _index.ChanceNats:F1} nats, {_index.ChanceNats:F1} of them for chance{NearRule(entry, unit, _thresholds.NearOf(_numbers[hit.Item])[(int)hit.Unit])}; {hit.Matched:F1} agree");
    }

    private static string NearRule(ScanEntry entry, UnitWords unit, float threshold) => !unit.MayBeNear || threshold > 1
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $", or {Math.Max(threshold * unit.Total, UnitWords.LeastNear):F1} where {UnitWords.NearlyAll(unit.Count)} of its {unit.Count} words stand in order{(entry.Names.Length > 0 ? ", or where all do but numbers and single letters" : "")}");

    private static string NameOf(ScanUnit unit) => unit == ScanUnit.Ask ? "what is asked about the passage" : unit == ScanUnit.Nameless ? "question without the names that the program gives" : ItemTexts.NameOf(unit);
}
