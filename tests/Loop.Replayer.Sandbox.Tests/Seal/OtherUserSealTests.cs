namespace Loop.Replayer.Sandbox.Tests.Seal;

/// <summary>The doors for a service that is another user: its way there leads through three doors that must be shut again.</summary>
public sealed class OtherUserSealTests(OtherUserSealTests.Fixture fixture) : SealSuite(fixture), IClassFixture<OtherUserSealTests.Fixture>
{
    /// <summary>A sandbox whose hostile program is user 4711.</summary>
    public sealed class Fixture : SealedFixture
    {
        protected override int UserId => 4711;
    }
}
