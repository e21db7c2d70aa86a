namespace ForensicKit.Inference.Tokenizers.Patterns;

/// <summary>
/// Steps that all patterns together may take on one text, so that none holds it up for long, however often the text is cut before it comes to a
/// pattern. For one text at a time.
/// </summary>
/// <param name="length">Length of the text in UTF-16 units or code points.</param>
internal sealed class StepBudget(int length)
{
    private const long Free = 20_000_000;
    private const long PerPoint = 1_000;

    /// <summary>How many are left.</summary>
    public long Left { get; set; } = Free + (PerPoint * length);

    /// <summary>Adds what a further part of the text is worth.</summary>
    public void Extend(int added) => Left += PerPoint * added;
}
