using System.Globalization;
using System.Reflection;
using ForensicKit.Claims;
using ForensicKit.Findings;
using ForensicKit.Findings.Questions;
using ForensicKit.Latency;

namespace ForensicKit.Reporting;

/// <summary>
/// Lays a case out as one self-contained page that reads like an article: the answer first, then the scores side by side, then one
/// section for each question, and at the end what anybody needs to do it again.
/// </summary>
internal static class DocumentBuilder
{
    private static readonly string s_style = ReadStyle();

    /// <summary>The page. The same content gives the same bytes.</summary>
    public static string Build(DocumentContent content)
    {
        var sections = Sections(content).ToList();
        var contents = Html.Join(sections.Select(s => Html.Of($"""<li><a href="#{s.Id}">{s.Title}</a></li>""")));
        var body = Html.Join(sections.Select(s => Html.Of($"""<section aria-labelledby="{s.Id}"><h2 id="{s.Id}">{s.Title}</h2>{s.Body}</section>""")));
        var properties = new Html(
            $":root {{ {FigureColours.CustomProperties(FigureVariant.Light)} }}\n@media (prefers-color-scheme: dark) {{ :root:not([data-theme=\"light\"]) {{ {FigureColours.CustomProperties(FigureVariant.Dark)} }} }}\n@media print {{ :root {{ {FigureColours.CustomProperties(FigureVariant.Print)} }} }}");
        return Html.Of($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
            <meta name="generator" content="ForensicKit {content.Provenance.KitVersion}">
            <meta name="forensickit-custody-head" content="{content.CustodyHead}">
            <title>{content.Case.Title}</title>
            <style>
            {new Html(s_style)}
            {properties}
            </style>
            </head>
            <body>
            <div class="page">
            <nav aria-label="Contents"><details><summary>Contents</summary><ol>{contents}</ol></details></nav>
            <main>
            {Header(content)}
            {body}
            {Footer(content)}
            </main>
            </div>
            </body>
            </html>

            """).Markup;
    }

    /// <summary>The headline: what the verdicts add up to, in words that hold for any sheet.</summary>
    public static string Headline(DocumentContent content)
    {
        var verdicts = content.Sheet.Claims.Select(c => content.VerdictOf(c)?.Verdict).OfType<Verdict>().ToList();
        if (verdicts.Count == 0)
            return "No claim has been judged yet";
        var groups = verdicts.GroupBy(v => v).OrderByDescending(g => g.Key.IsAdverse()).ThenByDescending(g => g.Count()).ThenBy(g => g.Key).ToList();
        var parts = groups.Select((g, i) => $"{Number(g.Count())}{(i == 0 ? $" of {Number(verdicts.Count)} claims" : "")} {(g.Count() == 1 ? "is" : "are")} {Predicate(g.Key)}").ToList();
        if (groups.Count == 1)
            parts[0] = verdicts.Count == 1 ? $"The claim is {Predicate(groups[0].Key)}" : $"{(verdicts.Count == 2 ? "Both" : "All " + Number(verdicts.Count))} claims are {Predicate(groups[0].Key)}";
        var inflated = content.Findings.Count(f => f.Kind == "inflation" && f.Values.Any(v => v is { Name: "outcome", Exact: "shown" }));
        if (inflated > 0)
            parts.Add($"{Number(inflated)} {(inflated == 1 ? "rests" : "rest")} on leaked test items");
        var text = parts.Count == 1 ? parts[0] : $"{string.Join(", ", parts[..^1])} and {parts[^1]}";
        return Capital(text);
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static Html Header(DocumentContent content) => Html.Of($"""
        <header>
        <p class="kicker">Investigation · {content.Case.Title}</p>
        <h1>{Headline(content)}</h1>
        <p class="standfirst">{content.Case.Summary}</p>
        <p class="byline">Case <code>{content.Case.Name}</code> · written {content.WrittenAt.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)} by ForensicKit {Version(content)} · custody head <span class="hash">{content.CustodyHead[..16]}</span></p>
        </header>
        """);

    private static IEnumerable<(string Id, string Title, Html Body)> Sections(DocumentContent content)
    {
        yield return ("answer", "The answer", Answer(content));
        yield return ("scores", "The scores side by side", Scores(content));
        foreach (var question in Question.All)
        {
            var findings = content.Findings.Where(f => f.Kind == question.Kind).ToList();
            if (findings.Count > 0)
                yield return (question.Kind, question.Title, QuestionSection(content, question, findings));
        }

        yield return ("not-checked", "What was not checked", NotChecked(content));
        yield return ("methods", "How verdicts are given", DocumentAppendix.Methods(content));
        yield return ("evidence", "Evidence and custody", DocumentAppendix.Evidence(content));
        yield return ("repeat", "Do it again", DocumentAppendix.Repeat(content));
    }

    private static Html Answer(DocumentContent content) => Html.Of($"""
        <ul class="cards">{Html.Join(content.Sheet.Claims.Select(claim => Card(claim.Label, content.VerdictOf(claim), content)))}{Html.Join(LatencyFindings(content).Select(f => Card(LabelOf(content, f), f, content)))}</ul>
        {Html.Join(Summaries(content))}
        """);

    private static IEnumerable<Finding> LatencyFindings(DocumentContent content) => content.Findings.Where(f => f.Kind == "latency" && f.Verdict is not null);

    /// <summary>The first sentence of every finding on protocol, presence and inflation: the story behind the verdicts.</summary>
    private static IEnumerable<Html> Summaries(DocumentContent content)
    {
        foreach (var (kind, lead) in new[] { ("protocol", "What the protocol is worth."), ("attribution", "What the gap is made of."), ("presence", "What stands in the training text."), ("inflation", "What leaked items are worth."), ("contamination", "Presence, memorisation and inflation."), ("sensitivity", "What the wording of the prompt is worth.") })
        {
            var findings = content.Findings.Where(f => f.Kind == kind).ToList();
            if (findings.Count > 0)
                yield return Html.Of($"""<p><b>{lead}</b></p><ul class="plain">{Html.Join(findings.Select(f => Html.Of($"<li>{LabelOf(content, f)}: {DocumentParts.Prose(f.Answer.Split('\n')[0], f, content.Find)}</li>")))}</ul>""");
        }
    }

    private static Html Card(string label, Finding? finding, DocumentContent content)
    {
        var mark = finding?.Verdict is { } verdict ? DocumentParts.VerdictMark(verdict) : Html.Of($"""<span class="verdict">Not judged</span>""");
        var sentence = finding is null ? Html.Of($"No finding.") : DocumentParts.Prose(finding.Answer.Split('\n')[0], finding, content.Find);
        return Html.Of($"""<li class="card"><div>{mark}</div><p class="sentence"><b>{label}.</b> {sentence}</p></li>""");
    }

    private static Html Scores(DocumentContent content)
    {
        var hasReference = content.Sheet.Claims.Any(c => c.Reference is not null);
        var isRecorded = content.Sheet.Claims.Any(c => c.RuleScores.Count > 0);
        var rows = Html.Join(content.Sheet.Claims.Select(claim => Row(content, claim, hasReference)));
        var reference = hasReference ? Html.Of($"""<th scope="col" class="num">Reference, %</th>""") : Html.Empty;
        var first = content.Figures.Where(f => f.Number == 1).Select(FigureOf);
        return Html.Of($"""
            <table class="stack"><caption>Claimed and {(isRecorded ? "re-scored" : "reproduced")} scores, with 95% intervals over the items</caption>
            <thead><tr><th scope="col">Claim</th><th scope="col" class="num">Items</th><th scope="col" class="num">Claimed, %</th><th scope="col" class="num">{(isRecorded ? "Re-scored" : "Reproduced")}, %</th>{reference}<th scope="col" class="num">Gap, points</th><th scope="col">Verdict</th></tr></thead>
            <tbody>{rows}</tbody></table>
            {Html.Join(first)}
            """);
    }

    private static Html Row(DocumentContent content, ClaimEvidence claim, bool hasReference)
    {
        var finding = content.VerdictOf(claim);
        var measured = Value("reproduced") ?? Value("score");
        var gap = Value("gap") ?? Value("difference");
        var mark = finding?.Verdict is { } verdict ? DocumentParts.VerdictMark(verdict) : Html.Of($"–");
        var reference = hasReference ? Html.Of($"""<td class="num" data-label="Reference, %">{claim.Reference?.Text ?? "–"}</td>""") : Html.Empty;
        return Html.Of($"""
            <tr><td>{claim.Label}</td><td class="num" data-label="Items">{claim.MeasuredItems.ToString("N0", CultureInfo.InvariantCulture)}</td><td class="num" data-label="Claimed, %">{claim.Claimed.Text}</td><td class="num" data-label="Measured, %"><span>{Cell(finding, measured)}</span></td>{reference}<td class="num" data-label="Gap, points"><span>{Cell(finding, gap)}</span></td><td data-label="Verdict">{mark}</td></tr>
            """);

        FindingValue? Value(string name) => finding?.Values.FirstOrDefault(v => v.Name == name);
    }

    private static Html Cell(Finding? finding, FindingValue? value)
    {
        if (finding is null || value is null)
            return Html.Of($"–");
        var interval = Binding.Interval(value) is { } text ? Html.Of($"""<span class="interval">{text}</span>""") : Html.Empty;
        return Html.Of($"""<data value="{value.Exact}" data-finding="{finding.Id}" data-name="{value.Name}">{value.Display}</data>{interval}""");
    }

    private static Html QuestionSection(DocumentContent content, Question question, IReadOnlyList<Finding> findings)
    {
        // A question's figure bears its kind; the one of rules is about several.
        var figures = content.Figures.Where(f => f.Id == "fig-" + question.Kind || f.Id.StartsWith("fig-" + question.Kind + "-", StringComparison.Ordinal) || (f.Id == "fig-rules" && question.Kind is "rule" or "scoring")).Select(FigureOf);
        var example = question.Kind == "presence" ? SideBySideExamples(content) : Html.Empty;
        // The verdict sentences stand in full at the top; here they are repeated only as a heading for the numbers behind them.
        var found = Html.Join(findings.Select(f => Html.Of($"""
            <p><b>{LabelOf(content, f)}.</b> {DocumentParts.Prose(f.Answer, f, content.Find)}</p>
            {DocumentParts.Behind(f)}
            """)));
        return Html.Of($"""
            <span class="runin">What was asked</span><p>{question.Asked}</p>
            <span class="runin">What was done</span><p>{question.Done}</p>
            <span class="runin">What was found</span>
            {Html.Join(figures)}
            {found}
            {example}
            <span class="runin">What it cannot show</span><p>{question.CannotShow}</p>
            """);
    }

    /// <summary>Some places of each benchmark: the item's text beside the document's, with the place and why it counts. Both are hostile text and are escaped.</summary>
    private static Html SideBySideExamples(DocumentContent content)
    {
        var examples = (content.Sheet.Contamination?.Benchmarks ?? []).Where(b => b.Examples.Count > 0 && IsPresent(b)).ToList();

        // Where no more is found than among fresh twins, a match is no example of a leak.
        bool IsPresent(BenchmarkPresence b) => content.Find($"presence/{b.ClaimId ?? b.Name}") is { } found && found["outcome"].Exact.StartsWith("present", StringComparison.Ordinal);

        return examples.Count == 0 ? Html.Empty : Html.Of($"""
            <details open><summary>Places of each benchmark that stands there, side by side</summary>
            <table class="stack sides"><caption>Text of an item and of the training document that holds it, as they were found; what differs is marked. The place is given in bytes of the document’s text.</caption>
            <thead><tr><th scope="col">Benchmark and place</th><th scope="col">Item</th><th scope="col">Training document</th></tr></thead>
            <tbody>{Html.Join(examples.SelectMany(b => b.Examples.Select(e => LeakEvidence.Row(b.Title, e))))}</tbody></table></details>
            """);
    }

    private static Html NotChecked(DocumentContent content)
    {
        var items = content.Case.NotChecked.Count > 0 ? content.Case.NotChecked : ["The case file does not say what was left out."];
        return Html.Of($"""<p>A reader should not take silence for a clean result. This case did not look at:</p><ul class="plain">{Html.Join(items.Select(i => Html.Of($"<li>{i}</li>")))}</ul>""");
    }

    private static Html Footer(DocumentContent content) => Html.Of($"""
        <footer><p>Custody head when this was written ({content.CustodyEntries} entries): <span class="hash">{content.CustodyHead}</span>. Whoever has this hash can tell whether the evidence behind the document was changed later. A lone author could rewrite a chain that nobody has seen; publishing the head is what fixes it.</p></footer>
        """);

    private static Html FigureOf(Figure figure) => Html.Of($"""
        <figure id="{figure.Id}">
        <div class="wide">{new Html(FigureSvg.Render(figure, FigureVariant.Inline))}</div>
        <div class="narrow">{new Html(FigureSvg.Render(figure, FigureVariant.Inline, FigureSvg.NarrowWidth))}</div>
        <figcaption><b>Figure {figure.Number}. {figure.Title}.</b> {figure.Caption} <span>Data: <code>figures/{figure.Id}.csv</code>.</span></figcaption>
        </figure>
        """);

    private static string LabelOf(DocumentContent content, Finding finding) =>
        content.Sheet.Claims.FirstOrDefault(c => c.Id == finding.ClaimId)?.Label
        ?? content.Sheet.Latency?.Claims.Where(c => c.Id == finding.ClaimId).Select(c => Capital(c.Metric.Words())).FirstOrDefault()
        ?? content.Case.Title;

    private static string Predicate(Verdict verdict) => verdict switch
    {
        Verdict.Supported => "supported",
        Verdict.Overstated => "overstated",
        Verdict.Refuted => "refuted",
        Verdict.NotReproducible => "not reproducible",
        _ => "undecided for want of evidence",
    };

    private static string Number(int n) => n is >= 1 and <= 12
        ? ((string[])["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"])[n - 1]
        : n.ToString(CultureInfo.InvariantCulture);

    private static string Version(DocumentContent content) => content.Provenance.KitVersion.Split('+')[0];

    private static string ReadStyle()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("ForensicKit.Reporting.Document.document.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
