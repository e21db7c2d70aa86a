namespace ForensicKit.Contamination.Scanning;

/// <summary>What a word may do in a seed.</summary>
[Flags]
internal enum WordKind : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It is rare enough to be one of a pair.</summary>
    Telling = 1,

    /// <summary>Short questions are looked for where it stands.</summary>
    Anchor = 2,

    /// <summary>It is a character that is a word by itself: two or three that follow each other are a seed, however common each is.</summary>
    Ideograph = 4,
}
