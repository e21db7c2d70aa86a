using System.Globalization;
using ForensicKit.Evidence;
using ForensicKit.Findings;

namespace ForensicKit.Reporting;

/// <summary>The last sections of a document: rules, evidence, how to repeat it.</summary>
internal static class DocumentAppendix
{
    /// <summary>The verdicts and their rules, and the numbers fixed before the first look.</summary>
    public static Html Methods(DocumentContent content)
    {
        var rules = content.Findings.Where(f => f.Verdict is not null).Select(f => f.Rule).Distinct(StringComparer.Ordinal);
        var stated = Html.Join(rules.Select(r => Html.Of($"<p>{r}</p>")));
        var verdicts = Html.Join(Enum.GetValues<Verdict>().Select(v => Html.Of($"""<li>{DocumentParts.VerdictMark(v)} {Meaning(v)}</li>""")));
        return Html.Of($"""
            <p>These were fixed when the case was opened and stand in the custody log: error tolerated over the whole sheet α = {content.Case.Alpha.ToString("0.###", CultureInfo.InvariantCulture)}, margin δ = {content.Case.MarginPoints.ToString("0.###", CultureInfo.InvariantCulture)} {(content.Case.MarginPoints == 1 ? "point" : "points")}, seed {content.Case.Seed}, admissible protocols: {(content.Case.AdmissibleProtocols.Count == 0 ? "none named" : string.Join(", ", content.Case.AdmissibleProtocols))}, positive controls: {(content.Case.Controls.Count == 0 ? "none named" : string.Join(", ", content.Case.Controls.Select(c => $"{content.Case.Model(c.Model).Title} on {c.Benchmark} {c.Printed}% of {c.N.ToString("N0", CultureInfo.InvariantCulture)} items ({c.Source})")))}.</p>
            <ul class="plain">{verdicts}</ul>
            {stated}
            <p>Intervals and p-values concern other questions of the same kind; on the very same questions, with the same answers, a difference is exact and has no p-value. Every number in the prose is bound to a finding and carries its exact value in the page's source.</p>
            """);
    }

    /// <summary>Input files, runs, environment, custody.</summary>
    public static Html Evidence(DocumentContent content)
    {
        var files = content.Artifacts.Count == 0
            ? Html.Of($"<p>This case rests on printed numbers alone; no files were taken in. The sources of the numbers:</p><ul class=\"plain\">{Html.Join(Sources(content).Select(s => Html.Of($"<li>{s}</li>")))}</ul>")
            : Html.Of($"""
                <p>Every file was found by its hash. Where the licence is “none”, the source states none: the file may be cited, not passed on.</p>
                <div class="scroll"><table><caption>Files taken in</caption><thead><tr><th scope="col">File</th><th scope="col">SHA-256</th><th scope="col">Licence</th><th scope="col">Source</th></tr></thead>
                <tbody>{Html.Join(content.Artifacts.Select(a => Html.Of($"""<tr><td>{a.Id}</td><td class="hash">{a.Sha256[..16]}…</td><td>{a.Licence}</td><td>{a.Source}</td></tr>""")))}</tbody></table></div>
                """);
        var runs = content.Runs.Count == 0 ? Html.Empty : Html.Of($"""
            <div class="scroll"><table><caption>Runs</caption><thead><tr><th scope="col">Run</th><th scope="col">Model</th><th scope="col">Benchmark</th><th scope="col">Origin</th></tr></thead>
            <tbody>{Html.Join(content.Runs.Select(r => Html.Of($"""<tr><td class="hash">{r.Id}</td><td>{r.Model}</td><td>{r.Benchmark}</td><td>{r.Origin}</td></tr>""")))}</tbody></table></div>
            """);
        var libraries = string.Join(", ", content.Provenance.Libraries.Select(l => $"{l.Key} {l.Value.Split('+')[0]}"));
        return Html.Of($"""
            {files}
            {runs}
            <p>Written by ForensicKit {content.Provenance.KitVersion} with {libraries}, on {content.Provenance.Platform}, {content.Provenance.Threads} threads.</p>
            <details class="reference"><summary>Tables of the evidence database</summary>{Html.Join(EvidenceSchema.Tables.Select(TableOf))}</details>
            """);
    }

    /// <summary>The commands that check and repeat the case.</summary>
    public static Html Repeat(DocumentContent content) => Html.Of($"""
        <p>The folder this page lies in is the whole case: evidence, executed notebooks, figures with their data, and a custody log. Checking it takes one command, repeating it another; both say for every finding whether it matches.</p>
        <pre><code>forensickit verify --quick .      # hashes, custody chain, recomputation from the stored evidence
        forensickit verify .              # runs the notebooks again and compares every finding
        forensickit investigate {content.Case.Name}</code></pre>
        <p>Without the kit: <code>sha256sum -c manifest-sha256.txt</code> checks the files, and any DuckDB client runs the queries printed with the findings on <code>evidence.duckdb</code>.</p>
        """);

    private static IEnumerable<string> Sources(DocumentContent content) => content.Sheet.Claims
        .SelectMany(c => new[] { c.Claimed, c.Reproduced, c.Reference }).Select(p => p?.Source).OfType<string>().Distinct(StringComparer.Ordinal);

    private static Html TableOf(EvidenceTable table) => Html.Of($"""
        <p><b><code>{table.Name}</code></b> {table.Meaning}</p>
        <ul class="plain">{Html.Join(table.Columns.Select(c => Html.Of($"<li><code>{c.Name}</code> {c.Meaning}</li>")))}</ul>
        """);

    private static string Meaning(Verdict verdict) => verdict switch
    {
        Verdict.Supported => "the score is not lower than the claim by the margin or more.",
        Verdict.Overstated => "the claim exceeds the score by more than the margin, whichever way the claim is read; where the case asked the model itself, a model whose score is known scored it in the same harness.",
        Verdict.Refuted => "that holds under every protocol that was asked, those that favour the claim included.",
        Verdict.NotReproducible => "something that is needed is missing, impossible or contradictory.",
        _ => "neither has been shown; what it would take is said.",
    };
}
