using System.Runtime.InteropServices;

namespace ForensicKit.Statistics;

/// <summary>A two-sided interval, limits included.</summary>
/// <param name="Lower">The lower limit.</param>
/// <param name="Upper">The upper limit.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Interval(double Lower, double Upper)
{
    /// <summary>Whether a value lies inside, limits included.</summary>
    public bool Contains(double value) => value >= Lower && value <= Upper;

    /// <summary>The part inside [0, 1].</summary>
    public Interval ClippedToUnit() => new(Math.Clamp(Lower, 0, 1), Math.Clamp(Upper, 0, 1));
}
