using System.Net;
using System.Net.Sockets;
using Loop.Host.CommandLine;
using Loop.Hosting.Access;

namespace Loop.Host;

/// <summary>An address cannot be listened on.</summary>
internal sealed class ListenFaultException(string message) : Exception(message);

/// <summary>
/// Binds every address once before the services start. So a fault names the option that asked for the address, which the server's own exception does not, and
/// no service has begun; and port 0 becomes a number that other parts can be told.
/// </summary>
internal static class Listeners
{
    /// <summary>The settings with ports chosen.</summary>
    /// <exception cref="ListenFaultException">All addresses that cannot be had.</exception>
    public static LoopdSettings Choose(LoopdSettings settings, string? tapHttpListen)
    {
        var held = new List<(string Option, Socket Socket)>();
        var faults = new List<string>();
        try
        {
            // All are held until the last is chosen, or the system could give one free port twice.
            ListenAddress http = Hold("--http-listen", settings.HttpListen, held, faults);
            ListenAddress link = settings.Has("store") ? Hold("--link-listen", settings.LinkListen, held, faults) : settings.LinkListen;
            ListenAddress capture = settings.Has("capture") ? Hold("--capture-listen", settings.CaptureListen, held, faults) : settings.CaptureListen;
            if (settings.Has("capture") && ListenAddress.TryParse(tapHttpListen, out ListenAddress? tap, out _))
                Hold("Loop:Capture:TapHttpListen", tap, held, faults);
            return faults.Count == 0
                ? settings with { HttpListen = http, LinkListen = link, CaptureListen = capture }
                : throw new ListenFaultException(string.Join(Environment.NewLine, faults));
        }
        finally
        {
            held.ForEach(one => one.Socket.Dispose());
        }
    }

    private static ListenAddress Hold(string option, ListenAddress address, List<(string Option, Socket Socket)> held, List<string> faults)
    {
        var socket = new Socket(address.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // As the server does it: every IPv6 address means every IPv4 address too.
            if (address.EndPoint.Address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(address.EndPoint);
            socket.Listen(1);
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            faults.Add($"{option} {address}: {Words(fault, option, address, held)}");
            return address;
        }

        held.Add((option, socket));
        return address with { EndPoint = (IPEndPoint)socket.LocalEndPoint! };
    }

    private static string Words(SocketException fault, string option, ListenAddress address, List<(string Option, Socket Socket)> held) => fault.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse when held.Find(one => ((IPEndPoint)one.Socket.LocalEndPoint!).Port == address.EndPoint.Port) is { Option: { } other } =>
            $"the address is already in use by {other}. Give each listener a port of its own.",
        SocketError.AddressAlreadyInUse => $"the address is already in use. Another process listens there: stop it, or choose another port with {option}.",
        SocketError.AccessDenied => $"user {Environment.UserName} may not listen there. Choose a port above 1023 with {option}.",
        SocketError.AddressNotAvailable => $"this machine does not have the address. Give one of its own with {option}, or 127.0.0.1.",
        _ => $"{fault.Message}. Choose another address with {option}.",
    };
}
