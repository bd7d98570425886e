using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Loop.Replayer.Agent.Linux;

namespace Loop.Replayer.Agent.Launch;

/// <summary>
/// The seccomp filter of a service: what would lead out of its namespaces or into another process is refused with EPERM; sockets are
/// unix, IPv4, IPv6 and the read-only list of network interfaces. Calls that hide their arguments from a filter (clone3, io_uring)
/// do not exist, so that libraries fall back to those that do not.
/// </summary>
internal static class SystemCallFilter
{
    private const int LoadWord = 0x20, IfEqual = 0x15, IfAtLeast = 0x35, IfBits = 0x45, Give = 0x06;
    private const uint Allow = 0x7fff0000, Kill = 0x80000000, Refuse = 0x00050000;
    private const uint NotPermitted = 1, NoSuchCall = 38, NoSuchFamily = 97;
    private const int NumberOffset = 0, ArchitectureOffset = 4, FirstArgument = 16, ThirdArgument = 32;
    private const uint NewNamespaces = 0x7e020000;
    private const uint X32 = 0x40000000;
    private const uint NewUser = 0x10000000;

    /// <summary>Holds for the calling thread from here on.</summary>
    /// <param name="allowsUserNamespace">Let <c>unshare</c> make a user namespace and nothing else: <see cref="OtherUser"/> needs one, and then shuts that way by other means.</param>
    public static unsafe void Load(bool allowsUserNamespace)
    {
        const int setSeccomp = 22, modeFilter = 2;
        ulong[] program = Program(allowsUserNamespace);
        // sock_fprog: length, padding, pointer.
        byte[] argument = new byte[16];
        fixed (ulong* first = program)
        fixed (byte* pointer = argument)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(argument, (ushort)program.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(argument.AsSpan(8), (ulong)first);
            Native.Check(Native.prctl(setSeccomp, modeFilter, (nuint)pointer, 0, 0), "load the system call filter");
        }
    }

    internal static ulong[] Program(bool allowsUserNamespace)
    {
        List<ulong> program =
        [
            Do(LoadWord, ArchitectureOffset),
            If(IfEqual, SystemCalls.Architecture, 1, 0),
            Do(Give, Kill),
            Do(LoadWord, NumberOffset),
        ];
        if (RuntimeInformation.ProcessArchitecture is Architecture.X64)
            program.AddRange([If(IfAtLeast, X32, 0, 1), Do(Give, Refuse | NoSuchCall)]);
        if (allowsUserNamespace)
        {
            program.AddRange(
            [
                If(IfEqual, (uint)SystemCalls.Unshare, 0, 4),
                Do(LoadWord, FirstArgument),
                If(IfEqual, NewUser, 0, 1),
                Do(Give, Allow),
                Do(LoadWord, NumberOffset),
            ]);
        }

        foreach (int call in SystemCalls.Forbidden)
            program.AddRange([If(IfEqual, (uint)call, 0, 1), Do(Give, Refuse | NotPermitted)]);
        foreach (int call in SystemCalls.Absent)
            program.AddRange([If(IfEqual, (uint)call, 0, 1), Do(Give, Refuse | NoSuchCall)]);
        program.AddRange(
        [
            If(IfEqual, (uint)SystemCalls.Clone, 0, 4),
            Do(LoadWord, FirstArgument),
            If(IfBits, NewNamespaces, 0, 1),
            Do(Give, Refuse | NotPermitted),
            Do(Give, Allow),
            If(IfEqual, (uint)SystemCalls.Socket, 0, 8),
            Do(LoadWord, FirstArgument),
            If(IfEqual, 1, 6, 0),
            If(IfEqual, 2, 5, 0),
            If(IfEqual, 10, 4, 0),
            If(IfEqual, 16, 0, 2),
            Do(LoadWord, ThirdArgument),
            If(IfEqual, 0, 1, 0),
            Do(Give, Refuse | NoSuchFamily),
            Do(Give, Allow),
        ]);
        return [.. program];
    }

    private static ulong Do(int code, uint value) => (uint)code | ((ulong)value << 32);

    private static ulong If(int code, uint value, byte ifTrue, byte ifFalse) => (uint)code | ((ulong)ifTrue << 16) | ((ulong)ifFalse << 24) | ((ulong)value << 32);
}
