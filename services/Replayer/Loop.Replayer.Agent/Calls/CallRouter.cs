using System.Net;
using System.Net.Sockets;
using Loop.Replayer.Agent.Networks;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Calls;

/// <summary>Accepts the calls of one live service and takes each to a dependency, to the live callee or to the call handler.</summary>
internal sealed class CallRouter(string caller, CallRoutes routes, NameTable names, RefusedTraffic refused, ISandboxNetwork network, ICallHandler handler, Action<SandboxObservation> observe)
{
    /// <summary>Accepts until cancelled.</summary>
    /// <param name="listener">The listening socket.</param>
    /// <param name="findDestination">Where an accepted connection wanted to go; null for one that nobody redirected.</param>
    /// <param name="cancellationToken">Ends the loop and every call.</param>
    public async Task Accept(Socket listener, Func<Socket, IPEndPoint?> findDestination, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            Socket connection;
            try
            {
                connection = await listener.AcceptAsync(cancellationToken);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                continue;
            }

            _ = Serve(connection, findDestination, cancellationToken);
        }
    }

    // Owns the connection and observes every failure: nobody awaits it.
    private async Task Serve(Socket connection, Func<Socket, IPEndPoint?> findDestination, CancellationToken cancellationToken)
    {
        using Socket owned = connection;
        IPEndPoint? destination = findDestination(connection);
        if (destination is null)
        {
            refused.Add(caller, "tcp", "the agent's own port");
            connection.Close(timeout: 0);
            return;
        }

        connection.NoDelay = true;
        string? host = names.NameOf(destination.Address);
        try
        {
            if (routes.ReachDependency(caller, host, destination) is { } dependency)
            {
                await Relay(connection, dependency, cancellationToken);
                return;
            }

            OutgoingCall call = new(caller, destination, host, connection) { Callee = routes.FindLive(host, destination.Port) };
            observe(new CallAccepted(caller, destination.ToString(), host, call.Callee?.Service));
            if (call.Callee is { } callee && !handler.TakesLiveCalls)
                await Relay(connection, callee, cancellationToken);
            else
                await handler.Handle(call, cancellationToken);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // The sandbox ends.
        }
        catch (Exception error)
        {
            connection.Close(timeout: 0);
            observe(new HandlerFailed(caller, destination.ToString(), $"{error.GetType().Name}: {error.Message}"));
        }
    }

    private async Task Relay(Socket connection, LiveCallee callee, CancellationToken cancellationToken)
    {
        Socket other;
        try
        {
            other = await network.Connect(callee.Service, callee.Port, cancellationToken);
        }
        catch (SocketException)
        {
            // The callee does not listen: the nearest to a refused connection that an accepted one can get.
            connection.Close(timeout: 0);
            return;
        }

        using Socket owned = other;
        await SocketRelay.Run(connection, other, cancellationToken);
    }
}
