namespace Loop.Replayer.Sandbox.Tests.Seal;

/// <summary>The doors for a service that is user 0.</summary>
public sealed class SealTests(SealedFixture fixture) : SealSuite(fixture), IClassFixture<SealedFixture>;
