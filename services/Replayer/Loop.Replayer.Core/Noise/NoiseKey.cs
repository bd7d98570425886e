namespace Loop.Replayer.Core.Noise;

/// <summary>What a mask was learned for. It says nothing about anything else.</summary>
/// <param name="Route">Entry route: authority, method and path without ids.</param>
/// <param name="Build">The build that varied by itself: the recorded one.</param>
/// <param name="Plan">Live services, state, clock and network of the runs.</param>
public sealed record NoiseKey(string Route, string Build, string Plan);
