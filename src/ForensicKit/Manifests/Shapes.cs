namespace ForensicKit.Manifests;

/// <summary>The shapes that several manifests share.</summary>
internal static class Shapes
{
    /// <summary>Text of any length that says something.</summary>
    public static ValueShape Text { get; } = new("text", @"\S", "Write a few words.");

    /// <summary>A name that is safe as a file name on every system.</summary>
    public static ValueShape Name { get; } = new("a name", "^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$", "Use lower-case letters, digits, '-', '_' and '.', and end with a letter or digit.")
    {
        MaximumLength = 100,
    };

    /// <summary>A path of one or more segments; no segment is <c>.</c> or <c>..</c> or ends in a dot.</summary>
    public static ValueShape RelativePath { get; } = new(
        "a relative path", "^([A-Za-z0-9_+@=.-]*[A-Za-z0-9_+@=-]/)*[A-Za-z0-9_+@=.-]*[A-Za-z0-9_+@=-]$",
        "Use a path inside a store: relative, with '/', without '..', of letters, digits and _ + @ = . -")
    {
        MaximumLength = 500,
    };

    /// <summary>A SHA-256.</summary>
    public static ValueShape Sha256 { get; } = new("a SHA-256", "^[0-9a-f]{64}$", "Give 64 lower-case hexadecimal digits, for example from sha256sum.");

    /// <summary>A public address.</summary>
    public static ValueShape Url { get; } = new(
        "an https address", @"^https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]{1,5})?/[!-~]*$", "Give a full address that starts with https:// and has no spaces or user name.")
    {
        MaximumLength = 2000,
    };

    /// <summary>A printed percentage.</summary>
    public static ValueShape Percent { get; } = new(
        "a percentage as printed", "^[0-9]{1,3}([.][0-9]{1,12})?$", "Give digits from 0 to 100 as they are printed, without '%' and with every decimal.")
    {
        Minimum = 0,
        Maximum = 100,
    };

    /// <summary>A count of at least one.</summary>
    public static ValueShape Count { get; } = Whole("a whole number from 1", 1, int.MaxValue);

    /// <summary>A count that may be zero.</summary>
    public static ValueShape CountOrZero { get; } = Whole("a whole number from 0", 0, 1_000_000);

    /// <summary>A size or seed.</summary>
    public static ValueShape Long { get; } = Whole("a whole number from 0", 0, long.MaxValue);

    /// <summary>Whether something is so.</summary>
    public static ValueShape Truth { get; } = new("true or false", "^(true|false)$", "Write true or false.") { IsTruth = true };

    /// <summary>A file with its hash.</summary>
    public static ObjectShape Artifact { get; } = new("an artifact", "artifacts",
    [
        new("id", Name, true, "Identifier, unique within the manifest; other fields refer to it."),
        new("path", RelativePath, true, "Where the file lies inside a store: the folder of the manifest, the data folder, or the cache."),
        new("sha256", Sha256, true, "SHA-256 of the file: it is checked each time the file is taken in."),
        new("bytes", Long, true, "Size of the file in bytes."),
        new("url", Url, false, "Where the same bytes can be had. Leave it out for files beside the manifest."),
        new("source", Text, true, "Repository and commit, or document, that the file comes from."),
        new("licence", Text, true, "SPDX identifier of the file's licence, or 'none' where its source names none: such files must not be passed on."),
        new("note", Text, false, "What else should be known of it."),
    ]);

    /// <summary>What is said of a protocol.</summary>
    public static ObjectShape Protocol { get; } = new("a protocol", "protocols",
    [
        new("split", Name, false, "Split of the benchmark."),
        new("shots", CountOrZero, false, "Worked examples in the prompt."),
        new("template", Text, false, "Prompt template: its text, or the name and version under which it is published."),
        new("decoding", Text, false, "Greedy, or sampling with its temperature and the rest; stop rules and the most tokens."),
        new("samples", Count, false, "Samples drawn for each item."),
        new("aggregation", Text, false, "How samples and items become one number: single answer, majority vote, pass@k; micro or macro average."),
        new("answer_extraction", Text, false, "How an answer is read from what the model wrote, or how a choice is taken from log-likelihoods."),
        new("metric", Text, false, "Definition of the metric, where its name leaves a choice."),
    ]);

    /// <summary>One of a few words.</summary>
    public static ValueShape OneOf(params IReadOnlyList<string> choices) =>
        new("one of " + string.Join(", ", choices), $"^({string.Join('|', choices.Select(choice => choice.Replace(".", "[.]", StringComparison.Ordinal)))})$", "") { Choices = choices };

    /// <summary>A field that says which schema a file follows.</summary>
    public static Field Schema(string id) => new("schema", OneOf(id), true, "The schema the file follows.");

    /// <summary>A whole number in a range.</summary>
    public static ValueShape Between(long minimum, long maximum) => Whole(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"a whole number from {minimum} to {maximum}"), minimum, maximum);

    /// <summary>A decimal number in a range.</summary>
    public static ValueShape Decimal(string words, decimal minimum, decimal maximum, bool isAbove = true) => new(words, "^[0-9]{1,7}([.][0-9]{1,12})?$", "Write it with a point, for example 0.8.")
    {
        IsNumber = true,
        Minimum = minimum,
        IsAboveMinimum = isAbove,
        Maximum = maximum,
    };

    private static ValueShape Whole(string name, long minimum, long maximum) => new(name, "^[0-9]{1,19}$", "Write digits only.")
    {
        IsNumber = true,
        Minimum = minimum,
        Maximum = maximum,
    };
}
