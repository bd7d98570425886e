using System.Net.Sockets;
using Loop.Hosting.Access;
using Loop.Host.CommandLine;

namespace Loop.Host;

/// <summary>An address cannot be listened on.</summary>
internal sealed class ListenRefusedException(string message) : Exception(message);

/// <summary>
/// Tries every address before anything starts. The web server would find out as well, but only after the store runs, one address at a time,
/// and with a stack trace in the log.
/// </summary>
internal static class ListenCheck
{
    /// <summary>Throws with all faults together.</summary>
    public static void Refuse(LoopdSettings settings)
    {
        string[] faults = [.. Listeners(settings).Select(listener => Fault(listener.Option, listener.Address)).OfType<string>()];
        if (faults.Length > 0)
            throw new ListenRefusedException(string.Join(Environment.NewLine + "loopd: ", faults));
    }

    private static IEnumerable<(string Option, ListenAddress Address)> Listeners(LoopdSettings settings)
    {
        if (settings.Has("capture"))
            yield return ("--capture-listen", settings.CaptureListen);
        if (settings.Has("store"))
            yield return ("--link-listen", settings.LinkListen);
        yield return ("--http-listen", settings.HttpListen);
    }

    private static string? Fault(string option, ListenAddress address)
    {
        try
        {
            using var probe = new TcpListener(address.EndPoint);
            probe.Start();
            return null;
        }
        catch (SocketException fault)
        {
            return $"{option} {address}: " + fault.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"another process listens there. Stop it, or choose another port with {option}.",
                SocketError.AccessDenied => $"this user may not listen there. Choose a port above 1023 with {option}.",
                SocketError.AddressNotAvailable => $"this machine has no such address. Give one of its own with {option}.",
                _ => $"{fault.Message} Choose another address with {option}.",
            };
        }
    }
}
