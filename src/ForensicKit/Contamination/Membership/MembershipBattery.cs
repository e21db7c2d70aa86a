namespace ForensicKit.Contamination.Membership;

/// <summary>Every test that only needs the model.</summary>
public static class MembershipBattery
{
    /// <summary>The tests, in the order they run.</summary>
    public static IReadOnlyList<IMembershipTest> All { get; } =
    [
        new FileOrderTest(), new MembershipScoresTest(), new CompletionTest(), new NGramTest(), new OptionOrderTest(), new MaskedOptionTest(), new QuizTest(), new PeakednessTest(), new TwinGapTest(),
        new ConStatTest(),
    ];

    /// <summary>Runs tests one after the other and sums up; see <see cref="AskAsync"/>.</summary>
    /// <inheritdoc cref="AskAsync"/>
    public static async Task<MembershipReport> RunAsync(MembershipContext context, IReadOnlyList<string>? names, IProgress<StepProgress>? progress, CancellationToken cancellationToken) =>
        MembershipReport.Of(context, MembershipOutcome.Adjust(await AskAsync(context, names, progress, cancellationToken).ConfigureAwait(false)), cancellationToken);

    /// <summary>Runs tests one after the other; one that cannot be run is refused with its reason and ends nothing.</summary>
    /// <param name="context">What is at hand.</param>
    /// <param name="names">Names of the tests; null for all.</param>
    /// <param name="progress">Told how far each is.</param>
    /// <param name="cancellationToken">Stops between answers.</param>
    /// <exception cref="KitException">There is no test of a name, or an item's id is not unique in its set.</exception>
    public static async Task<IReadOnlyList<MembershipOutcome>> AskAsync(MembershipContext context, IReadOnlyList<string>? names, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        var tests = names is null ? All : Named(names);
        Check(context.Members, "members");
        Check(context.NonMembers, "non-members");
        var outcomes = new List<MembershipOutcome>();
        foreach (var test in tests)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                outcomes.AddRange(await test.RunAsync(context, progress, cancellationToken).ConfigureAwait(false));
            }
            catch (KitException e)
            {
                outcomes.Add(test.Refuse(e.Message));
            }
        }

        return outcomes;
    }

    /// <summary>The test that an outcome is of.</summary>
    /// <param name="outcome">Name of the outcome: that of its test, and after a slash its statistic.</param>
    /// <exception cref="KitException">There is no such test.</exception>
    public static IMembershipTest TestOf(string outcome) => Named([outcome.Split('/')[0]])[0];

    /// <summary>An outcome that was stored, with what its test says of itself.</summary>
    /// <inheritdoc cref="TestOf"/>
    internal static MembershipOutcome Kept(string outcome) => TestOf(outcome).Outcome() with { Test = outcome };

    /// <summary>Tests by their names.</summary>
    /// <exception cref="KitException">There is no test of a name.</exception>
    public static IReadOnlyList<IMembershipTest> Named(IReadOnlyList<string> names) =>
    [
        .. names.Distinct(StringComparer.Ordinal).Select(n => All.FirstOrDefault(t => t.Name == n)
            ?? throw new KitException($"There is no test '{n}'.", "--tests", $"Choose from {string.Join(", ", All.Select(t => t.Name))}.")),
    ];

    private static void Check(IReadOnlyList<MembershipItem> items, string set)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        if (items.FirstOrDefault(i => !ids.Add(i.Id)) is { } twice)
            throw new KitException($"Two {set} have the id '{twice.Id}'.");
        if (items.FirstOrDefault(i => string.IsNullOrWhiteSpace(i.Text)) is { } empty)
            throw new KitException("The item has no text.", empty.Id);
    }
}
