namespace ForensicKit.Reporting;

/// <summary>Sizes of one layout in px. Text is never smaller than 11 px.</summary>
internal sealed record FigureStyle(double Width, bool Framed)
{
    /// <summary>Below this width labels stand above their rows and columns become notes.</summary>
    public const double NarrowBelow = 520;

    /// <summary>Whether the narrow arrangement applies.</summary>
    public bool Narrow => Width < NarrowBelow;

    /// <summary>Space around the figure: framed figures stand on a page of their own.</summary>
    public double Margin => Framed ? (Narrow ? 12 : 20) : 2;

    /// <summary>Headline.</summary>
    public double TitleSize => Narrow ? 15 : 17;

    /// <summary>Category names, cells.</summary>
    public double LabelSize => 13;

    /// <summary>Values beside marks, axis headings, legend.</summary>
    public double ValueSize => 12;

    /// <summary>Tick labels, notes.</summary>
    public double TickSize => Narrow ? 11 : 11.5;

    /// <summary>Caption.</summary>
    public double CaptionSize => Narrow ? 11.5 : 12;

    /// <summary>Case and hash.</summary>
    public double FootSize => 11;

    /// <summary>Height of one lane of marks in a category's row.</summary>
    public double LaneHeight => 18;

    /// <summary>Smallest height of a category's row.</summary>
    public double MinRowHeight => Narrow ? 26 : 30;

    /// <summary>Distance of the lines of a paragraph.</summary>
    public static double Leading(double size) => Math.Round(size * 1.34, 1);
}
