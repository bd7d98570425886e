using System.Net;
using Loop.Cli.Terminal;
using Loop.Client;
using Loop.Contracts.Api;

namespace Loop.Cli.Conversations;

/// <summary>Prints the messages of hops: first line, headers, body, trailers. What is cut says so.</summary>
internal sealed class MessagePrinter(CliContext context, LoopClient client, string conversationId)
{
    private const int PreviewLines = 20;
    private const int MaxBodyBytes = 16 * 1024 * 1024;

    public bool WithHeaders { get; init; }

    public bool WithWholeBodies { get; init; }

    public bool WithBodies { get; init; }

    public async Task Write(HopView hop, CancellationToken cancellationToken)
    {
        context.Console.PutLine();
        context.Console.PutLine($"hop {hop.Number}  {SafeText.Line(hop.Source)} ({SafeText.Line(hop.SourceFrom)}) → {SafeText.Line(hop.Destination)} ({SafeText.Line(hop.DestinationFrom)})", "bold");
        if (hop.Request is { } request)
        {
            var part = new Part(request.Headers, request.Trailers, request.BodySizeBytes, request.BodyKeptBytes, request.BodyTruncated);
            await WritePart(hop, MessageSide.Request, $"> {request.Method} {request.Path}{(request.Authority is null ? "" : $"  ({request.Authority})")}", part, cancellationToken);
        }

        if (hop.Response is { } response)
        {
            var part = new Part(response.Headers, response.Trailers, response.BodySizeBytes, response.BodyKeptBytes, response.BodyTruncated);
            await WritePart(hop, MessageSide.Response, $"< {StatusText.Of(response.Status, response.GrpcStatus)}", part, cancellationToken);
        }
        else
        {
            context.Console.PutLine("  < no response", StatusText.Doubtful);
        }
    }

    private async Task WritePart(HopView hop, MessageSide side, string line, Part part, CancellationToken cancellationToken)
    {
        context.Console.PutLine($"  {SafeText.Line(line)}", side is MessageSide.Response ? StatusText.Style(hop.Response?.Status, hop.Response?.GrpcStatus) : "");
        if (WithHeaders)
            WriteFields(part.Headers);
        if (WithBodies)
            await WriteBody(hop, side, part, cancellationToken);
        else if (part.SizeBytes > 0)
            context.Console.PutLine($"    body {Size(part)}", StatusText.Faint);
        if (WithHeaders && part.Trailers.Count > 0)
        {
            context.Console.PutLine("    trailers", StatusText.Faint);
            WriteFields(part.Trailers);
        }
    }

    private void WriteFields(IReadOnlyList<string[]> fields)
    {
        foreach (string[] field in fields.Where(field => field.Length == 2))
        {
            context.Console.Put($"    {SafeText.Line(field[0])}: ", "bold");
            context.Console.PutLine(SafeText.Line(field[1]));
        }
    }

    private async Task WriteBody(HopView hop, MessageSide side, Part part, CancellationToken cancellationToken)
    {
        if (part.SizeBytes == 0)
            return;
        context.Console.PutLine($"    body {Size(part)}", part.IsTruncated ? StatusText.Doubtful : StatusText.Faint);
        if (part.KeptBytes == 0)
            return;
        byte[]? body = await Read(hop, side, cancellationToken);
        if (body is null)
        {
            context.Console.PutLine("    (the server has no such body)", StatusText.Doubtful);
            return;
        }

        int written = 0;
        foreach (string bodyLine in BodyText.Lines(body))
        {
            if (!WithWholeBodies && written++ == PreviewLines)
            {
                context.Console.PutLine($"    … more: loopctl body {SafeText.Line(conversationId)} {hop.Number} {side.ToString().ToLowerInvariant()}", StatusText.Faint);
                return;
            }

            context.Console.PutLine($"    {bodyLine}");
        }

        if (part.IsTruncated)
            context.Console.PutLine($"    … cut here: {Units.Bytes(part.KeptBytes)} of {Units.Bytes(part.SizeBytes)} were kept", StatusText.Doubtful);
    }

    private async Task<byte[]?> Read(HopView hop, MessageSide side, CancellationToken cancellationToken)
    {
        try
        {
            await using RecordedBody body = await client.OpenBody(conversationId, hop.Number.ToString(), side, decoded: true, cancellationToken);
            using var bytes = new MemoryStream();
            byte[] buffer = new byte[64 * 1024];
            for (int read; bytes.Length < MaxBodyBytes && (read = await body.Content.ReadAsync(buffer, cancellationToken)) > 0;)
                bytes.Write(buffer, 0, read);
            return bytes.ToArray();
        }
        catch (LoopApiException exception) when (exception.Status is HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private static string Size(Part part) =>
        part.IsTruncated ? $"{Units.Bytes(part.SizeBytes)}, truncated: {Units.Bytes(part.KeptBytes)} kept" : Units.Bytes(part.SizeBytes);

    private sealed record Part(IReadOnlyList<string[]> Headers, IReadOnlyList<string[]> Trailers, long SizeBytes, long KeptBytes, bool IsTruncated);
}
