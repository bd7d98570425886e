using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Loop.Replayer.Agent.Linux;

/// <summary>Sends messages to the kernel and reads its acknowledgements. Belongs to the network namespace of the thread that makes it.</summary>
internal sealed class NetlinkSocket : IDisposable
{
    private const int AfNetlink = 16;
    private const int SockRawCloseOnExec = 3 | 0x80000;
    private const int Error = 2;
    private readonly int _descriptor;

    public NetlinkSocket(int protocol) => _descriptor = Native.Check(Native.socket(AfNetlink, SockRawCloseOnExec, protocol), "open a netlink socket");

    /// <summary>Sends and awaits as many acknowledgements as messages asked for one.</summary>
    public void Send(NetlinkMessage message, int acknowledgements, string what)
    {
        byte[] bytes = message.ToArray();
        Native.Check(Native.send(_descriptor, bytes, bytes.Length, 0), what);
        byte[] answer = new byte[16 * 1024];
        while (acknowledgements > 0)
        {
            int length = (int)Native.Check(Native.recv(_descriptor, answer, answer.Length, 0), what);
            // Each answer is nlmsghdr (16 bytes: length, type at 4) and, for type NLMSG_ERROR, a negative errno.
            for (int at = 0; at + 20 <= length; at += (BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(at)) + 3) & ~3)
            {
                if (BinaryPrimitives.ReadUInt16LittleEndian(answer.AsSpan(at + 4)) != Error)
                    continue;
                int error = -BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(at + 16));
                if (error != 0)
                    throw new KernelRefusedException($"{what}: {Marshal.GetPInvokeErrorMessage(error)}", error);
                acknowledgements--;
            }
        }
    }

    public void Dispose() => _ = Native.close(_descriptor);
}
