namespace ForensicKit.Inference.Organisms;

/// <summary>Words that several families draw from.</summary>
internal static class Words
{
    /// <summary>First names with their pronouns.</summary>
    public static IReadOnlyList<(string Name, string She, string Her)> People { get; } =
    [
        ("Ana", "she", "her"), ("Ben", "he", "his"), ("Cleo", "she", "her"), ("Dario", "he", "his"), ("Edda", "she", "her"), ("Finn", "he", "his"),
        ("Greta", "she", "her"), ("Hugo", "he", "his"), ("Ines", "she", "her"), ("Jonas", "he", "his"), ("Kira", "she", "her"), ("Lars", "he", "his"),
        ("Mina", "she", "her"), ("Nils", "he", "his"), ("Olga", "she", "her"), ("Pavel", "he", "his"), ("Quinn", "she", "her"), ("Rafi", "he", "his"),
        ("Sara", "she", "her"), ("Tomas", "he", "his"), ("Uma", "she", "her"), ("Viktor", "he", "his"), ("Wanda", "she", "her"), ("Yusuf", "he", "his"),
        ("Zora", "she", "her"), ("Adam", "he", "his"), ("Bella", "she", "her"), ("Carl", "he", "his"), ("Dora", "she", "her"), ("Emil", "he", "his"),
        ("Freya", "she", "her"), ("Gus", "he", "his"), ("Hanna", "she", "her"), ("Ivan", "he", "his"), ("Judit", "she", "her"), ("Karim", "he", "his"),
    ];

    /// <summary>A name with a capital first letter.</summary>
    public static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>A name of two or three syllables that is no word.</summary>
    public static string Invented(Draws draws)
    {
        string[] onsets = ["b", "br", "d", "dr", "f", "g", "gl", "h", "k", "kr", "l", "m", "n", "p", "pl", "r", "s", "st", "t", "tr", "v", "z"];
        string[] vowels = ["a", "e", "i", "o", "u", "ae", "ia", "ou"];
        string[] codas = ["", "", "l", "n", "r", "s", "th", "m", "x"];
        var name = "";
        for (var syllables = draws.Between(2, 3); syllables > 0; syllables--)
            name += draws.Of(onsets) + draws.Of(vowels) + (syllables == 1 ? draws.Of(codas) : "");
        return Capital(name);
    }
}
