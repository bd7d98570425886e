using Loop.Store.Core.Packs;
using Loop.Store.Crash;
using Loop.Store.Files;
using Loop.Store.Sqlite.Events;

// Test support: records exchanges as the store does (segment, then event), and prints what was acknowledged, until it is killed.
if (args.Length != 1)
{
    await Console.Error.WriteLineAsync("usage: Loop.Store.Crash DATA_DIRECTORY");
    return 64;
}

using DataDirectory directory = DataDirectory.Open(args[0], TimeProvider.System);
await using SqliteEventStore events = SqliteEventStore.Open(directory.EventsPath, TimeProvider.System);
var packs = new PackStore(new FileBlobStore(directory.Root, "packs"));
await Task.WhenAll(Enumerable.Range(0, 4).Select(number => new Recorder(events, packs, $"crash{number}").Run()));
return 0;
