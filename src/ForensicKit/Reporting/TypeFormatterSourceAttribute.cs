namespace ForensicKit.Reporting;

/// <summary>
/// Says which class formats a type in notebooks. Notebook engines that follow the convention of .NET Interactive find this attribute by its
/// simple name, so that a library's types have rich output while the library references no notebook package.
/// </summary>
/// <remarks>
/// The source class has a public parameterless constructor and a method <c>CreateTypeFormatters()</c> that returns a sequence of objects, each
/// with <c>string MimeType { get; }</c> and <c>bool Format(object instance, TextWriter writer)</c>; all of them public. Derived types inherit it.
/// What is written for <c>text/html</c> goes into the page as it is: the formatter escapes.
/// </remarks>
/// <param name="formatterSourceType">The source class.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = true)]
public sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
{
    /// <summary>The class that creates the formatters.</summary>
    public Type FormatterSourceType { get; } = formatterSourceType;

    /// <summary>The mime types an output carries, all of them; where none is given, <c>text/html</c>.</summary>
    public string[]? PreferredMimeTypes { get; set; }
}
