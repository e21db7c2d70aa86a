using System.Globalization;
using ForensicKit.Contamination.Scanning;
using ForensicKit.Evidence;
using ForensicKit.Findings;

namespace ForensicKit.Reporting;

/// <summary>Items and the training documents that hold them, side by side. Texts are as they were found, hence hostile: every form escapes them.</summary>
/// <param name="Places">The places, with the benchmark's name for people.</param>
[TypeFormatterSource(typeof(LeakEvidenceFormatterSource))]
public sealed record LeakEvidence(IReadOnlyList<(string Benchmark, SideBySide Place)> Places)
{
    /// <summary>One row of a table: where it stands and why it counts, the item, the document; what differs is marked.</summary>
    internal static Html Row(string title, SideBySide e) => Html.Of($"""
        <tr><td>{title}<br><code>{e.ItemId}</code>, {e.ItemField}<br><code>{e.Shard}</code>, record {e.Record.ToString("N0", CultureInfo.InvariantCulture)}{(e.DocumentId.Length > 0 ? Html.Of($" (<code>{e.DocumentId}</code>)") : Html.Empty)}, bytes {e.StartByte.ToString("N0", CultureInfo.InvariantCulture)}–{e.EndByte.ToString("N0", CultureInfo.InvariantCulture)}; text <span class="hash">{e.TextSha256[..16]}</span>; p = {FindingValue.Fixed(e.ControlP, 4)} among fresh twins<br><small>{e.Rule}</small></td><td data-label="Item">{Side(e, p => p.Item)}</td><td data-label="Training document">{Side(e, p => p.Text)}</td></tr>
        """);

    private static Html Side(SideBySide e, Func<ScanDiffPiece, string> text) =>
        Html.Join(e.Pieces.Where(p => text(p).Length > 0).Select(p => p.Agrees ? Html.Of($"{text(p)}") : Html.Of($"<mark>{text(p)}</mark>")));
}

/// <summary>Notebook output of <see cref="LeakEvidence"/>; see <see cref="TypeFormatterSourceAttribute"/>.</summary>
public sealed class LeakEvidenceFormatterSource
{
    /// <summary>The formatters, found by convention.</summary>
    public IEnumerable<object> CreateTypeFormatters() => [new PageFormatter(), new PlainFormatter()];

    /// <summary>A table for pages.</summary>
    public sealed class PageFormatter
    {
        /// <summary>What it writes.</summary>
        public string MimeType => "text/html";

        /// <summary>Writes the value; false where it is of another type.</summary>
        public bool Format(object instance, TextWriter writer)
        {
            if (instance is not LeakEvidence evidence)
                return false;
            writer.Write((evidence.Places.Count == 0 ? Html.Of($"<p>No place counts as presence.</p>") : Html.Of($"""
                <table><thead><tr><th style="text-align:left">Benchmark and place</th><th style="text-align:left">Item</th><th style="text-align:left">Training document</th></tr></thead>
                <tbody style="text-align:left;vertical-align:top">{Html.Join(evidence.Places.Select(p => LeakEvidence.Row(p.Benchmark, p.Place)))}</tbody></table>
                """)).Markup);
            return true;
        }
    }

    /// <summary>The same as lines of text; what differs stands in brackets.</summary>
    public sealed class PlainFormatter
    {
        /// <summary>What it writes.</summary>
        public string MimeType => "text/plain";

        /// <summary>Writes the value; false where it is of another type.</summary>
        public bool Format(object instance, TextWriter writer)
        {
            if (instance is not LeakEvidence evidence)
                return false;
            foreach (var (benchmark, place) in evidence.Places)
            {
                writer.WriteLine($"{benchmark} {place.ItemId}: {place.Shard}, record {place.Record.ToString(CultureInfo.InvariantCulture)}, bytes {place.StartByte.ToString(CultureInfo.InvariantCulture)}-{place.EndByte.ToString(CultureInfo.InvariantCulture)}");
                writer.WriteLine("  item:     " + Side(place, p => p.Item));
                writer.WriteLine("  document: " + Side(place, p => p.Text));
            }

            return true;
        }

        private static string Side(SideBySide place, Func<ScanDiffPiece, string> text) =>
            string.Concat(place.Pieces.Where(p => text(p).Length > 0).Select(p => p.Agrees ? text(p) : $"[{text(p)}]")).ReplaceLineEndings(" / ");
    }
}
