using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Loop.Protocols.Capture.V1;
using Loop.Store.Files;
using Microsoft.Extensions.Options;

namespace Loop.Store.Nodes;

/// <summary>
/// The store's end of the node link. Per link one reader, one writer, one pump for exchanges, one for triggers and one watchdog for answers that do not come;
/// all end together. The reader waits for nothing but its own pump.
/// </summary>
public sealed class NodeLinkService(
    NodeRegistry registry,
    ArrivalPump pump,
    LinkTriggers triggers,
    LinkWatchdog watchdog,
    RedactionKeyFile redactionKey,
    IOptions<NodeLinkOptions> options,
    NodeLinkTelemetry telemetry) : NodeLink.NodeLinkBase
{
    private const int QueuedTriggers = 1024;

    /// <inheritdoc/>
    public override async Task Attach(IAsyncStreamReader<NodeMessage> requestStream, IServerStreamWriter<StoreMessage> responseStream, ServerCallContext context)
    {
        CheckPort(context);
        Hello hello = await ReadHello(requestStream, context.CancellationToken);
        using NodeSession session = registry.Attach(hello, out string? refusedReason) ?? throw new RpcException(new Status(StatusCode.AlreadyExists, refusedReason!));
        telemetry.Connected(session.Node, session.Epoch, session.Version);
        string reason = "the node closed it";
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, session.Aborted);
        try
        {
            await responseStream.WriteAsync(Welcome(), ending.Token);
            registry.AskForEverything(session);
            await Serve(session, requestStream, responseStream, ending);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidOperationException
            && (session.Aborted.IsCancellationRequested || context.CancellationToken.IsCancellationRequested))
        {
            reason = session.AbortReason ?? "it broke";
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            reason = exception.Message;
            telemetry.RecordingFailed(session.Node, exception);
            throw new RpcException(new Status(StatusCode.Unavailable, $"The store cannot record now: {exception.Message}"));
        }
        finally
        {
            telemetry.Ended(session.Node, reason);
            if (registry.Detach(session))
                await watchdog.TellLost(session.Node, registry.ActiveWatches, $"its link ended: {reason}");
        }

        if (session.AbortReason is { } abortReason)
            throw new RpcException(new Status(StatusCode.Aborted, $"The store ended this link: {abortReason}."));
    }

    private async Task Serve(NodeSession session, IAsyncStreamReader<NodeMessage> requests, IServerStreamWriter<StoreMessage> responses, CancellationTokenSource ending)
    {
        var arrivals = Channel.CreateBounded<NodeMessage>(new BoundedChannelOptions(options.Value.QueuedArrivals) { SingleReader = true, SingleWriter = true });

        // When triggers come faster than they can be kept, the ones that do not fit are dropped here: a node repeats each until it is acknowledged.
        var fired = Channel.CreateBounded<Triggered>(new BoundedChannelOptions(QueuedTriggers) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.DropWrite });
        Task reading = Read(session, requests, arrivals.Writer, fired.Writer, ending.Token);
        Task recording = pump.Run(session, arrivals.Reader, ending.Token);
        Task[] others = [Write(session, responses, ending.Token), triggers.Run(session, fired.Reader, ending.Token), watchdog.Run(session, ending.Token)];
        try
        {
            Task first = await Task.WhenAny([reading, recording, .. others]);
            if (first == reading && reading.IsCompletedSuccessfully)
                await recording; // A node that closes in order still has its last exchanges recorded.
            await first;
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll([reading, recording, .. others]).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task Read(NodeSession session, IAsyncStreamReader<NodeMessage> requests, ChannelWriter<NodeMessage> arrivals, ChannelWriter<Triggered> fired, CancellationToken cancellationToken)
    {
        try
        {
            while (await requests.MoveNext(cancellationToken))
            {
                NodeMessage message = requests.Current;
                session.Heard();
                switch (message.MessageCase)
                {
                    case NodeMessage.MessageOneofCase.Exchange or NodeMessage.MessageOneofCase.CollectAnswer or NodeMessage.MessageOneofCase.OpenChanged:
                        await arrivals.WriteAsync(message, cancellationToken);
                        break;
                    case NodeMessage.MessageOneofCase.Triggered:
                        fired.TryWrite(message.Triggered);
                        break;
                    case NodeMessage.MessageOneofCase.Status:
                        registry.Report(session, message.Status);
                        break;
                    case NodeMessage.MessageOneofCase.Found:
                        Complete(session, message.Found);
                        break;
                    case NodeMessage.MessageOneofCase.ReplayKeysRegistered:
                        registry.Confirm(session.Node, message.ReplayKeysRegistered.RequestId);
                        break;
                    default:
                        telemetry.Malformed(session.Node, $"a message of kind {message.MessageCase} is not expected here");
                        break;
                }
            }
        }
        finally
        {
            arrivals.TryComplete();
            fired.TryComplete();
        }
    }

    private void Complete(NodeSession session, Found found)
    {
        try
        {
            registry.Complete(session.Node, found.FindId, LinkMessages.Read(found));
        }
        catch (InvalidDataException exception)
        {
            telemetry.Malformed(session.Node, exception.Message);
        }
    }

    private static async Task Write(NodeSession session, IServerStreamWriter<StoreMessage> responses, CancellationToken cancellationToken)
    {
        await foreach (StoreMessage message in session.Outbound.ReadAllAsync(cancellationToken))
            await responses.WriteAsync(message, cancellationToken);
    }

    private async Task<Hello> ReadHello(IAsyncStreamReader<NodeMessage> requests, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.Value.HelloTimeout);
        try
        {
            if (await requests.MoveNext(timeout.Token) && requests.Current.Hello is { Node.Length: > 0 and <= 200 } hello && !hello.Node.Contains('/'))
                return hello;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException && timeout.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, $"No Hello came within {options.Value.HelloTimeout}."));
        }

        telemetry.Malformed("(unknown)", "the first message is not a Hello with a name without slash");
        throw new RpcException(new Status(StatusCode.InvalidArgument, "The first message of a node link is Hello with the node's name (1–200 characters, no slash)."));
    }

    private StoreMessage Welcome() => new()
    {
        Welcome = new Welcome { RedactionKey = ByteString.CopyFrom(redactionKey.Key.Span), RedactionKeyId = redactionKey.Id },
    };

    // The redaction key must not be handed out where the API listens.
    private void CheckPort(ServerCallContext context)
    {
        int? port = options.Value.Port;
        int localPort = context.GetHttpContext().Connection.LocalPort;
        if (port is > 0 && localPort != port)
            throw new RpcException(new Status(StatusCode.Unimplemented, $"Node links are served at port {port}, not at {localPort}."));
    }
}
