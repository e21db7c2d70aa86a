using System.Globalization;
using ForensicKit.Findings;

namespace ForensicKit.Reporting;

/// <summary>The recurring pieces of a document: verdict marks, bound prose, tables of a finding's values.</summary>
internal static class DocumentParts
{
    /// <summary>A verdict told by word, shape and colour, so that none of them carries it alone; the same shapes as in the figures.</summary>
    public static Html VerdictMark(Verdict verdict)
    {
        var shape = verdict switch
        {
            Verdict.Supported => """<circle cx="8" cy="8" r="6.2"/>""",
            Verdict.Overstated => """<path d="M8 1.8 15 14H1Z"/>""",
            Verdict.Refuted => """<path d="M3.2 3.2 12.8 12.8M12.8 3.2 3.2 12.8" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round"/>""",
            Verdict.NotReproducible => """<path d="M2.4 2.4H13.6V13.6H2.4Z"/>""",
            _ => """<circle cx="8" cy="8" r="5.7" fill="none" stroke="currentColor" stroke-width="2.2"/>""",
        };
        return Html.Of($"""<span class="verdict {verdict.ToString()}"><svg viewBox="0 0 16 16" aria-hidden="true">{new Html(shape)}</svg>{verdict.Words()}</span>""");
    }

    /// <summary>Prose with bindings; each number carries its finding, name and exact value.</summary>
    public static Html Prose(string template, Finding? own, Func<string, Finding?> find) =>
        Html.Join(Binding.Resolve(template, own, find).Select(p => p.Value is null
            ? Html.Of($"{p.Text}")
            : Html.Of($"""<data value="{p.Value.Exact}" data-finding="{p.FindingId}" data-name="{p.Value.Name}">{p.Text}</data>""")));

    /// <summary>Everything behind a finding: its values, the rule, the query. Folded on screen, printed on paper.</summary>
    public static Html Behind(Finding finding)
    {
        var rows = Html.Join(finding.Values.Select(v => Html.Of(
            $"""<tr><td>{v.Label}</td><td class="num">{Binding.WithUnit(v)}{IntervalBelow(v)}</td></tr>""")));
        return Html.Of($"""
            <details id="{Anchor(finding.Id)}"><summary>Values, rule and evidence query of <code>{finding.Id}</code></summary>
            <table><thead><tr><th scope="col">Value</th><th scope="col" class="num">As found</th></tr></thead><tbody>{rows}</tbody></table>
            <p><b>Rule.</b> {finding.Rule} <b>Source.</b> {finding.Source}</p>
            <pre><code>{finding.Query}</code></pre></details>
            """);
    }

    /// <summary>The interval of a value as a second, quieter line.</summary>
    public static Html IntervalBelow(FindingValue value) => Binding.Interval(value) is { } interval && value.Interval is { } numbers
        ? Html.Of($"""<span class="interval">{interval} ({(numbers.Level * 100).ToString("0.##", CultureInfo.InvariantCulture)}%)</span>""")
        : Html.Empty;

    /// <summary>An id that may stand in a link.</summary>
    public static string Anchor(string id) => "f-" + string.Concat(id.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
}
