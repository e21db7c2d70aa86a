using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ForensicKit.Evidence;
using ForensicKit.Models;
using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Membership;

/// <summary>A p-value as it is kept.</summary>
/// <param name="Value">The value; 0 below the range of doubles.</param>
/// <param name="Log10">Its decimal logarithm.</param>
public sealed record KeptProbability(double Value, double Log10)
{
    internal static KeptProbability? Of(Probability? p) => p is { } known ? new(known.Value, Math.Max(known.Log10, -1e9)) : null;
}

/// <summary>A test's outcome as it is kept.</summary>
public sealed record KeptOutcome(
    string Test, string Null, string Needs, string CannotSee, string? Refused, KeptProbability? P, KeptProbability? Adjusted, string? EffectName, double? Effect, Interval? Interval, int Members,
    int NonMembers, IReadOnlyDictionary<string, double> Numbers, IReadOnlyList<string> Notes)
{
    internal static KeptOutcome Of(MembershipOutcome o) => new(
        o.Test, o.Null, o.Needs, o.CannotSee, o.Refused, KeptProbability.Of(o.P), KeptProbability.Of(o.Adjusted), o.EffectName, o.Effect, o.Interval, o.Members, o.NonMembers,
        o.Numbers.Where(n => double.IsFinite(n.Value)).ToDictionary(n => n.Key, n => n.Value, StringComparer.Ordinal), o.Notes);
}

/// <summary>The control without a model as it is kept.</summary>
public sealed record KeptBlind(double Area, Interval Interval, double ExpectedArea, double P, double LengthArea, double LengthP, int Permutations, string? Objection);

/// <summary>A finished battery as it is told and kept.</summary>
public sealed record MembershipReport
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Said with every battery.</summary>
    public const string Caution = "Memorisation is not inflation: a model may know items by heart and have gained nothing by it, and the other way round.";

    /// <summary>What was asked.</summary>
    public required ModelDescription Model { get; init; }

    /// <summary>The reference model; null where there is none.</summary>
    public ModelDescription? Reference { get; init; }

    /// <summary>Name of the suspected set.</summary>
    public required string Dataset { get; init; }

    /// <summary>Its items.</summary>
    public required int Members { get; init; }

    /// <summary>Items of the other set.</summary>
    public required int NonMembers { get; init; }

    /// <summary>Every draw comes from it.</summary>
    public required long Seed { get; init; }

    /// <summary>How much was asked.</summary>
    public required MembershipOptions Options { get; init; }

    /// <summary>Version of the kit.</summary>
    public string Version { get; init; } = typeof(MembershipReport).Assembly.GetName().Version?.ToString() ?? "";

    /// <summary>The control without a model; null where there was nothing to compare.</summary>
    public KeptBlind? Blind { get; init; }

    /// <summary>Outcomes, test by test.</summary>
    public required IReadOnlyList<KeptOutcome> Outcomes { get; init; }

    /// <summary>How p-values were adjusted.</summary>
    public string Adjustment { get; init; } = "Benjamini-Hochberg over tests; the statistics of a test put together by Simes first";

    /// <summary>What must be said with the numbers.</summary>
    public string Note { get; init; } = Caution;

    /// <summary>Sums a battery up.</summary>
    internal static MembershipReport Of(MembershipContext context, IReadOnlyList<MembershipOutcome> outcomes, CancellationToken cancellationToken)
    {
        return new()
        {
            Model = context.Model.Description,
            Reference = context.Reference?.Description,
            Dataset = context.Dataset,
            Members = context.Members.Count,
            NonMembers = context.NonMembers.Count,
            Seed = context.Seed,
            Options = context.Options,
            Blind = BlindOf(context, cancellationToken),
            Outcomes = [.. outcomes.Select(KeptOutcome.Of)],
        };
    }

    /// <summary>The control without a model as it is kept; null where there is nothing to compare.</summary>
    internal static KeptBlind? BlindOf(MembershipContext context, CancellationToken cancellationToken)
    {
        try
        {
            return context.Blind(cancellationToken) is { } b ? new(b.Area, b.Interval, b.ExpectedArea, b.P.Value, b.LengthArea, b.LengthP.Value, b.Permutations, b.Objection) : null;
        }
        catch (KitException e)
        {
            return new(0.5, new(0, 1), 0.5, 1, 0.5, 1, 0, e.Message);
        }
    }

    /// <summary>Writes <c>membership.json</c> into a folder.</summary>
    /// <exception cref="KitException">The folder cannot be written.</exception>
    public void Write(string folder) => AtomicFile.Write(Path.Combine(folder, "membership.json"), JsonSerializer.SerializeToUtf8Bytes(this, s_json));
}
