using System.Globalization;

namespace ForensicKit.Reporting;

/// <summary>The rows behind a figure.</summary>
public sealed record FigureData
{
    /// <param name="columns">The columns; names are unique and not blank.</param>
    /// <param name="rows">The rows, each with one cell for each column.</param>
    /// <exception cref="ArgumentException">A name is blank or used twice, or a row has another number of cells.</exception>
    public FigureData(IReadOnlyList<FigureColumn> columns, IReadOnlyList<IReadOnlyList<FigureCell>> rows)
    {
        if (columns.Count == 0 || columns.Any(c => string.IsNullOrWhiteSpace(c.Name))
            || columns.Select(c => c.Header).Distinct(StringComparer.Ordinal).Count() != columns.Count)
            throw new ArgumentException("A figure's data have at least one column, and every column has a name of its own.", nameof(columns));
        if (rows.FirstOrDefault(r => r.Count != columns.Count) is { } odd)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"A row has {odd.Count} cells where {columns.Count} columns are declared."), nameof(rows));
        }

        Columns = columns;
        Rows = rows;
    }

    /// <summary>The columns.</summary>
    public IReadOnlyList<FigureColumn> Columns { get; }

    /// <summary>The rows.</summary>
    public IReadOnlyList<IReadOnlyList<FigureCell>> Rows { get; }
}

/// <summary>A column of a figure's data.</summary>
/// <param name="Name">Its name, for example <c>reproduced</c>.</param>
/// <param name="Unit">Its unit, for example <c>%</c>; null for text and pure numbers.</param>
public sealed record FigureColumn(string Name, string? Unit = null)
{
    /// <summary>Name and unit as the CSV's header has them, for example <c>reproduced [%]</c>.</summary>
    public string Header => Unit is null ? Name : $"{Name} [{Unit}]";
}

/// <summary>A cell: a number in full precision, an integer, text, or nothing.</summary>
public readonly record struct FigureCell
{
    private readonly double? _number;
    private readonly long? _integer;

    private FigureCell(double? number, long? integer, string? text)
    {
        _number = number;
        _integer = integer;
        Text = text;
    }

    /// <summary>Nothing.</summary>
    public static FigureCell Empty => default;

    /// <summary>The text; null where the cell is a number or empty.</summary>
    public string? Text { get; }

    /// <summary>The value as a double; null where the cell is text or empty.</summary>
    public double? Number => _number ?? _integer;

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => _number is null && _integer is null && Text is null;

    /// <summary>A number; null gives an empty cell.</summary>
    public static implicit operator FigureCell(double? value) => FromDouble(value);

    /// <summary>An integer; null gives an empty cell.</summary>
    public static implicit operator FigureCell(long? value) => FromInt64(value);

    /// <summary>Text; null gives an empty cell.</summary>
    public static implicit operator FigureCell(string? value) => FromString(value);

    /// <summary>A number; null gives an empty cell.</summary>
    public static FigureCell FromDouble(double? value) => new(value, null, null);

    /// <summary>An integer; null gives an empty cell.</summary>
    public static FigureCell FromInt64(long? value) => new(null, value, null);

    /// <summary>Text; null gives an empty cell.</summary>
    public static FigureCell FromString(string? value) => new(null, null, value);

    /// <summary>Shortest text that reads back as the same value (R format, invariant).</summary>
    public override string ToString() =>
        _integer?.ToString(CultureInfo.InvariantCulture) ?? _number?.ToString("R", CultureInfo.InvariantCulture) ?? Text ?? "";
}
