using System.Text.Json;
using ForensicKit.Contamination.Membership;
using ForensicKit.Statistics;

namespace ForensicKit.Evidence;

/// <content>Rows of the tests that ask a model itself.</content>
public sealed partial class EvidenceDatabase
{
    /// <summary>Whether a battery is stored.</summary>
    public bool HasBattery(string batteryId, CancellationToken cancellationToken) =>
        Query("SELECT 1 FROM membership_batteries WHERE battery_id = $id", row => row.GetInt32(0), cancellationToken, ("id", batteryId)).Count > 0;

    /// <summary>Appends a whole battery in one transaction, unless it is there already.</summary>
    /// <param name="battery">Its row.</param>
    /// <param name="outcomes">Its outcomes, in the order of the tests.</param>
    /// <param name="cancellationToken">Stops waiting for a lock.</param>
    public void AppendBattery(BatteryRow battery, IReadOnlyList<MembershipOutcome> outcomes, CancellationToken cancellationToken) => Append(
        connection =>
        {
            if (Scalar(connection, "SELECT count(*) FROM membership_batteries WHERE battery_id = $id", ("id", battery.Id)) > 0)
                return;
            Execute(
                connection, "INSERT INTO membership_batteries VALUES ($id, $benchmark, $model, $options, $at)",
                ("id", battery.Id), ("benchmark", battery.Benchmark), ("model", battery.Model), ("options", battery.Options), ("at", battery.AskedAt.UtcDateTime));
            using (var appender = connection.CreateAppender("membership_tests"))
            {
                for (var i = 0; i < outcomes.Count; i++)
                {
                    var o = outcomes[i];
                    appender.CreateRow()
                        .AppendValue(battery.Id).AppendValue(i).AppendValue(o.Test).AppendValue(o.Refused).AppendValue(o.P?.Value).AppendValue(o.P?.Log).AppendValue(o.EffectName)
                        .AppendValue(o.Effect).AppendValue(o.Interval?.Lower).AppendValue(o.Interval?.Upper).AppendValue(o.Members).AppendValue(o.NonMembers)
                        .AppendValue(JsonSerializer.Serialize(o.Numbers.Where(n => double.IsFinite(n.Value)).ToDictionary(n => n.Key, n => n.Value, StringComparer.Ordinal)))
                        .AppendValue(JsonSerializer.Serialize(o.Notes)).AppendValue(o.Compared?.Draws)
                        .EndRow();
                }
            }

            using var scores = connection.CreateAppender("membership_scores");
            foreach (var (test, sets) in outcomes.Where(o => o.Compared is not null).Select(o => (o.Test, o.Compared!)))
            {
                for (var i = 0; i < sets.Items.Count; i++)
                {
                    var item = sets.Items[i];
                    scores.CreateRow()
                        .AppendValue(battery.Id).AppendValue(test).AppendValue(i).AppendValue(item.ItemId).AppendValue(item.IsMember).AppendValue(item.Subject).AppendValue(item.Score)
                        .EndRow();
                }
            }
        },
        cancellationToken);

    /// <summary>A battery; null where it is not stored.</summary>
    public BatteryRow? ReadBattery(string batteryId, CancellationToken cancellationToken) => Query(
        "SELECT battery_id, benchmark, model, options, asked_at FROM membership_batteries WHERE battery_id = $id",
        row => new BatteryRow(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), new DateTimeOffset(row.GetDateTime(4), TimeSpan.Zero)),
        cancellationToken,
        ("id", batteryId)).FirstOrDefault();

    /// <summary>The outcomes of a battery, in the order of the tests, without what they compared.</summary>
    public IReadOnlyList<MembershipOutcome> ReadOutcomes(string batteryId, CancellationToken cancellationToken) => Query(
        "SELECT test, refused, log_p, effect_name, effect, lower, upper, members, non_members, numbers, notes FROM membership_tests WHERE battery_id = $id ORDER BY test_index",
        row => MembershipBattery.Kept(row.GetString(0)) with
        {
            Refused = NullableText(row, 1),
            P = NullableNumber(row, 2) is { } log ? Probability.FromLog(log) : null,
            EffectName = NullableText(row, 3),
            Effect = NullableNumber(row, 4),
            Interval = NullableNumber(row, 5) is { } lower && NullableNumber(row, 6) is { } upper ? new(lower, upper) : null,
            Members = row.GetInt32(7),
            NonMembers = row.GetInt32(8),
            Numbers = JsonSerializer.Deserialize<Dictionary<string, double>>(row.GetString(9))!,
            Notes = JsonSerializer.Deserialize<List<string>>(row.GetString(10))!,
        },
        cancellationToken,
        ("id", batteryId));

    /// <summary>What a battery's tests compared, by test.</summary>
    public IReadOnlyDictionary<string, ComparedSets> ReadCompared(string batteryId, CancellationToken cancellationToken)
    {
        var items = Query(
            "SELECT test, item_id, is_member, subject, score FROM membership_scores WHERE battery_id = $id ORDER BY test, item_index",
            row => (Test: row.GetString(0), Item: new ComparedItem(row.GetString(1), row.GetBoolean(2), row.GetString(3), row.GetDouble(4))),
            cancellationToken,
            ("id", batteryId)).ToLookup(i => i.Test, i => i.Item, StringComparer.Ordinal);
        return Query(
            "SELECT test, draws FROM membership_tests WHERE battery_id = $id AND draws IS NOT NULL",
            row => (Test: row.GetString(0), Draws: row.GetString(1)),
            cancellationToken,
            ("id", batteryId)).ToDictionary(t => t.Test, t => new ComparedSets(t.Draws, [.. items[t.Test]]), StringComparer.Ordinal);
    }
}

/// <summary>A battery of tests as evidence keeps it; see <see cref="EvidenceSchema.MembershipBatteries"/>.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Benchmark">The benchmark.</param>
/// <param name="Model">Id of the model that was asked.</param>
/// <param name="Options">How it was asked, as JSON (<see cref="BatterySettings"/>).</param>
/// <param name="AskedAt">When.</param>
public sealed record BatteryRow(string Id, string Benchmark, string Model, string Options, DateTimeOffset AskedAt);
