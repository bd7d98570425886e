using System.Text.Json;
using CsCheck;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Exchanges.V1;
using Loop.Store.Conformance.Blobs;
using Loop.Store.Core.Blobs;
using Loop.Store.Core.Packs;
using Xunit;

namespace Loop.Store.Core.Tests.Packs;

/// <summary>Heads of a compacted segment are told against each other; what is read is what was recorded, field by field.</summary>
public sealed class PackHeadTests
{
    private const string Owner = "conversation-aaaabbbbcccc";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Compact_OfAnyHeads_LosesNoField() => await HeadSamples.Conversation.SampleAsync(
        async recorded =>
        {
            var packs = new PackStore(new InMemoryBlobStore());
            int compacted = await Compacted(packs, recorded);

            Assert.Equal(Lines(recorded.Select(exchange => exchange.Head)), Lines(await packs.ReadHeads(Owner, compacted, Cancellation)));
        },
        iter: 200);

    /// <summary>The walk goes through these fields by name: who adds one gives it a place there, and this test its number.</summary>
    [Fact]
    public void Walk_KnowsEveryField()
    {
        Assert.Equal(Enumerable.Range(1, 26), ExchangeHead.Descriptor.Fields.InFieldNumberOrder().Select(field => field.FieldNumber));
        Assert.Equal(Enumerable.Range(1, 9), MessagePart.Descriptor.Fields.InFieldNumberOrder().Select(field => field.FieldNumber));
        Assert.Equal([1, 2], Chunk.Descriptor.Fields.InFieldNumberOrder().Select(field => field.FieldNumber));
        Assert.Equal([1, 2], Field.Descriptor.Fields.InFieldNumberOrder().Select(field => field.FieldNumber));
    }

    [Fact]
    public async Task Compact_OfAThousandExchanges_GivesEachItsPlace()
    {
        var packs = new PackStore(new InMemoryBlobStore());
        CapturedExchange[] recorded = [.. Enumerable.Range(1, 1000).Select(number => PackSamples.Exchange((number * 7919 % 1009) + 1, $"request {number % 50}", $"response {number}"))];

        int compacted = await Compacted(packs, recorded);

        Assert.Equal(recorded.Select(exchange => exchange.Head.Id), (await packs.ReadHeads(Owner, compacted, Cancellation)).Select(head => head.Id));
    }

    [Fact]
    public async Task ReadHeads_OfACompactedSegmentWithAnyByteFlipped_IsDamage()
    {
        var blobs = new InMemoryBlobStore();
        var packs = new PackStore(blobs);
        int compacted = await Compacted(packs, [PackSamples.Exchange(1, "one", "two"), PackSamples.Exchange(2, "one", "three")]);
        string blob = $"packs/{Owner}/{compacted}";
        long size = (await blobs.Size(blob, Cancellation))!.Value;

        for (int place = 0; place < size; place++)
        {
            Flip(blobs, blob, place);
            await Assert.ThrowsAsync<BlobDamagedException>(() => new PackStore(blobs).ReadHeads(Owner, compacted, Cancellation));
            Flip(blobs, blob, place);
        }

        Assert.Equal(2, (await new PackStore(blobs).ReadHeads(Owner, compacted, Cancellation)).Count);
    }

    private static async Task<int> Compacted(PackStore packs, CapturedExchange[] recorded)
    {
        int segment = (await packs.WriteSegment(Owner, recorded, Cancellation)).Segment;
        return (await packs.Compact(Owner, [.. recorded.Select((_, ordinal) => new PackPlace(segment, ordinal))], Cancellation)).Segment;
    }

    private static void Flip(InMemoryBlobStore blobs, string blob, int place) => blobs.Damage(blob, bytes =>
    {
        bytes[place] ^= 1;
        return bytes;
    });

    private static string[] Lines(IEnumerable<Exchange> heads) => [.. heads.Select(head => JsonSerializer.Serialize(head, StoreJson.Options))];
}
