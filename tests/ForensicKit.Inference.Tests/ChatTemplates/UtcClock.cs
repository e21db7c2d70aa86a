namespace ForensicKit.Inference.Tests.ChatTemplates;

/// <summary>A clock that stands still, in a place without time zone.</summary>
internal sealed class UtcClock(DateTimeOffset now) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => now;
}
