namespace ForensicKit.Reporting;

/// <summary>A figure arranged for one width: shapes and lines of text at their final places, in px from the top left, before any colour.</summary>
internal sealed record Drawing(double Width, double Height, IReadOnlyList<DrawItem> Items);

/// <summary>One thing to draw.</summary>
internal abstract record DrawItem;

/// <summary>Where a line of text is fixed to its x.</summary>
internal enum TextAnchor
{
    /// <summary>Its start.</summary>
    Start,

    /// <summary>Its middle.</summary>
    Middle,

    /// <summary>Its end.</summary>
    End,
}

/// <summary>A line of text; <paramref name="Y"/> is its baseline. A halo keeps it legible on grid and rules.</summary>
internal sealed record TextItem(string Text, double X, double Y, double Size, TextAnchor Anchor, FigureInk Ink, bool Bold = false, bool Halo = false)
    : DrawItem
{
    /// <summary>The font it is set in.</summary>
    public FigureFont Font => Bold ? FigureFont.SemiBold : FigureFont.Regular;

    /// <summary>The space it takes: measured width, from ascender to descender.</summary>
    public Box Box
    {
        get
        {
            var width = Font.Measure(Text, Size);
            var left = Anchor switch { TextAnchor.Start => X, TextAnchor.Middle => X - (width / 2), _ => X - width };
            return new(left, Y - (0.78 * Size), width, Size);
        }
    }
}

/// <summary>A straight line.</summary>
internal sealed record LineItem(double X1, double Y1, double X2, double Y2, FigureInk Ink, double Width, LineDash Dash = LineDash.Solid) : DrawItem;

/// <summary>A filled rectangle.</summary>
internal sealed record RectItem(double X, double Y, double Width, double Height, FigureInk Ink, double Opacity = 1, bool Hatched = false) : DrawItem;

/// <summary>A line through points.</summary>
internal sealed record PolylineItem(IReadOnlyList<(double X, double Y)> Points, FigureInk Ink, double Width, LineDash Dash) : DrawItem;

/// <summary>A filled area.</summary>
internal sealed record PolygonItem(IReadOnlyList<(double X, double Y)> Points, FigureInk Ink, double Opacity) : DrawItem;

/// <summary>A point's shape around its centre; <paramref name="Along"/> is the value axis, which a tick stands across. A parted shape has a hair of ground around it.</summary>
internal sealed record MarkerItem(PointShape Shape, double X, double Y, double Size, FigureInk Ink, double Opacity, ValueAxis Along, bool Parted = true)
    : DrawItem;

/// <summary>A rectangle of space.</summary>
internal readonly record struct Box(double X, double Y, double Width, double Height)
{
    /// <summary>The right edge.</summary>
    public double Right => X + Width;

    /// <summary>The bottom edge.</summary>
    public double Bottom => Y + Height;

    /// <summary>Whether two rectangles share more than an edge.</summary>
    public bool Overlaps(Box other) => X < other.Right && other.X < Right && Y < other.Bottom && other.Y < Bottom;

    /// <summary>The rectangle grown by this much on every side.</summary>
    public Box Grow(double by) => new(X - by, Y - by, Width + (2 * by), Height + (2 * by));
}
