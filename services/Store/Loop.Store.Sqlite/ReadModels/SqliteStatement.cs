using System.Text.Json;
using Loop.Store.Core;
using Microsoft.Data.Sqlite;

namespace Loop.Store.Sqlite.ReadModels;

/// <summary>Short forms for statements with parameters <c>$0</c>, <c>$1</c>…</summary>
internal static class SqliteStatement
{
    /// <summary>Runs a statement without result.</summary>
    public static void Execute(this SqliteConnection connection, SqliteTransaction transaction, string text, params ReadOnlySpan<object> values)
    {
        using SqliteCommand command = Create(connection, text, values);
        command.Transaction = transaction;
        command.ExecuteNonQuery();
    }

    /// <summary>First column of all rows.</summary>
    public static List<T> Column<T>(this SqliteConnection connection, SqliteTransaction? transaction, string text, params ReadOnlySpan<object> values)
    {
        using SqliteCommand command = Create(connection, text, values);
        command.Transaction = transaction;
        using SqliteDataReader row = command.ExecuteReader();
        List<T> column = [];
        while (row.Read())
            column.Add(row.GetFieldValue<T>(0));
        return column;
    }

    /// <summary>First column of all rows, decoded.</summary>
    public static List<T> Documents<T>(this SqliteConnection connection, SqliteFile file, string text, params ReadOnlySpan<object> values)
    {
        try
        {
            return connection.Column<byte[]>(null, text, values).ConvertAll(json => JsonSerializer.Deserialize<T>(json, StoreJson.Options)!);
        }
        catch (JsonException exception)
        {
            throw file.Damaged($"a {typeof(T).Name} cannot be read ({exception.Message})");
        }
    }

    private static SqliteCommand Create(SqliteConnection connection, string text, ReadOnlySpan<object> values)
    {
        SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this assembly only; values travel as parameters.
        command.CommandText = text;
#pragma warning restore CA2100
        for (int index = 0; index < values.Length; index++)
            command.Parameters.AddWithValue($"${index}", values[index]);
        return command;
    }
}
