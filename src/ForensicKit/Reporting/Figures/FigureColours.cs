using System.Text;

namespace ForensicKit.Reporting;

/// <summary>How a figure is coloured.</summary>
public enum FigureVariant
{
    /// <summary>For a light page.</summary>
    Light,

    /// <summary>For a dark page.</summary>
    Dark,

    /// <summary>For paper: greys of distinct lightness, with shapes, line styles and hatching carrying the difference.</summary>
    Print,

    /// <summary>
    /// For an HTML document that switches between light and dark: colours are CSS custom properties (<see cref="FigureColours.CustomProperties"/>)
    /// with the light values as fallback, on a transparent background.
    /// </summary>
    Inline,
}

/// <summary>
/// The colour of each ink in each variant. Hues: M. Okabe and K. Ito, Color Universal Design (2008), lightened on dark ground; text in a hue is
/// darkened (or lightened) to a contrast of at least 4.5 : 1 against its ground (WCAG 2.2, 1.4.3).
/// </summary>
public static class FigureColours
{
    // Ink → light mark, light text, dark mark, dark text, print mark, print text, name in CSS.
    private static readonly Dictionary<FigureInk, string[]> Values = new()
    {
        [FigureInk.Text] = ["#1f2328", "#1f2328", "#e8eaed", "#e8eaed", "#000000", "#000000", "text"],
        [FigureInk.Muted] = ["#59636e", "#59636e", "#a3acb6", "#a3acb6", "#4a4a4a", "#4a4a4a", "muted"],
        [FigureInk.Axis] = ["#98a1ab", "#59636e", "#6a737d", "#a3acb6", "#707070", "#4a4a4a", "axis"],
        [FigureInk.Grid] = ["#e4e7ea", "#59636e", "#2d333a", "#a3acb6", "#dcdcdc", "#4a4a4a", "grid"],
        [FigureInk.Surface] = ["#ffffff", "#ffffff", "#14171a", "#14171a", "#ffffff", "#ffffff", "surface"],
        [FigureInk.Grey] = ["#7a838d", "#59636e", "#8d96a0", "#a3acb6", "#8c8c8c", "#4a4a4a", "grey"],
        [FigureInk.Blue] = ["#0072b2", "#00629a", "#4fabe0", "#6dbbe8", "#000000", "#000000", "blue"],
        [FigureInk.Vermillion] = ["#d55e00", "#b04c00", "#f0843c", "#f39757", "#5c5c5c", "#404040", "vermillion"],
        [FigureInk.Green] = ["#009e73", "#00755a", "#2fbf95", "#4dcaa5", "#3a3a3a", "#303030", "green"],
        [FigureInk.Orange] = ["#e69f00", "#8a5f00", "#f0b43a", "#f0b43a", "#a6a6a6", "#4a4a4a", "orange"],
        [FigureInk.SkyBlue] = ["#56b4e9", "#1f6f9f", "#8fcdf2", "#8fcdf2", "#bdbdbd", "#4a4a4a", "sky-blue"],
        [FigureInk.Purple] = ["#cc79a7", "#9a4675", "#dd9dc1", "#dd9dc1", "#757575", "#404040", "purple"],
    };

    /// <summary>The colour of marks in that ink, as a CSS colour.</summary>
    public static string Mark(FigureVariant variant, FigureInk ink) => variant == FigureVariant.Inline
        ? $"var({Property(ink, text: false)},{Values[ink][0]})"
        : Values[ink][2 * (int)variant];

    /// <summary>The colour of text in that ink, as a CSS colour.</summary>
    public static string Text(FigureVariant variant, FigureInk ink) => variant == FigureVariant.Inline
        ? $"var({Property(ink, text: true)},{Values[ink][1]})"
        : Values[ink][(2 * (int)variant) + 1];

    /// <summary>
    /// Declarations of the custom properties that inline figures use, with the values of <paramref name="variant"/>, for a rule such as
    /// <c>:root { … }</c> or <c>@media (prefers-color-scheme: dark) { :root { … } }</c>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="FigureVariant.Inline"/> has no values of its own.</exception>
    public static string CustomProperties(FigureVariant variant)
    {
        if (variant == FigureVariant.Inline)
            throw new ArgumentOutOfRangeException(nameof(variant), variant, "Ask for light, dark or print values.");
        var css = new StringBuilder();
        foreach (var ink in Enum.GetValues<FigureInk>())
        {
            css.Append(Property(ink, text: false)).Append(':').Append(Mark(variant, ink)).Append(';');
            css.Append(Property(ink, text: true)).Append(':').Append(Text(variant, ink)).Append(';');
        }

        return css.ToString();
    }

    private static string Property(FigureInk ink, bool text) => $"--figure-{Values[ink][^1]}{(text ? "-text" : "")}";
}
