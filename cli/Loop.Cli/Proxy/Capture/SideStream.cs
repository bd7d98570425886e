using System.Threading.Channels;
using Grpc.Core;
using Loop.Protocols.Envoy.Service.ExtProc.V3;

namespace Loop.Cli.Proxy.Capture;

/// <summary>
/// The ext_proc stream of one exchange. <see cref="Add"/> only puts a message into memory; a task of its own sends. When a message does not fit, the
/// exchange is given up as a whole and its stream cancelled: a body with an unmarked hole would be a lie.
/// </summary>
internal sealed class SideStream
{
    // What a message weighs besides its bytes.
    private const int Overhead = 256;
    private readonly CollectorLink _link;
    private readonly Metadata _metadata;
    private readonly CancellationTokenSource _givenUp;
    private readonly Channel<ProcessingRequest> _waiting = Channel.CreateUnbounded<ProcessingRequest>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource _ended = new();
    private bool _hasSent;

    public SideStream(CollectorLink link, Metadata metadata)
    {
        _link = link;
        _metadata = metadata;
        _givenUp = CancellationTokenSource.CreateLinkedTokenSource(link.Stopping);
        using (ExecutionContext.SuppressFlow())
            _ = Task.Run(Run);
    }

    /// <summary>Nothing more is sent, however it ended. What waits for it runs before the stream counts as closed, so that a proxy that stops waits for it too.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Takes a message, or gives the whole exchange up.</summary>
    public void Add(ProcessingRequest message)
    {
        long weight = WeightOf(message);
        if (_givenUp.IsCancellationRequested)
            return;
        if (!_link.Budget.TryTake(weight))
            GiveUp();
        else if (!_waiting.Writer.TryWrite(message))
            _link.Budget.Return(weight);
    }

    /// <summary>No message follows: half-closes once everything is sent.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    private static long WeightOf(ProcessingRequest message) => message.CalculateSize() + Overhead;

    private void GiveUp()
    {
        if (!_waiting.Writer.TryComplete())
            return;
        _link.Losses.Add("exchanges (collector too slow)");
        try
        {
            // Not Cancel: its callbacks would run on the path of the request.
            _givenUp.CancelAfter(TimeSpan.Zero);
        }
        catch (ObjectDisposedException)
        {
            // The stream ended on its own at this moment.
        }
    }

    private async Task Run()
    {
        bool isUnreachable = false;
        try
        {
            await Send();
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException or InvalidOperationException or IOException)
        {
            isUnreachable = !_hasSent && exception is RpcException { StatusCode: StatusCode.Unavailable };
            // An exchange that was given up is counted already.
            if (_waiting.Writer.TryComplete() || !_givenUp.IsCancellationRequested)
                _link.Losses.Add(isUnreachable ? "exchanges (no collector)" : "exchanges (stream broken)");
        }
        finally
        {
            _waiting.Writer.TryComplete();
            while (_waiting.Reader.TryRead(out ProcessingRequest? rest))
                _link.Budget.Return(WeightOf(rest));
            _ended.SetResult();
            _link.Closed(isUnreachable);
            _givenUp.Dispose();
        }
    }

    private async Task Send()
    {
        using AsyncDuplexStreamingCall<ProcessingRequest, ProcessingResponse> call = _link.Processor.Process(_metadata, cancellationToken: _givenUp.Token);
        // The collector ends a stream when it has seen enough: that is an end, and no loss.
        Task<bool> ended = ReadToEnd(call);
        while (await _waiting.Reader.WaitToReadAsync(_givenUp.Token))
        {
            while (_waiting.Reader.TryRead(out ProcessingRequest? message))
            {
                long weight = WeightOf(message);
                try
                {
                    if (!ended.IsCompleted)
                        await Write(call, message, ended);
                }
                finally
                {
                    _link.Budget.Return(weight);
                }
            }
        }

        if (!ended.IsCompleted)
            await call.RequestStream.CompleteAsync();
        if (await Task.WhenAny(ended, Task.Delay(_link.Limits.CloseTimeout, _link.Time, _givenUp.Token)) == ended)
            await ended;
    }

    private async Task Write(AsyncDuplexStreamingCall<ProcessingRequest, ProcessingResponse> call, ProcessingRequest message, Task<bool> ended)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_givenUp.Token);
        limit.CancelAfter(_link.Limits.WriteTimeout);
        try
        {
            await call.RequestStream.WriteAsync(message, limit.Token);
            _hasSent = true;
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException or OperationCanceledException)
        {
            // The write and the end of the call race; the end tells which it was.
            if (!limit.IsCancellationRequested && await ended)
                return;
            throw;
        }
    }

    /// <summary>True when the collector ended the stream well; throws what it ended with otherwise.</summary>
    private static async Task<bool> ReadToEnd(AsyncDuplexStreamingCall<ProcessingRequest, ProcessingResponse> call)
    {
        await foreach (ProcessingResponse ignored in call.ResponseStream.ReadAllAsync())
        {
            // In observability mode an answer changes nothing.
            _ = ignored;
        }

        return true;
    }
}
