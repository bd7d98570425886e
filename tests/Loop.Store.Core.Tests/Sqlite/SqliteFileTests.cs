using System.Text;
using CsCheck;
using Loop.Store.Core.Events;
using Loop.Store.Core.Faults;
using Loop.Store.Sqlite.Events;
using Loop.Store.Sqlite.ReadModels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Loop.Store.Core.Tests.Sqlite;

public sealed class SqliteFileTests : IDisposable
{
    private static readonly StreamName Stream = new("conversation", "aaaabbbbcccc");

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
        Sql(EventsPath, "PRAGMA user_version = 2");

        StoreVersionException exception = Assert.Throws<StoreVersionException>(Open);
        Assert.Contains("version 2", exception.Message);
        Assert.Contains("newer Loop", exception.Message);
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

    [Fact]
    public async Task AnyFlippedByte_GivesTheEventsOrAFault()
    {
        await Append(Stream, -1, 60);
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

    private async Task Append(StreamName stream, long expectedVersion, int count)
    {
        await using SqliteEventStore store = Open();
        await store.Append(stream, expectedVersion, [.. Enumerable.Range(0, count).Select(number => Event($"event {number}"))], Cancellation);
    }
}
