using System.Globalization;
using ForensicKit.Statistics;

namespace ForensicKit.Manifests;

/// <summary>How the gap between a claim and the standard protocol is divided among the choices in which protocols differ.</summary>
/// <param name="Claim">Id of the claim.</param>
/// <param name="Factors">The choices: each is either as the standard has it, or as favours the claim.</param>
/// <param name="Cells">For every combination that the factors' needs allow, where its score comes from; once each.</param>
public sealed record AttributionPlan(string Claim, IReadOnlyList<AttributionFactor> Factors, IReadOnlyList<AttributionCell> Cells)
{
    /// <summary>The combination of a cell as bits: bit i is <see cref="Factors"/>[i].</summary>
    public int MaskOf(AttributionCell cell) => cell.Favourable.Sum(id => 1 << Factors.Select(f => f.Id).ToList().IndexOf(id));

    /// <summary>Pairs of positions in <see cref="Factors"/>: the first must be favourable before the second can be.</summary>
    public IEnumerable<(int First, int Then)> Precedence =>
        Factors.SelectMany((factor, then) => factor.Needs.Select(need => (Factors.Select(f => f.Id).ToList().IndexOf(need), then)));
}

/// <summary>A choice in which protocols differ.</summary>
/// <param name="Id">Identifier within the attribution.</param>
/// <param name="Title">Name for people: what the favourable level is, for example "one worked example".</param>
/// <param name="Needs">Ids of the factors that must be favourable before this one can be.</param>
public sealed record AttributionFactor(string Id, string Title, IReadOnlyList<string> Needs);

/// <summary>The score of one combination of factors.</summary>
/// <param name="Favourable">Ids of the factors at the level that favours the claim; none of them is the standard.</param>
/// <param name="Protocol">Id of the protocol of the case that asks with this combination.</param>
/// <param name="Rule">Id of the rule of that protocol that scores it.</param>
public sealed record AttributionCell(IReadOnlyList<string> Favourable, string Protocol, string Rule);

/// <summary>The part of a case manifest that says among which choices a gap is divided: its shape, its checks, and the records made of it.</summary>
internal static class AttributionShapes
{
    // 2^8 combinations are 256 runs or scorings of each item; whoever needs more divides the question.
    private const int MostFactors = 8;
    private const int MostNamed = 4;

    private static ObjectShape Factor { get; } = new("a factor", "factors",
    [
        new("id", Shapes.Name, true, "Identifier within the attribution."),
        new("title", Shapes.Text, true, "Name for people of the level that favours the claim, for example 'One worked example'."),
        new("needs", new ListShape(Shapes.Name), false, "Ids of the factors without which this one makes no sense: votes need sampling."),
    ]);

    private static ObjectShape Cell { get; } = new("a combination of factors", "combinations of factors",
    [
        new("favourable", new ListShape(Shapes.Name), true, "Ids of the factors at the level that favours the claim; an empty list is the standard protocol."),
        new("protocol", Shapes.Name, true, "Id of the protocol of the case that asks with this combination."),
        new("rule", Shapes.Text, true, "Id of the rule of that protocol that scores it. Rules re-score stored answers: they cost no run."),
    ]);

    /// <summary>An attribution.</summary>
    public static ObjectShape Attribution { get; } = new("an attribution", "attributions",
    [
        new("claim", Shapes.Name, true, "Id of the claim whose gap is divided."),
        new("factors", new ListShape(Factor, 1), true, string.Create(CultureInfo.InvariantCulture, $"The choices in which the standard protocol differs from the one that favours the claim; at most {MostFactors}.")),
        new("cells", new ListShape(Cell, 1), true, "Every combination that 'needs' allows, once each."),
    ]);

    /// <summary>Makes attributions of their nodes.</summary>
    public static IReadOnlyList<AttributionPlan> Read(MapNode root) =>
    [
        .. root.Maps("attribution").Select(node => new AttributionPlan(
            node.Text("claim"),
            [.. node.Maps("factors").Select(f => new AttributionFactor(f.Text("id"), f.Text("title"), f.Texts("needs")))],
            [.. node.Maps("cells").Select(c => new AttributionCell(c.Texts("favourable"), c.Text("protocol"), c.Text("rule")))])),
    ];

    /// <summary>Checks what a schema cannot: that names lead somewhere, and that the combinations are those that the needs allow, once each.</summary>
    public static void Check(MapNode root, ManifestReferences references, ManifestErrors errors)
    {
        references.MustDiffer(root.Maps("attribution").Select(a => a["claim"]).OfType<ScalarNode>(), "attribution of the claim");
        foreach (var attribution in root.Maps("attribution"))
        {
            references.MustBeKnown(attribution["claim"], "claim", ManifestReferences.Ids(root, "claims"), "Add it to 'claims'.");
            CheckCombinations(root, attribution, references, errors);
        }
    }

    private static void CheckCombinations(MapNode root, MapNode attribution, ManifestReferences references, ManifestErrors errors)
    {
        var factors = attribution.Maps("factors").ToList();
        var ids = ManifestReferences.Ids(attribution, "factors");
        references.MustDiffer(factors.Select(f => f["id"]).OfType<ScalarNode>(), "factor");
        foreach (var need in factors.SelectMany(f => f.Scalars("needs")))
            references.MustBeKnown(need, "factor", ids, "Add it to 'factors'.");
        if (ids.Count > MostFactors)
            errors.Add(factors[MostFactors].At, string.Create(CultureInfo.InvariantCulture, $"There are more than {MostFactors} factors."), "Take factors together, or leave some out.");
        var isSound = ids.Count is > 0 and <= MostFactors && ids.Count == factors.Count && ids.Distinct(StringComparer.Ordinal).Count() == ids.Count
            && factors.TrueForAll(f => f.Texts("needs").All(ids.Contains));
        var claim = root.Maps("claims").FirstOrDefault(c => c.OptionalText("id") is { } id && id == attribution.OptionalText("claim"));
        foreach (var cell in attribution.Maps("cells"))
            CheckSource(root, claim, cell, references, errors);
        if (!isSound)
            return;
        var order = ids.ToList();
        ShapleyAttribution shapley;
        try
        {
            shapley = new ShapleyAttribution(order.Count, factors.SelectMany((f, then) => f.Texts("needs").Select(need => (order.IndexOf(need), then))));
        }
        catch (ArgumentException)
        {
            errors.Add(factors[0].At, "The factors need each other in a circle.", "Remove one of the 'needs'.");
            return;
        }

        CheckCoverage(attribution, order, [.. shapley.Coalitions], references, errors);
    }

    private static void CheckCoverage(MapNode attribution, List<string> ids, IReadOnlyList<int> allowed, ManifestReferences references, ManifestErrors errors)
    {
        var seen = new HashSet<int>();
        foreach (var cell in attribution.Maps("cells"))
        {
            var names = cell.Scalars("favourable").ToList();
            foreach (var name in names)
                references.MustBeKnown(name, "factor", ids, "Add it to 'factors'.");
            references.MustDiffer(names, "favourable factor");
            if (names.Exists(n => !ids.Contains(n.Value.Trim())))
                return;
            var mask = names.Select(n => n.Value.Trim()).Distinct(StringComparer.Ordinal).Sum(n => 1 << ids.IndexOf(n));
            if (!allowed.Contains(mask))
                errors.Add(cell.At, $"The combination {Words(ids, mask)} leaves out a factor that one of its factors needs.", "Remove it, or correct 'needs'.");
            else if (!seen.Add(mask))
                errors.Add(cell.At, $"The combination {Words(ids, mask)} is already there.", "Give each combination once.");
        }

        var missing = allowed.Where(mask => !seen.Contains(mask)).ToList();
        if (missing.Count > 0)
        {
            var rest = missing.Count > MostNamed ? string.Create(CultureInfo.InvariantCulture, $" and {missing.Count - MostNamed} more") : "";
            errors.Add(attribution.At, $"The attribution has no cell for {string.Join(", ", missing.Take(MostNamed).Select(m => Words(ids, m)))}{rest}.", "Every combination that 'needs' allows must be asked: give its protocol and rule.");
        }
    }

    // A cell must be asked of the claim's own model and benchmark, and the empty one is the standard by definition.
    private static void CheckSource(MapNode root, MapNode? claim, MapNode cell, ManifestReferences references, ManifestErrors errors)
    {
        references.MustBeKnown(cell["protocol"], "protocol", ManifestReferences.Ids(root, "protocols"), "Add it to 'protocols'.");
        var protocol = root.Maps("protocols").FirstOrDefault(p => p.OptionalText("id") is { } id && id == cell.OptionalText("protocol"));
        if (protocol is null || claim is null)
            return;
        references.MustBeKnown(cell["rule"], "rule of this protocol", protocol.Texts("rules"), "Add it to the protocol's 'rules'.");
        if (!protocol.Texts("models").Contains(claim.OptionalText("model") ?? "", StringComparer.Ordinal) || !protocol.Texts("benchmarks").Contains(claim.OptionalText("benchmark") ?? "", StringComparer.Ordinal))
            errors.Add(cell.At, $"The protocol '{cell.OptionalText("protocol")}' does not ask the claim's model on the claim's benchmark.", "Name a protocol that does, or add both to it.");
        if (cell["favourable"] is ListNode { Items.Count: 0 } && (protocol.OptionalText("role") != "standard" || protocol.Texts("rules").FirstOrDefault() != cell.OptionalText("rule")))
            errors.Add(cell.At, "The combination without favourable factors is not the standard protocol under its own rule.", "Give the protocol whose role is standard, and the first of its rules.");
    }

    private static string Words(IReadOnlyList<string> ids, int mask) => $"[{string.Join(", ", ids.Where((_, i) => (mask & (1 << i)) != 0))}]";
}
