using System.Globalization;
using Loop.Store.Core.Faults;
using Microsoft.Data.Sqlite;

namespace Loop.Store.Sqlite;

/// <summary>What a database of Loop must look like, and how it comes to look like that.</summary>
/// <param name="What">For messages: <c>event store</c>.</param>
/// <param name="ApplicationId">Value of SQLite's <c>application_id</c>, which tells one kind of file from another.</param>
/// <param name="Version">Value of <c>user_version</c>, of what this code writes and reads at most.</param>
/// <param name="Synchronous"><c>FULL</c> where a commit is an acknowledgement, <c>NORMAL</c> where the content is derived.</param>
/// <param name="Script">Creates version <paramref name="Version"/> in an empty file.</param>
/// <param name="Remedy">What a person does about a damaged file.</param>
/// <param name="MaxSizeBytes">Largest size of the file, 0 for no limit.</param>
internal sealed record SqliteSchema(string What, int ApplicationId, int Version, string Synchronous, string Script, string Remedy, long MaxSizeBytes = 0)
{
    private const long MaxIdleLogSizeBytes = 4 * 1024 * 1024;

    // The check reads the whole file. Beyond this size a start would be slow; each row's own checksum is still checked when it is read.
    private const long MaxCheckedSizeBytes = 128L * 1024 * 1024;

    /// <summary>By version, what makes the next one of it.</summary>
    public IReadOnlyDictionary<long, string> Upgrades { get; init; } = new Dictionary<long, string>();

    /// <summary>Checks the file behind a fresh writing connection and sets it up.</summary>
    public void Prepare(SqliteConnection writer, string path)
    {
        long applicationId = Number(writer, "PRAGMA application_id");
        bool isEmpty = applicationId == 0 && Number(writer, "SELECT COUNT(*) FROM sqlite_master") == 0;
        if (!isEmpty)
            Check(writer, path, applicationId);

        // What is removed gives its room back. Only an empty file can be told so.
        if (isEmpty)
            SqliteFile.Execute(writer, "PRAGMA auto_vacuum = FULL");
        SqliteFile.Execute(writer, "PRAGMA journal_mode = WAL");
        SqliteFile.Execute(writer, $"PRAGMA synchronous = {Synchronous}");

        // A long reader or a burst makes the log grow; without a limit it keeps its largest size for ever.
        SqliteFile.Execute(writer, string.Create(CultureInfo.InvariantCulture, $"PRAGMA journal_size_limit = {MaxIdleLogSizeBytes}"));
        if (MaxSizeBytes > 0)
            SqliteFile.Execute(writer, string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {MaxSizeBytes / Number(writer, "PRAGMA page_size")}"));
        if (isEmpty)
            Step(writer, Script, Version);
        else
            Upgrade(writer);
    }

    private static long Number(SqliteConnection connection, string text) => Convert.ToInt64(Text(connection, text), CultureInfo.InvariantCulture);

    private static string? Text(SqliteConnection connection, string text)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this type only.
        command.CommandText = text;
#pragma warning restore CA2100
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private void Check(SqliteConnection writer, string path, long applicationId)
    {
        if (applicationId != ApplicationId)
            throw new StoreDamagedException(path, $"it is a database of something else than Loop's {What} (application id {applicationId})", "Move it away, or give another directory with --data.");
        long version = Number(writer, "PRAGMA user_version");
        if (version != Version && !Upgrades.ContainsKey(version))
            throw new StoreVersionException($"The {What} {path}", $"schema version {version}", $"version {Version}");

        // A flipped bit in an index makes SQLite skip rows without a word: only comparing table and index finds it.
        if (new FileInfo(path).Length <= MaxCheckedSizeBytes && Text(writer, "PRAGMA integrity_check(1)") is { } answer and not "ok")
            throw new StoreDamagedException(path, $"SQLite's integrity check says '{answer.ReplaceLineEndings(" ")}'", Remedy);
    }

    private void Upgrade(SqliteConnection writer)
    {
        for (long version = Number(writer, "PRAGMA user_version"); version < Version; version++)
            Step(writer, Upgrades[version], version + 1);
    }

    // One transaction: a crash in between leaves the file as it was, which the next start takes up again.
    private void Step(SqliteConnection writer, string script, long version)
    {
        using SqliteTransaction transaction = writer.BeginTransaction();
        SqliteFile.Execute(writer, script);
        SqliteFile.Execute(writer, string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {version}"));
        transaction.Commit();
    }
}
