namespace ForensicKit.Contamination.Membership;

/// <summary>Words of a text.</summary>
internal static class Words
{
    /// <summary>Runs of letters and digits of any script, in lower case.</summary>
    public static IEnumerable<string> Of(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsLetterOrDigit(text[i]))
                continue;
            var start = i;
            while (i < text.Length && char.IsLetterOrDigit(text[i]))
                i++;
            yield return text[start..i].ToLowerInvariant();
        }
    }
}
