namespace ForensicKit.Templates;

/// <summary>How much one rendering of a template may do. Templates come from others and can be hostile.</summary>
public sealed record TemplateLimits
{
    /// <summary>Far above what the longest conversations need; a rendering that reaches them ends within seconds.</summary>
    public static TemplateLimits Default { get; } = new();

    /// <summary>Expressions and statements evaluated, items visited.</summary>
    public long Steps { get; init; } = 10_000_000;

    /// <summary>UTF-16 units of all texts made on the way, the output included.</summary>
    public long Characters { get; init; } = 64 << 20;

    /// <summary>Calls of macros and recursive loops within each other.</summary>
    public int Calls { get; init; } = 200;
}
