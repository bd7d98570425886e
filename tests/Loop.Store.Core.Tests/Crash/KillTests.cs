using System.Diagnostics;
using System.Globalization;
using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Conversations;
using Loop.Store.Core.Events;
using Loop.Store.Core.Packs;
using Loop.Store.Files;
using Loop.Store.Sqlite.Events;
using Xunit;

namespace Loop.Store.Core.Tests.Crash;

/// <summary>kill -9 of a process that records: what it acknowledged is there, and nothing half-written shows.</summary>
public sealed class KillTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kill_AtAnyMoment_LosesNothingAcknowledged()
    {
        var random = new Random(20260504);
        Dictionary<string, (int Exchanges, long Version)> acknowledged = [];
        for (int round = 0; round < 6; round++)
        {
            foreach ((string stream, int exchanges, long version) in await RunUntilKilled(random.Next(1, 60)))
                acknowledged[stream] = (exchanges, version);
            await AssertNothingLost(acknowledged);
        }

        Assert.NotEmpty(acknowledged);
    }

    [Fact]
    public async Task Open_WhileAnotherProcessWorks_NamesIt()
    {
        using Process process = Start();
        try
        {
            Assert.NotNull(await process.StandardOutput.ReadLineAsync(Cancellation));
            DataDirectoryLockedException exception = Assert.Throws<DataDirectoryLockedException>(() => DataDirectory.Open(_temporary.Path, TimeProvider.System));
            Assert.Contains($"process {process.Id} ", exception.Message);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(Cancellation);
        }

        DataDirectory.Open(_temporary.Path, TimeProvider.System).Dispose();
    }

    public void Dispose() => _temporary.Dispose();

    private async Task<List<(string Stream, int Exchanges, long Version)>> RunUntilKilled(int lineCount)
    {
        using Process process = Start();
        List<(string, int, long)> lines = [];
        while (await process.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            // The last line may be cut by the kill; a whole one has three words and ended with a line feed that ReadLine does not show: take what parses.
            string[] words = line.Split(' ');
            if (words.Length == 3 && long.TryParse(words[2], CultureInfo.InvariantCulture, out long version))
                lines.Add((words[0], int.Parse(words[1], CultureInfo.InvariantCulture), version));
            if (lines.Count == lineCount)
                process.Kill();
        }

        await process.WaitForExitAsync(Cancellation);
        Assert.True(lines.Count >= lineCount, $"The recording process ended by itself after {lines.Count} lines: {await process.StandardError.ReadToEndAsync(Cancellation)}");
        return lines;
    }

    private Process Start() => Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Loop.Store.Crash"), [_temporary.Path])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private async Task AssertNothingLost(Dictionary<string, (int Exchanges, long Version)> acknowledged)
    {
        using DataDirectory directory = DataDirectory.Open(_temporary.Path, TimeProvider.System);
        await using SqliteEventStore events = SqliteEventStore.Open(directory.EventsPath, TimeProvider.System);
        var packs = new PackStore(new FileBlobStore(directory.Root, "packs"));
        foreach (IGrouping<StreamName, StoredEvent> stream in (await events.ReadAll(0, Cancellation).ToArrayAsync(Cancellation)).GroupBy(stored => stored.Stream))
        {
            Conversation conversation = Conversation.Fold(stream.Select(EventSerializer.DeserializeConversation));
            (int exchanges, long version) = acknowledged.GetValueOrDefault(stream.Key.ToString());
            Assert.InRange(conversation.Recorded.Count, exchanges, exchanges + 1);
            Assert.True(stream.Last().Version >= version, $"{stream.Key} is at {stream.Last().Version}, version {version} was acknowledged.");
            foreach (RecordedPlace place in conversation.Recorded)
                await AssertIsThere(packs, stream.Key, place);

            // Orphans: a segment without its event, or the old segments of a compaction.
            HashSet<int> referenced = [.. conversation.Recorded.Select(place => place.Segment)];
            Assert.InRange(await packs.SweepOrphans(stream.Key.ToString(), referenced, Cancellation), 0, 5);
            Assert.Equal(referenced.Order(), await packs.Segments(stream.Key.ToString(), Cancellation));
            foreach (RecordedPlace place in conversation.Recorded)
                await AssertIsThere(packs, stream.Key, place);
        }

        Assert.Empty(Directory.GetFiles(directory.PacksPath, ".tmp-*", SearchOption.AllDirectories));
    }

    private static async Task AssertIsThere(PackStore packs, StreamName stream, RecordedPlace place)
    {
        Exchange head = (await packs.ReadHeads(stream.ToString(), place.Segment, Cancellation))[place.Ordinal];
        Assert.Equal(place.Id, head.Id);
        byte[]? body = await packs.ReadBody(stream.ToString(), head.Request!.Body.Sha256!, Cancellation);
        Assert.Equal($"body {place.Id.Sequence} of {stream.Id}", Encoding.UTF8.GetString(body!));
    }
}
