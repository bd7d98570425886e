namespace Loop.Replayer.Core.Verdicts;

/// <summary>One way to hand out recorded answers that more than one call fits (<c>--permute</c>).</summary>
/// <param name="Name">Which answer went to which call.</param>
/// <param name="Number">From 1.</param>
/// <param name="Count">How many ways there are.</param>
public sealed record Assignment(string Name, int Number, int Count);
