using System.Text.RegularExpressions;

namespace ForensicKit.Reporting;

/// <summary>
/// One figure, described once: what it shows, in which units, and the rows behind it. Renderers (SVG, PNG, PDF, CSV, Plotly) draw this
/// description and add nothing to it.
/// </summary>
/// <remarks>Use the builders (<see cref="ForestPlot"/>, <see cref="RuleComparison"/>, <see cref="WaterfallFigure"/>, <see cref="LineFigure"/>,
/// <see cref="DistributionFigure"/>) for the usual kinds; a new kind is a new combination of panels and marks.</remarks>
public sealed partial record Figure
{
    /// <summary>The stable name, also the file name, for example <c>fig-claims</c>: a lower-case letter, then up to 63 of a–z, 0–9 and '-'.</summary>
    /// <exception cref="ArgumentException">The name has another form.</exception>
    public required string Id
    {
        get;
        init => field = IdForm().IsMatch(value)
            ? value
            : throw new ArgumentException("A figure id is a lower-case letter followed by up to 63 of a-z, 0-9 and '-'.", nameof(value));
    }

    /// <summary>The figure's number in its document, from 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public required int Number
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Figures are numbered from 1.");
    }

    /// <summary>The headline: what the figure shows, in one sentence without a full stop.</summary>
    /// <exception cref="ArgumentException">Blank.</exception>
    public required string Title { get; init => field = NotBlank(value, "title"); }

    /// <summary>What the reader needs to read it alone: marks, intervals, n, source.</summary>
    /// <exception cref="ArgumentException">Blank.</exception>
    public required string Caption { get; init => field = NotBlank(value, "caption"); }

    /// <summary>The figure in words, for readers who do not see it: its form, its message and the values that carry it.</summary>
    /// <exception cref="ArgumentException">Blank: a figure without alternative text is not publishable.</exception>
    public required string AltText { get; init => field = NotBlank(value, "alternative text"); }

    /// <summary>The case the figure belongs to.</summary>
    /// <exception cref="ArgumentException">Blank.</exception>
    public required string CaseId { get; init => field = NotBlank(value, "case id"); }

    /// <summary>The series that marks refer to by <see cref="FigureSeries.Key"/>, in reading order.</summary>
    public IReadOnlyList<FigureSeries> Series { get; init; } = [];

    /// <summary>The panels, in reading order; at least one.</summary>
    /// <exception cref="ArgumentException">Empty.</exception>
    public required IReadOnlyList<FigurePanel> Panels
    {
        get;
        init => field = value.Count > 0 ? value : throw new ArgumentException("A figure has at least one panel.", nameof(value));
    }

    /// <summary>How many panels stand side by side where the width allows at least 280 px for each.</summary>
    public int PanelColumns { get; init; } = 1;

    /// <summary>The rows behind the figure, in full precision and with units: the figure's CSV.</summary>
    public required FigureData Data { get; init; }

    /// <summary>The series of that key.</summary>
    /// <exception cref="ArgumentException">The figure has no such series.</exception>
    public FigureSeries SeriesOf(string key) =>
        Series.FirstOrDefault(s => string.Equals(s.Key, key, StringComparison.Ordinal))
        ?? throw new ArgumentException($"Figure '{Id}' has no series '{key}'.", nameof(key));

    /// <summary>Checks what the parts promise each other: every mark's series exists, keys are unique, and text columns fit their categories.</summary>
    /// <exception cref="InvalidOperationException">Keys or columns do not fit; the message says which.</exception>
    /// <exception cref="ArgumentException">A mark refers to a series that the figure lacks.</exception>
    internal void Check()
    {
        if (Series.Select(s => s.Key).Distinct(StringComparer.Ordinal).Count() != Series.Count)
            throw new InvalidOperationException($"Two series of figure '{Id}' have the same key.");
        foreach (var panel in Panels)
        {
            foreach (var mark in panel.Marks)
                _ = SeriesOf(mark.Series);
            var rows = (panel.Y.Scale as CategoryScale)?.Categories.Count ?? 0;
            if (panel.Columns.FirstOrDefault(c => c.Cells.Count != rows || (c.Marks is { } m && m.Count != rows)) is { } odd)
                throw new InvalidOperationException($"Column '{odd.Header}' of figure '{Id}' does not have one cell for each category of its panel.");
        }
    }

    private static string NotBlank(string value, string name) =>
        string.IsNullOrWhiteSpace(value) ? throw new ArgumentException($"A figure needs a {name}.", nameof(value)) : value;

    [GeneratedRegex("^[a-z][a-z0-9-]{0,63}\\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex IdForm();
}

/// <summary>One coordinate system with its marks.</summary>
public sealed record FigurePanel
{
    /// <summary>The panel's own heading; null where the figure's title says it.</summary>
    public string? Title { get; init; }

    /// <summary>The horizontal axis.</summary>
    public required FigureAxis X { get; init; }

    /// <summary>The vertical axis. Category scales run from top to bottom.</summary>
    public required FigureAxis Y { get; init; }

    /// <summary>The marks, drawn in this order.</summary>
    public required IReadOnlyList<FigureMark> Marks { get; init; }

    /// <summary>Columns of text at the right, one cell for each category of <see cref="Y"/>.</summary>
    public IReadOnlyList<TextColumn> Columns { get; init; } = [];

    /// <summary>Height of the plotting area in px for a numeric <see cref="Y"/> at full width; categories bring their own height.</summary>
    public double Height { get; init; } = 240;

    /// <summary>Every finite coordinate of the marks on one axis.</summary>
    internal IEnumerable<double> Coordinates(ValueAxis axis) => Marks.SelectMany(m => m.Coordinates(axis)).OfType<double>().Where(double.IsFinite);
}

/// <summary>A column of text beside a category axis, for example n or the verdict.</summary>
/// <param name="Header">The column's heading.</param>
/// <param name="Cells">One cell for each category; null where there is nothing to say.</param>
/// <param name="Numeric">Whether cells are numbers, set flush right so that digits align.</param>
/// <param name="Emphasised">Whether cells are set semi-bold.</param>
/// <param name="Marks">A shape before each cell's text; null for none.</param>
public sealed record TextColumn(
    string Header, IReadOnlyList<string?> Cells, bool Numeric = false, bool Emphasised = false, IReadOnlyList<CellMark?>? Marks = null);

/// <summary>A shape before a cell's text, so that the cell can be told at a glance and without colour.</summary>
/// <param name="Shape">Its shape.</param>
/// <param name="Ink">Its colour.</param>
public sealed record CellMark(PointShape Shape, FigureInk Ink);

/// <summary>What belongs together: one name, one colour, one shape and one line style, so that colour never carries meaning alone.</summary>
/// <param name="Key">The name by which marks refer to it.</param>
/// <param name="Name">The name the reader sees; empty for a series that needs none.</param>
/// <param name="Ink">The colour.</param>
/// <param name="Shape">The shape of its points.</param>
/// <param name="Dash">The style of its lines.</param>
public sealed record FigureSeries(string Key, string Name, FigureInk Ink, PointShape Shape = PointShape.Circle, LineDash Dash = LineDash.Solid);

/// <summary>Colours by name; each variant (light, dark, print) has its own value. The hues are Okabe and Ito's (2008).</summary>
public enum FigureInk
{
    /// <summary>The colour of text.</summary>
    Text,

    /// <summary>The colour of secondary text.</summary>
    Muted,

    /// <summary>The colour of axes.</summary>
    Axis,

    /// <summary>The colour of grid lines.</summary>
    Grid,

    /// <summary>The background.</summary>
    Surface,

    /// <summary>Neutral grey for data that give context.</summary>
    Grey,

    /// <summary>Blue, the accent.</summary>
    Blue,

    /// <summary>Vermillion.</summary>
    Vermillion,

    /// <summary>Bluish green.</summary>
    Green,

    /// <summary>Orange.</summary>
    Orange,

    /// <summary>Sky blue.</summary>
    SkyBlue,

    /// <summary>Reddish purple.</summary>
    Purple,
}

/// <summary>The shape of a point.</summary>
public enum PointShape
{
    /// <summary>A filled circle.</summary>
    Circle,

    /// <summary>A filled diamond.</summary>
    Diamond,

    /// <summary>A filled square.</summary>
    Square,

    /// <summary>A filled triangle.</summary>
    Triangle,

    /// <summary>An open circle.</summary>
    Ring,

    /// <summary>An open square.</summary>
    OpenSquare,

    /// <summary>A diagonal cross.</summary>
    Cross,

    /// <summary>A short stroke across the value axis, for strips of many values.</summary>
    Tick,
}

/// <summary>The style of a line.</summary>
public enum LineDash
{
    /// <summary>Unbroken.</summary>
    Solid,

    /// <summary>Dashes.</summary>
    Dashed,

    /// <summary>Dots.</summary>
    Dotted,

    /// <summary>Dash, dot.</summary>
    DashDot,
}
