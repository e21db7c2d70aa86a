using System.Globalization;
using System.Text.Json;
using ForensicKit.Latency;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Latency;

/// <summary>Schedules, definitions and percentiles against real runs of MLPerf LoadGen 6.0.17 (golden/loadgen).</summary>
public class LoadGenRunTests
{
    [Theory]
    [InlineData("server-qps50-seed1")]
    [InlineData("server-qps200-seed2")]
    [InlineData("server-qps200-seed-2e33")]
    [InlineData("server-qps50-mlperf51-seeds")]
    [InlineData("server-qps50-tokens")]
    [InlineData("server-qps200-accuracylog")]
    public void Schedules_agree_to_the_nanosecond(string run)
    {
        using var settings = Settings(run);
        var s = settings.RootElement.GetProperty("test_settings");
        var schedule = LoadSchedule.Poisson(
            s.GetProperty("schedule_rng_seed").GetUInt64(), s.GetProperty("server_target_qps").GetDouble(), TimeSpan.FromMilliseconds(s.GetProperty("min_duration_ms").GetInt64()),
            s.GetProperty("min_query_count").GetInt32());
        Assert.Equal(Rows(run).Select(r => long.Parse(r[3], CultureInfo.InvariantCulture)), schedule.ScheduledNs);
        Assert.Equal(Logged(run)["generated_query_duration"], schedule.GeneratedDurationNs);
        Assert.Equal(Logged(run)["generated_query_count"], schedule.ScheduledNs.Count);
    }

    // Audit modes stop by another rule than time.
    [Theory]
    [InlineData("server-permutation")]
    [InlineData("server-same")]
    [InlineData("server-unique")]
    public void A_fixed_number_of_arrivals_agrees_to_the_nanosecond(string run)
    {
        using var settings = Settings(run);
        var s = settings.RootElement.GetProperty("test_settings");
        var logged = Rows(run).Select(r => long.Parse(r[3], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(logged, LoadSchedule.Poisson(s.GetProperty("schedule_rng_seed").GetUInt64(), s.GetProperty("server_target_qps").GetDouble(), logged.Count).ScheduledNs);
    }

    [Theory]
    [InlineData("server-qps50-seed1", LatencyMetric.EndToEnd, "result_{0}_percentile_latency_ns")]
    [InlineData("server-qps200-seed2", LatencyMetric.EndToEnd, "result_{0}_percentile_latency_ns")]
    [InlineData("singlestream-perf", LatencyMetric.EndToEnd, "result_{0}_percentile_latency_ns")]
    [InlineData("server-qps50-tokens", LatencyMetric.EndToEnd, "result_{0}_percentile_latency_ns")]
    [InlineData("server-qps50-tokens", LatencyMetric.TimeToFirstToken, "result_first_token_{0}_percentile_latency_ns")]
    [InlineData("server-qps50-tokens", LatencyMetric.TimePerOutputToken, "result_time_per_output_token_{0}_percentile_ns")]
    [InlineData("singlestream-tokens", LatencyMetric.TimePerOutputToken, "result_time_per_output_token_{0}_percentile_ns")]
    public void Percentiles_of_every_metric_agree(string run, LatencyMetric metric, string key)
    {
        var values = LatencyValues.Of(Requests(run), metric);
        var logged = Logged(run);
        foreach (var p in new[] { 0.5m, 0.9m, 0.95m, 0.97m, 0.99m, 0.999m })
        {
            // LoadGen's times per token are whole nanoseconds.
            var name = string.Format(CultureInfo.InvariantCulture, key, (100 * p).ToString("0.00", CultureInfo.InvariantCulture));
            Assert.Equal(logged[name], (long)Math.Floor(LatencyQuantiles.Of(values, p).ValueNs));
        }
    }

    private static List<LatencyRequest> Requests(string run)
    {
        using var settings = Settings(run);
        var tokens = settings.RootElement.GetProperty("sut_observed").EnumerateArray().ToDictionary(r => r[0].GetInt32(), r => r.GetArrayLength() > 6 ? r[4].GetInt32() : 1);
        return [.. Rows(run).Select((r, i) =>
        {
            var scheduled = long.Parse(r[3], CultureInfo.InvariantCulture);
            var last = scheduled + long.Parse(r[6], CultureInfo.InvariantCulture);
            var first = r[5].Length > 0 ? scheduled + long.Parse(r[5], CultureInfo.InvariantCulture) : last;
            return new LatencyRequest(i, scheduled, scheduled + long.Parse(r[4], CultureInfo.InvariantCulture), first, last, tokens[i], false);
        })];
    }

    private static IEnumerable<string[]> Rows(string run) => File.ReadLines(TestData.Require("golden", "loadgen", run, "schedule.csv")).Skip(1).Select(l => l.Split(','));

    private static JsonDocument Settings(string run) => JsonDocument.Parse(File.ReadAllText(TestData.Require("golden", "loadgen", run, "settings.json")));

    private static Dictionary<string, long> Logged(string run)
    {
        var result = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(TestData.Require("golden", "loadgen", run, "mlperf_log_detail.txt")))
        {
            var entry = JsonSerializer.Deserialize<JsonElement>(line[":::MLLOG ".Length..]);
            if (entry.GetProperty("value") is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number))
                result[entry.GetProperty("key").GetString()!] = number;
        }

        return result;
    }
}
