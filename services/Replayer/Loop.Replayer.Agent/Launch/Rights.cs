using System.Buffers.Binary;
using Loop.Replayer.Agent.Linux;

namespace Loop.Replayer.Agent.Launch;

/// <summary>Gives up all capabilities of the calling thread, for good and for every program that it becomes.</summary>
internal static class Rights
{
    private const int CapabilityLimit = 64, InvalidArgument = 22;

    public static unsafe void GiveUp()
    {
        const int dropFromBoundingSet = 24, setSecureBits = 28, ambient = 47, ambientClear = 4, noNewPrivileges = 38;
        // All secure bits with their locks, but KEEP_CAPS, which may not be set and stay: user 0 is a user like any other.
        const int noRoot = 0x03, noFixup = 0x0c, keepLocked = 0x20, noAmbient = 0xc0;
        Native.Check(Native.prctl(ambient, ambientClear, 0, 0, 0), "clear ambient capabilities");
        for (nuint capability = 0; capability < CapabilityLimit; capability++)
        {
            // The kernel does not know the numbers beyond its last capability.
            if (Native.prctl(dropFromBoundingSet, capability, 0, 0, 0) < 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() != InvalidArgument)
                throw new KernelRefusedException($"drop capability {capability}", 0);
        }

        Native.Check(Native.prctl(setSecureBits, noRoot | noFixup | keepLocked | noAmbient, 0, 0, 0), "lock the secure bits");
        byte[] header = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(header, 0x20080522);
        byte[] sets = new byte[24];
        fixed (byte* first = header)
        fixed (byte* second = sets)
            Native.Check(Native.syscall(SystemCalls.SetCapabilities, (nint)first, (nint)second, 0, 0, 0), "drop capabilities");
        Native.Check(Native.prctl(noNewPrivileges, 1, 0, 0, 0), "forbid new privileges");
    }
}
