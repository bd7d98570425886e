using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Conversations;
using Loop.Store.Core.Events;
using Loop.Store.Core.Packs;

namespace Loop.Store.Crash;

/// <summary>Records exchange after exchange into one conversation, from where it was left, and compacts its pack and its events after every few.</summary>
public sealed class Recorder(IEventStore events, IPackStore packs, string id)
{
    private const int CompactEvery = 4;

    private readonly StreamName _stream = new("conversation", id);
    private Conversation _conversation = Conversation.NotKept;

    /// <summary>Never returns. A printed line <c>STREAM EXCHANGES VERSION</c> is an acknowledgement.</summary>
    public async Task Run()
    {
        long version = -1;
        await foreach (StoredEvent stored in events.ReadStream(_stream, 0, CancellationToken.None))
        {
            version = stored.Version;
            _conversation = _conversation.Evolve(EventSerializer.DeserializeConversation(stored));
        }

        while (true)
        {
            int number = _conversation.Recorded.Count;
            SegmentWritten written = await packs.WriteSegment(_stream.ToString(), [Exchange(number)], CancellationToken.None);
            version = await Append(version, new ExchangeRecorded(new ExchangeId(id, 1, number), written.Segment, 0, DateTimeOffset.UnixEpoch));
            if (_conversation.Recorded.Count % CompactEvery == 0)
                version = await Compact(version);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_stream} {_conversation.Recorded.Count} {version}"));
        }
    }

    private async Task<long> Compact(long version)
    {
        HashSet<int> old = [.. _conversation.Recorded.Select(place => place.Segment)];
        SegmentWritten written = await packs.Compact(_stream.ToString(), [.. _conversation.Recorded.Select(place => new PackPlace(place.Segment, place.Ordinal))], CancellationToken.None);
        version = await Append(version, new ConversationCompacted(written.Segment, DateTimeOffset.UnixEpoch));
        old.Remove(written.Segment);
        await packs.Remove(_stream.ToString(), old, CancellationToken.None);
        await events.Compact(_stream, CancellationToken.None);
        return version;
    }

    private async Task<long> Append(long version, ConversationEvent fact)
    {
        AppendResult result = await events.Append(_stream, version, EventSerializer.Serialize([fact], EventMetadata.None), CancellationToken.None);
        if (result.Outcome != AppendOutcome.Appended)
            throw new InvalidOperationException($"{_stream} is at {result.Version}, expected {version}.");
        _conversation = _conversation.Evolve(fact);
        return result.Version;
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
