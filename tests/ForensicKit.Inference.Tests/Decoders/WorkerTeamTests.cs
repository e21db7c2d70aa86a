using ForensicKit.Inference.Decoders;

namespace ForensicKit.Inference.Tests.Decoders;

public sealed class WorkerTeamTests
{
    // A caller that is held up between asking and waking finds workers asleep again that have done their parts since.
    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    public void Every_part_is_done_once_however_long_callers_are_held_up(int milliseconds)
    {
        var team = new WorkerTeam { BeforeWaking = () => Thread.Sleep(milliseconds) };
        var done = new int[3];
        for (var piece = 1; piece <= 4; piece++)
        {
            team.Run(3, (part, _) => Interlocked.Increment(ref done[part]));
            // Long enough for workers that were woken for nothing to do what they were not asked.
            Thread.Sleep(5);
            Assert.Equal([piece, piece, piece], done);
        }
    }
}
