using System.Buffers.Binary;
using Loop.Replayer.Agent.Linux;

namespace Loop.Replayer.Agent.Launch;

/// <summary>Gives up the capabilities of the calling thread, for good and for every program that it becomes.</summary>
internal static class Rights
{
    private const int CapabilityLimit = 64, InvalidArgument = 22;

    private const int SetFileCapabilities = 31;

    /// <summary>Returns without rights.</summary>
    /// <param name="exceptMapping">
    /// Keep CAP_SETFCAP until the program enters a user namespace, where it ends: since Linux 5.12 only who has it may map user 0 into one.
    /// </param>
    public static unsafe void GiveUp(bool exceptMapping)
    {
        const int dropFromBoundingSet = 24, setSecureBits = 28, ambient = 47, ambientRaise = 2, ambientClear = 4, noNewPrivileges = 38;
        uint kept = exceptMapping ? 1u << SetFileCapabilities : 0;
        // All secure bits with their locks, but KEEP_CAPS, which may not be set and stay: user 0 is a user like any other.
        const int noRoot = 0x03, noFixup = 0x0c, keepLocked = 0x20, noAmbient = 0xc0;
        Native.Check(Native.prctl(ambient, ambientClear, 0, 0, 0), "clear ambient capabilities");
        if (exceptMapping)
        {
            // Before the bounding set shrinks and the secure bits forbid it.
            Set(effective: uint.MaxValue, kept);
            Native.Check(Native.prctl(ambient, ambientRaise, SetFileCapabilities, 0, 0), "keep the right to map users");
        }

        for (nuint capability = 0; capability < CapabilityLimit; capability++)
        {
            // The kernel does not know the numbers beyond its last capability.
            if (Native.prctl(dropFromBoundingSet, capability, 0, 0, 0) < 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() != InvalidArgument)
                throw new KernelRefusedException($"drop capability {capability}", 0);
        }

        Native.Check(Native.prctl(setSecureBits, noRoot | noFixup | keepLocked | noAmbient, 0, 0, 0), "lock the secure bits");
        Set(effective: kept, kept);
        Native.Check(Native.prctl(noNewPrivileges, 1, 0, 0, 0), "forbid new privileges");
    }

    // capset(2): version and thread; then two words each of effective, permitted and inheritable.
    private static unsafe void Set(uint effective, uint inheritable)
    {
        byte[] header = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(header, 0x20080522);
        byte[] sets = new byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(sets, effective);
        BinaryPrimitives.WriteUInt32LittleEndian(sets.AsSpan(4), effective);
        BinaryPrimitives.WriteUInt32LittleEndian(sets.AsSpan(8), inheritable);
        fixed (byte* first = header)
        fixed (byte* second = sets)
            Native.Check(Native.syscall(SystemCalls.SetCapabilities, (nint)first, (nint)second, 0, 0, 0), "set capabilities");
    }
}
