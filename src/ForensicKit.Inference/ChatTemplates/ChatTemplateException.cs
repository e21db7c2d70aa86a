using System.Globalization;

namespace ForensicKit.Inference.ChatTemplates;

/// <summary>Why a chat template gave no text.</summary>
public enum ChatTemplateFailure
{
    /// <summary>The template is not valid Jinja.</summary>
    Syntax,

    /// <summary>The template itself refused what it was given, by <c>raise_exception</c>; the message is its own.</summary>
    Raised,

    /// <summary>The template does something that cannot be done: an attribute of an undefined value, text plus number, a forbidden method.</summary>
    Failed,

    /// <summary>The template goes beyond its limits: too many steps, too much text, too deep.</summary>
    Exceeded,
}

/// <summary>What went wrong in a chat template; inner exception of the <see cref="KitException"/> that users of a template get.</summary>
/// <param name="failure">Whose doing it is.</param>
/// <param name="message">What happened; for <see cref="ChatTemplateFailure.Raised"/> exactly the template's own message.</param>
/// <param name="line">The line of the template, from 1; null where it is not known.</param>
public sealed class ChatTemplateException(ChatTemplateFailure failure, string message, int? line = null) : Exception(message)
{
    /// <summary>Whose doing it is.</summary>
    public ChatTemplateFailure Failure { get; } = failure;

    /// <summary>The line of the template, from 1; null where it is not known.</summary>
    public int? Line { get; } = line;

    internal static ChatTemplateException Syntax(string message, int line) => new(ChatTemplateFailure.Syntax, message, line);

    /// <summary>What Python would report as a type, value, key or runtime error.</summary>
    internal static ChatTemplateException Failed(string message) => new(ChatTemplateFailure.Failed, message);

    internal static ChatTemplateException Exceeded(string message) => new(ChatTemplateFailure.Exceeded, message);

    /// <summary>The same, as the message for the person at the keyboard.</summary>
    internal KitException ToKitException(int? line = null)
    {
        var where = (Line ?? line) is { } known ? string.Create(CultureInfo.InvariantCulture, $"chat template, line {known}") : "chat template";
        return Failure switch
        {
            ChatTemplateFailure.Syntax => new(Message, where, "Mend the template; it must be valid Jinja.", innerException: this),
            ChatTemplateFailure.Raised => new($"The chat template refuses these messages: {Message}", where, innerException: this),
            ChatTemplateFailure.Exceeded => new(Message, where, "Give fewer or shorter messages, or a template that does less.", innerException: this),
            _ => new($"The chat template fails: {Message}", where, "Give messages in the shape the template expects.", innerException: this),
        };
    }
}
