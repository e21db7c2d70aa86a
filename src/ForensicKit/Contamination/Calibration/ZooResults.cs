using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ForensicKit.Evidence;

namespace ForensicKit.Contamination.Calibration;

/// <summary>What the detectors say of one benchmark of one organism, beside what is true of it.</summary>
public sealed record ZooUnit
{
    /// <summary>The organism.</summary>
    public required string Member { get; init; }

    /// <summary>Its size.</summary>
    public required string Size { get; init; }

    /// <summary>The benchmark.</summary>
    public required string Benchmark { get; init; }

    /// <summary>How items are planted; null where none are, and the items called leaked were drawn at random.</summary>
    public string? Way { get; init; }

    /// <summary>How often each planted item is seen; 0 in a clean organism.</summary>
    public required int Exposures { get; init; }

    /// <summary>Items that are called leaked.</summary>
    public required int Leaked { get; init; }

    /// <summary>Fresh twins.</summary>
    public required int Fresh { get; init; }

    /// <summary>Planted items that the scan finds in the training text.</summary>
    public required int Found { get; init; }

    /// <summary>Items that are not planted, fresh ones among them, and that it finds all the same.</summary>
    public required int FoundWrongly { get; init; }

    /// <summary>Items that are not planted, fresh ones among them.</summary>
    public required int NotPlanted { get; init; }

    /// <summary>Exact one-sided p of no more items found among the benchmark's own than among fresh ones; 1 where none is found.</summary>
    public required double PresenceP { get; init; }

    /// <summary>Gain in log-likelihood of the right answer on leaked items, nats per token.</summary>
    public required double MemoryNats { get; init; }

    /// <summary>Its p.</summary>
    public required double MemoryP { get; init; }

    /// <summary>Inflation as it is estimated, in points.</summary>
    public required double Points { get; init; }

    /// <summary>Lower end of its 95% interval.</summary>
    public required double Low { get; init; }

    /// <summary>Upper end.</summary>
    public required double High { get; init; }

    /// <summary>Its p.</summary>
    public required double InflationP { get; init; }

    /// <summary>The gain over fresh items of the same difficulty (<see cref="MatchedGain"/>), in points; null where no item has a match.</summary>
    public double? MatchedPoints { get; init; }

    /// <summary>Lower end of its 95% interval.</summary>
    public double? MatchedLow { get; init; }

    /// <summary>Upper end.</summary>
    public double? MatchedHigh { get; init; }

    /// <summary>
    /// True inflation in points: the lead on the leaked items over the mean of the clean organisms of the same size, less the lead on the published
    /// items that did not leak. Neither the organism itself, nor the reference of the estimate, nor a fresh twin enters it.
    /// </summary>
    public required double Truth { get; init; }
}

/// <summary>Every clean organism of a size accused by means of every other as its reference, of items that are called leaked at random.</summary>
/// <param name="Size">The size.</param>
/// <param name="Organisms">Clean organisms.</param>
/// <param name="Accused">Pairs, suspect and reference, of which memorisation or inflation is called shown; 0-based.</param>
public sealed record CleanTrials(string Size, int Organisms, IReadOnlyList<IReadOnlyList<int>> Accused);

/// <summary>The measured results of a zoo: what every statement about contamination is calibrated on.</summary>
public sealed record ZooResults
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The zoo.</summary>
    public required string Zoo { get; init; }

    /// <summary>SHA-256 of its recipe's file.</summary>
    public required string RecipeSha256 { get; init; }

    /// <summary>The command that makes them again.</summary>
    public required string Command { get; init; }

    /// <summary>False accusations, size by size.</summary>
    public required IReadOnlyList<CleanTrials> Clean { get; init; }

    /// <summary>Every benchmark of every organism.</summary>
    public required IReadOnlyList<ZooUnit> Units { get; init; }

    /// <summary>Reads a file of results.</summary>
    /// <exception cref="KitException">It is not there or damaged.</exception>
    public static ZooResults Read(string path)
    {
        if (!File.Exists(path))
            throw new KitException("The results of this zoo are not there.", path, "Make them with 'forensickit organism zoo'.", ExitCode.EnvironmentLacks);
        try
        {
            return JsonSerializer.Deserialize<ZooResults>(File.ReadAllText(path), s_json) ?? throw new JsonException("The file holds null.");
        }
        catch (JsonException e)
        {
            throw new KitException("The results of this zoo cannot be read.", path, $"Make them again with 'forensickit organism zoo'. {e.Message}");
        }
    }

    /// <summary>Writes them, one unit a line, so that a change shows where it is.</summary>
    public void Write(string path)
    {
        var text = new StringBuilder().Append("{\n").Append(Field("zoo", Zoo)).Append(Field("recipe_sha256", RecipeSha256)).Append(Field("command", Command))
            .Append("\"clean\": ").Append(JsonSerializer.Serialize(Clean, s_json)).Append(",\n\"units\": [\n");
        text.AppendJoin(",\n", Units.Select(u => JsonSerializer.Serialize(u, s_json))).Append("\n]\n}\n");
        AtomicFile.WriteText(path, text.ToString());
    }

    private static string Field(string name, string value) => $"\"{name}\": {JsonSerializer.Serialize(value, s_json)},\n";
}
