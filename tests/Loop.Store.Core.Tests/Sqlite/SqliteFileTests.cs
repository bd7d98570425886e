using System.Text;
using CsCheck;
using Loop.Store.Core.Events;
using Loop.Store.Core.Faults;
using Loop.Store.Core.Tests.Packs;
using Loop.Store.Sqlite.Events;
using Loop.Store.Sqlite.ReadModels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Loop.Store.Core.Tests.Sqlite;

public sealed class SqliteFileTests : IDisposable
{
    private static readonly StreamName Stream = new("conversation", "aaaabbbbcccc");

    private static readonly string[] Version1 =
    [
        "6 conversation-medgk64qaqnj 0 loop.conversation.kept.v1 2026-11-27T22:18:53.0640000+00:00 f03c26c9",
        "7 conversation-medgk64qaqnj 1 loop.conversation.further_trigger_seen.v1 2026-11-27T22:18:53.0870000+00:00 9bd4df55",
        "8 conversation-medgk64qaqnj 2 loop.conversation.further_trigger_seen.v1 2026-11-27T22:18:53.1120000+00:00 f74bcfa0",
        "25 conversation-medgk64qaqnj 3 loop.conversation.exchange_recorded.v1 2026-11-27T22:19:04.1380000+00:00 313bd57b",
        "26 conversation-medgk64qaqnj 4 loop.conversation.exchange_recorded.v1 2026-11-27T22:19:04.1380000+00:00 be86583f",
        "27 conversation-medgk64qaqnj 5 loop.conversation.exchange_recorded.v1 2026-11-27T22:19:04.1380000+00:00 6ee7ce34",
        "28 conversation-medgk64qaqnj 6 loop.conversation.exchange_recorded.v1 2026-11-27T22:19:04.1380000+00:00 88ac42a9",
        "29 conversation-medgk64qaqnj 7 loop.conversation.exchange_recorded.v1 2026-11-27T22:19:04.1380000+00:00 7b50c60c",
        "30 conversation-medgk64qaqnj 8 loop.conversation.exchange_recorded.v1 2026-11-27T22:19:04.1380000+00:00 5c61d6ef",
        "31 conversation-medgk64qaqnj 9 loop.conversation.node_answered.v1 2026-11-27T22:19:04.2330000+00:00 72bdd82c",
        "51 conversation-s959sejpqn64 0 loop.conversation.kept.v1 2026-11-27T22:19:05.6180000+00:00 ed8c9b9c",
        "52 conversation-s959sejpqn64 1 loop.conversation.exchange_recorded.v1 2026-11-27T22:19:06.0300000+00:00 d4238884",
        "53 conversation-s959sejpqn64 2 loop.conversation.exchange_recorded.v1 2026-11-27T22:19:06.0300000+00:00 7860a3e1",
        "54 conversation-s959sejpqn64 3 loop.conversation.exchange_recorded.v1 2026-11-27T22:19:06.0300000+00:00 2f175891",
        "55 conversation-s959sejpqn64 4 loop.conversation.exchange_recorded.v1 2026-11-27T22:19:06.0300000+00:00 ebeca635",
        "56 conversation-s959sejpqn64 5 loop.conversation.exchange_recorded.v1 2026-11-27T22:19:06.0300000+00:00 05e14abd",
        "57 conversation-s959sejpqn64 6 loop.conversation.exchange_recorded.v1 2026-11-27T22:19:06.0300000+00:00 96003f21",
        "58 conversation-s959sejpqn64 7 loop.conversation.exchange_recorded.v1 2026-11-27T22:19:06.0300000+00:00 59a076ca",
        "59 conversation-s959sejpqn64 8 loop.conversation.exchange_recorded.v1 2026-11-27T22:19:06.0300000+00:00 77718fd2",
        "60 conversation-s959sejpqn64 9 loop.conversation.exchange_recorded.v1 2026-11-27T22:19:06.0300000+00:00 bab41e63",
        "61 conversation-s959sejpqn64 10 loop.conversation.exchange_recorded.v1 2026-11-27T22:19:06.0300000+00:00 08f9e269",
        "62 conversation-s959sejpqn64 11 loop.conversation.node_answered.v1 2026-11-27T22:19:06.1120000+00:00 2b67f2ac",
        "63 conversation-medgk64qaqnj 10 loop.conversation.sealed.v1 2026-11-27T22:19:11.0500000+00:00 9143d754",
        "67 conversation-s959sejpqn64 12 loop.conversation.sealed.v1 2026-11-27T22:19:11.4360000+00:00 96604678",
        "68 conversation-medgk64qaqnj 11 loop.conversation.control_named.v1 2026-11-27T22:19:11.5790000+00:00 a98c813f",
    ];

    private readonly TemporaryDirectory _temporary = new();

    private string EventsPath => _temporary.File("events.db");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_Again_FindsEverythingAndGoesOn()
    {
        await Append(Stream, -1, 3);
        await using SqliteEventStore store = Open();

        List<StoredEvent> before = await store.ReadAll(0, Cancellation).ToListAsync(Cancellation);
        AppendResult result = await store.Append(Stream, 2, [Event("later")], Cancellation);
        Assert.Equal(3, before.Count);
        Assert.Equal(AppendOutcome.Appended, result.Outcome);
        Assert.True(result.Position > before[^1].Position);
    }

    [Fact]
    public void Open_OfNoDatabase_SaysWhatWhereAndHow()
    {
        File.WriteAllText(EventsPath, string.Concat(Enumerable.Repeat("this is a diary, not a database. ", 100)));

        StoreDamagedException exception = Assert.Throws<StoreDamagedException>(Open);
        Assert.Contains(EventsPath, exception.Message);
        Assert.Contains("not an SQLite database", exception.Message);
        Assert.Contains("backup", exception.Message);
        Assert.StartsWith("this is a diary", File.ReadAllText(EventsPath));
    }

    [Fact]
    public void Open_OfAnotherProgramsDatabase_LeavesItAlone()
    {
        Sql(EventsPath, "CREATE TABLE diary (day TEXT)");
        byte[] before = File.ReadAllBytes(EventsPath);

        Assert.Contains("something else", Assert.Throws<StoreDamagedException>(Open).Message);
        Assert.Equal(before, File.ReadAllBytes(EventsPath));
    }

    [Fact]
    public void Open_OfTheIndexAsEvents_IsRefused()
    {
        SqliteConversationIndex.Open(EventsPath).Dispose();

        Assert.Throws<StoreDamagedException>(Open);
    }

    [Fact]
    public async Task Open_OfANewerVersion_IsRefused()
    {
        await Append(Stream, -1, 1);
        Sql(EventsPath, "PRAGMA user_version = 3");

        StoreVersionException exception = Assert.Throws<StoreVersionException>(Open);
        Assert.Contains("version 3", exception.Message);
        Assert.Contains("newer Loop", exception.Message);
    }

    /// <summary>The file was written by the last Loop of version 1.</summary>
    [Fact]
    public async Task Open_OfVersion1_ReadsAllOfItAndGoesOn()
    {
        File.Copy(Path.Combine(AppContext.BaseDirectory, "fixtures", "events-db-v1", "events.db"), EventsPath);
        List<StoredEvent> before;
        await using (SqliteEventStore store = Open())
        {
            before = await store.ReadAll(0, Cancellation).ToListAsync(Cancellation);
            foreach (StreamName stream in before.Select(item => item.Stream).Distinct())
                await store.Compact(stream, Cancellation);
        }

        await using SqliteEventStore again = Open();
        List<StoredEvent> after = await again.ReadAll(0, Cancellation).ToListAsync(Cancellation);
        Assert.Equal(Version1, before.Select(item => $"{item.Position} {item.Stream} {item.Version} {item.Type} {item.At:O} {PackSamples.Sha256(item.Data.ToArray())[..8]}"));
        Assert.Equal(before.Select(item => (item.Position, item.Version, Encoding.UTF8.GetString(item.Data.Span))), after.Select(item => (item.Position, item.Version, Encoding.UTF8.GetString(item.Data.Span))));
        // Streams were deleted from it: the last position that was ever given is 88.
        Assert.Equal(89, (await again.Append(new StreamName("conversation", "later"), -1, [Event("x")], Cancellation)).Position);
    }

    [Fact]
    public async Task Compact_OfManyStreams_LeavesOneRowOfEachAndGivesTheRoomBack()
    {
        StreamName[] streams = [.. Enumerable.Range(0, 100).Select(number => new StreamName("conversation", $"{number:d12}"))];
        await using (SqliteEventStore store = Open())
        {
            for (int version = -1; version < 9; version++)
            {
                foreach (StreamName stream in streams)
                    await store.Append(stream, version, [Event($"event {version} of {stream}")], Cancellation);
            }
        }

        long before = new FileInfo(EventsPath).Length;
        await using (SqliteEventStore store = Open())
        {
            foreach (StreamName stream in streams)
                await store.Compact(stream, Cancellation);
        }

        Assert.Equal([0L, 100L], [Count("appends"), Count("compacted")]);
        Assert.True(new FileInfo(EventsPath).Length < before / 2, $"{before} → {new FileInfo(EventsPath).Length}");
    }

    [Fact]
    public async Task Compact_OfADamagedRow_SaysSoAndLeavesAllAsItWas()
    {
        await Append(Stream, -1, 2);
        await Append(Stream, 1, 2);
        Sql(EventsPath, "UPDATE appends SET checksum = 1 WHERE version = 3");
        await using SqliteEventStore store = Open();

        await Assert.ThrowsAsync<StoreDamagedException>(() => store.Compact(Stream, Cancellation));
        Assert.Equal([2L, 0L], [Count("appends"), Count("compacted")]);
    }

    [Fact]
    public void Open_InAMissingDirectory_SaysSo() =>
        Assert.Contains(_temporary.File("none/events.db"), Assert.Throws<StoreUnusableException>(() => SqliteEventStore.Open(_temporary.File("none/events.db"), TimeProvider.System)).Message);

    [Fact]
    public async Task Append_WithoutRoom_FailsWholeAndTheStoreGoesOn()
    {
        await using SqliteEventStore store = SqliteEventStore.Open(EventsPath, TimeProvider.System, maxSizeBytes: 300_000);
        await store.Append(Stream, -1, [Event("first")], Cancellation);

        StoreFullException exception = await Assert.ThrowsAsync<StoreFullException>(() => store.Append(Stream, 0, [.. Enumerable.Range(0, 10).Select(_ => Large())], Cancellation));
        Assert.Contains(EventsPath, exception.Message);
        Assert.Equal(AppendOutcome.Appended, (await store.Append(Stream, 0, [Event("second")], Cancellation)).Outcome);
        Assert.Equal(["\"first\"", "\"second\""], (await store.ReadStream(Stream, 0, Cancellation).ToListAsync(Cancellation)).Select(item => Encoding.UTF8.GetString(item.Data.Span)));
    }

    [Fact]
    public async Task Append_WithoutRoom_TakesNoOtherAppendWithIt()
    {
        await using SqliteEventStore store = SqliteEventStore.Open(EventsPath, TimeProvider.System, maxSizeBytes: 300_000);
        Task<AppendResult>[] small = [.. Enumerable.Range(0, 20).Select(number => store.Append(new StreamName("small", $"{number}"), -1, [Event("x")], Cancellation))];
        Task<AppendResult> big = store.Append(Stream, -1, [.. Enumerable.Range(0, 10).Select(_ => Large())], Cancellation);
        Task<AppendResult>[] smallToo = [.. Enumerable.Range(20, 20).Select(number => store.Append(new StreamName("small", $"{number}"), -1, [Event("x")], Cancellation))];

        await Assert.ThrowsAsync<StoreFullException>(() => big);
        Assert.All(await Task.WhenAll([.. small, .. smallToo]), result => Assert.Equal(AppendOutcome.Appended, result.Outcome));
    }

    [Fact]
    public async Task Append_OnAFullDisk_SaysSoAndKeepsWhatWasAcknowledged()
    {
        using SmallDisk? disk = SmallDisk.TryMount(_temporary.File("small"), sizeBytes: 512 * 1024);
        Assert.SkipWhen(disk is null, "Mounting a small disk needs an administrator.");
        string path = Path.Combine(disk!.Path, "events.db");
        long acknowledged = -1;
        await using (SqliteEventStore store = SqliteEventStore.Open(path, TimeProvider.System))
        {
            await Assert.ThrowsAsync<StoreFullException>(async () =>
            {
                while (acknowledged < 1000)
                    acknowledged = (await store.Append(Stream, acknowledged, [Large(20_000)], Cancellation)).Version;
            });
            Assert.Equal(acknowledged + 1, await store.ReadStream(Stream, 0, Cancellation).CountAsync(Cancellation));
        }

        await using SqliteEventStore reopened = SqliteEventStore.Open(path, TimeProvider.System);
        Assert.InRange(acknowledged, 1, 100);
        Assert.Equal(acknowledged + 1, await reopened.ReadStream(Stream, 0, Cancellation).CountAsync(Cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnyFlippedByte_GivesTheEventsOrAFault(bool isCompacted)
    {
        await Append(Stream, -1, 60, isCompacted);
        byte[] whole = File.ReadAllBytes(EventsPath);
        await Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte[1, 255]).SampleAsync(
            async flip =>
            {
                byte[] damaged = [.. whole];
                damaged[flip.Item1] ^= flip.Item2;
                string path = _temporary.File("flipped.db");
                foreach (string ending in (string[])["", "-wal", "-shm"])
                    File.Delete(path + ending);
                File.WriteAllBytes(path, damaged);
                await AssertEventsOrFault(path);
            },
            iter: 120,
            threads: 1);
    }

    /// <summary>A row that no lookup finds any more is no empty stream.</summary>
    [Theory]
    [InlineData(false, "UPDATE appends SET stream = 99")]
    [InlineData(true, "UPDATE compacted SET stream = 99")]
    public async Task EventsThatCannotBeFound_AreAFault(bool isCompacted, string damage)
    {
        await Append(Stream, -1, 60, isCompacted);
        Sql(EventsPath, damage);

        await using SqliteEventStore store = Open();

        StoreDamagedException ofStream = await Assert.ThrowsAsync<StoreDamagedException>(async () => await store.ReadStream(Stream, 0, Cancellation).CountAsync(Cancellation));
        Assert.Contains($"no event of stream {Stream} can be found", ofStream.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreDamagedException>(async () => await store.ReadAll(0, Cancellation).CountAsync(Cancellation));
    }

    /// <summary>SQLite's own count of positions has no checksum: without it every event would be hidden, and positions given twice.</summary>
    [Theory]
    [InlineData("DELETE FROM sqlite_sequence")]
    [InlineData("UPDATE sqlite_sequence SET name = 'other'")]
    [InlineData("UPDATE sqlite_sequence SET seq = 7")]
    public async Task LostCountOfPositions_IsAFault(string damage)
    {
        await Append(Stream, -1, 60, isCompacted: true);
        Sql(EventsPath, damage);

        await using SqliteEventStore store = Open();

        StoreDamagedException read = await Assert.ThrowsAsync<StoreDamagedException>(async () => await store.ReadAll(0, Cancellation).CountAsync(Cancellation));
        Assert.Contains("there is an event at 60", read.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreDamagedException>(() => store.Append(Stream, 59, [Event("one more")], Cancellation));
    }

    [Fact]
    public async Task HugeCountOfPositions_HidesNothing()
    {
        await Append(Stream, -1, 60, isCompacted: true);
        Sql(EventsPath, "UPDATE sqlite_sequence SET seq = 1152921504606846976");

        await using SqliteEventStore store = Open();

        Assert.Equal(60, await store.ReadAll(0, Cancellation).CountAsync(Cancellation));
    }

    [Fact]
    public async Task AnyTruncation_GivesAFault()
    {
        await Append(Stream, -1, 60);
        byte[] whole = File.ReadAllBytes(EventsPath);
        for (int length = 100; length < whole.Length; length += 1111)
        {
            string path = _temporary.File($"short-{length}.db");
            File.WriteAllBytes(path, whole[..length]);
            await AssertEventsOrFault(path);
        }
    }

    [Fact]
    public async Task OpenIndex_OfADamagedFile_SaysThatItCanBeDeleted()
    {
        string path = _temporary.File("index.db");
        File.WriteAllText(path, new string('x', 5000));

        Assert.Contains("delete this file", Assert.Throws<StoreDamagedException>(() => SqliteConversationIndex.Open(path)).Message);
        File.Delete(path);
        using SqliteConversationIndex index = SqliteConversationIndex.Open(path);
        Assert.Equal(0, await index.Checkpoint(Cancellation));
    }

    [Fact]
    public async Task OpenOrReplaceIndex_OfADamagedFile_StartsAnewAndKeepsTheOldOneAside()
    {
        string path = _temporary.File("index.db");
        File.WriteAllText(path, new string('x', 5000));

        using (SqliteConversationIndex index = SqliteConversationIndex.OpenOrReplace(path, NullLogger.Instance))
        {
            Assert.Equal(0, await index.Checkpoint(Cancellation));
            await index.SetCheckpoint(7, Cancellation);
        }

        Assert.Equal(5000, new FileInfo(path + ".damaged").Length);
        using SqliteConversationIndex again = SqliteConversationIndex.OpenOrReplace(path, NullLogger.Instance);
        Assert.Equal(7, await again.Checkpoint(Cancellation));
    }

    [Fact]
    public async Task Dispose_WhileAppendsWait_FinishesThem()
    {
        SqliteEventStore store = Open();
        Task<AppendResult>[] appends = [.. Enumerable.Range(0, 50).Select(number => store.Append(new StreamName("load", $"{number}"), -1, [Event("x")], Cancellation))];
        await store.DisposeAsync();

        Assert.All(await Task.WhenAll(appends), result => Assert.Equal(AppendOutcome.Appended, result.Outcome));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.Append(Stream, -1, [Event("x")], Cancellation));
        await store.DisposeAsync();
    }

    public void Dispose() => _temporary.Dispose();

    // Random, since what is stored is compressed.
    private static NewEvent Large(int sizeBytes = 60_000)
    {
        byte[] bytes = new byte[sizeBytes];
        Random.Shared.NextBytes(bytes);
        return new NewEvent("loop.test.large.v1", bytes, ReadOnlyMemory<byte>.Empty);
    }

    private static NewEvent Event(string text) => new("loop.test.happened.v1", Encoding.UTF8.GetBytes($"\"{text}\""), "{}"u8.ToArray());

    private static void Sql(string path, string text)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    // Flipped bytes may hit free space, which loses nothing: then every event must be there, as it was.
    private static async Task AssertEventsOrFault(string path)
    {
        try
        {
            await using SqliteEventStore store = SqliteEventStore.Open(path, TimeProvider.System);
            List<StoredEvent> all = await store.ReadAll(0, Cancellation).ToListAsync(Cancellation);
            List<StoredEvent> stream = await store.ReadStream(Stream, 0, Cancellation).ToListAsync(Cancellation);
            Assert.Equal(Enumerable.Range(0, 60).Select(number => $"\"event {number}\""), stream.Select(item => Encoding.UTF8.GetString(item.Data.Span)));
            Assert.Equal(stream.Select(item => item.Version), all.Select(item => item.Version));
        }
        catch (StoreException)
        {
            // It says what is wrong: that is all that can be asked.
        }
    }

    private SqliteEventStore Open() => SqliteEventStore.Open(EventsPath, TimeProvider.System);

    private long Count(string table)
    {
        using var connection = new SqliteConnection($"Data Source={EventsPath};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Names of tables in this file.
        command.CommandText = $"SELECT COUNT(*) FROM {table}";
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }

    private async Task Append(StreamName stream, long expectedVersion, int count, bool isCompacted = false)
    {
        await using SqliteEventStore store = Open();
        await store.Append(stream, expectedVersion, [.. Enumerable.Range(0, count).Select(number => Event($"event {number}"))], Cancellation);
        if (isCompacted)
            await store.Compact(stream, Cancellation);
    }
}
