using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>Asks the dependencies of a service as a service does: PostgreSQL through its usual driver, Redis in its own protocol.</summary>
internal static class Servers
{
    /// <summary>The first value of the answer, or what went wrong.</summary>
    public static async Task<string> Sql(string connectionString, string query)
    {
        try
        {
            await using NpgsqlConnection connection = new(connectionString + ";Pooling=false;Password=any");
            await connection.OpenAsync();
            await using NpgsqlCommand command = new(query, connection);
            return (await command.ExecuteScalarAsync())?.ToString() ?? "nothing";
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException)
        {
            return "failed: " + error.Message;
        }
    }

    /// <summary>The answer to one command, its lines joined by spaces.</summary>
    public static async Task<string> Redis(string address, string command)
    {
        try
        {
            using TcpClient client = new();
            await client.ConnectAsync(address.Split(':')[0], int.Parse(address.Split(':')[1]));
            await client.Client.SendAsync(Encoding.UTF8.GetBytes($"{command}\r\nQUIT\r\n"));
            using StreamReader reader = new(client.GetStream());
            // The server closes after its last answer.
            string answer = await reader.ReadToEndAsync();
            return answer.Replace("+OK\r\n", "", StringComparison.Ordinal).ReplaceLineEndings(" ").Trim();
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return "failed: " + error.Message;
        }
    }
}
