using System.Runtime.InteropServices;

namespace Loop.Replayer.Agent.Linux;

/// <summary>A null-terminated array of C strings, never freed: it is made for the start of a process.</summary>
internal sealed unsafe class NativeStrings
{
    public NativeStrings(IReadOnlyList<string> values)
    {
        Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(values.Count + 1), (nuint)sizeof(nint));
        for (int index = 0; index < values.Count; index++)
            Pointer[index] = (byte*)Marshal.StringToCoTaskMemUTF8(values[index]);
    }

    public byte** Pointer { get; }

    public byte* First => Pointer[0];
}
