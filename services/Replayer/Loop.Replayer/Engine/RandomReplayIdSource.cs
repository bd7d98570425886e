using System.Security.Cryptography;
using Loop.Replayer.Core.Requests;

namespace Loop.Replayer.Engine;

/// <summary>Ids from the operating system's generator.</summary>
internal sealed class RandomReplayIdSource : IReplayIdSource
{
    public ReplayIds Next() => ReplayIds.From(RandomNumberGenerator.GetBytes(ReplayIds.ByteCount));
}
