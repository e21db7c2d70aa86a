using System.Globalization;
using ForensicKit.Reporting;

namespace ForensicKit.Cases;

/// <summary>Notebook output of an investigation and of its document; see <see cref="TypeFormatterSourceAttribute"/>.</summary>
public sealed class InvestigationFormatterSource
{
    /// <summary>The formatters, found by convention.</summary>
    public IEnumerable<object> CreateTypeFormatters() => [new PageFormatter(), new PlainFormatter()];

    private static IReadOnlyList<(string Name, string Value)> Facts(object instance) => instance switch
    {
        Investigation i =>
        [
            ("Case", $"{i.Case.Title} ({i.Case.Name})"),
            ("Claims", i.Case.Claims.Count.ToString(CultureInfo.InvariantCulture)),
            ("Recorded runs", i.Case.Recordings.Count.ToString(CultureInfo.InvariantCulture)),
            ("Margin", i.Case.MarginPoints.ToString("0.###", CultureInfo.InvariantCulture) + " points"),
            ("Error tolerated", i.Case.Alpha.ToString("0.###", CultureInfo.InvariantCulture) + " over the whole sheet"),
            ("Seed", i.Case.Seed.ToString(CultureInfo.InvariantCulture)),
            ("Kit", Evidence.Provenance.Current.KitVersion),
            ("Environment", Evidence.Provenance.Current.Platform),
        ],
        PublishedDocument d =>
        [
            ("Document", Path.GetFileName(d.Path)),
            ("Findings", d.Findings.ToString(CultureInfo.InvariantCulture)),
            ("Custody head", d.CustodyHead),
        ],
        _ => [],
    };

    /// <summary>A table of facts for pages.</summary>
    public sealed class PageFormatter
    {
        /// <summary>What it writes.</summary>
        public string MimeType => "text/html";

        /// <summary>Writes the value; false where it is of another type.</summary>
        public bool Format(object instance, TextWriter writer)
        {
            var facts = Facts(instance);
            writer.Write(Html.Of($"<table><tbody>{Html.Join(facts.Select(f => Html.Of($"<tr><th style=\"text-align:left\">{f.Name}</th><td style=\"text-align:left\">{f.Value}</td></tr>")))}</tbody></table>").Markup);
            return facts.Count > 0;
        }
    }

    /// <summary>The same facts as lines of text.</summary>
    public sealed class PlainFormatter
    {
        /// <summary>What it writes.</summary>
        public string MimeType => "text/plain";

        /// <summary>Writes the value; false where it is of another type.</summary>
        public bool Format(object instance, TextWriter writer)
        {
            var facts = Facts(instance);
            foreach (var (name, value) in facts)
                writer.WriteLine($"{name}: {value}");
            return facts.Count > 0;
        }
    }
}
