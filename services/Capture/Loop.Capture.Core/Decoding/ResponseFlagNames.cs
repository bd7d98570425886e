using System.Numerics;
using Loop.Protocols.Envoy.Data.Accesslog.V3;

namespace Loop.Capture.Core.Decoding;

/// <summary>Envoy's response flags: bits (attribute <c>response.flags</c>), short names, and the message of the access log.</summary>
public static class ResponseFlagNames
{
    // By bit, in the order of Envoy's CoreResponseFlag (envoy/stream_info/stream_info.h); seen live: 4 = UT, 64 = UC.
    private static readonly string[] Names =
    [
        "LH", "UH", "UT", "LR", "UR", "UF", "UC", "UO", "NR", "DI", "FI", "RL", "UAEX", "RLSE", "DC", "URX", "SI", "IH", "DPE", "UMSDR", "RFCF", "NFCF",
        "DT", "UPE", "NC", "OM", "DF", "DO", "DR",
    ];

    // The message's field numbers are not the bits: by field number 1–28; 13 is the message unauthorized_details.
    private static readonly sbyte[] BitByField =
        [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 28];

    /// <summary>The short names of the bits, in the order of the bits; a bit that we do not know is <c>bitN</c>.</summary>
    public static IReadOnlyList<string> FromBits(ulong bits)
    {
        if (bits == 0)
            return [];
        var names = new List<string>(BitOperations.PopCount(bits));
        for (ulong rest = bits; rest != 0; rest &= rest - 1)
        {
            int bit = BitOperations.TrailingZeroCount(rest);
            names.Add(bit < Names.Length ? Names[bit] : $"bit{bit}");
        }

        return names;
    }

    /// <summary>The bits of an access log's message.</summary>
    public static ulong ToBits(ResponseFlags message)
    {
        ulong bits = 0;
        foreach (Google.Protobuf.Reflection.FieldDescriptor field in Loop.Protocols.Envoy.Data.Accesslog.V3.ResponseFlags.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.Accessor.GetValue(message) is true)
                bits |= BitOf(field.FieldNumber);
        }

        return bits;
    }

    /// <summary>The bit of a field of the access log's message; 0 for a field that we do not know.</summary>
    internal static ulong BitOf(int fieldNumber) =>
        fieldNumber > 0 && fieldNumber < BitByField.Length ? 1UL << BitByField[fieldNumber] : 0;
}
