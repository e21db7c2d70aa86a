using System.Globalization;
using System.Text.RegularExpressions;

namespace ForensicKit.Manifests;

/// <summary>What a field holds: the one description that checks files and writes the documentation.</summary>
internal abstract record Shape
{
    /// <summary>The shape in a few words, for the documentation and for messages.</summary>
    public abstract string Words { get; }

    /// <summary>Notes what is wrong with a node that stands for field <paramref name="field"/>.</summary>
    public abstract void Check(ManifestNode node, string field, ManifestErrors errors);

    /// <summary>Notes that the node has another type.</summary>
    protected void WrongType(ManifestNode node, string field, ManifestErrors errors)
    {
        var found = node switch { MapNode => "a map", ListNode => "a list", _ => "a single value" };
        errors.Add(node.At, $"'{field}' is {found} where {Words} is expected.", "See data-manifests/README.md for an example.");
    }
}

/// <summary>A single value.</summary>
/// <param name="Name">What it is, with article: <c>a whole number from 1</c>.</param>
/// <param name="Pattern">Regular expression, anchored at both ends, the same in .NET and JSON Schema.</param>
/// <param name="Mend">How to mend a value that does not fit.</param>
internal sealed record ValueShape(string Name, string Pattern, string Mend) : Shape
{
    /// <summary>Smallest number; null for texts.</summary>
    public decimal? Minimum { get; init; }

    /// <summary>Whether <see cref="Minimum"/> itself is excluded.</summary>
    public bool IsAboveMinimum { get; init; }

    /// <summary>Largest number.</summary>
    public decimal? Maximum { get; init; }

    /// <summary>Whether <see cref="Maximum"/> itself is excluded.</summary>
    public bool IsBelowMaximum { get; init; }

    /// <summary>Whether it is a number in YAML and must not be quoted; printed scores may be either.</summary>
    public bool IsNumber { get; init; }

    /// <summary>Whether it is <c>true</c> or <c>false</c> and must not be quoted.</summary>
    public bool IsTruth { get; init; }

    /// <summary>The only values allowed; empty where the pattern says all.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Most characters.</summary>
    public int MaximumLength { get; init; } = 8000;

    /// <inheritdoc/>
    public override string Words => Name;

    /// <inheritdoc/>
    public override void Check(ManifestNode node, string field, ManifestErrors errors)
    {
        if (node is not ScalarNode scalar)
        {
            WrongType(node, field, errors);
            return;
        }

        var value = scalar.Value.Trim();
        if (Choices.Count > 0 && !Choices.Contains(value, StringComparer.Ordinal))
            errors.Add(node.At, $"'{field}' is '{Shown(value)}'.", ManifestErrors.DidYouMean(value, Choices) + $"Use one of {string.Join(", ", Choices)}.");
        else if (value.Length > MaximumLength)
            errors.Add(node.At, string.Create(CultureInfo.InvariantCulture, $"'{field}' is longer than {MaximumLength} characters."), "Shorten it.");
        else if ((IsNumber || IsTruth) && !scalar.IsPlain)
            errors.Add(node.At, $"'{field}' is quoted text where {Words} is expected.", "Remove the quotes.");
        else if (!Fits(value))
            errors.Add(node.At, $"'{field}' is '{Shown(value)}' where {Words} is expected.", Mend);
    }

    private bool Fits(string value)
    {
        if (!Regex.IsMatch(value, Pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1)))
            return false;
        if (Minimum is null && Maximum is null)
            return true;
        return decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && !(number < Minimum || (IsAboveMinimum && number == Minimum) || number > Maximum || (IsBelowMaximum && number == Maximum));
    }

    private static string Shown(string value) => value.Length <= 60 ? value : value[..60] + "…";
}

/// <summary>A list.</summary>
/// <param name="Item">What each entry is.</param>
/// <param name="Minimum">Fewest entries.</param>
internal sealed record ListShape(Shape Item, int Minimum = 0) : Shape
{
    /// <inheritdoc/>
    public override string Words => Item is ObjectShape map ? $"a list of {map.Plural}" : $"a list, each {Item.Words}";

    /// <inheritdoc/>
    public override void Check(ManifestNode node, string field, ManifestErrors errors)
    {
        if (node is not ListNode list)
        {
            WrongType(node, field, errors);
            return;
        }

        if (list.Items.Count < Minimum)
            errors.Add(node.At, $"'{field}' has too few entries.", string.Create(CultureInfo.InvariantCulture, $"Give at least {Minimum}."));
        foreach (var item in list.Items)
            Item.Check(item, field, errors);
    }
}

/// <summary>A map of named fields.</summary>
/// <param name="Title">What it is, with article, for example <c>an artifact</c>; also the heading in the documentation.</param>
/// <param name="Plural">Several of them.</param>
/// <param name="Fields">Its fields, in the order of the documentation.</param>
internal sealed record ObjectShape(string Title, string Plural, IReadOnlyList<Field> Fields) : Shape
{
    /// <inheritdoc/>
    public override string Words => Title;

    /// <inheritdoc/>
    public override void Check(ManifestNode node, string field, ManifestErrors errors)
    {
        if (node is not MapNode map)
        {
            WrongType(node, field, errors);
            return;
        }

        foreach (var (key, value) in map.Entries)
        {
            var known = Fields.FirstOrDefault(f => f.Name == key.Value);
            if (known is null)
            {
                errors.Add(key.At, $"'{key.Value}' is not a field of {Title}.", ManifestErrors.DidYouMean(key.Value, Fields.Select(f => f.Name)) + "Remove it or correct its name.");
            }
            else if (value is ScalarNode { IsNull: true })
            {
                if (known.IsRequired)
                    errors.Add(key.At, $"'{known.Name}' has no value.", $"Give {known.Shape.Words}: {known.Description}");
            }
            else
            {
                known.Shape.Check(value, known.Name, errors);
            }
        }

        foreach (var missing in Fields.Where(f => f.IsRequired && !map.Entries.Any(entry => entry.Key.Value == f.Name)))
            errors.Add(map.At, $"{Capital(Title)} has no '{missing.Name}'.", $"Give {missing.Shape.Words}: {missing.Description}");
    }

    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];
}

/// <summary>A named field of a manifest.</summary>
/// <param name="Name">Its name in YAML.</param>
/// <param name="Shape">What it holds.</param>
/// <param name="IsRequired">Whether it must be there.</param>
/// <param name="Description">What it means, one or two sentences.</param>
internal sealed record Field(string Name, Shape Shape, bool IsRequired, string Description);
