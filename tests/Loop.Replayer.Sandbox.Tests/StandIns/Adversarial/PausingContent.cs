using System.Net;

namespace Loop.Replayer.Sandbox.Tests.StandIns.Adversarial;

/// <summary>A body of unknown length that comes in pieces, with pauses between them.</summary>
internal sealed class PausingContent(byte[] bytes, int pieces) : HttpContent
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        foreach (byte[] piece in bytes.Chunk(bytes.Length / pieces))
        {
            await stream.WriteAsync(piece);
            await stream.FlushAsync();
            await Task.Delay(Pause);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
