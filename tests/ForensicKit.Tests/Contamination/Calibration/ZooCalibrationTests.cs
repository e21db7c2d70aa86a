using ForensicKit.Contamination.Calibration;
using ForensicKit.Contamination.Verdicts;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Contamination.Calibration;

public sealed class ZooCalibrationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_said_of_organisms_is_counted_against_what_is_true_of_them()
    {
        var calibration = new ZooCalibration(Results(
            Unit("clean-1", "a", null, 0, memory: 0.5, inflation: 0.4, (0, -5, 5), 1),
            Unit("clean-1", "b", null, 0, memory: 1e-4, inflation: 0.3, (9, 2, 16), 0),
            Unit("clean-2", "a", null, 0, memory: 0.9, inflation: 0.9, (0, -5, 5), 6),
            Unit("leaked-1", "a", "question-answer", 1, memory: 0.2, inflation: 0.2, (3, -4, 10), 4),
            Unit("leaked-2", "a", "question-answer", 8, memory: 1e-4, inflation: 1e-9, (30, 20, 40), 31),
            Unit("leaked-3", "a", "question-only", 8, memory: 0.4, inflation: 0.7, (-1, -6, 4), 0),
            Unit("leaked-4", "a", "question-answer", 4, memory: 1e-4, inflation: 0.2, (5, -1, 11), 8)));
        // Two of three times two pairs, and three organisms drawn again and again.
        Assert.Equal((2, 6, 3), (calibration.FalseAccusations.Accused, calibration.FalseAccusations.Trials, calibration.FalseAccusations.Organisms));
        Assert.InRange(calibration.FalseAccusations.Interval.Upper, 0.34, 1);
        Assert.Equal(0, calibration.FalseAccusations.Interval.Lower);
        Assert.Equal(new(1, 3), calibration.FalselyShown(ContaminationStatement.Memorisation));
        Assert.Equal(new(0, 3), calibration.FalselyShown(ContaminationStatement.Inflation));
        Assert.Equal(new(0, 1), calibration.ShownForQuestions(ContaminationStatement.Inflation));
        Assert.Equal(new(5, 7), calibration.Coverage());
        Assert.Equal(new(4, 4), calibration.Coverage(ofClean: false));
        Assert.Equal(
            [(1, new CountedShare(0, 1)), (4, new(1, 1)), (8, new(1, 1))], calibration.Power(ContaminationStatement.Memorisation).Select(p => (p.Exposures, p.Shown)));
        Assert.Equal(4, calibration.SeenFrom(ContaminationStatement.Memorisation));
        Assert.Equal(8, calibration.SeenFrom(ContaminationStatement.Inflation));
        Assert.Equal(31, calibration.MeanTruth(8));
        // Of 31 and 8 points the first is shown.
        Assert.Equal([new GainPower(5, new(1, 2)), .. Enumerable.Range(2, 5).Select(i => new GainPower(5 * i, new(1, 1)))], calibration.PowerByGain);
        Assert.Equal(10, calibration.SeenFromGain());
        Assert.Equal(new(27, 30), calibration.Found("question-answer"));
        Assert.Equal(["question-answer", "question-only"], calibration.Ways);
    }

    [Fact]
    public void A_power_that_is_lost_again_with_more_exposures_is_not_said_to_be_had()
    {
        var calibration = new ZooCalibration(Results(
            Unit("l1", "a", "question-answer", 2, 1e-4, 1e-4, (9, 2, 16), 9), Unit("l2", "a", "question-answer", 4, 0.5, 1e-4, (9, 2, 16), 9), Unit("l3", "a", "question-answer", 8, 1e-4, 0.5, (9, 2, 16), 9)));
        Assert.Equal(8, calibration.SeenFrom(ContaminationStatement.Memorisation));
        Assert.Null(calibration.SeenFrom(ContaminationStatement.Inflation));
        Assert.Null(calibration.SeenFromGain());
    }

    [Fact]
    public void Results_are_the_same_when_read_back()
    {
        var results = Results(Unit("c", "a", null, 0, 0.5, 0.5, (0, -1, 1), 0), Unit("l", "a", "question-answer", 2, 1e-4, 1e-300, (9.5, 2.25, 16), 9));
        results.Write(_folder["results.json"]);
        var read = ZooResults.Read(_folder["results.json"]);
        Assert.Equal(results.Units, read.Units);
        Assert.Equal(results.Clean[0].Accused, read.Clean[0].Accused);
        Assert.Equal((results.Zoo, results.RecipeSha256, results.Command), (read.Zoo, read.RecipeSha256, read.Command));
        File.WriteAllText(_folder["results.json"], "{ \"zoo\": 1 }");
        Assert.Contains("cannot be read", Assert.Throws<KitException>(() => ZooResults.Read(_folder["results.json"])).Message, StringComparison.Ordinal);
        Assert.Throws<KitException>(() => ZooResults.Read(_folder["none.json"]));
    }

    private static ZooResults Results(params IReadOnlyList<ZooUnit> units) => new() { Zoo = "z", RecipeSha256 = "ab", Command = "forensickit organism zoo z", Clean = [new("small", 3, [[0, 1], [2, 1]])], Units = units };

    private static ZooUnit Unit(string member, string benchmark, string? way, int exposures, double memory, double inflation, (double Points, double Low, double High) estimate, double truth) => new()
    {
        Member = member,
        Size = "small",
        Benchmark = benchmark,
        Way = way,
        Exposures = exposures,
        Leaked = 10,
        Fresh = 20,
        Found = way is null ? 0 : 9,
        FoundWrongly = 0,
        NotPlanted = 30,
        PresenceP = way is null ? 1 : 1e-6,
        MemoryNats = 0.1,
        MemoryP = memory,
        Points = estimate.Points,
        Low = estimate.Low,
        High = estimate.High,
        InflationP = inflation,
        Truth = truth,
    };
}
