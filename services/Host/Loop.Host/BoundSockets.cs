using System.Net;
using System.Net.Sockets;
using Loop.Host.CommandLine;
using Loop.Hosting.Access;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Loop.Host;

/// <summary>An address cannot be listened on.</summary>
internal sealed class ListenRefusedException(string message) : Exception(message);

/// <summary>
/// The sockets of the listeners, bound before anything starts and handed to the web server later. So a port in use is a sentence and no stack trace
/// after half a start, and a free port that was asked for (port 0) cannot be taken by another process in between.
/// </summary>
internal sealed class BoundSockets : IDisposable
{
    private readonly Dictionary<EndPoint, Socket> _sockets = [];

    private BoundSockets(LoopdSettings settings) => Settings = settings;

    /// <summary>The settings with the ports that were chosen.</summary>
    public LoopdSettings Settings { get; private set; }

    /// <summary>Binds every listener of the roles.</summary>
    /// <exception cref="ListenRefusedException">All faults together.</exception>
    public static BoundSockets Bind(LoopdSettings settings)
    {
        var bound = new BoundSockets(settings);
        var faults = new List<string>();
        if (settings.Has("capture"))
            bound.Settings = bound.Settings with { CaptureListen = bound.Bind("--capture-listen", settings.CaptureListen, faults) };
        if (settings.Has("store"))
            bound.Settings = bound.Settings with { LinkListen = bound.Bind("--link-listen", settings.LinkListen, faults) };
        bound.Settings = bound.Settings with { HttpListen = bound.Bind("--http-listen", settings.HttpListen, faults) };
        if (faults.Count == 0)
            return bound;
        bound.Dispose();
        throw new ListenRefusedException(string.Join(Environment.NewLine + "loopd: ", faults));
    }

    /// <summary>The socket of an address, the taker's from now on; a new one for an address that is not among the listeners.</summary>
    public Socket Take(EndPoint endPoint) => _sockets.Remove(endPoint, out Socket? socket) ? socket : SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Socket socket in _sockets.Values)
            socket.Dispose();
        _sockets.Clear();
    }

    private ListenAddress Bind(string option, ListenAddress address, List<string> faults)
    {
        try
        {
            Socket socket = SocketTransportOptions.CreateDefaultBoundListenSocket(address.EndPoint);
            var concrete = new ListenAddress(new IPEndPoint(address.EndPoint.Address, ((IPEndPoint)socket.LocalEndPoint!).Port));
            _sockets.Add(concrete.EndPoint, socket);
            return concrete;
        }
        catch (SocketException fault)
        {
            faults.Add($"{option} {address}: {Words(fault, option)}");
            return address;
        }
    }

    private static string Words(SocketException fault, string option) => fault.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => $"another process listens there. Stop it, or choose another port with {option}.",
        SocketError.AccessDenied => $"this user may not listen there. Choose a port above 1023 with {option}.",
        SocketError.AddressNotAvailable => $"this machine has no such address. Give one of its own with {option}.",
        _ => $"{fault.Message} Choose another address with {option}.",
    };
}
