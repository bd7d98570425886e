using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Events;
using Loop.Store.Core.Packs;

namespace Loop.Store.Crash;

/// <summary>Records exchange after exchange into one conversation, from where it was left.</summary>
public sealed class Recorder(IEventStore events, IPackStore packs, string id)
{
    private readonly StreamName _stream = new("conversation", id);

    /// <summary>Never returns. A printed line <c>STREAM VERSION SEGMENT</c> is an acknowledgement.</summary>
    public async Task Run()
    {
        long version = -1;
        await foreach (StoredEvent stored in events.ReadStream(_stream, 0, CancellationToken.None))
            version = stored.Version;
        while (true)
        {
            SegmentWritten written = await packs.WriteSegment(_stream.ToString(), [Exchange(version + 1)], CancellationToken.None);
            ExchangeRecorded fact = new(new ExchangeId(id, 1, version + 1), written.Segment, 0, DateTimeOffset.UnixEpoch);
            AppendResult result = await events.Append(_stream, version, EventSerializer.Serialize(_stream, version, [fact], EventMetadata.None), CancellationToken.None);
            if (result.Outcome != AppendOutcome.Appended)
                throw new InvalidOperationException($"{_stream} is at {result.Version}, expected {version}.");
            version = result.Version;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_stream} {version} {written.Segment}"));
        }
    }

    private CapturedExchange Exchange(long number)
    {
        byte[] body = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"body {number} of {id}"));
        var head = new Exchange
        {
            Id = new ExchangeId(id, 1, number),
            Input = CaptureInput.ExternalProcessor,
            View = ExchangeView.Server,
            Instance = id,
            StartedAt = DateTimeOffset.UnixEpoch,
            End = ExchangeEnd.Complete,
            Request = new HttpMessagePart
            {
                Headers = [new HeaderField(":method", "POST"), new HeaderField(":path", "/crash")],
                Body = new BodyInfo { SizeBytes = body.Length, KeptBytes = body.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(body)) },
            },
        };
        return new CapturedExchange(head, body, ReadOnlyMemory<byte>.Empty);
    }
}
