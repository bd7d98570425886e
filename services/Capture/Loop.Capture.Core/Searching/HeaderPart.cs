using Loop.Capture.Core.Decoding;
using Loop.Capture.Core.Ring;

namespace Loop.Capture.Core.Searching;

/// <summary>The headers of one direction of a record, where they lie.</summary>
internal static class HeaderPart
{
    /// <summary>The first part of a kind; false when the record has none. The caller holds a reference to the record, and lends a list to work with.</summary>
    public static bool TryFind(RingRecord record, PartKind kind, List<RecordedPart> parts, out RecordedPart found)
    {
        parts.Clear();
        RecordReader.ReadParts(record, kind is PartKind.RequestHeaders ? record.RequestLog : record.ResponseLog, parts);
        int index = parts.FindIndex(part => part.Kind == kind);
        found = index < 0 ? default : parts[index];
        return index >= 0;
    }
}
