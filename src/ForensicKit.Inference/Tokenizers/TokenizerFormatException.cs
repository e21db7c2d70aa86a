namespace ForensicKit.Inference.Tokenizers;

/// <summary>A <c>tokenizer.json</c> that breaks the format, or uses what is not supported. What reads a file makes a <see cref="KitException"/> of it.</summary>
internal sealed class TokenizerFormatException : Exception
{
    /// <param name="message">What is wrong, to follow a colon.</param>
    /// <param name="innerException">What it comes from.</param>
    public TokenizerFormatException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
