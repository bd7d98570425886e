using System.Buffers.Binary;
using System.Text;

namespace Loop.Replayer.Agent.Dependencies;

/// <summary>
/// The little of PostgreSQL's protocol (version 3.0, "Message Formats" of its manual) that tells when a server is ready and makes a user and a database:
/// starting a program for each would take longer than all of it. Seeds go through psql.
/// </summary>
internal sealed class PostgresSession
{
    private const int ProtocolVersion = 3 << 16, MessageLimit = 1 << 20;
    private const byte Ready = (byte)'Z', Failure = (byte)'E', Query = (byte)'Q';

    // cannot_connect_now: it is still starting.
    private const string NotYet = "57P03";
    private readonly Stream _stream;

    private PostgresSession(Stream stream) => _stream = stream;

    /// <summary>Logs in; null when the server is still starting.</summary>
    public static async Task<PostgresSession?> Open(Stream stream, string user, string database, CancellationToken cancellationToken)
    {
        byte[] parameters = Encoding.UTF8.GetBytes($"user\0{user}\0database\0{database}\0\0");
        byte[] start = [.. new byte[8], .. parameters];
        BinaryPrimitives.WriteInt32BigEndian(start, start.Length);
        BinaryPrimitives.WriteInt32BigEndian(start.AsSpan(4), ProtocolVersion);
        await stream.WriteAsync(start, cancellationToken);
        PostgresSession session = new(stream);
        while (true)
        {
            (byte type, byte[] content) = await session.Read(cancellationToken);
            if (type is Ready)
                return session;
            if (type is not Failure)
                continue;
            (string code, string message) = ErrorOf(content);
            return code is NotYet ? null : throw new DependencyRefusedException(message);
        }
    }

    /// <summary>Executes one statement and waits for its end.</summary>
    public async Task Execute(string statement, CancellationToken cancellationToken)
    {
        byte[] text = Encoding.UTF8.GetBytes(statement + "\0");
        byte[] message = [Query, .. new byte[4], .. text];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), 4 + text.Length);
        await _stream.WriteAsync(message, cancellationToken);
        string? fault = null;
        while (true)
        {
            (byte type, byte[] content) = await Read(cancellationToken);
            if (type is Failure)
                fault = ErrorOf(content).Message;
            if (type is Ready)
                break;
        }

        if (fault is not null)
            throw new DependencyRefusedException($"{statement}: {fault}");
    }

    // One byte of type, four of length that count themselves, content.
    private async Task<(byte Type, byte[] Content)> Read(CancellationToken cancellationToken)
    {
        byte[] head = new byte[5];
        await _stream.ReadExactlyAsync(head, cancellationToken);
        int length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)) - 4;
        if (length is < 0 or > MessageLimit)
            throw new InvalidDataException($"A message of PostgreSQL has {length} bytes.");
        byte[] content = new byte[length];
        await _stream.ReadExactlyAsync(content, cancellationToken);
        return (head[0], content);
    }

    // Fields of one letter and a zero-terminated text: C is the code, M the message.
    private static (string Code, string Message) ErrorOf(byte[] content)
    {
        string[] fields = Encoding.UTF8.GetString(content).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        return (Field('C'), Field('M'));

        string Field(char letter) => fields.FirstOrDefault(field => field[0] == letter)?[1..] ?? "";
    }
}
