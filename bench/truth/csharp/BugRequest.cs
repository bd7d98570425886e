using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;

namespace Loop.TruthBench.Csharp;

/// <summary>What the code of a bug is given: the request, the build, and what it may call.</summary>
internal sealed class BugRequest(HttpRequest http, Build build, Callees callees)
{
    private readonly CallLine _line = new(http, build);

    public HttpRequest Http => http;

    public bool IsFixed => build.IsFixed;

    public bool IsDecoy => build.IsDecoy;

    public string Query(string name) => http.Query[name].ToString();

    public int Number(string name) => int.Parse(Query(name), CultureInfo.InvariantCulture);

    /// <summary>Calls another service and reads its JSON.</summary>
    public async Task<JsonNode> Call(string service, string target) => (await callees.Send(_line, service, target)).Json(service);

    /// <summary>Calls another service, whatever it answers.</summary>
    public Task<CalleeAnswer> TryCall(string service, string target) => callees.Send(_line, service, target);

    /// <summary>Two calls, one after the other.</summary>
    public async Task<(JsonNode First, JsonNode Second)> CallBoth((string Service, string Target) first, (string Service, string Target) second)
    {
        if (build.Mutation is not "swapped-calls")
            return (await Call(first.Service, first.Target), await Call(second.Service, second.Target));
        JsonNode later = await Call(second.Service, second.Target);
        return (await Call(first.Service, first.Target), later);
    }

    /// <summary>Rows of a query; every column as the database sends it.</summary>
    public static async Task<T> Rows<T>(string sql, Func<NpgsqlDataReader, Task<T>> read)
    {
        string[] address = Settings.Postgres.Split(':');
        await using NpgsqlConnection connection = new($"Host={address[0]};Port={address[1]};Username=truth;Database=truth;Pooling=false;Timeout=10;SSL Mode=Disable;GSS Encryption Mode=Disable");
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        return await read(reader);
    }

    /// <summary>Calls that no bug makes; see the mutations.</summary>
    public async Task CallBeside()
    {
        if (build.Mutation is "extra-call")
            await TryCall("stock", "/extra");
    }
}
