namespace ForensicKit.Inference.Tokenizers.Patterns;

/// <summary>What an instruction of a pattern's program does.</summary>
internal enum Operation
{
    /// <summary>Takes one code point of <see cref="Instruction.Set"/>.</summary>
    Class,

    /// <summary>Takes A to B code points of <see cref="Instruction.Set"/>.</summary>
    Loop,

    /// <summary>Goes on at A, and where that fails at B.</summary>
    Split,

    /// <summary>Goes on at A.</summary>
    Jump,

    /// <summary>Goes on at A if the program that follows would match here.</summary>
    Ahead,

    /// <summary>Goes on at A if the program that follows would not match here.</summary>
    NotAhead,

    /// <summary>Goes on if whether a code point of <see cref="Instruction.Set"/> comes next is A (1 or 0).</summary>
    AheadClass,

    /// <summary>Goes on at A if the program that follows matches the B code points before here.</summary>
    Behind,

    /// <summary>Goes on at A if the program that follows does not match the B code points before here.</summary>
    NotBehind,

    /// <summary>Goes on if the place is what A says: an <see cref="Place"/>.</summary>
    Assert,

    /// <summary>Takes what the program that follows matches first, without going back into it, and goes on at A.</summary>
    Atomic,

    /// <summary>The end of a program: it matched.</summary>
    Accept,
}

/// <summary>A place in a text.</summary>
internal enum Place
{
    /// <summary>The beginning of a line: <c>^</c>.</summary>
    LineStart,

    /// <summary>The end of a line: <c>$</c>.</summary>
    LineEnd,

    /// <summary>The beginning of the text: <c>\A</c>.</summary>
    TextStart,

    /// <summary>The end of the text: <c>\z</c>.</summary>
    TextEnd,

    /// <summary>The end of the text, or before a line break that ends it: <c>\Z</c>.</summary>
    LastLineEnd,

    /// <summary>Between a word character and none: <c>\b</c>.</summary>
    WordBoundary,

    /// <summary>Not between a word character and none: <c>\B</c>.</summary>
    NoWordBoundary,
}

/// <summary>How much a quantifier takes.</summary>
internal enum Greed
{
    /// <summary>As much as possible, giving back.</summary>
    Greedy,

    /// <summary>As little as possible.</summary>
    Lazy,

    /// <summary>As much as possible, giving nothing back.</summary>
    Possessive,
}

/// <summary>One instruction.</summary>
internal readonly record struct Instruction(Operation Operation, int A = 0, int B = 0, CodePointClass? Set = null, Greed Greed = Greed.Greedy);
