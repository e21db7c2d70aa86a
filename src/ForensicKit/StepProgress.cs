namespace ForensicKit;

/// <summary>How far a long step is.</summary>
/// <param name="Step">What is being done, for example <c>Taking in responses of gpt-4</c>.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all; 0 where that is not known.</param>
/// <param name="Unit">What is counted, plural: <c>items</c>, <c>cells</c>, <c>bytes</c>.</param>
public sealed record StepProgress(string Step, long Done, long Total, string Unit);
