using System.Diagnostics;

namespace ForensicKit.Cases;

/// <summary>
/// The steps of an investigation as activities of .NET's own tracing (<see cref="ActivitySource"/>): a listener hears how long each took;
/// without one they cost nothing.
/// </summary>
public static class StepTrace
{
    /// <summary>Name of the source; steps are named <c>open</c>, <c>take in</c>, <c>reproduce</c>, <c>judge</c>, <c>publish</c>, <c>seal</c> and so on.</summary>
    public const string SourceName = "ForensicKit";

    private static readonly ActivitySource s_source = new(SourceName);

    /// <summary>Begins a step, which ends when the activity is disposed; null where nobody listens.</summary>
    internal static Activity? Begin(string step) => s_source.StartActivity(step);
}
