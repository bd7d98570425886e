using System.Net;
using System.Net.Sockets;
using Loop.Host.CommandLine;
using Loop.Hosting.Access;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Loop.Host;

/// <summary>An address cannot be listened on.</summary>
internal sealed class ListenRefusedException(string message) : Exception(message);

/// <summary>
/// The sockets of the listeners, bound before anything starts and handed to the web server later. So a fault names the option that asked for the address and
/// nothing has begun yet, and a free port that was asked for (port 0) cannot be taken by another process in between.
/// </summary>
internal sealed class BoundSockets : IDisposable
{
    // A socket that is bound and does not listen can be bound a second time on Linux. The web server sets its own backlog when it takes over.
    private const int Backlog = 512;

    private readonly Dictionary<EndPoint, (string Option, Socket Socket)> _sockets = [];

    private BoundSockets(LoopdSettings settings) => Settings = settings;

    /// <summary>The settings with the ports that were chosen.</summary>
    public LoopdSettings Settings { get; private set; }

    /// <summary>Binds every listener of the roles.</summary>
    /// <exception cref="ListenRefusedException">All faults together.</exception>
    public static BoundSockets Bind(LoopdSettings settings, string? tapHttpListen)
    {
        var bound = new BoundSockets(settings);
        var faults = new List<string>();
        bound.Settings = bound.Settings with { HttpListen = bound.Bind("--http-listen", settings.HttpListen, faults) };
        if (settings.Has("store"))
            bound.Settings = bound.Settings with { LinkListen = bound.Bind("--link-listen", settings.LinkListen, faults) };
        if (settings.Has("capture"))
            bound.Settings = bound.Settings with { CaptureListen = bound.Bind("--capture-listen", settings.CaptureListen, faults) };
        if (settings.Has("capture") && ListenAddress.TryParse(tapHttpListen, out ListenAddress? tap, out _) && tap.EndPoint.Port != 0)
            bound.Bind("Loop:Capture:TapHttpListen", tap, faults);
        if (faults.Count == 0)
            return bound;
        bound.Dispose();
        throw new ListenRefusedException(string.Join(Environment.NewLine, faults));
    }

    /// <summary>The socket of an address, the taker's from now on; a new one for an address that is not among the listeners.</summary>
    public Socket Take(EndPoint endPoint) =>
        _sockets.Remove(endPoint, out (string Option, Socket Socket) bound) ? bound.Socket : SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, Socket socket) in _sockets.Values)
            socket.Dispose();
        _sockets.Clear();
    }

    private ListenAddress Bind(string option, ListenAddress address, List<string> faults)
    {
        Socket? socket = null;
        try
        {
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(address.EndPoint);
            socket.Listen(Backlog);
            var concrete = new ListenAddress(new IPEndPoint(address.EndPoint.Address, ((IPEndPoint)socket.LocalEndPoint!).Port));
            _sockets.Add(concrete.EndPoint, (option, socket));
            return concrete;
        }
        catch (SocketException fault)
        {
            socket?.Dispose();
            faults.Add($"{option} {address}: {Words(fault, option, address)}");
            return address;
        }
    }

    private string Words(SocketException fault, string option, ListenAddress address) => fault.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse when _sockets.FirstOrDefault(one => ((IPEndPoint)one.Key).Port == address.EndPoint.Port).Value is { Option: { } other } =>
            $"the address is already in use by {other}. Give each listener a port of its own.",
        SocketError.AddressAlreadyInUse => $"the address is already in use. Another process listens there: stop it, or choose another port with {option}.",
        SocketError.AccessDenied => $"user {Environment.UserName} may not listen there. Choose a port above 1023 with {option}.",
        SocketError.AddressNotAvailable => $"this machine does not have the address. Give one of its own with {option}, or 127.0.0.1.",
        _ => $"{fault.Message}. Choose another address with {option}.",
    };
}
