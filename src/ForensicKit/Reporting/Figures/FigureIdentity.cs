namespace ForensicKit.Reporting;

/// <summary>What every figure needs besides its data.</summary>
/// <param name="Id">Stable name, see <see cref="Figure.Id"/>.</param>
/// <param name="Number">Number in the document, from 1.</param>
/// <param name="Title">Headline.</param>
/// <param name="Caption">What the reader needs to read it alone.</param>
/// <param name="CaseId">The case.</param>
/// <param name="AltText">The figure in words; null: the builder writes it from the data, value by value.</param>
public sealed record FigureIdentity(string Id, int Number, string Title, string Caption, string CaseId, string? AltText = null);

/// <summary>A value with its interval.</summary>
/// <param name="Value">The value, in the figure's unit.</param>
/// <param name="Low">Lower end of its interval; null where there is none.</param>
/// <param name="High">Upper end of its interval; null where there is none.</param>
public sealed record FigureEstimate(double Value, double? Low = null, double? High = null)
{
    /// <summary>For print and alternative text, for example <c>74.1 (73.4 to 74.8)</c>.</summary>
    public string ToText(int decimals)
    {
        var value = FigureText.Number(Value, decimals);
        return Low is { } low && High is { } high ? $"{value} ({FigureText.Number(low, decimals)} to {FigureText.Number(high, decimals)})" : value;
    }
}
