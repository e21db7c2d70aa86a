namespace ForensicKit.Sandbox;

/// <summary>Text from programs as it is kept: bounded, and never ending in half a character.</summary>
internal static class Shortened
{
    /// <summary>Most characters of an error that are kept.</summary>
    public const int MessageCharacters = 500;

    /// <summary>The first <paramref name="characters"/> characters, without control characters other than line ends and tabs.</summary>
    public static string Text(string text, int characters)
    {
        var length = Math.Min(text.Length, characters);
        if (length > 0 && length < text.Length && char.IsHighSurrogate(text[length - 1]))
            length--;
        return string.Create(length, text, static (kept, source) =>
        {
            for (var i = 0; i < kept.Length; i++)
                kept[i] = IsKept(source, i) ? source[i] : '\uFFFD';
        });
    }

    /// <summary>An error as it is kept.</summary>
    public static string Message(string text) => text.Length <= MessageCharacters ? Text(text, MessageCharacters) : Text(text, MessageCharacters - 1) + '…';

    // Lone surrogates cannot be stored as UTF-8, NUL not in every database.
    private static bool IsKept(string text, int i) => text[i] switch
    {
        '\n' or '\r' or '\t' => true,
        var c when char.IsControl(c) => false,
        var c when char.IsHighSurrogate(c) => i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]),
        var c when char.IsLowSurrogate(c) => i > 0 && char.IsHighSurrogate(text[i - 1]),
        _ => true,
    };
}
