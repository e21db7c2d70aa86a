using System.Globalization;

namespace ForensicKit.Templates;

/// <summary>Why a template gave no text.</summary>
public enum TemplateFailure
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

/// <summary>What went wrong in a template; inner exception of the <see cref="KitException"/> that users of a template get.</summary>
/// <param name="failure">Whose doing it is.</param>
/// <param name="message">What happened; for <see cref="TemplateFailure.Raised"/> exactly the template's own message.</param>
/// <param name="line">The line of the template, from 1; null where it is not known.</param>
public sealed class TemplateException(TemplateFailure failure, string message, int? line = null) : Exception(message)
{
    /// <summary>Whose doing it is.</summary>
    public TemplateFailure Failure { get; } = failure;

    /// <summary>The line of the template, from 1; null where it is not known.</summary>
    public int? Line { get; } = line;

    internal static TemplateException Syntax(string message, int line) => new(TemplateFailure.Syntax, message, line);

    /// <summary>What Python would report as a type, value, key or runtime error.</summary>
    internal static TemplateException Failed(string message) => new(TemplateFailure.Failed, message);

    internal static TemplateException Exceeded(string message) => new(TemplateFailure.Exceeded, message);

    /// <summary>The same, as the message for the person at the keyboard.</summary>
    /// <param name="what">What the template is, for people: for example <c>chat template</c>.</param>
    /// <param name="line">The line, where the exception does not know it.</param>
    internal KitException ToKitException(string what, int? line = null)
    {
        var where = (Line ?? line) is { } known ? string.Create(CultureInfo.InvariantCulture, $"{what}, line {known}") : what;
        return Failure switch
        {
            TemplateFailure.Syntax => new(Message, where, "Mend the template; it must be valid Jinja.", innerException: this),
            TemplateFailure.Raised => new($"The template refuses these messages: {Message}", where, innerException: this),
            TemplateFailure.Exceeded => new(Message, where, "Give fewer or shorter messages, or a template that does less.", innerException: this),
            _ => new($"The template fails: {Message}", where, "Give messages in the shape the template expects.", innerException: this),
        };
    }
}
